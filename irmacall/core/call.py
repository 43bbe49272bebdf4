"""The life of one call, as one table of transitions.

A caller is welcomed and may key in a code (WELCOME), is asked again after a wrong one (ASKING), chooses from menus
(MENU), and waits (WAITING). A phone rings for her, or several do (RINGING); when one is answered, both are moved into
one bridge (CONNECTING); there they talk (TALKING). A phone that does not take the call sends it back to WAITING, at
the place that it had. Who talks may be passed on: to somebody who was consulted, without a pause (PASSED), or let go
(LET_GO) to wait for one person's phone, or in a queue. Who waits may ask to be called back (CALLBACK); in the call
in which that is done, her own telephone rings once an agent has answered (DIALLING). Who is sent away hears why
(LEAVING). Everything ends in ENDED, from which nothing leads away: whatever is heard of an ended call is late, and
late is ordinary.

Who may see whom is no part of this table: `ownership` derives it from the stage, the bridge and the node.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Final

from irmacall.core.code import Digits
from irmacall.core.facts import Outcome
from irmacall.core.ids import (
    DUTCH,
    BridgeId,
    CallId,
    ChannelId,
    Endpoint,
    GrantNumber,
    LanguageId,
    MenuId,
    NodeName,
    NumberId,
    QueueId,
    SealedId,
    SeatId,
    SubjectId,
    UserId,
)
from irmacall.core.pairing import Pairing
from irmacall.core.plan import Plan
from irmacall.core.sight import Doubt
from irmacall.core.transfer import Asked, ComesBack, Enquiry, Handover, Returned


class Stage(enum.Enum):
    """Where a call is in its life."""

    WELCOME = "welcome"
    ASKING = "asking"
    MENU = "menu"
    WAITING = "waiting"
    RINGING = "ringing"
    CONNECTING = "connecting"
    TALKING = "talking"
    CALLBACK = "callback"
    DIALLING = "dialling"
    LEAVING = "leaving"
    ENDED = "ended"


class Turning(enum.Enum):
    """What moves a call from one stage to the next."""

    CODE_WRONG = "code wrong"
    CHOOSES = "chooses"
    QUEUED = "queued"
    OFFERED = "offered"
    ANSWERED = "answered"
    NOT_TAKEN = "not taken"
    JOINED = "joined"
    PASSED = "passed on"
    LET_GO = "let go"
    WANTS_CALLBACK = "wants a callback"
    STAYS = "stays"
    CALLED_OUT = "called out"
    SENT_AWAY = "sent away"
    ENDED = "ended"


_ENTRY: Final = {
    Turning.CODE_WRONG: Stage.ASKING,
    Turning.CHOOSES: Stage.MENU,
    Turning.QUEUED: Stage.WAITING,
    Turning.SENT_AWAY: Stage.LEAVING,
    Turning.ENDED: Stage.ENDED,
}
TRANSITIONS: Final = {
    Stage.WELCOME: _ENTRY,
    Stage.ASKING: _ENTRY,
    Stage.MENU: _ENTRY,
    Stage.WAITING: {
        Turning.OFFERED: Stage.RINGING,
        Turning.QUEUED: Stage.WAITING,
        Turning.CHOOSES: Stage.MENU,
        Turning.WANTS_CALLBACK: Stage.CALLBACK,
        Turning.SENT_AWAY: Stage.LEAVING,
        Turning.ENDED: Stage.ENDED,
    },
    Stage.CALLBACK: {
        Turning.STAYS: Stage.WAITING,
        Turning.SENT_AWAY: Stage.LEAVING,
        Turning.ENDED: Stage.ENDED,
    },
    Stage.DIALLING: {Turning.ANSWERED: Stage.CONNECTING, Turning.ENDED: Stage.ENDED},
    Stage.RINGING: {
        Turning.CALLED_OUT: Stage.DIALLING,
        Turning.ANSWERED: Stage.CONNECTING,
        Turning.NOT_TAKEN: Stage.WAITING,
        Turning.ENDED: Stage.ENDED,
    },
    Stage.CONNECTING: {
        Turning.JOINED: Stage.TALKING,
        Turning.NOT_TAKEN: Stage.WAITING,
        Turning.ENDED: Stage.ENDED,
    },
    Stage.TALKING: {
        Turning.PASSED: Stage.TALKING,
        Turning.LET_GO: Stage.WAITING,
        Turning.ENDED: Stage.ENDED,
    },
    Stage.LEAVING: {Turning.ENDED: Stage.ENDED},
    Stage.ENDED: {},
}

ENTERING_CODE: Final = frozenset({Stage.WELCOME, Stage.ASKING})
BEFORE_THE_QUEUE: Final = ENTERING_CODE | {Stage.MENU}
UNANSWERED: Final = BEFORE_THE_QUEUE | {Stage.WAITING, Stage.RINGING, Stage.CALLBACK}
WITH_LEG: Final = frozenset({Stage.RINGING, Stage.DIALLING, Stage.CONNECTING, Stage.TALKING})


@dataclass(frozen=True, slots=True)
class Leg:
    """The phone that this call is offered to, or has. `user` None: the call was found, and whose phone it is not."""

    channel: ChannelId
    user: UserId | None
    endpoint: Endpoint
    since: float
    number: NumberId | None = None
    """It is no phone of ours, but a telephone outside on this number."""


@dataclass(slots=True)
class Consult:
    """Somebody whom the owner of a call asks about it, or passes it on to without letting go of it."""

    leg: Leg
    """Her phone, or her telephone outside."""
    node: NodeName
    """Where that leg is: the call's own, or that of the owner's second call."""
    state: Asked = Asked.RINGING
    blind: bool = False
    """There is nothing to talk about: the caller is passed on as soon as she answers."""
    line: ChannelId | None = None
    """The second call of the owner's own phone, in which she talks with her; None: in the one with the caller."""
    dialog: str = ""
    """The SIP Call-ID of that second call."""
    referred: ChannelId | None = None
    """The owner's channel on which her phone asked for this, and is told how it goes (SIP REFER)."""
    since: float = 0.0
    """Since when she is where she is."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What one seat was granted: this caller, under this number; and what of hers it may have opened."""

    seat: SeatId
    user: UserId
    number: GrantNumber
    sealed: SealedId | None = None
    note: SealedId | None = None


class Room(enum.Enum):
    """Where a channel can be that talks, or is kept from talking."""

    TALK = "talk"
    """The talk bridge of the call."""
    MUSIC = "music"
    """The bridge where this queue's callers wait."""
    CONSULT = "consult"
    """The bridge of a consultation that the owner's phone dialled itself."""


UNSAVED: Final = {"saved": False}


@dataclass(slots=True)
class Call:
    """One caller's call. Fields marked unsaved are heard anew from Asterisk, or begun anew, after a take-over."""

    id: CallId
    node: NodeName
    channel: ChannelId
    queue: QueueId
    arrived_at: float
    plan: Plan = field(repr=False, metadata=UNSAVED)
    """The one under which she came; after a take-over, the one in force."""
    stage: Stage = Stage.WELCOME
    queued_at: float | None = None
    """When she began to wait: her place, which she keeps from queue to queue and while phones ring in vain."""
    entered_at: float | None = None
    """When she came into the queue in which she waits now: patience, and what is asked of agents, count from it."""
    tries: int = 0
    """Wrong codes so far."""
    attempt: int = 0
    """Phones rung so far: part of each leg's id, so it is saved before the leg is made."""
    said: int = 0
    """What was said so far: part of each playback's id."""
    sealed: SealedId | None = None
    identified: bool = False
    """Whether an identity was bound to this call at any time."""
    subject: SubjectId | None = None
    """Of the disclosure that was bound to it."""
    doubt: Doubt | None = None
    """Who said of the last identity that was bound to it that it is not right."""
    legs: tuple[Leg, ...] = ()
    """The phones that ring for her; from the answer on, the one."""
    talking_since: float | None = None
    """When she was answered first."""
    joined_at: float | None = None
    """Since when the one who has her on the line now has her."""
    answered_by: UserId | None = None
    """Who answered her first."""
    owners: tuple[UserId, ...] = ()
    """Everybody of the municipality who had her on the line, in order; who had her again is there again."""
    language: LanguageId = DUTCH
    menu: MenuId | None = None
    menu_path: tuple[str, ...] = ()
    """What she chose, in order, as `menu:key`."""
    queues: tuple[QueueId, ...] = ()
    """Every queue that she came into, in order."""
    patient: bool = False
    """She has waited enough for this queue, and waits on: there was nowhere else to go, or she did not want to."""
    callback: CallId | None = None
    """The promise that this call is to keep: we call her, once an agent has answered."""
    outcome: Outcome | None = None
    """How it ends, where that is known before it does."""
    held: bool = False
    """She hears music, at the wish of the one who has her on the line."""
    holding: tuple[ChannelId, ...] = ()
    """Phones in it, of its owner or of who is consulted, that hold whoever is at the other end by their own key."""
    muted: bool = False
    """The one who has her on the line is not heard, by her own wish."""
    consult: Consult | None = None
    handover: Handover | None = None
    passed_by: UserId | None = None
    """Who passed her on last."""
    passed: int = 0
    """How often she was passed on, also in vain."""
    note: SealedId | None = None
    """What the one who passed her on wrote for the next one: where it lies, and nothing about what it says."""
    note_until: float | None = None
    note_by: UserId | None = None
    ahead: bool = False
    """She waits before everybody who waits in her queue."""
    behind: float | None = None
    """She was put behind everybody who waited then: her place, until somebody answers her."""
    came_back: bool = False
    """She was cut off in an earlier call, and is back to what she disclosed then."""
    comes_back: ComesBack | None = None
    """Who had her on the line then, while that one is asked first. Set by `Desk.expect` alone."""
    returned: Returned | None = None
    """What became of the owner's last wish, where it came to nothing."""
    pairing: Pairing | None = None
    """By which its caller can identify herself now, or how that ended."""
    paired: int = 0
    """Pairing numbers that were given for it so far."""
    keys: Digits = field(default_factory=Digits, metadata=UNSAVED)
    """What she has keyed in and what is not yet acted on."""
    recent: Digits = field(default_factory=Digits, metadata=UNSAVED)
    """Her last keys that can still become a code."""
    key_at: float = field(default=0.0, metadata=UNSAVED)
    menu_tries: int = field(default=0, metadata=UNSAVED)
    announce_at: float | None = field(default=None, metadata=UNSAVED)
    announced: int = field(default=0, metadata=UNSAVED)
    own_number: bool = field(default=True, metadata=UNSAVED)
    """Whether she can be offered to be called back on the number that she calls with, as far as is known."""
    hinted_at: float | None = field(default=None, metadata=UNSAVED)
    """When she was told last that she may ask to be called back."""
    saying: bool = field(default=False, metadata=UNSAVED)
    members: frozenset[ChannelId] = field(default=frozenset(), metadata=UNSAVED)
    """Who is in the talk bridge, as Asterisk said last."""
    parked: bool = field(default=False, metadata=UNSAVED)
    """She is where the music is, or on her way from or to there, at the wish of the one who has her on the line."""
    leaving: frozenset[ChannelId] = field(default=frozenset(), metadata=UNSAVED)
    """Who was consulted, has been hung up, and may not have left the talk bridge yet."""
    hears: BridgeId | None = field(default=None, metadata=UNSAVED)
    """The bridge with music that she is in, or on her way to."""
    rooms: dict[ChannelId, Room] = field(default_factory=dict, metadata=UNSAVED)
    """Where the switchboard last asked each of its channels to be."""
    failures: int = field(default=0, metadata=UNSAVED)
    """How often in a row Asterisk would not do what the switchboard asked."""
    enquiry: Enquiry | None = field(default=None, metadata=UNSAVED)
    enquiries: int = field(default=0, metadata=UNSAVED)
    leg_keys: Digits = field(default_factory=Digits, metadata=UNSAVED)
    """What was keyed in on that phone of a star code."""
    granted: Granted | None = field(default=None, metadata=UNSAVED)

    @property
    def leg(self) -> Leg | None:
        """The phone that this call is offered to (the first, where several ring), or has."""
        return self.legs[0] if self.legs else None

    def leg_on(self, channel: ChannelId) -> Leg | None:
        """Its leg that is this channel."""
        return next((leg for leg in self.legs if leg.channel == channel), None)

    def phone_on(self, channel: ChannelId) -> Leg | None:
        """Its leg, or that of who is consulted, that is this channel."""
        return next((leg for leg in self.phones if leg.channel == channel), None)

    @property
    def phone_held(self) -> bool:
        """Whether its owner's phone holds the caller, by its own key."""
        return self.leg is not None and self.leg.channel in self.holding

    @property
    def called_back(self) -> bool:
        """Whether it is still to keep a promise: an agent is asked, or her telephone rings."""
        return self.callback is not None and self.talking_since is None

    @property
    def phones(self) -> tuple[Leg, ...]:
        """Every phone that rings for it or is in it: its legs, and that of who is consulted."""
        return self.legs if self.consult is None else (*self.legs, self.consult.leg)

    @property
    def own_channels(self) -> tuple[ChannelId, ...]:
        """Every channel that is in it or rings for it, hers last."""
        line = None if self.consult is None else self.consult.line
        after = None if self.handover is None else self.handover.after
        others = (channel for channel in (line, after) if channel is not None)
        return (*(leg.channel for leg in self.phones), *others, self.channel)

    def node_of(self, channel: ChannelId) -> NodeName:
        """The node that this channel of it is at."""
        consult = self.consult
        asked = consult is not None and channel in (consult.leg.channel, consult.line)
        return consult.node if asked and consult is not None else self.node

    def taken_by(self, user: UserId | None, now: float) -> None:
        """From now on this one has her on the line; None: somebody outside, or at a phone that is not known."""
        self.joined_at = now
        if user is not None and self.owners[-1:] != (user,):
            self.owners = (*self.owners, user)

    def turn(self, turning: Turning) -> None:
        """Move to the next stage. A turning that the table does not have here is a defect of the desk."""
        following = TRANSITIONS[self.stage].get(turning)
        assert following is not None, f"{self.stage} has no {turning}"
        self.stage = following
