"""The life of one call, as one table of transitions.

A caller is welcomed and may key in a code (WELCOME), is asked again after a wrong one (ASKING), and waits (WAITING).
A phone rings for her (RINGING); when it is answered, both are moved into one bridge (CONNECTING); there they talk
(TALKING). A phone that does not take the call sends it back to WAITING, at the place that it had. Everything ends in
ENDED, from which nothing leads away: whatever is heard of an ended call is late, and late is ordinary.

Who may see whom is no part of this table: `ownership` derives it from the stage, the bridge and the node.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Final

from irmacall.core.code import Digits
from irmacall.core.ids import (
    CallId,
    ChannelId,
    Endpoint,
    GrantNumber,
    NodeName,
    QueueId,
    SealedId,
    SeatId,
    UserId,
)


class Stage(enum.Enum):
    """Where a call is in its life."""

    WELCOME = "welcome"
    ASKING = "asking"
    WAITING = "waiting"
    RINGING = "ringing"
    CONNECTING = "connecting"
    TALKING = "talking"
    ENDED = "ended"


class Turning(enum.Enum):
    """What moves a call from one stage to the next."""

    CODE_RIGHT = "code right"
    CODE_WRONG = "code wrong"
    NO_CODE = "no code"
    OFFERED = "offered"
    ANSWERED = "answered"
    NOT_TAKEN = "not taken"
    JOINED = "joined"
    ENDED = "ended"


TRANSITIONS: Final = {
    Stage.WELCOME: {
        Turning.CODE_RIGHT: Stage.WAITING,
        Turning.CODE_WRONG: Stage.ASKING,
        Turning.NO_CODE: Stage.WAITING,
        Turning.ENDED: Stage.ENDED,
    },
    Stage.ASKING: {
        Turning.CODE_RIGHT: Stage.WAITING,
        Turning.CODE_WRONG: Stage.ASKING,
        Turning.NO_CODE: Stage.WAITING,
        Turning.ENDED: Stage.ENDED,
    },
    Stage.WAITING: {Turning.OFFERED: Stage.RINGING, Turning.ENDED: Stage.ENDED},
    Stage.RINGING: {
        Turning.ANSWERED: Stage.CONNECTING,
        Turning.NOT_TAKEN: Stage.WAITING,
        Turning.ENDED: Stage.ENDED,
    },
    Stage.CONNECTING: {
        Turning.JOINED: Stage.TALKING,
        Turning.NOT_TAKEN: Stage.WAITING,
        Turning.ENDED: Stage.ENDED,
    },
    Stage.TALKING: {Turning.ENDED: Stage.ENDED},
    Stage.ENDED: {},
}

ENTERING_CODE: Final = frozenset({Stage.WELCOME, Stage.ASKING})
WITH_LEG: Final = frozenset({Stage.RINGING, Stage.CONNECTING, Stage.TALKING})


@dataclass(frozen=True, slots=True)
class Leg:
    """The phone that this call is offered to, or has. `user` None: the call was found, and whose phone it is not."""

    channel: ChannelId
    user: UserId | None
    endpoint: Endpoint
    since: float


@dataclass(frozen=True, slots=True)
class Granted:
    """What one seat was granted: this caller, under this number."""

    seat: SeatId
    user: UserId
    number: GrantNumber


UNSAVED: Final = {"saved": False}


@dataclass(slots=True)
class Call:
    """One caller's call. Fields marked unsaved are heard anew from Asterisk, or begun anew, after a take-over."""

    id: CallId
    node: NodeName
    channel: ChannelId
    queue: QueueId
    arrived_at: float
    stage: Stage = Stage.WELCOME
    queued_at: float | None = None
    """When she came into the queue: her place, which she keeps while phones ring in vain."""
    tries: int = 0
    """Wrong codes so far."""
    attempt: int = 0
    """Phones rung so far: part of each leg's id, so it is saved before the leg is made."""
    said: int = 0
    """Prompts so far: part of each playback's id."""
    sealed: SealedId | None = None
    leg: Leg | None = None
    talking_since: float | None = None
    keys: Digits = field(default_factory=Digits, metadata=UNSAVED)
    saying: bool = field(default=False, metadata=UNSAVED)
    members: frozenset[ChannelId] = field(default=frozenset(), metadata=UNSAVED)
    """Who is in the talk bridge, as Asterisk said last."""
    granted: Granted | None = field(default=None, metadata=UNSAVED)

    def turn(self, turning: Turning) -> None:
        """Move to the next stage. A turning that the table does not have here is a defect of the desk."""
        following = TRANSITIONS[self.stage].get(turning)
        assert following is not None, f"{self.stage} has no {turning}"
        self.stage = following
