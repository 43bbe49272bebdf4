"""What the staff's app needs of the rest, as protocols. Times are seconds since the epoch, durations seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from irmacall.core.ids import CallId, GrantNumber, LanguageId, QueueId, SeatId, UserId
from irmacall.errors import Refused
from irmacall.web.identify_ports import IdentifyView


class TooManyTries(Refused):
    """Somebody must wait before trying again; `retry_after` says how long, in seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("too many tries")
        self.retry_after = retry_after


Availability = Literal["away", "available", "paused", "wrap-up", "unavailable"]
"""`away`: no seat claimed here. `wrap-up`: after a call, and available by itself afterwards. `unavailable`: the desk
took her out, and the reason says why."""


@dataclass(frozen=True, slots=True)
class RingingView:
    """A call that rings at this seat: never who it is."""

    call: CallId
    queue: str
    subject: str | None
    waited: float
    callback: bool = False
    """Nobody calls: somebody is to be called back."""
    dialled: bool = False
    """She has answered, and that person's telephone rings now."""
    language: LanguageId | None = None
    """In which the caller wants to be spoken to, where she chose another than the desk's first."""
    passed_by: str | None = None
    """Who passes the caller on to this one, or (`consult`) wants to ask this one something."""
    consult: bool = False
    """A colleague asks about a caller of hers: this one will speak with the colleague first."""
    recall: bool = False
    """The caller comes back to this one, who passed her on in vain, or (`came_back`) was cut off from her."""
    came_back: bool = False
    """The caller was cut off a moment ago, and calls back."""


@dataclass(frozen=True, slots=True)
class ConsultingView:
    """Whom the one at this seat asks about her caller."""

    state: Literal["ringing", "consulted", "aside", "together"]
    """See `core.transfer.Asked`."""
    name: str | None
    """None: a number outside."""
    seconds: float
    """How long she is where she is."""
    by_phone: bool = False
    """The seat's own phone made this second call, and swaps with its own keys."""
    blind: bool = False
    """The caller is passed on as soon as that one answers."""


@dataclass(frozen=True, slots=True)
class ReturnedView:
    """What became of the seat's last wish to pass its caller on, where it came to nothing."""

    why: Literal["busy", "no-answer", "rejected", "unreachable", "hung-up", "unknown", "closed", "failed"]
    name: str | None = None
    """Of whom; None: nobody of the municipality."""
    stayed: bool = False
    """Whether the caller was with her all the while."""


@dataclass(frozen=True, slots=True)
class TalkingView:
    """The call that this seat has on the line."""

    call: CallId
    grant: GrantNumber | None
    """The grant to ask the card with; None where there is nothing to see."""
    identified: bool
    seconds: float
    """How long they have been talking."""
    queue: str = ""
    subject: str | None = None
    callback: bool = False
    """She was called back: nobody knows who she is."""
    erased: bool = False
    """Her identity was known in this call, and is erased: by herself, or since its time was over."""
    language: LanguageId | None = None
    """As `RingingView.language`."""
    consulted_by: str | None = None
    """This one is asked by a colleague about her caller, whom she is shown nothing of; of all others None."""
    together: bool = False
    """Of who is consulted: the caller is there too."""
    passed_by: str | None = None
    """Who passed the caller on to this one last."""
    passed_by_user: UserId | None = None
    held: bool = False
    """The caller hears music, at this seat's wish."""
    phone_held: bool = False
    """As `held`, by the phone's own key."""
    muted: bool = False
    """This one is not heard, by her own wish."""
    consult: ConsultingView | None = None
    returned: ReturnedView | None = None
    identify: IdentifyView | None = None
    """What this one can ask of her caller, to know who she is, and how far that is."""
    doubt: Literal["citizen", "owner"] | None = None
    """Of an erased identity: who said that it is not right."""
    onlooker: OnlookerView | None = None
    looked: OnlookerView | None = None
    """Who did so last, and when; over now."""


@dataclass(frozen=True, slots=True)
class OnlookerView:
    """Somebody of management who sees this seat's caller now, too."""

    name: str
    until: str
    """As the clock on the wall says it: 10:43. Of one who did so before: at what time that was."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue that this agent serves: how many wait, how long the first of them does, and who is there for them."""

    title: str
    count: int
    longest: float
    agents: int = 0
    """Who are logged in for it, whatever they do."""
    free: int = 0
    """Of these, who can be asked now."""


@dataclass(frozen=True, slots=True)
class CallbackView:
    """Somebody who is to be called back. Never her number."""

    queue: str
    asked: float
    """How long ago she asked for it."""
    tries: int
    """How often her telephone was rung in vain."""
    due: float
    """After how long she can be called (again); 0: now."""
    under_way: bool
    """An agent is asked, or her telephone rings, now."""


@dataclass(frozen=True, slots=True)
class PanelView:
    """What one seat shows, but for the identity."""

    availability: Availability
    reason: str | None = None
    """Of `paused`: as she chose it. Of `unavailable` and `away`: a key of `words.UNAVAILABLE`."""
    since: float | None = None
    """How long she is in this state; None: nobody counts that."""
    left: float | None = None
    """How much of her wrap-up is left."""
    ringing: RingingView | None = None
    talking: TalkingView | None = None
    waiting: Sequence[QueueView] = ()
    """The queues that she serves, in the site's order."""
    callbacks: Sequence[CallbackView] = ()
    """Of these queues, in the order in which they were asked for."""
    official: bool = False
    """Somebody who serves no queue and is called by name: there is nothing to show of queues."""
    paused_by: str | None = None
    """Who paused her, where it was not she herself."""


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """Who is on the line. It has no repr, so that no log line can hold it."""

    call: CallId
    grant: GrantNumber
    familyname: str
    initials: str
    prefix: str
    gender: str
    """As it was disclosed ("M", "V", …); empty when absent."""
    disclosed_at: float
    expires_at: float
    scheme: str
    issuer: str
    demo: bool
    language: LanguageId
    """In which the caller wants to be spoken to."""
    crm_url: str | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    """What else was disclosed: label → value, in the order to show."""
    identified: bool = True
    """False: nobody knows who she is, and there is only a note to show."""
    note: str = ""
    """What the one who passed her on wrote for this one."""
    note_by: str = ""
    """Who wrote it."""
    words: tuple[str, str] | None = None
    """What this one says to the caller, and what she answers: her page shows the same two."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """Something changed: `panel` ask for it again, `card` there is one to ask for, `blank` blank first."""

    kind: Literal["panel", "card", "blank"]
    call: CallId | None = None
    grant: GrantNumber | None = None


Presence = Literal["free", "busy", "away"]
Standing = Literal["first", "hers", "last"]
"""See `core.transfer.Standing`."""
NOTE_LENGTH: Final = 500
"""Characters in a note for who takes over a caller, at the most."""


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody to whom a caller can be passed."""

    user: UserId
    name: str
    department: str
    extension: str
    """As one dials it; empty where she has none."""
    presence: Presence


@dataclass(frozen=True, slots=True)
class LineView:
    """A queue to which a caller can be passed."""

    queue: QueueId
    title: str
    extension: str
    waiting: int


@dataclass(frozen=True, slots=True)
class TargetsView:
    """To whom a caller can be passed, of those whom the typed text finds."""

    people: Sequence[PersonView] = ()
    lines: Sequence[LineView] = ()
    number: str | None = None
    """The typed text is a number outside to which callers may be passed, and this is how it is dialled."""


@dataclass(frozen=True, slots=True)
class PassOn:
    """What the one at a seat wants done with her caller. One of the first three is given."""

    user: UserId | None = None
    queue: QueueId | None = None
    number: str | None = field(default=None, repr=False)
    standing: Standing = "hers"
    """Of a queue."""
    consult: bool = False
    """She wants to talk with that one first. Never of a queue."""
    note: str = field(default="", repr=False)


ActName = Literal["hold", "resume", "mute", "unmute", "swap", "join", "complete", "cancel"]
"""See `core.transfer.Act`."""


class StaffDesk(Protocol):
    """The desk as one seat sees it. A seat is named after its login's session and claimed by `claim`."""

    async def claim(self, user: UserId, seat: SeatId) -> None:
        """She is available here; a claim elsewhere is withdrawn. Raises Refused (no phone, for instance)."""

    async def pause(self, seat: SeatId, reason: str) -> None:
        """No new calls at this seat; the reason is one of those that the app offers."""

    async def extend_wrap_up(self, seat: SeatId, seconds: float) -> None:
        """No new calls at this seat for so many seconds more after her last one; `claim` ends it early."""

    async def hang_up(self, seat: SeatId, call: CallId) -> None:
        """End this call, if this seat has it on the line."""

    async def doubt(self, seat: SeatId, call: CallId, grant: GrantNumber) -> None:
        """She says that the card of this grant is not of who is on the line: it is erased, and the call goes on."""

    async def targets(self, user: UserId, text: str) -> TargetsView:
        """To whom this user can pass a caller: found by name, department or extension; a few, the best first."""

    async def pass_on(self, seat: SeatId, user: UserId, call: CallId, wish: PassOn) -> None:
        """Pass the caller of this call on, if this seat has her on the line, or ask somebody about her.

        What comes of it the panel shows. Raises Refused for a target that there is not, or a number that may not be
        called.
        """

    async def act(self, seat: SeatId, call: CallId, act: ActName) -> None:
        """Hold, mute, swap and so on, if this seat has the caller of this call on the line."""

    async def panel(self, seat: SeatId, user: UserId) -> PanelView:
        """What the seat shows now, claimed or not."""

    async def reveal(self, seat: SeatId, user: UserId, call: CallId, grant: GrantNumber) -> Card:
        """The one door through which identity leaves. Raises Refused, VaultGone, LeaseLost or PeerError."""

    def changes(self, seat: SeatId) -> AbstractContextManager[AsyncIterator[Nudge]]:
        """Nudges for this seat, in order; it ends when this daemon may not speak any more.

        It begins with what is so now: look at the panel, and of who has a caller to see, her card. Nothing that was
        told before is told again.
        """
