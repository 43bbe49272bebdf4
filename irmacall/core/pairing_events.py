"""What happened to pairing numbers (see `pairing`)."""

from __future__ import annotations

from dataclasses import dataclass

from irmacall.core.ids import CallId, CodeHash, PageId, SealedId, SeatId, SubjectId
from irmacall.core.pairing import Unshared


@dataclass(frozen=True, slots=True)
class IdentifyAsked:
    """The one at this seat wants her caller to identify herself now, by this number; an earlier one is void."""

    seat: SeatId
    call: CallId
    number: CodeHash
    subject: SubjectId
    more: str | None = None


@dataclass(frozen=True, slots=True)
class IdentifyDropped:
    """The one at this seat wants it no longer."""

    seat: SeatId
    call: CallId


@dataclass(frozen=True, slots=True)
class PairingTaken:
    """A browser's page typed in this number, which may be anybody's or nobody's."""

    number: CodeHash
    page: PageId


@dataclass(frozen=True, slots=True)
class PairingShared:
    """The page that typed it in begins to disclose, on a page of its own.

    It is for this call, and for the `nth` of the numbers given out for it: the page may have typed in another
    since. `earlier`: the page that the same browser had until now, if it had one.
    """

    page: PageId
    sharing: PageId
    call: CallId
    nth: int
    earlier: PageId | None = None


@dataclass(frozen=True, slots=True)
class PairingFailed:
    """That disclosure came to nothing."""

    sharing: PageId
    why: Unshared


@dataclass(frozen=True, slots=True)
class PairingSealed:
    """That disclosure lies in the vault, for the call of its pairing and for nothing else: it never has a code.

    Times are epoch seconds.
    """

    sealed: SealedId
    page: PageId
    subject: SubjectId
    started_at: float
    expires_at: float


@dataclass(frozen=True, slots=True)
class PairingStopped:
    """Who typed it in says: I did not call, or I do not want this."""

    page: PageId


PairingEvent = (
    IdentifyAsked | IdentifyDropped | PairingTaken | PairingShared | PairingFailed | PairingSealed | PairingStopped
)
