"""Several papers in one PDF: the labels of a bag, say, that go to the printer together.

Papers are drawn again into one file instead of being cut out of their files: they share their
fonts, the bytes stay reproducible, and nothing here has to understand PDF.
"""

from __future__ import annotations

from collections.abc import Sequence

from pharmacy.core.errors import Broken
from pharmacy.documents.sheet import Paper, print_all


class NotOurPaper(Broken):
    """Only papers fresh from `render` can be joined."""

    code = "documents.not-our-paper"


def merged(papers: Sequence[bytes]) -> bytes:
    """Join 1..n papers, as `render` returned them, page after page.

    Raises:
        NotOurPaper: there is none, or one was not made by `render`.
    """
    ours = [paper for paper in papers if isinstance(paper, Paper)]
    if not ours or len(ours) != len(papers):
        raise NotOurPaper(papers=len(papers), ours=len(ours))
    return print_all([drawing for paper in ours for drawing in paper.drawings])
