"""Field encryption and blind indexes.

AES-256-GCM with a versioned key (`v1:` prefix), bound to its table and column, so that a
value copied elsewhere does not decrypt. A blind index is an HMAC of the normalised value,
for look-ups by exact match. Keys come from the environment: `RXFLOW_FIELD_KEYS`
("2:base64,1:base64", the first one writes) and `RXFLOW_INDEX_KEY`.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import os
import unicodedata
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from pharmacy.core.errors import Broken


class UndecryptableField(Broken):
    """A stored value does not open with any key that we have."""

    code = "crypto.undecryptable"


@functools.lru_cache(maxsize=8)
def _ring(spec: str) -> dict[int, AESGCM]:
    pairs = (entry.split(":", 1) for entry in spec.split(","))
    return {int(version): AESGCM(base64.b64decode(key)) for version, key in pairs}


def _keys() -> dict[int, AESGCM]:
    return _ring(settings.FIELD_KEYS)


def current_version() -> int:
    """The version of the key that writes."""
    return next(iter(_keys()))


def seal(plain: bytes, context: str) -> bytes:
    """Encrypt bytes for one table and column."""
    version, key = next(iter(_keys().items()))
    nonce = os.urandom(12)
    return b"v%d:" % version + nonce + key.encrypt(nonce, plain, context.encode())


def unseal(blob: bytes, context: str) -> bytes:
    """Decrypt what `seal` wrote.

    Raises:
        UndecryptableField: unknown key version, another context or a changed value.
    """
    prefix, _, rest = bytes(blob).partition(b":")
    try:
        key = _keys()[int(prefix[1:])]
        return key.decrypt(rest[:12], rest[12:], context.encode())
    except (InvalidTag, KeyError, ValueError) as error:
        raise UndecryptableField(context=context) from error


def version_of(blob: bytes) -> int:
    """The key version that wrote a stored value."""
    return int(bytes(blob).partition(b":")[0][1:])


def blind_index(value: str, purpose: str) -> str:
    """A stable, keyed digest of a normalised identifier, for exact look-ups."""
    normal = "".join(unicodedata.normalize("NFKC", value).split()).upper()
    message = f"{purpose}\x00{normal}".encode()
    return hmac.new(settings.INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()


class EncryptedBinaryField(models.BinaryField):
    """Bytes that rest encrypted; the model sees plain bytes."""

    def _context(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def to_plain(self, raw: bytes) -> Any:
        """Turn decrypted bytes into the Python value."""
        return raw

    def to_raw(self, value: Any) -> bytes:
        """Turn the Python value into bytes."""
        return bytes(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Decrypt on load."""
        return None if value is None else self.to_plain(unseal(bytes(value), self._context()))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Encrypt on save."""
        if value is None:
            return None
        sealed = seal(self.to_raw(value), self._context())
        return super().get_db_prep_value(sealed, connection, prepared)

    def _check_str_default_value(self) -> list[Any]:
        """A default is a plain value of ours, not bytes."""
        return []

    def value_to_string(self, obj: models.Model) -> str:
        """Never serialise the plain value."""
        return ""


class EncryptedTextField(EncryptedBinaryField):
    """Text that rests encrypted."""

    _pyi_private_set_type: str  # type: ignore[assignment]
    _pyi_private_get_type: str  # type: ignore[assignment]

    def to_plain(self, raw: bytes) -> str:
        """Decode."""
        return raw.decode()

    def to_raw(self, value: Any) -> bytes:
        """Encode."""
        return str(value).encode()


class EncryptedJSONField(EncryptedBinaryField):
    """A JSON value that rests encrypted."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def to_plain(self, raw: bytes) -> Any:
        """Parse."""
        return json.loads(raw)

    def to_raw(self, value: Any) -> bytes:
        """Serialise."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
