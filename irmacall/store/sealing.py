"""How one disclosure is encrypted: pure, and the same for every form of the vault.

Each disclosure has a random data key. It encrypts the content, and is itself encrypted ("wrapped") by the
key-encryption key, which stands in the service's credentials and never in redis. The two ciphertexts are kept
apart: once the wrapped key is deleted nobody can read the content, whatever copy of it is left.

Both are AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D, 8.2.2: fewer than 2**32 seals under one
key-encryption key, which is 130 years of one a second). Desk, sealed id and expiry are associated data, so
that neither ciphertext can be moved to another desk, another disclosure or another hour.

The content is padded to whole blocks of 1024 bytes: its length says nothing about a name's.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from irmacall.core.ids import DeskId, SealedId
from irmacall.errors import PeerError

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_BLOCK_BYTES: Final = 1024
_EXPIRY_BYTES: Final = 8
_LENGTH_BYTES: Final = 4
_FORM: Final = b"\x01"
"""The first byte of sealed content: which arrangement of bytes this is."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One disclosure as it may be kept: neither half tells anything without the other and the outer key."""

    wrapped_key: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What a citizen disclosed. `expires_at` is in seconds since the epoch. Never printed: see the fields."""

    attributes: Mapping[str, str] = field(repr=False)
    expires_at: float


def seal_attributes(
    key: bytes, desk: DeskId, sealed_id: SealedId, attributes: Mapping[str, str], expires_ms: int
) -> Sealed:
    """Encrypt the attributes for one desk, one sealed id and one expiry (milliseconds since the epoch)."""
    data_key = AESGCM.generate_key(8 * KEY_BYTES)
    wrapped = _encrypt(key, data_key, _associated("key", desk, sealed_id, expires_ms))
    content = _encrypt(data_key, _padded(attributes), _associated("content", desk, sealed_id, expires_ms))
    return Sealed(wrapped, _FORM + expires_ms.to_bytes(_EXPIRY_BYTES) + content)


def expiry_of(content: bytes) -> int:
    """The expiry that sealed content claims, in milliseconds; opening it proves the claim."""
    head = len(_FORM) + _EXPIRY_BYTES
    if not content.startswith(_FORM) or len(content) < head:
        raise PeerError("the vault holds something that was not sealed by us")
    return int.from_bytes(content[len(_FORM) : head])


def open_sealed(key: bytes, desk: DeskId, sealed_id: SealedId, sealed: Sealed) -> Disclosed:
    """Decrypt what `seal_attributes` made. Raises `PeerError` when it is altered, moved or of another key."""
    expires_ms = expiry_of(sealed.content)
    content = sealed.content[len(_FORM) + _EXPIRY_BYTES :]
    try:
        data_key = _decrypt(key, sealed.wrapped_key, _associated("key", desk, sealed_id, expires_ms))
        plain = _decrypt(data_key, content, _associated("content", desk, sealed_id, expires_ms))
    except (InvalidTag, ValueError) as error:
        raise PeerError("what the vault holds was altered, moved, or sealed under another key") from error
    return Disclosed(_unpadded(plain), expires_ms / 1000)


def _associated(part: str, desk: DeskId, sealed_id: SealedId, expires_ms: int) -> bytes:
    """What a ciphertext belongs to. JSON keeps the four apart whatever stands in them."""
    return json.dumps(["irmacall", part, desk, sealed_id, expires_ms]).encode()


def _encrypt(key: bytes, plain: bytes, associated: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, associated)


def _decrypt(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], associated)


def _padded(attributes: Mapping[str, str]) -> bytes:
    text = json.dumps(dict(attributes), ensure_ascii=False).encode()
    framed = len(text).to_bytes(_LENGTH_BYTES) + text
    return framed + bytes(-len(framed) % _BLOCK_BYTES)


def _unpadded(plain: bytes) -> dict[str, str]:
    length = int.from_bytes(plain[:_LENGTH_BYTES])
    attributes: dict[str, str] = json.loads(plain[_LENGTH_BYTES : _LENGTH_BYTES + length])
    return attributes
