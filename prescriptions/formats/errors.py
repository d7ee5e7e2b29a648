"""Why a document cannot be read: one class a reason, the field named, its value never."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pharmacy.core.errors import Invalid


class MalformedPrescription(Invalid):
    """The document breaks the rules of its format; `facts["field"]` says where."""

    code = "rx.malformed"
    sentence = _("The prescription does not follow its format.")


class UnknownFormat(Invalid):
    """No format recognises these bytes."""

    code = "rx.unknown-format"
    sentence = _("The document is not in a format that we know.")


class FieldMissing(MalformedPrescription):
    """A required field is absent."""

    code = "rx.field-missing"
    sentence = _("A required field is missing.")


class FieldInvalid(MalformedPrescription):
    """A field is there, but not with a value that it may have."""

    code = "rx.field-invalid"
    sentence = _("A field has a value that it may not have.")


class FieldTooMany(MalformedPrescription):
    """More of a field than there may be."""

    code = "rx.field-cardinality"
    sentence = _("A field appears more often than it may.")


class QuantityNotWhole(MalformedPrescription):
    """A quantity that is not a positive whole number of base units."""

    code = "rx.quantity"
    sentence = _("A quantity is not a whole number of units above zero.")


class NotActive(MalformedPrescription):
    """The document is a draft, a plan, or was withdrawn."""

    code = "rx.not-an-active-order"
    sentence = _("The prescription is not an active order.")


class MalformedSignature(Invalid):
    """The signature beside the document is not a compact detached JWS."""

    code = "jws.malformed"
    sentence = _("The signature is not a detached JWS in compact form.")


class NotCanonical(MalformedSignature):
    """Base64url that decodes, but that no signer would write."""

    code = "jws.not-canonical"
    sentence = _("The signature is not written in canonical base64url.")


class NotDetached(MalformedSignature):
    """The signature carries a payload of its own."""

    code = "jws.not-detached"
    sentence = _("The signature carries its own payload; only the document counts.")


class CriticalHeader(MalformedSignature):
    """The signer demands an extension that we do not know."""

    code = "jws.critical-header"
    sentence = _("The signature demands an extension that we do not support.")


class MalformedCms(Invalid):
    """Not a CMS SignedData with its content inside."""

    code = "cms.malformed"
    sentence = _("The document is not a signed CMS document with its content inside.")


class AttributeMissing(MalformedCms):
    """A signed attribute that CAdES requires is absent or there twice."""

    code = "cms.attribute"
    sentence = _("The signature lacks an attribute that it must have exactly once.")


class AlgorithmRefused(Invalid):
    """Not on the list of algorithms that we accept."""

    code = "algorithm.refused"
    sentence = _("The signature uses an algorithm that we do not accept.")


class CertificateMissing(Invalid):
    """The signature names no certificate, or one that is not there."""

    code = "certificate.missing"
    sentence = _("The certificate of the signer is missing.")


class CertificateMismatch(Invalid):
    """The signature is bound to another certificate than the one beside it."""

    code = "certificate.mismatch"
    sentence = _("The signature belongs to another certificate.")


class ContentChanged(Invalid):
    """The digest of the content is not the signed one."""

    code = "signature.content-changed"
    sentence = _("The content was changed after it was signed.")


class SignatureInvalid(Invalid):
    """The signature does not match."""

    code = "signature.invalid"
    sentence = _("The signature does not match the document.")
