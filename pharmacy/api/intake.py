"""`POST /api/prescriptions`: a hospital hands in a signed prescription.

The credential names the hospital; the signature travels beside the exact bytes of the body
in `X-JWS-Signature` (detached JWS) or inside them (CAdES). 202 with a receipt; the same bytes
again give 200 with the same receipt.
"""

from __future__ import annotations

import hashlib
import uuid

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema, Status
from ninja.security import HttpBearer

from pharmacy.core.errors import Denied, NotFound
from pharmacy.core.parsing import TooLarge
from prescriptions import intake
from prescriptions.models import Issuer, SourceDocument

router = Router()


class CredentialUnknown(Denied):
    """No active issuer has this credential."""

    code = "api.credential-unknown"
    sentence = _("This credential is not known.")
    http_status = 401


class ReceiptUnknown(NotFound):
    """This issuer has no such receipt."""

    code = "api.receipt-unknown"


class IssuerCredential(HttpBearer):
    """Bearer credential of a registered issuer; only its sha256 is stored."""

    def authenticate(self, request: HttpRequest, token: str) -> Issuer:
        """Return the issuer.

        Raises:
            CredentialUnknown: unknown or suspended.
        """
        if not token:  # an issuer without a credential pushes nothing
            raise CredentialUnknown
        digest = hashlib.sha256(token.encode()).hexdigest()
        issuer = Issuer.objects.filter(credential_hash=digest, status="active").first()
        if issuer is None:
            raise CredentialUnknown
        return issuer


class ReceiptOut(Schema):
    """What the hospital gets: its receipt and what became of the document so far."""

    receipt: uuid.UUID
    stage: str
    refusal: str = ""


def _answer(source: SourceDocument) -> ReceiptOut:
    return ReceiptOut(receipt=source.external_id, stage=source.stage, refusal=source.refusal)


@router.post("/prescriptions", auth=IssuerCredential(), response={202: ReceiptOut, 200: ReceiptOut})
def hand_in(request: HttpRequest) -> Status[ReceiptOut]:
    """Receive a document."""
    try:
        raw = request.body
    except RequestDataTooBig as error:
        raise TooLarge from error
    receipt = intake.receive(
        raw,
        channel="api",
        issuer=request.auth,  # type: ignore[attr-defined]
        signature=request.headers.get("X-JWS-Signature", ""),
        media_type=request.content_type or "",
    )
    return Status(202 if receipt.is_new else 200, _answer(receipt.source))


@router.get("/prescriptions/{receipt}", auth=IssuerCredential(), response=ReceiptOut)
def follow(request: HttpRequest, receipt: uuid.UUID) -> ReceiptOut:
    """Tell what became of a document that this hospital handed in."""
    rows = SourceDocument.objects.filter(issuer=request.auth)  # type: ignore[attr-defined]
    source = rows.filter(external_id=receipt).first()
    if source is None:
        raise ReceiptUnknown
    return _answer(source)
