"""The checks of verification in words that people read, by what each proves."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHECKS: dict[str, str | Promise] = {
    "size": _("Size of the document"),
    "format": _("Format"),
    "parse": _("Readable"),
    "signer": _("One signer"),
    "algorithm": _("Kind of signature"),
    "certificate": _("Certificate"),
    "signature": _("Signature over the exact bytes"),
    "trust": _("Signer is trusted"),
    "validity": _("Certificate valid when signed"),
    "revocation": _("Certificate not revoked"),
    "structure": _("Complete"),
    "patient": _("Patient named"),
    "signing-time": _("Time of signing"),
    "replay": _("Not used before"),
    "window": _("Valid today"),
}
