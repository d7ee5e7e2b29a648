"""A sentence for each code of a refusal or a doubt, and the field it is about."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "signature.missing": _("The document is not signed."),
    "signer.not-one": _("The document must be signed by exactly one signer."),
    "issuer.unknown": _("The signer is not among those that we trust."),
    "issuer.suspended": _("The issuer's contract is suspended."),
    "certificate.not-yet-valid": _("The signer's certificate was not yet valid."),
    "certificate.expired": _("The signer's certificate had expired."),
    "certificate.revoked": _("The signer's certificate was revoked."),
    "revocation.unknown": _("Nobody answered whether the signer's certificate was revoked."),
    "revocation.stale": _("The answer about revocation is out of date."),
    "signing-time.missing": _("The signature does not say when it was made."),
    "signing-time.future": _("The document was signed in the future."),
    "signing-time.not-issue-date": _("The day of signing is not the day of issue."),
    "rx.patient-missing": _("The prescription is not for a patient."),
    "rx.already-used": _("This prescription was already received."),
    "rx.not-yet-valid": _("The prescription is not yet valid."),
    "rx.expired": _("The prescription is no longer valid."),
}


def say(problem: Any) -> str:
    """Sentence in the active language; names the field, never its value."""
    sentence = str(SENTENCES.get(problem.code) or problem.sentence)
    field = problem.facts.get("field") or problem.facts.get("attribute")
    if not field:
        return sentence
    return gettext("%(sentence)s Field: %(field)s.") % {"sentence": sentence, "field": field}
