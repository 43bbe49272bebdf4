"""Who a caller is passed on to, and who is asked about her meanwhile: what there is, and nothing that happens."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from irmacall.core.ids import ChannelId, Endpoint, NodeName, NumberId, QueueId, UserId


@dataclass(frozen=True, slots=True)
class ToPerson:
    """Somebody of the municipality, on her own phone."""

    user: UserId
    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class ToOutside:
    """Somebody elsewhere, on a number that a line of ours may call. Nobody is shown who calls from then on."""

    number: NumberId


class Standing(enum.Enum):
    """Where a caller stands in the queue that she is passed to."""

    FIRST = "first"
    """Before everybody who waits in it."""
    HERS = "hers"
    """By the moment at which she began to wait, as if nobody had answered her."""
    LAST = "last"
    """Behind everybody who waits in it."""


@dataclass(frozen=True, slots=True)
class ToLine:
    """A queue. Her identity stays sealed until somebody answers her."""

    queue: QueueId
    standing: Standing = Standing.HERS


Target = ToPerson | ToOutside | ToLine
Telephone = ToPerson | ToOutside
"""A target that rings."""


class Act(enum.Enum):
    """What the one who has a caller on the line can do with a press of a key."""

    HOLD = "hold"
    RESUME = "resume"
    MUTE = "mute"
    UNMUTE = "unmute"
    SWAP = "swap"
    """From whom is consulted to the caller, and back; the other one hears music. Out of a talk of three: to whom is
    consulted."""
    JOIN = "join"
    """All three talk."""
    COMPLETE = "complete"
    """The caller is passed on to whom is consulted."""
    CANCEL = "cancel"
    """Nobody is consulted any more; the caller is back."""


class Asked(enum.Enum):
    """Where whom an owner asked is."""

    RINGING = "ringing"
    CONSULTED = "consulted"
    """She talks with the owner, and the caller hears music."""
    ASIDE = "aside"
    """She hears music, and the owner talks with the caller."""
    TOGETHER = "together"
    """All three talk."""


class Failure(enum.Enum):
    """Why a transfer, or a consultation, came to nothing: the reason that its owner reads."""

    BUSY = "busy"
    NO_ANSWER = "no-answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    """Her phone is not there, or the number cannot be called."""
    HUNG_UP = "hung-up"
    """She answered, and hung up before anything came of it."""
    UNKNOWN = "unknown"
    """There is nobody of this extension, or this may not be called."""
    CLOSED = "closed"
    """The queue takes nobody now."""
    FAILED = "failed"
    """Asterisk could not do what it was asked."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What became of the owner's last wish. `user` None: it was no one of the municipality.

    `stayed`: the caller was with her owner all the while.
    """

    why: Failure
    user: UserId | None = None
    stayed: bool = False


@dataclass(frozen=True, slots=True)
class Handover:
    """A caller is on her way from one who let her go to one who shall answer her: nobody may see her.

    `then`: who is rung if the one who is rung now does not answer; after that she waits, first in her queue.
    """

    by: UserId
    then: tuple[Telephone, ...] = ()
    after: ChannelId | None = None
    """The next phone is rung once this channel is gone: that phone's own in this very call, which is just ending."""
    asked: int | None = None
    """Nobody is rung before this enquiry is answered, of which extension it is that her owner's phone keyed in."""
    patient: bool = True
    """False: that was waited for long enough."""

    @property
    def waits(self) -> bool:
        """Whether there is something to wait for before anybody is rung."""
        return self.after is not None or self.asked is not None


@dataclass(frozen=True, slots=True)
class ComesBack:
    """A caller was cut off, and is back: until `until`, who had her on the line is rung as soon as she is free."""

    agent: UserId
    until: float


@dataclass(frozen=True, slots=True)
class SecondCall:
    """A call that the owner's phone makes while she has a caller on the line, at whatever node."""

    channel: ChannelId
    node: NodeName
    dialog: str = ""
    """Its SIP Call-ID (RFC 3261, 8.1.1.4): by that her phone names it at another node."""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """An extension that was keyed in on the owner's phone, while it is found out whose it is.

    `line`: the second call of her phone that it was dialled in. `refers`: the phone asked by REFER, and is told how
    it goes. `consult`: she wants to talk first.
    """

    number: int
    consult: bool
    line: SecondCall | None = None
    refers: bool = False
