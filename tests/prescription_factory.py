"""Keys, certificates and signed prescriptions for tests: made here, by real cryptography.

`Hospital` signs FHIR bundles beside the bytes, `Doctor` signs KBV bundles around them. People are
called by role.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from prescriptions.trust import certificates
from prescriptions.trust.store import RevocationAnswer, Trusted, TrustList

NOW = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)  # noon in Shanghai, morning in Berlin
YEAR = dt.timedelta(days=365)
SHA256 = hashes.SHA256()


@functools.cache
def key(name: str, kind: str = "P-256") -> Any:
    """A private key by name, made once a test run."""
    if kind == "RSA":
        return rsa.generate_private_key(65537, 2048)
    curves = {"P-256": ec.SECP256R1, "brainpool": ec.BrainpoolP256R1, "P-384": ec.SECP384R1}
    return ec.generate_private_key(curves[kind]())


def certificate(
    name: str,
    *,
    private: Any,
    issuer: tuple[x509.Certificate, Any] | None = None,
    is_ca: bool = False,
    path_length: int | None = None,
    start: dt.datetime = NOW - YEAR,
    end: dt.datetime = NOW + YEAR,
) -> x509.Certificate:
    """A certificate: self-signed unless an issuer (certificate, key) is given."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(
        [
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ],
        False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(is_ca, path_length if is_ca else None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_ca, content_commitment=not is_ca,
                key_cert_sign=is_ca, crl_sign=is_ca, **usage,
            ),
            critical=True,
        )
        .sign(issuer[1] if issuer else private, SHA256)
    )  # fmt: skip


def der(made: x509.Certificate) -> bytes:
    """DER of a certificate."""
    return made.public_bytes(Encoding.DER)


def pem(made: x509.Certificate) -> bytes:
    """PEM of a certificate."""
    return made.public_bytes(Encoding.PEM)


def loaded(made: x509.Certificate) -> certificates.Certificate:
    """As the product sees it."""
    return certificates.load(der(made))


def pinning(*made: x509.Certificate, **facts: Any) -> TrustList:
    """A trust store that pins these certificates."""
    return TrustList(
        [Trusted(certificate=loaded(each), issuer="hospital", **facts) for each in made]
    )


def anchoring(
    *made: x509.Certificate, answers: dict[x509.Certificate, RevocationAnswer] | None = None
) -> TrustList:
    """A trust store with these anchors and answers about revocation."""
    return TrustList(
        anchor_list=[Trusted(certificate=loaded(each), issuer="anchor") for each in made],
        answers={loaded(c).fingerprint: answer for c, answer in (answers or {}).items()},
    )


def b64url(raw: bytes) -> str:
    """Canonical base64url."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Hospital:
    """Signs FHIR bundles with ES256."""

    name: str = "Hospital A"
    kind: str = "P-256"

    @property
    def key(self) -> Any:
        return key(self.name, self.kind)

    @functools.cached_property
    def certificate(self) -> x509.Certificate:
        return certificate(self.name, private=self.key)

    def trust(self, **facts: Any) -> TrustList:
        return pinning(self.certificate, **facts)

    def sign(self, raw: bytes, **header: Any) -> str:
        """Detached JWS `header..signature`; a header value of None leaves it out."""
        whole = {
            "alg": "ES256",
            "x5t#S256": b64url(hashlib.sha256(der(self.certificate)).digest()),
            "iat": int(NOW.timestamp()),
            **header,
        }
        kept = {name: value for name, value in whole.items() if value is not None}
        protected = b64url(json.dumps(kept).encode())
        return f"{protected}..{b64url(self.raw_signature(protected, raw))}"

    def raw_signature(self, protected: str, raw: bytes) -> bytes:
        """r and s, 32 bytes each."""
        signed = f"{protected}.{b64url(raw)}".encode()
        r, s = decode_dss_signature(self.key.sign(signed, ec.ECDSA(SHA256)))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def line(number: int = 1, **changes: Any) -> dict[str, Any]:
    """One MedicationRequest: 30 tablets, one a day, 30 days."""
    return {
        "resourceType": "MedicationRequest",
        "id": f"line-{number}",
        "status": "active",
        "intent": "order",
        "groupIdentifier": {"system": "urn:hospital:rx", "value": "RX-2026-0001"},
        "medicationCodeableConcept": {
            "coding": [{"system": "urn:chain:medicine", "code": f"medicine-{number}"}],
            "text": f"Medicine {number} 5 mg tablets",
        },
        "subject": {"reference": "Patient/patient-one"},
        "requester": {"reference": "Practitioner/prescriber-a"},
        "authoredOn": "2026-03-02T09:00:00+08:00",
        "dosageInstruction": [
            {
                "text": "1 tablet once a day",
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                "route": {"coding": [{"system": "http://snomed.info/sct", "code": "26643006"}]},
                "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
            }
        ],
        "dispenseRequest": {
            "quantity": {"value": 30, "unit": "tablet"},
            "expectedSupplyDuration": {"value": 30, "code": "d"},
            "numberOfRepeatsAllowed": 2,
            "validityPeriod": {"start": "2026-03-02", "end": "2026-03-04"},
        },
        "substitution": {"allowedBoolean": True},
        **changes,
    }


PATIENT = {
    "resourceType": "Patient",
    "id": "patient-one",
    "identifier": [{"system": "urn:id:resident", "value": "P-0001"}],
    "name": [{"text": "Patient One"}],
    "gender": "female",
    "birthDate": "1961-05-04",
}
PRESCRIBER = {
    "resourceType": "Practitioner",
    "id": "prescriber-a",
    "name": [{"text": "Prescriber A"}],
    "qualification": [
        {"identifier": [{"system": "urn:licence", "value": "L-77"}], "code": {"text": "physician"}}
    ],
}
PEOPLE = [
    PATIENT,
    PRESCRIBER,
    {"resourceType": "Organization", "id": "clinic", "name": "Cardiology"},
]
HEALTH = [
    {
        "resourceType": "AllergyIntolerance", "id": "allergy",
        "code": {"coding": [{"system": "urn:chain:group", "code": "penicillins"}], "text": "Penicillin"},
        "patient": {"reference": "Patient/patient-one"},
    },
    {
        "resourceType": "Condition", "id": "condition",
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "I10"}]},
        "subject": {"reference": "Patient/patient-one"},
    },
    {
        "resourceType": "Observation", "id": "weight", "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "valueQuantity": {"value": 61.5, "code": "kg"},
    },
]  # fmt: skip


def bundle(*resources: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A Bundle of the resources given; without any: one line, its people and findings."""
    chosen = resources or (line(), *PEOPLE, *HEALTH)
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": each} for each in chosen],
        **changes,
    }


def as_bytes(document: Any) -> bytes:
    """JSON as a hospital writes it."""
    return json.dumps(document, ensure_ascii=False).encode()


KBV = """<Bundle xmlns="http://hl7.org/fhir"><id value="b"/>
<identifier><system value="https://gematik.de/fhir/NamingSystem/PrescriptionID"/>
<value value="160.100.000.000.002.36"/></identifier><type value="document"/>
<entry><resource><Composition><id value="c"/><status value="final"/>
<type><coding><code value="e16A"/></coding></type>
<author><reference value="Practitioner/a"/></author></Composition></resource></entry>
<entry><resource><MedicationRequest><id value="m"/>{extension}<status value="active"/>
<intent value="order"/><medicationReference><reference value="Medication/x"/></medicationReference>
<subject><reference value="Patient/p"/></subject><authoredOn value="{authored_on}"/>
<requester><reference value="Practitioner/a"/></requester>
<dosageInstruction><text value="1-0-0-0"/></dosageInstruction>
<dispenseRequest><quantity><value value="{packs}"/></quantity></dispenseRequest>
<substitution><allowedBoolean value="true"/></substitution></MedicationRequest></resource></entry>
<entry><resource><Medication><id value="x"/><code><coding>
<system value="http://fhir.de/CodeSystem/ifa/pzn"/><code value="{pzn}"/></coding>
<text value="Medicine 1 N1"/></code></Medication></resource></entry>
<entry><resource><Patient><id value="p"/><identifier>
<system value="http://fhir.de/sid/gkv/kvid-10"/><value value="M310119800"/></identifier>
<name><use value="official"/><family value="One"/><given value="Patient"/></name>
<birthDate value="1961-05-04"/></Patient></resource></entry>
<entry><resource><Practitioner><id value="a"/><identifier>
<system value="https://fhir.kbv.de/NamingSystem/KBV_NS_Base_ANR"/><value value="456456534"/>
</identifier><name><use value="official"/><family value="A"/><given value="Prescriber"/></name>
</Practitioner></resource></entry>
<entry><resource><Organization><id value="o"/><name value="Practice"/></Organization></resource></entry>
</Bundle>"""


def kbv(
    *, authored_on: str = "2026-03-02", packs: str = "1", pzn: str = "08585997", extension: str = ""
) -> bytes:
    """A KBV bundle in XML."""
    return KBV.format(authored_on=authored_on, packs=packs, pzn=pzn, extension=extension).encode()


class Doctor:
    """Signs CAdES enveloping documents."""

    def __init__(self, name: str = "Doctor A", kind: str = "brainpool") -> None:
        self.name, self.kind = name, kind

    @property
    def key(self) -> Any:
        return key(self.name, self.kind)

    @functools.cached_property
    def certificate(self) -> x509.Certificate:
        return certificate(self.name, private=self.key)

    def trust(self, **facts: Any) -> TrustList:
        return pinning(self.certificate, **facts)

    def info(
        self,
        payload: bytes,
        *,
        signed_at: dt.datetime | None = NOW,
        bound_to: x509.Certificate | None = None,
        digest: str = "sha256",
    ) -> cms.SignerInfo:
        """One SignerInfo over the payload."""
        own = asn1_x509.Certificate.load(der(self.certificate))
        bound = tsp.ESSCertIDv2(
            {"cert_hash": hashlib.sha256(der(bound_to or self.certificate)).digest()}
        )
        attributes = [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute(
                {"type": "message_digest", "values": [hashlib.new(digest, payload).digest()]}
            ),
            cms.CMSAttribute(
                {
                    "type": "signing_certificate_v2",
                    "values": [tsp.SigningCertificateV2({"certs": [bound]})],
                }
            ),
        ]
        if signed_at:
            time = cms.Time({"utc_time": core.UTCTime(signed_at)})
            attributes.append(cms.CMSAttribute({"type": "signing_time", "values": [time]}))
        signed = cms.CMSAttributes(attributes)
        return cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    {
                        "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                            {"issuer": own.issuer, "serial_number": own.serial_number}
                        )
                    }
                ),
                "digest_algorithm": algos.DigestAlgorithm({"algorithm": digest}),
                "signed_attrs": signed,
                "signature_algorithm": self._algorithm(digest),
                "signature": self._sign(signed.dump(), digest),
            }
        )

    def sign(
        self, payload: bytes, *, others: tuple[cms.SignerInfo, ...] = (),
        beside: tuple[x509.Certificate, ...] = (), **facts: Any,
    ) -> bytes:  # fmt: skip
        """A whole `.p7`."""
        infos = [self.info(payload, **facts), *others]
        kept = [self.certificate, *beside]
        data = cms.SignedData(
            {
                "version": "v1",
                "digest_algorithms": [{"algorithm": "sha256"}],
                "encap_content_info": {"content_type": "data", "content": payload},
                "certificates": [
                    cms.CertificateChoices({"certificate": asn1_x509.Certificate.load(der(each))})
                    for each in kept
                ],
                "signer_infos": infos,
            }
        )
        return cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()

    def _algorithm(self, digest: str) -> algos.SignedDigestAlgorithm:
        if self.kind != "RSA":
            return algos.SignedDigestAlgorithm({"algorithm": f"{digest}_ecdsa"})
        hashed = {"algorithm": digest}
        parameters = algos.RSASSAPSSParams(
            {
                "hash_algorithm": hashed,
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": hashed},
                "salt_length": 32,
            }
        )
        return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})

    def _sign(self, signed: bytes, digest: str) -> bytes:
        method = {"sha256": SHA256, "sha1": hashes.SHA1()}[digest]
        if self.kind == "RSA":
            return self.key.sign(signed, padding.PSS(padding.MGF1(method), 32), method)
        return self.key.sign(signed, ec.ECDSA(method))
