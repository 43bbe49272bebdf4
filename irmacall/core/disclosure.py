"""A citizen's disclosure as the desk knows it: where it lies, what opens it, until when. Never what is in it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from irmacall.core.ids import CallId, CodeHash, PageId, QueueId, SealedId, SubjectId, UserId
from irmacall.core.sight import Doubt, Sight


class Seal(enum.Enum):
    """OPEN: its code waits for a call. BOUND: a call has it, and the code is burned. ERASED: gone from the vault."""

    OPEN = "open"
    BOUND = "bound"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Dropped:
    """Her line ended, and nobody of ours ended it: until `until` she may come back to what she disclosed.

    Meanwhile it lies sealed, bound to no call and visible to nobody.
    """

    call: CallId
    """The one that ended."""
    at: float
    until: float
    """Then it is erased. Never later than the hour."""
    queue: QueueId
    """Where she waited, or was answered from."""
    agent: UserId | None
    """Who had her on the line; None: nobody, or nobody of ours."""


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
    replaced: bool = False
    """It was erased because its caller has identified herself anew."""
    more: str | None = None
    """The field of one attribute beside what its subject asks."""
    sights: tuple[Sight, ...] = ()
    """Who was shown it, in order: for her page, until the hour is over."""
    doubt: Doubt | None = None
    """Who said that it is not right."""
    dropped: Dropped | None = None
    """Set while its caller may come back."""

    @property
    def kept_until(self) -> float:
        """When it is erased at the latest, as things are."""
        return self.expires_at if self.dropped is None else min(self.dropped.until, self.expires_at)

    @property
    def next_change(self) -> float:
        """When time alone changes something: the code is void, nobody came back, or the hour is over."""
        return self.kept_until if self.code is None else min(self.code_expires_at, self.kept_until)

    def opens_at(self, now: float) -> bool:
        """Whether its code may still be used: once, in time, and while the identity lives."""
        return self.seal is Seal.OPEN and now < min(self.code_expires_at, self.kept_until)
