"""The reports' page and its file."""

from __future__ import annotations

from collections.abc import Iterator

from aiohttp import web

from irmacall.core.figures import Figures
from irmacall.web.doors import Malformed
from irmacall.web.i18n import _
from irmacall.web.management import asking, words
from irmacall.web.management.ports import ManagementDesk, ReportView, Row
from irmacall.web.management.spreadsheet import spreadsheet
from irmacall.web.routes import MANAGING, Route
from irmacall.web.shell import Shell


class Reports:
    """The handlers, with what they need."""

    def __init__(self, desk: ManagementDesk, shell: Shell) -> None:
        self._desk = desk
        self._shell = shell

    def routes(self) -> list[Route]:
        """Each for management alone."""
        return [
            Route("GET", "/reports", MANAGING, self.page),
            Route("GET", "/reports/file", MANAGING, self.file),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """A report with its form; where that is filled in wrongly, the form with what is wrong."""
        asked = asking.report(request.query, self._desk)
        seen = None if asked.wish is None else await self._desk.report(asked.wish)
        return await self._shell.draw(
            request,
            "management/reports.html",
            status=200 if seen is not None else 422,
            asked=asked,
            grains=[(grain, _(title)) for grain, title in words.GRAINS.items()],
            queues=self._desk.queues(),
            spans=asking.spans(self._desk.today(), asked.grain, asked.queue),
            seen=seen,
            rows=[] if seen is None else list(_rows(seen)),
            queue_rows=[] if seen is None else [_cells(each.title, each.figures) for each in seen.queues],
            total=None if seen is None else _cells(_("Totaal"), seen.total),
            notes=[] if seen is None else _notes(seen),
            chart=None if seen is None else _chart(seen),
            aim="" if seen is None or seen.aim is None else words.aim(seen.aim),
        )

    async def file(self, request: web.Request) -> web.StreamResponse:
        """The same report for a spreadsheet."""
        asked = asking.report(request.query, self._desk)
        if asked.wish is None:
            raise Malformed("report")
        seen = await self._desk.report(asked.wish)
        title = next((place.title for place in self._desk.queues() if place.id == asked.queue), None)
        name = f"rapport-{asked.first}-{asked.last}-{asked.grain}.csv"
        return web.Response(
            body=spreadsheet(seen, title),
            headers={
                "Content-Type": "text/csv; charset=utf-8",
                "Content-Disposition": f'attachment; filename="{name}"',
            },
        )


def _rows(seen: ReportView) -> Iterator[list[str]]:
    for row in seen.rows:
        yield _cells(_title(seen, row), row.figures)


def _title(seen: ReportView, row: Row) -> str:
    if row.hour is not None:
        twice = sum(each.hour == row.hour for each in seen.rows) > 1
        return words.hour(row.hour, again=row.again, twice=twice)
    assert row.start is not None, "a period is an hour, or begins on a day"
    return words.week(row.start) if seen.wish.grain == "week" else words.day(row.start)


def _cells(title: str, told: Figures) -> list[str]:
    """A row of the page's tables."""
    longest = told.longest if told.offered else None
    counts = (told.offered, told.answered, told.abandoned, told.callbacks, told.called_back)
    others = (told.passed, told.unqueued)
    times = (told.average_wait, longest, told.average_talk)
    return [title, *map(str, counts + others), words.percent(told.level), *map(words.duration, times)]


def _notes(seen: ReportView) -> list[str]:
    """What who reads the figures should know."""
    told = [words.odd_day(day, hours) for day, hours in seen.odd_days]
    if seen.wish.grain == "hour" and seen.wish.first != seen.wish.last:
        told.append(_("Elk uur is van alle dagen samen."))
    return [*told, _("Gegevens van gesprekken blijven {days} dagen bewaard.").format(days=seen.kept_days)]


def _chart(seen: ReportView) -> dict[str, object]:
    """What the picture shows; the table beside it says the same."""
    return {
        "labels": [_short(seen, row) for row in seen.rows],
        "offered": [row.figures.offered for row in seen.rows],
        "answered": [row.figures.answered for row in seen.rows],
        "level": [None if row.figures.level is None else round(row.figures.level * 100, 1) for row in seen.rows],
    }


def _short(seen: ReportView, row: Row) -> str:
    if row.hour is not None:
        return f"{row.hour:02}"
    assert row.start is not None, "a period is an hour, or begins on a day"
    return f"{row.start.isocalendar().week}" if seen.wish.grain == "week" else f"{row.start.day}-{row.start.month}"
