"""Two words by which a citizen and the one who has her on the line prove to each other that they see the same.

Her page and that one's card show both, and nobody else's: the one who answers says the first, she says the second.
They follow from the sealed id under a key of the site, so that nothing is kept, a restart changes nothing, and both
servers say the same. The words (`two_words.nl.txt`) are short names of things; no two of them sound alike.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from irmacall.core.ids import SealedId

_LIST: Final = Path(__file__).with_name("two_words.nl.txt")


@dataclass(frozen=True, slots=True)
class TwoWords:
    """What is said over the telephone, in this order. Never printed: who hears them could say them."""

    staff: str
    """By the one who has the caller on the line."""
    citizen: str

    def __repr__(self) -> str:
        return "<two words>"


@cache
def words() -> tuple[str, ...]:
    """All that there are."""
    return tuple(_LIST.read_text(encoding="utf-8").split())


class Pairs:
    """Gives each disclosure its two words."""

    def __init__(self, key: bytes) -> None:
        """`key` is a secret of the site; what is made of it here says nothing about it."""
        self._key = hmac.new(key, b"irmacall two words", hashlib.sha256).digest()

    def of(self, sealed: SealedId) -> TwoWords:
        """Two different words, each pair as likely as any other."""
        drawn = int.from_bytes(hmac.new(self._key, sealed.encode(), hashlib.sha256).digest())
        first, step = drawn % len(words()), drawn // len(words()) % (len(words()) - 1)
        return TwoWords(words()[first], words()[(first + 1 + step) % len(words())])
