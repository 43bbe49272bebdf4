"""What the daemon does by its site file, in the words of each room: one value, swapped whole when it is read anew.

Whoever needs a part of it asks for it each time, and keeps what it began with for as long as that goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

from irmacall.core.code import Digits
from irmacall.core.ids import CodeHash
from irmacall.core.plan import Plan
from irmacall.service import plan
from irmacall.service.call_on_screen import Titles
from irmacall.service.citizen import Offer
from irmacall.service.directory import Reach
from irmacall.settings import DeskSettings, Settings
from irmacall.web.config import WebConfig

Derived = TypeVar("Derived")


@dataclass(frozen=True, slots=True)
class Rules:
    """One site file, read and checked, for one desk."""

    settings: Settings
    plan: Plan
    titles: Titles
    reach: Reach
    offer: Offer
    public: WebConfig
    staff: WebConfig

    @property
    def desk(self) -> DeskSettings:
        """The one desk of this daemon."""
        return self.settings.desks[0]

    @property
    def revision(self) -> str:
        """The same for the same desk in the site file, on every machine: tells whether two daemons do alike."""
        text = json.dumps(asdict(self.desk), sort_keys=True, default=_plain)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def rules(settings: Settings, hashed: Callable[[Digits], CodeHash]) -> Rules:
    """The rules of a site with one desk. `hashed` is the desk's keyed hash of codes."""
    [desk] = settings.desks
    return Rules(
        settings,
        plan.core_plan(desk, hashed),
        plan.titles(desk),
        Reach.of(desk),
        _offer(settings, desk),
        plan.public_web(settings, desk),
        plan.staff_web(settings, desk),
    )


def _offer(settings: Settings, desk: DeskSettings) -> Offer:
    subjects = {subject.view.id: subject for subject in plan.subjects(desk, settings.demo)}
    return Offer(desk.number, desk.shown_number, subjects, desk.times.identity, settings.public.origin)


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


class InForce:
    """The rules that hold now."""

    def __init__(self, rules: Rules) -> None:
        self._now = rules

    @property
    def now(self) -> Rules:
        """The rules that hold now: ask again for the next thing that begins."""
        return self._now

    def derived(self, make: Callable[[Rules], Derived]) -> Callable[[], Derived]:
        """Asks what `make` says of the rules that hold now; it is made once for them, however often it is asked."""
        made: tuple[Rules, Derived] | None = None

        def current() -> Derived:
            nonlocal made
            if made is None or made[0] is not self._now:
                made = self._now, make(self._now)
            return made[1]

        return current

    def swap(self, rules: Rules) -> None:
        """From this instant on these hold, for everybody at once."""
        self._now = rules
