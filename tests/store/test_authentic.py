"""A record of the desk is ours only with our key, on its own desk, under its own name."""

from __future__ import annotations

import pytest

from irmacall.core.ids import DeskId
from irmacall.store.authentic import derived_key, protected, verified

KEY = derived_key(bytes(range(32)))
DESK, NAME, RECORD = DeskId("gemeente"), b"call\0near-1", b'{"v":1}'


@pytest.mark.parametrize("record", [RECORD, b"", bytes(100_000)])
def test_what_was_protected_is_had_back(record: bytes) -> None:
    """As it was, and readable for the operator who looks in redis."""
    kept = protected(KEY, DESK, NAME, record)
    assert kept.endswith(record)
    assert verified(KEY, DESK, NAME, kept) == record


@pytest.mark.parametrize("at", range(32 + len(RECORD)))
def test_not_a_bit_may_differ(at: int) -> None:
    """Of the code or of the record."""
    kept = bytearray(protected(KEY, DESK, NAME, RECORD))
    kept[at] ^= 1
    assert verified(KEY, DESK, NAME, bytes(kept)) is None


@pytest.mark.parametrize(
    ("key", "desk", "name"),
    [
        (derived_key(bytes(32)), DESK, NAME),
        (bytes(range(32)), DESK, NAME),
        (KEY, DeskId("elders"), NAME),
        (KEY, DESK, b"call\0near-2"),
        (KEY, DeskId("gemeentec"), NAME[1:]),
    ],
)
def test_it_is_of_one_key_one_desk_and_one_name(key: bytes, desk: DeskId, name: bytes) -> None:
    """Moved anywhere else it is nobody's; and the vault's own key makes none."""
    assert verified(key, desk, name, protected(KEY, DESK, NAME, RECORD)) is None


@pytest.mark.parametrize("kept", [b"", RECORD, bytes(32), bytes(32) + RECORD])
def test_what_was_never_protected_is_not_ours(kept: bytes) -> None:
    """However short it is."""
    assert verified(KEY, DESK, NAME, kept) is None
