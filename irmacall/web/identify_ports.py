"""What both apps need of the rest for a caller who identifies herself during the call. Times are epoch seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, NewType, Protocol

from irmacall.core.ids import CallId, SeatId, SubjectId, UserId
from irmacall.web.citizen_ports import Begun, PageToken, SubjectView

NowToken = NewType("NowToken", str)
"""The 256-bit secret of the browser's page on which a pairing number is typed in. It lives in its cookie only."""

# -- the citizen's side ------------------------------------------------------------------------------------------

PairedState = Literal["none", "taken", "sharing", "failed", "done"]
"""`none`: nothing was typed in here, or nothing can come of it any more."""


@dataclass(frozen=True, slots=True)
class PairedView:
    """What the page that typed in a number may know of the call: enough to tell whether it is hers."""

    state: PairedState
    began: float | None = None
    """When the call began."""
    service: str = ""
    """Whom it is with."""
    last_digits: str = ""
    """The last two digits of the number that she calls with; empty: it is withheld, or not known."""
    callback: bool = False
    """We called her, because she had asked for it."""
    subject: SubjectView | None = None
    """What she would share, and why."""


class PairedDesk(Protocol):
    """The desk as a page sees it on which a pairing number is typed in."""

    async def take(self, page: NowToken, digits: str) -> bool:
        """This page types in six digits; False: they are nobody's number, or no longer."""

    async def paired(self, page: NowToken) -> PairedView:
        """What this page may know now."""

    async def begin_paired(self, page: NowToken, earlier: PageToken | None) -> Begun:
        """Start a disclosure there; `earlier`: as `CitizenDesk.begin`. Raises Refused: there is nothing to share."""

    async def stop_paired(self, page: NowToken) -> None:
        """She did not call, or wants none of it. To stop twice is harmless."""

    def paired_changes(self, page: NowToken) -> AbstractContextManager[AsyncIterator[None]]:
        """An iterator that yields whenever it is worth asking for the view again."""


# -- the owner's side --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be asked of a caller: a subject, or one attribute besides what it asks."""

    subject: SubjectId
    title: str
    more: str | None = None
    label: str = ""
    """What the attribute is called: "uw geboortedatum"."""


PairingState = Literal["asked", "taken", "sharing", "failed", "done", "expired", "stopped"]
Texted = Literal["never", "offered", "sent", "failed"]
"""Whether the number was sent by SMS. `never`: that cannot be done for this caller."""


@dataclass(frozen=True, slots=True)
class AskedView:
    """How far it is that a caller identifies herself. `why`: of `failed`."""

    state: PairingState
    title: str
    """Of the subject; of what is asked besides, its label."""
    left: float
    """Seconds until time ends it."""
    number: str | None = field(default=None, repr=False)
    """The six digits, while they can be typed in, and where this daemon gave them out."""
    why: Literal["refused", "expired", "invalid", "unavailable"] | None = None
    texted: Texted = "never"
    last: bool = False
    """No further number is given for this call."""


@dataclass(frozen=True, slots=True)
class IdentifyView:
    """What the owner of a call can ask of its caller, the likeliest first, and how far it is."""

    address: str
    """Where the number is typed in, as one reads it aloud: "bellen.example.nl/nu"."""
    choices: Sequence[Choice]
    asked: AskedView | None = None


class IdentifyDesk(Protocol):
    """The desk as the owner of a call sees it who wants to know who calls. Each raises Refused for anybody else."""

    async def identify(self, seat: SeatId, user: UserId, call: CallId, subject: SubjectId, more: str | None) -> None:
        """Give a number for this call, which voids an earlier one."""

    async def drop(self, seat: SeatId, user: UserId, call: CallId) -> None:
        """Void it."""

    async def text(self, seat: SeatId, user: UserId, call: CallId) -> None:
        """Send it by SMS to the telephone that she calls with. What comes of it the panel shows."""
