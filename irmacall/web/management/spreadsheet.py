"""A report as a file that opens well in a Dutch spreadsheet: semicolons, decimal commas, and a mark that it is UTF-8.

RFC 4180 in all else. What a spreadsheet would take for a formula is shown as text (OWASP: CSV injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from irmacall.core.figures import Figures
from irmacall.web.i18n import N_, _
from irmacall.web.management import words
from irmacall.web.management.ports import ReportView, Row

_MARK: Final = "\ufeff"
"""Without it, spreadsheets read UTF-8 as something else."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_HEADS: Final = (
    N_("Wachtrij"),
    N_("Aangeboden"),
    N_("Beantwoord"),
    N_("Beantwoord binnen doeltijd"),
    N_("Opgehangen"),
    N_("Opgehangen binnen doeltijd"),
    N_("Terugbelverzoeken"),
    N_("Anders geëindigd"),
    N_("Niet in een wachtrij"),
    N_("Teruggebeld"),
    N_("Terugbellen mislukt"),
    N_("Doorverbonden"),
    N_("Serviceniveau (%)"),
    N_("Gemiddelde wachttijd (s)"),
    N_("Langste wachttijd (s)"),
    N_("Gemiddelde gesprekstijd (s)"),
    N_("Totale gesprekstijd (s)"),
)


def spreadsheet(seen: ReportView, queue: str | None) -> bytes:
    """Every period with all its figures. `queue`: the title of the one that was asked for."""
    out = io.StringIO()
    out.write(_MARK)
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([*_first_heads(seen), *(_(head) for head in _HEADS)])
    title = text(_("Alle wachtrijen") if queue is None else queue)
    for row in seen.rows:
        writer.writerow([*_when(seen, row), title, *_figures(row.figures)])
    return out.getvalue().encode()


def _first_heads(seen: ReportView) -> list[str]:
    match seen.wish.grain:
        case "day":
            return [_("Datum")]
        case "week":
            return [_("Datum"), _("Week")]
    return [_("Uur")]


def _when(seen: ReportView, row: Row) -> list[str]:
    if row.hour is not None:
        twice = sum(each.hour == row.hour for each in seen.rows) > 1
        return [words.hour(row.hour, again=row.again, twice=twice)]
    assert row.start is not None, "a period is an hour, or begins on a day"
    date = f"{row.start:%d-%m-%Y}"
    return [date, str(row.start.isocalendar().week)] if seen.wish.grain == "week" else [date]


def _figures(told: Figures) -> Iterable[str]:
    counts = (
        told.offered,
        told.answered,
        told.answered_in_time,
        told.abandoned,
        told.abandoned_early,
        told.callbacks,
        told.elsewhere,
        told.unqueued,
        told.called_back,
        told.unreached,
        told.passed,
    )
    yield from map(str, counts)
    yield number(None if told.level is None else told.level * 100)
    yield number(told.average_wait)
    yield number(told.longest if told.offered else None)
    yield number(told.average_talk)
    yield number(told.talked)


def number(value: float | None) -> str:
    """With one decimal, behind a comma; empty where there is none."""
    return "" if value is None else f"{value:.1f}".replace(".", ",")


def text(told: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{told}" if told.startswith(_FORMULA) else told
