"""How the number of somebody who is to be called back is encrypted: pure, and the same wherever it is kept.

AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D). Desk and name are associated data, so that a sealed number
can be moved to no other desk and no other callback. All are of one length: it says nothing about the number's.
"""

from __future__ import annotations

import json
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from irmacall.core.ids import DeskId, NumberId
from irmacall.errors import PeerError

_NONCE_BYTES: Final = 12
_LONGEST: Final = 32
"""E.164 allows fifteen digits and a plus."""


def numbers_key(vault_key: bytes) -> bytes:
    """The key of numbers: made from the vault's, and not the vault's (RFC 5869)."""
    return HKDF(SHA256(), length=32, salt=None, info=b"irmacall numbers").derive(vault_key)


def seal_number(key: bytes, desk: DeskId, name: NumberId, number: str) -> bytes:
    """Encrypt a number of at most 32 ASCII characters, under a name of its own."""
    plain = number.encode("ascii").ljust(_LONGEST)
    if len(plain) > _LONGEST:
        raise ValueError("longer than any telephone number")
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, _associated(desk, name))


def open_number(key: bytes, desk: DeskId, name: NumberId, sealed: bytes) -> str:
    """Decrypt what `seal_number` made. Raises PeerError where it is altered, moved or of another key."""
    try:
        plain = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _associated(desk, name))
    except (InvalidTag, ValueError) as error:
        raise PeerError("a noted number was altered, moved, or sealed under another key") from error
    return plain.decode("ascii").rstrip()


def _associated(desk: DeskId, name: NumberId) -> bytes:
    return json.dumps(["irmacall", "number", desk, name]).encode()
