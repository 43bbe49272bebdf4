"""How a disclosure is encrypted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irmacall.core.ids import DeskId, SealedId
from irmacall.errors import PeerError
from irmacall.store.sealing import Sealed, expiry_of, open_sealed, seal_attributes
from irmacall.store.vault import MemoryVault

KEY = bytes(range(32))
DESK, PLACE, EXPIRES_MS = DeskId("gemeente"), SealedId("a1"), 1_700_000_000_123
NAME = {"familyname": "De Vries"}


@given(attributes=st.dictionaries(st.text(max_size=20), st.text(max_size=2000), max_size=6))
def test_any_text_comes_back(attributes: dict[str, str]) -> None:
    """Whatever letters an attribute has, and however long it is, it comes back as it was."""
    sealed = seal_attributes(KEY, DESK, PLACE, attributes, EXPIRES_MS)
    disclosed = open_sealed(KEY, DESK, PLACE, sealed)
    assert (disclosed.attributes, disclosed.expires_at) == (attributes, EXPIRES_MS / 1000)
    assert expiry_of(sealed.content) == EXPIRES_MS


def test_each_seal_is_its_own() -> None:
    """The same attributes sealed twice share no key and no ciphertext, and one's key does not open the other."""
    first, second = (seal_attributes(KEY, DESK, PLACE, NAME, EXPIRES_MS) for _ in range(2))
    assert first.wrapped_key != second.wrapped_key
    assert first.content != second.content
    with pytest.raises(PeerError):
        open_sealed(KEY, DESK, PLACE, Sealed(second.wrapped_key, first.content))


@pytest.mark.parametrize(("desk", "place"), [("other", "a1"), ("gemeente", "a2"), ("gemeentea", "1")])
def test_bound_to_desk_and_id(desk: str, place: str) -> None:
    """What was sealed for one desk and id opens under no other."""
    sealed = seal_attributes(KEY, DESK, PLACE, NAME, EXPIRES_MS)
    with pytest.raises(PeerError):
        open_sealed(KEY, DeskId(desk), SealedId(place), sealed)


@given(position=st.integers(0, 2000), bit=st.integers(0, 7), half=st.sampled_from(["wrapped_key", "content"]))
def test_bound_to_every_bit(position: int, bit: int, half: str) -> None:
    """No bit of either half, the expiry's included, can be changed unseen."""
    sealed = seal_attributes(KEY, DESK, PLACE, NAME, EXPIRES_MS)
    halves = {"wrapped_key": sealed.wrapped_key, "content": sealed.content}
    altered = bytearray(halves[half])
    altered[position % len(altered)] ^= 1 << bit
    with pytest.raises(PeerError):
        open_sealed(KEY, DESK, PLACE, Sealed(**{**halves, half: bytes(altered)}))


@given(length=st.integers(0, 200))
def test_length_tells_nothing(length: int) -> None:
    """A name of any likely length seals to the same number of bytes."""
    sealed = seal_attributes(KEY, DESK, PLACE, {"familyname": "x" * length}, EXPIRES_MS)
    assert len(sealed.content) == len(seal_attributes(KEY, DESK, PLACE, NAME, EXPIRES_MS).content)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_key_of_another_length(length: int) -> None:
    """A key that is not 256 bits is refused before anything is sealed with it."""
    with pytest.raises(ValueError, match="32 bytes"):
        MemoryVault(bytes(length))
