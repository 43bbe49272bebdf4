"""That a record of the desk is ours: an HMAC over its desk, its name and itself, kept in front of it.

Who can write in the desk's redis can otherwise bind a caller to another's identity, or an agent to another's seat,
and wait for the next take-over. The key is derived (RFC 5869) from the vault's: what it protects is who may see what
is in there. An older record of the same name, put back, is still ours: docs/security.md says what that is worth.
"""

from __future__ import annotations

import hmac
import struct
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from irmacall.core.ids import DeskId

_TAG_BYTES: Final = 32


def derived_key(vault_key: bytes) -> bytes:
    """The key for `protected` and `verified`, which tells nothing of the vault's."""
    return HKDF(SHA256(), 32, salt=None, info=b"irmacall desk records").derive(vault_key)


def protected(key: bytes, desk: DeskId, name: bytes, record: bytes) -> bytes:
    """The record as it may be kept under this name."""
    return _tag(key, desk, name, record) + record


def verified(key: bytes, desk: DeskId, name: bytes, kept: bytes) -> bytes | None:
    """The record that `protected` was given; None where this was not made by it, or for another desk or name."""
    tag, record = kept[:_TAG_BYTES], kept[_TAG_BYTES:]
    return record if hmac.compare_digest(tag, _tag(key, desk, name, record)) else None


def _tag(key: bytes, desk: DeskId, name: bytes, record: bytes) -> bytes:
    of = desk.encode()
    return hmac.digest(key, struct.pack(">II", len(of), len(name)) + of + name + record, "sha256")
