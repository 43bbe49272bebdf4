"""Who ended a login is told in its browser, for a while."""

from __future__ import annotations

from irmacall.core.ids import SeatId
from irmacall.service import farewells
from irmacall.service.farewells import Farewells

ONE, OTHER = SeatId("one"), SeatId("other")


def test_it_is_told_for_an_hour_and_of_that_login_alone() -> None:
    """The last who did it counts."""
    now = 0.0
    said = Farewells(lambda: now)
    said.say([ONE], "Anna")
    said.say([ONE], "Maria")
    assert (said.of(ONE), said.of(OTHER)) == ("Maria", None)
    now = farewells.KEPT_SECONDS
    assert said.of(ONE) is None


def test_it_costs_no_more_than_so_much() -> None:
    """Of very many the oldest are forgotten."""
    said = Farewells()
    seats = [SeatId(f"seat{number}") for number in range(farewells.MOST + 1)]
    said.say(seats, "Maria")
    assert (said.of(seats[0]), said.of(seats[1]), said.of(seats[-1])) == (None, "Maria", "Maria")
