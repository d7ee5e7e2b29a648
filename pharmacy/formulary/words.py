"""Dose forms in words that people read."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

FORMS: dict[str, Promise] = {
    "tablet": pgettext_lazy("form", "Tablets"),
    "mr-tablet": pgettext_lazy("form", "Modified-release tablets"),
    "ec-tablet": pgettext_lazy("form", "Gastro-resistant tablets"),
    "dispersible-tablet": pgettext_lazy("form", "Dispersible tablets"),
    "chewable-tablet": pgettext_lazy("form", "Chewable tablets"),
    "effervescent-tablet": pgettext_lazy("form", "Effervescent tablets"),
    "sublingual-tablet": pgettext_lazy("form", "Sublingual tablets"),
    "capsule": pgettext_lazy("form", "Capsules"),
    "mr-capsule": pgettext_lazy("form", "Modified-release capsules"),
    "ec-capsule": pgettext_lazy("form", "Gastro-resistant capsules"),
    "soft-capsule": pgettext_lazy("form", "Soft capsules"),
    "oral-solution": pgettext_lazy("form", "Oral solution"),
    "oral-suspension": pgettext_lazy("form", "Oral suspension"),
    "powder": pgettext_lazy("form", "Powder"),
    "granules": pgettext_lazy("form", "Granules"),
    "dripping-pill": pgettext_lazy("form", "Dripping pills"),
    "inhaler": pgettext_lazy("form", "Inhaler"),
    "dry-powder-inhaler": pgettext_lazy("form", "Dry powder inhaler"),
    "inhalation-capsule": pgettext_lazy("form", "Capsules for inhalation"),
    "nebuliser-suspension": pgettext_lazy("form", "Suspension for nebuliser"),
    "nasal-spray": pgettext_lazy("form", "Nasal spray"),
    "eye-drops": pgettext_lazy("form", "Eye drops"),
    "injection-pen": pgettext_lazy("form", "Injection pen"),
    "cream": pgettext_lazy("form", "Cream"),
    "ointment": pgettext_lazy("form", "Ointment"),
    "gel": pgettext_lazy("form", "Gel"),
    "topical-solution": pgettext_lazy("form", "Solution for the skin"),
}


def form(code: str) -> str:
    """A dose form in words; the code itself when we have no word for it."""
    return str(FORMS.get(code.lower(), code))
