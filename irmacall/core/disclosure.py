"""A citizen's disclosure as the desk knows it: where it lies, what opens it, until when. Never what is in it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from irmacall.core.ids import CallId, CodeHash, PageId, SealedId, SubjectId


class Seal(enum.Enum):
    """OPEN: its code waits for a call. BOUND: a call has it, and the code is burned. ERASED: gone from the vault."""

    OPEN = "open"
    BOUND = "bound"
    ERASED = "erased"


@dataclass(slots=True)
class Disclosure:
    """The tie between page, code, call and vault. An erased one is remembered for its page until the hour ends."""

    sealed: SealedId
    page: PageId
    code: CodeHash | None
    subject: SubjectId
    started_at: float
    code_expires_at: float
    expires_at: float
    seal: Seal = Seal.OPEN
    call: CallId | None = None

    @property
    def next_change(self) -> float:
        """When time alone changes something: the code is void, or the hour is over."""
        return self.expires_at if self.code is None else min(self.code_expires_at, self.expires_at)

    def opens_at(self, now: float) -> bool:
        """Whether its code may still be used: once, in time, and while the identity lives."""
        return self.seal is Seal.OPEN and now < min(self.code_expires_at, self.expires_at)
