"""A desk for management in memory: a busy morning, a quiet one, and acts that are noted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from irmacall.core.figures import NOTHING, Figures
from irmacall.core.ids import QueueId, UserId
from irmacall.core.wallboard import Doing
from irmacall.errors import PeerUnavailable, Refused
from irmacall.web.management.ports import (
    AgentLine,
    Aim,
    BoardView,
    CallbackLine,
    EmergencyChoices,
    EmergencyLine,
    EmergencyWish,
    NodeLine,
    Place,
    Quarter,
    QueueLine,
    QueueRow,
    Refusal,
    ReportView,
    ReportWish,
    Row,
    Sample,
)

AT: Final = datetime(2026, 11, 2, 10, 42, tzinfo=ZoneInfo("Europe/Amsterdam")).timestamp()
"""Monday 2 November 2026, 10:42 in the Netherlands."""
TODAY: Final = date(2026, 11, 2)
AIM: Final = Aim(0.8, 20.0)
GENERAL, PASSPORTS, WASTE = QueueId("algemeen"), QueueId("burgerzaken"), QueueId("afval")
PLACES: Final = (Place(GENERAL, "Algemeen"), Place(PASSPORTS, "Burgerzaken"), Place(WASTE, "Afval"))
FIGURES: Final = Figures(
    answered_in_time=87,
    answered_late=21,
    abandoned_early=3,
    abandoned_late=9,
    callbacks=4,
    elsewhere=1,
    unqueued=12,
    called_back=3,
    unreached=1,
    passed=14,
    waited=3100.0,
    talked=26_000.0,
    longest=431.0,
)


def agent(number: int, name: str, doing: Doing, **more: object) -> AgentLine:
    """Somebody who is logged in."""
    usual = AgentLine(
        UserId(f"u{number}"),
        name,
        doing,
        75.0 * number,
        None,
        None,
        "",
        True,
        None,
        False,
        4 * number,
        180.0 + number,
    )
    return replace(usual, **more)  # type: ignore[arg-type]


AGENTS: Final = (
    agent(11, "Anna de Boer", Doing.TALKING, queue="Burgerzaken"),
    agent(12, "Bo Jansen", Doing.FREE),
    agent(13, "Cas van den Berg", Doing.PAUSED, reason="Overleg", paused_by="Maria Smit"),
    agent(14, "Dewi Özdemir-van der Meer", Doing.TALKING, queue="Algemeen", pausing=True),
    agent(15, "Emre Yıldız", Doing.WRAP_UP, left=31.0),
    agent(16, "Fleur Bakker", Doing.UNAVAILABLE, reason="no-answer"),
    agent(17, "Guus Peters", Doing.RINGING, queue="Afval", answered=0, average_talk=None),
    agent(18, "Hanna Visser", Doing.OFFLINE, seconds=None),
    agent(19, "Ines Vos", Doing.CONSULTED, queue="Burgerzaken", serves=False),
)


def busy() -> BoardView:
    """A morning on which too many call."""
    moments = [AT - 20 * number for number in range(540, 0, -1)]
    waiting = [Sample(at, None if 6000 < AT - at < 6600 else round(4 + 4 * math.sin(at / 1000))) for at in moments]
    quarters = [Quarter(AT - AT % 900 - 900 * n, 12 + n % 5, n % 4, n % 2) for n in range(10, -1, -1)]
    return BoardView(
        at=AT,
        queues=(
            QueueLine(GENERAL, "Algemeen", 3, 194.0, 5, 1, AIM, FIGURES),
            QueueLine(PASSPORTS, "Burgerzaken", 1, 12.0, 2, 0, Aim(0.7, 30.0), Figures(answered_in_time=40)),
            QueueLine(WASTE, "Afval en grondstoffen, bijzondere inzameling", 2, 62.0, 0, 0, AIM, NOTHING),
        ),
        agents=AGENTS,
        callbacks=(
            CallbackLine("Burgerzaken", 4510.0, 0.0, 900.0, 2, True),
            CallbackLine("Algemeen", 900.0, 310.0, 9000.0, 1, False),
            CallbackLine("Algemeen", 120.0, 0.0, 9000.0, 0, False),
        ),
        nodes=(NodeLine("pbx1", True, False), NodeLine("pbx2", True, True)),
        emergency=None,
        today=FIGURES,
        counted_at=AT - 2,
        waiting=waiting,
        watched_since=AT - 10_800,
        quarters=quarters,
    )


def quiet() -> BoardView:
    """Early in the morning: nobody is there, nobody calls, and this daemon has just begun."""
    return BoardView(
        at=AT,
        queues=tuple(QueueLine(QueueId(each.id), each.title, 0, None, 0, 0, AIM, NOTHING) for each in PLACES),
        agents=(),
        callbacks=(),
        nodes=(NodeLine("pbx1", True, False),),
        emergency=None,
        today=NOTHING,
        counted_at=AT,
        waiting=(Sample(AT, 0),),
        watched_since=AT,
        quarters=(),
    )


@dataclass
class MemoryManagement:
    """A desk whose board is what a test says, and which notes what is done."""

    seen: BoardView = field(default_factory=busy)
    done: list[tuple[object, ...]] = field(default_factory=list)
    away: bool = False
    silent: bool = False
    """Not every node can play what an emergency would say."""
    figures: Figures = FIGURES
    reported: list[ReportWish] = field(default_factory=list)

    async def board(self) -> BoardView:
        if self.away:
            raise PeerUnavailable("standby")
        return self.seen

    async def agent(self, user: UserId) -> AgentLine | None:
        return next((each for each in self.seen.agents if each.user == user), None)

    async def pause(self, user: UserId, reason: str, by: UserId) -> Refusal | None:
        self.done.append(("pause", user, reason, by))
        return None if await self.agent(user) else "gone"

    async def log_out(self, user: UserId, by: UserId) -> Refusal | None:
        found = await self.agent(user)
        if found is None:
            return "gone"
        if found.on_the_line:
            return "on-the-line"
        self.done.append(("log out", user, by))
        return None

    def emergency_choices(self) -> EmergencyChoices:
        names = ("closed", "emergency", "nobody", "queue-full", "gesloten")
        return EmergencyChoices(PLACES, tuple(Place(name, name) for name in names), 1440)

    def emergency(self) -> EmergencyLine | None:
        return self.seen.emergency

    async def throw_emergency(self, wish: EmergencyWish, by: UserId, name: str) -> None:
        if self.silent:
            raise Refused("pbx1 has no sound of it")
        self.done.append(("throw", wish, by, name))
        place = wish.queue or wish.message or ""
        to = next((each.title for each in PLACES if each.id == place), place)
        stands = EmergencyLine(to, wish.queue is not None, AT + 60 * wish.minutes)
        self.seen = replace(self.seen, emergency=stands)

    async def end_emergency(self, by: UserId, name: str) -> bool:
        held = self.seen.emergency is not None
        self.done.append(("end", by, name))
        self.seen = replace(self.seen, emergency=None)
        return held

    def today(self) -> date:
        return TODAY

    def queues(self) -> Sequence[Place]:
        return PLACES

    async def report(self, wish: ReportWish) -> ReportView:
        self.reported.append(wish)
        days = [wish.first + timedelta(days=number) for number in range((wish.last - wish.first).days + 1)]
        rows = [Row(day, None, again=False, figures=self.figures) for day in days]
        if wish.grain == "week":
            rows = [
                row for row in rows if row.start in (wish.first, None) or (row.start and row.start.weekday() == 0)
            ]
        if wish.grain == "hour":
            rows = [Row(None, hour, again=False, figures=self.figures) for hour in range(24)]
        total = sum((row.figures for row in rows), NOTHING)
        titles = [place.title for place in PLACES if wish.queue in (None, place.id)]
        queues = [QueueRow(title, AIM, self.figures) for title in titles] if self.figures != NOTHING else []
        aim = None if wish.queue is None else AIM
        return ReportView(wish, rows, queues, total, 90, [(date(2026, 10, 25), 25)], aim)
