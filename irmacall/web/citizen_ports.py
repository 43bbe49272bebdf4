"""What the citizens' app needs of the rest, as a protocol. Times are seconds since the epoch, durations seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, NewType, Protocol

from irmacall.core.ids import DUTCH, SubjectId

PageToken = NewType("PageToken", str)
"""The 256-bit secret of the citizen's page that began a disclosure. It lives in that page's cookie only."""


@dataclass(frozen=True, slots=True)
class SubjectView:
    """Something a citizen can call about, and what she would share for it."""

    id: SubjectId
    title: str
    shares: Sequence[str]
    """What is asked of her, in her words: "uw voorletters", "uw achternaam"."""
    explanation: str
    """Why it is asked, in a sentence or two."""
    language: str = DUTCH
    """In which all that is told."""
    translated: tuple[SubjectView, ...] = ()
    """The same in other languages."""

    def told(self, language: str) -> SubjectView:
        """In this language, where the site has it so."""
        return next((each for each in self.translated if each.language == language), self)


@dataclass(frozen=True, slots=True)
class Begun:
    """A disclosure session has started. The two mappings go to the browser as they are."""

    page: PageToken = field(repr=False)
    session_ptr: Mapping[str, object] = field(repr=False)
    frontend_request: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SightView:
    """One who may see, or saw, what she disclosed: what that one does for the municipality, and never a name."""

    function: str
    """As the municipality wrote it for citizens; empty where it did not."""
    department: str
    since: float
    until: float | None = None
    by_glass: bool = False
    """Management, who did not have her on the line."""


@dataclass(frozen=True, slots=True)
class LiveView:
    """What her page tells beside how her call goes."""

    position: int | None = None
    """Her place in the queue, from 1."""
    wait: float | None = None
    """About how many seconds she will still wait; None: nobody knows."""
    seers: Sequence[SightView] = ()
    """Who may see it now."""
    sights: Sequence[SightView] = ()
    """Who was shown it, in order."""
    more: str | None = None
    """What she shared beside what her subject asks, in her words."""
    words: tuple[str, str] | None = field(default=None, repr=False)
    """What the one who answers says, and what she says to that."""
    doubt: Literal["citizen", "owner"] | None = None
    """Of an erased one: who said that it is not right."""


CitizenState = Literal[
    "disclosing", "sealed", "failed", "in_call", "waiting", "talking", "dropped", "erased", "unknown"
]
"""`dropped`: her line ended, and what she disclosed is kept sealed for her for a while, if she wants to call back."""
FailureReason = Literal["refused", "expired", "invalid", "unavailable", "unpaired"]
"""`unpaired`: it was for a call that went on, and came too late for it."""


@dataclass(frozen=True, slots=True)
class CitizenView:
    """What one citizen's page may show now. The code is there for the page that began it alone."""

    state: CitizenState
    number: str
    """The service number as people write it: 024 - 123 45 67."""
    subject: SubjectId | None = None
    reason: FailureReason | None = None
    code: str | None = field(default=None, repr=False)
    code_expires_at: float | None = None
    expires_at: float | None = None
    """When the disclosed attributes are gone, whatever happens."""
    tel: str | None = field(default=None, repr=False)
    """The tel: link that dials number and code."""
    on_the_line: bool = False
    """Her call goes on, with her data or without."""
    seen: bool = False
    """Whoever has her on the line may see her data now."""
    callback: bool = False
    """While she waits: she can ask to be called back. Of `erased`: she has asked for it."""
    replaced: bool = False
    """Of `erased`: she has identified herself anew during the call."""
    live: LiveView = LiveView()

    @property
    def shown(self) -> str:
        """The state as the page shows it: `codeless` where she has shared her data, but no code opens them."""
        return "codeless" if self.state == "sealed" and self.code is None else self.state

    @property
    def detail(self) -> str:
        """What more there is to say of a state: of `erased`, why she need not call again; of `waiting`, that she can
        be called back; of `talking`, that nobody sees her data; of `dropped`, that she has a code again."""
        if self.state == "erased" and self.replaced:
            return "replaced"
        if self.state == "erased" and self.on_the_line:
            return "in-call"
        if self.state == "talking" and not self.seen:
            return "unseen"
        if self.state == "dropped" and self.code is not None:
            return "code"
        return "callback" if self.callback and self.state in ("erased", "waiting") else "plain"


class CitizenDesk(Protocol):
    """The desk as the public sees it."""

    @property
    def service_number(self) -> str:
        """The service number as people write it."""

    def subjects(self) -> Sequence[SubjectView]:
        """All that one can call about, in the order to show."""

    async def begin(self, subject: SubjectId, earlier: PageToken | None = None) -> Begun:
        """Start a disclosure. Raises PeerUnavailable when the yivi server is away.

        `earlier` is the page that the browser has now. What was begun from it is given up or erased first, one begin
        after another, unless it is in a call; whoever has either page can erase both.
        """

    async def view(self, page: PageToken) -> CitizenView:
        """What this page may show now; state `unknown` for a page that we do not know (any more)."""

    async def renew_code(self, page: PageToken) -> None:
        """A new code in place of the old one, which is void from then on."""

    async def erase(self, page: PageToken) -> None:
        """Erase what was disclosed from this browser, now. To erase twice is harmless.

        Raises PeerError where it cannot be sure yet that it is erased: ask again.
        """

    async def doubt(self, page: PageToken) -> None:
        """She says during her call that something is not right: erase as `erase` does, and write down why."""

    async def cancel(self, page: PageToken) -> None:
        """Give up the disclosures of this browser that are still going on; one just sealed is erased."""

    def changes(self, page: PageToken) -> AbstractContextManager[AsyncIterator[None]]:
        """An iterator that yields whenever it is worth asking for the view again."""
