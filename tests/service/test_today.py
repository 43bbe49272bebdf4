"""What somebody with a phone did today, as her page is told it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

from irmacall.core.facts import CallFacts
from irmacall.core.ids import CallId, QueueId, SubjectId, UserId
from irmacall.service.call_on_screen import Titles
from irmacall.service.in_force import InForce
from irmacall.service.today import Day
from irmacall.web.today import DayView, DoneView
from tests.store.facts_places import facts

ZONE = ZoneInfo("Europe/Amsterdam")
HER = UserId("her")


class Records:
    """Records that say what they were asked."""

    def __init__(self, *calls: CallFacts) -> None:
        self.calls = calls
        self.asked: list[tuple[UserId, float, float, int]] = []

    async def had_by(
        self, user: UserId, since: float, until: float, most: int
    ) -> tuple[int, float, Sequence[CallFacts]]:
        self.asked.append((user, since, until, most))
        return len(self.calls), 300.0, self.calls


class People:
    """A directory of who is called what."""

    def __init__(self, **names: str) -> None:
        self._names = {UserId(user): name for user, name in names.items()}

    async def names(self, users: Iterable[UserId | None]) -> Mapping[UserId, str]:
        return {user: self._names[user] for user in users if user in self._names}


def _force() -> InForce:
    titles = Titles({QueueId("burgerzaken"): "Burgerzaken"}, {SubjectId("paspoort"): "Paspoort"}, {})
    rules = SimpleNamespace(desk=SimpleNamespace(timezone=str(ZONE)), titles=titles)
    return cast(InForce, SimpleNamespace(now=rules))


async def test_a_day_begins_at_midnight_of_the_desk() -> None:
    """By the desk's own clock, also on the day on which it is changed; calls are told by what people call them."""
    noon = datetime(2026, 3, 29, 12, 0, tzinfo=ZONE).timestamp()  # summer time began at two
    call = facts(
        answered_at=noon - 3600,
        ended_at=noon - 3500,
        queue=QueueId("burgerzaken"),
        subject=SubjectId("paspoort"),
        agent=HER,
    )
    gone = facts(answered_at=noon - 7200, ended_at=noon - 7000, queue=QueueId("oud"), callback_of=CallId("c"))
    records = Records(call, gone)
    day = await Day(records, _force(), People(), lambda: noon).today(HER, 6)
    assert records.asked == [(HER, noon - 11 * 3600, noon, 6)]
    assert day == DayView(
        2,
        300.0,
        [DoneView("11:00", "Burgerzaken", "Paspoort", 100.0), DoneView("10:00", "oud", None, 200.0, callback=True)],
    )


async def test_whom_she_passed_a_caller_on_to_has_a_name() -> None:
    """Those to whom she passed her, in order, and nobody whom another chose; who is not known any more has none."""
    noon = datetime(2026, 3, 29, 12, 0, tzinfo=ZONE).timestamp()
    ina, bo, cas, gone = (UserId(name) for name in ("ina", "bo", "cas", "gone"))
    owners = [(ina, HER, bo, cas), (HER, gone, HER, ina, HER, bo), (bo, HER), (HER, gone)]
    calls = [facts(answered_at=noon - 60, agent=each[0], owners=each) for each in owners]
    people = People(ina="Ina de Wit", bo="Bo Bos", cas="Cas Kok")
    day = await Day(Records(*calls), _force(), people, lambda: noon).today(HER, 6)
    assert [call.passed_on_to for call in day.calls] == [("Bo Bos",), ("Ina de Wit", "Bo Bos"), (), ()]
