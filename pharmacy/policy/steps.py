"""In which order review, reservation and payment happen in a country."""

from __future__ import annotations

# Decree 58 (online sale of medicines) and the display notice of 2023: before the review
# passes, a prescription medicine may not be offered for purchase.
REVIEW_FIRST = frozenset({"CN"})


def order_of_steps(jurisdiction: str) -> str:
    """Return `review-first` or `authorise-first` (hold the money, review, capture)."""
    return "review-first" if jurisdiction in REVIEW_FIRST else "authorise-first"
