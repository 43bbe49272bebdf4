"""What the wallboard's charts write below them: the right times, and none twice, however little there is to show."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from playwright.async_api import BrowserContext, Page, expect

from irmacall.web.management.ports import BoardView, Quarter, Sample
from tests.web.management.conftest import Lead, Opens
from tests.web.management.doubles import AT, busy, quiet

OVERHEAR = """
for (const [name, heard] of [["clearRect", () => []], ["fillText", (told, text) => [...told, text]]]) {
  const draws = CanvasRenderingContext2D.prototype[name];
  CanvasRenderingContext2D.prototype[name] = function (...given) {
    const place = this.canvas.closest("[id]");
    if (place) place.told = heard(place.told ?? [], given[0]);
    return draws.apply(this, given);
  };
}
"""
"""Notes with each chart what was written on it last."""
NOW = AT - AT % 900 + 540
"""Nine minutes past a half hour."""


def _after(minutes: int, quarters: int) -> BoardView:
    """The daemon has looked for so many minutes, and there were calls in so many quarters of an hour."""
    samples = tuple(Sample(NOW - at, 1) for at in range(60 * minutes, -1, -10))
    begun = NOW - 540
    bars = tuple(Quarter(begun - 900 * at, 3, 1, 0) for at in range(quarters - 1, -1, -1))
    return replace(quiet(), at=NOW, waiting=samples, watched_since=samples[0].at, quarters=bars)


async def _told(page: Page, chart: str) -> list[str]:
    """The times below a chart, from left to right."""
    await expect(page.locator(f"#{chart} canvas")).to_have_count(1)
    await page.wait_for_function("id => document.getElementById(id).told?.some((t) => t.includes(':'))", arg=chart)
    told: list[str] = await page.evaluate("id => document.getElementById(id).told", chart)
    return [text for text in told if ":" in text]


def _minutes(times: list[str]) -> list[int]:
    return [60 * int(time[:2]) + int(time[3:]) for time in times]


@pytest.mark.parametrize(
    ("board", "waited", "called"),
    [
        (_after(0, 1), "10:34 10:35 10:36 10:37 10:38 10:39", "10:30 11:00 11:30 12:00"),
        (_after(180, 12), "08:00 08:30 09:00 09:30 10:00 10:30", "08:00 08:30 09:00 09:30 10:00 10:30"),
    ],
    ids=["just begun", "three hours"],
)
async def test_times_are_right_and_said_once(
    context: BrowserContext, opens: Opens, lead: Lead, board: BoardView, waited: str, called: str
) -> None:
    """Also of one bar alone, and of a line of one moment."""
    await context.add_init_script(OVERHEAR)
    lead.desk.seen = board
    page = await opens("/wallboard")
    assert await _told(page, "waiting-chart") == waited.split()
    assert await _told(page, "quarters-chart") == called.split()


@pytest.mark.parametrize(
    ("board", "width"),
    [(quiet(), 320), (busy(), 320), (_after(2, 1), 2560), (_after(9, 40), 2560)],
    ids=["quiet", "busy", "one bar", "a long day"],
)
async def test_at_any_width_each_time_is_later_than_the_one_before(
    context: BrowserContext, opens: Opens, lead: Lead, board: BoardView, width: int
) -> None:
    """By one step, on whole steps of the clock."""
    await context.add_init_script(OVERHEAR)
    lead.desk.seen = board
    page = await opens("/wallboard")
    await page.set_viewport_size({"width": width, "height": 720})
    await page.reload()
    for chart in ("waiting-chart", "quarters-chart"):
        at = _minutes(await _told(page, chart))
        step = at[1] - at[0]
        assert step > 0
        assert [(after - before) % 1440 for before, after in pairwise(at)] == [step] * (len(at) - 1)
        assert at[0] % step == 0
