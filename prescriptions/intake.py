"""Stage 1, intake: keep the exact bytes of a document, once.

Decides only whether something is a document of a known format and of a sane size; what it is
worth is decided next, in `verification.py`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from pharmacy.core import audit, clock, outbox
from pharmacy.core.errors import Refused
from pharmacy.core.parsing import MAX_BYTES, Empty, TooLarge
from prescriptions import formats
from prescriptions.events import PrescriptionReceived
from prescriptions.models import Issuer, SourceDocument


class AlreadyUsed(Refused):
    """The same bytes came from another issuer."""

    code = "rx.already-used"
    sentence = _("This prescription was already received.")


@dataclass(frozen=True)
class Receipt:
    """The stored document, and whether this call stored it."""

    source: SourceDocument
    is_new: bool


def receive(
    raw: bytes,
    *,
    channel: str,
    issuer: Issuer | None = None,
    signature: str = "",
    media_type: str = "",
) -> Receipt:
    """Store a document as it came; the same document again gives the same row.

    One that was refused may come again with another signature or from another issuer.

    Args:
        raw: the exact bytes, 1 byte to 1 MB.
        issuer: the hospital that the channel authenticated; None where only the signature tells.
        signature: the detached JWS, for formats that have one.

    Raises:
        Empty, TooLarge, UnknownFormat: nothing is stored.
        AlreadyUsed: another issuer sent these bytes before.
    Emits: PrescriptionReceived.   Idempotent by: sha256 of the bytes; of a refused one with its signature.
    """
    if not raw:
        raise Empty
    if len(raw) > MAX_BYTES:
        raise TooLarge(size=len(raw))
    document_format = formats.detect(raw, media_type)
    digest = hashlib.sha256(raw).hexdigest()
    known = _known(digest, issuer, signature)
    if known is None:
        try:
            stored = _store(raw, digest, document_format.name, channel, issuer, signature)
            return Receipt(stored, is_new=True)
        except IntegrityError:  # the same document came twice at this moment
            known = SourceDocument.objects.exclude(stage="refused").get(sha256=digest)
    if known.issuer_id != (issuer.pk if issuer else None):
        raise AlreadyUsed(sha256=digest)
    return Receipt(known, is_new=False)


def _known(digest: str, issuer: Issuer | None, signature: str) -> SourceDocument | None:
    """The stored document of these bytes; a refused one counts only for the very same attempt."""
    rows = SourceDocument.objects.filter(sha256=digest)
    standing = rows.exclude(stage="refused").first()
    if standing is not None:
        return standing
    attempts = rows.filter(issuer=issuer).order_by("-pk")
    return next((row for row in attempts if row.signature == signature), None)


@transaction.atomic
def _store(
    raw: bytes, digest: str, format_name: str, channel: str, issuer: Issuer | None, signature: str
) -> SourceDocument:
    source = SourceDocument.objects.create(
        raw=raw,
        sha256=digest,
        signature=signature,
        format=format_name,
        channel=channel,
        issuer=issuer,
        received_at=clock.now(),
    )
    audit.record(
        by=f"issuer:{issuer.external_id}" if issuer else f"channel:{channel}",
        action="source.received",
        subject=source.audit_subject,
        format=format_name,
        size=len(raw),
    )
    outbox.record(PrescriptionReceived(source=str(source.external_id)))
    return source
