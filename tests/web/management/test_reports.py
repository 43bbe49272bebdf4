"""Reports as they are asked for and shown, and as a spreadsheet reads them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date, datetime

import aiohttp
import pytest

from irmacall.core.figures import NOTHING, Figures
from irmacall.web import i18n
from irmacall.web.management.ports import ReportView, ReportWish, Row
from irmacall.web.management.spreadsheet import number, spreadsheet, text
from tests.web.conftest import log_in, visitor
from tests.web.management.conftest import Lead
from tests.web.management.doubles import FIGURES, PASSPORTS, TODAY

NOVEMBER = ReportWish(date(2026, 11, 2), date(2026, 11, 3), "day")


async def _page(client: aiohttp.ClientSession, lead: Lead, query: str = "") -> tuple[int, str]:
    async with client.get(f"{lead.origin}/reports{query}") as answer:
        return answer.status, await answer.text()


async def test_without_a_wish_it_is_of_the_last_seven_days(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """Today is the last of them; the table says each, the total, and each queue."""
    status, page = await _page(maria, lead)
    assert status == 200
    assert lead.desk.reported == [ReportWish(date(2026, 10, 27), TODAY, "day")]
    assert page.count('<th scope="row">') == 7 + 1 + 3
    assert "di 27-10-2026" in page
    assert "Totaal" in page


async def test_what_is_asked_is_what_is_reported(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """Days, grain and queue, on the page and in the file; the page's form keeps them."""
    query = "?from=2026-10-01&to=2026-10-31&by=week&queue=burgerzaken"
    _, page = await _page(maria, lead, query)
    async with maria.get(f"{lead.origin}/reports/file{query}") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert 'filename="rapport-2026-10-01-2026-10-31-week.csv"' in answer.headers["Content-Disposition"]
        assert answer.headers["Cache-Control"] == "no-store"
    wish = ReportWish(date(2026, 10, 1), date(2026, 10, 31), "week", PASSPORTS)
    assert lead.desk.reported == [wish, wish]
    assert 'value="2026-10-31"' in page
    assert '<option value="burgerzaken" selected>' in page
    assert "week 41 (05-10-2026)" in page


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?from=&to=2026-10-31", "Vul een datum in."),
        ("?from=2026-02-30&to=2026-10-31", "Vul een datum in."),
        ("?from=0001-01-01&to=2026-10-31", "Vul een datum in."),
        ("?from=2026-10-31&to=9999-12-31", "Vul een datum in."),
        ("?from=20261001&to=2026-10-31", "Vul een datum in."),
        ("?from=2026-10-31&to=2026-10-01", "Draai ze om."),
        ("?from=2025-01-01&to=2026-10-01", "Dat zijn 639 dagen. Kies er ten hoogste 400."),
    ],
)
async def test_days_that_will_not_do_are_told_beside_their_field(
    maria: aiohttp.ClientSession, lead: Lead, query: str, told: str
) -> None:
    """Nothing is asked of the records; of the file there is none."""
    status, page = await _page(maria, lead, query)
    assert (status, lead.desk.reported) == (422, [])
    assert told in page
    async with maria.get(f"{lead.origin}/reports/file{query}") as answer:
        assert answer.status == 400


@pytest.mark.parametrize("query", ["?by=minute", "?queue=nergens", "?queue='; drop table calls; --"])
async def test_what_no_page_asks_is_refused(maria: aiohttp.ClientSession, lead: Lead, query: str) -> None:
    """With a plain 400."""
    assert (await _page(maria, lead, query))[0] == 400
    assert lead.desk.reported == []


async def test_calls_that_were_passed_on_have_a_column(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """Under its own head, in each table; and what counts stands below."""
    _, page = await _page(maria, lead)
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        at = re.findall(r'<th scope="col">(.*?)</th>', table).index("Doorverbonden")
        row = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", table.partition("<tbody>")[2].partition("</tr>")[0])
        assert row[at] == str(FIGURES.passed)
    assert "<dt>Doorverbonden</dt>" in page


async def test_a_span_without_calls_says_so(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """In place of an empty chart."""
    lead.desk.figures = NOTHING
    _, page = await _page(maria, lead)
    assert "In deze tijd zijn er geen gesprekken." in page
    assert "report-chart" not in page


# -- the file ------------------------------------------------------------------------------------------------


def _view(*rows: Row, wish: ReportWish = NOVEMBER) -> ReportView:
    return ReportView(wish, rows, (), NOTHING, 90, (), None)


def _day(day: int, figures: Figures = FIGURES) -> Row:
    return Row(date(2026, 11, day), None, again=False, figures=figures)


def _read(file: bytes) -> list[list[str]]:
    assert file.startswith(b"\xef\xbb\xbf")
    told = file.decode("utf-8-sig")
    assert told.count("\r\n") == told.count("\n")
    return list(csv.reader(io.StringIO(told, newline=""), delimiter=";", strict=True))


def test_a_dutch_spreadsheet_reads_back_what_was_counted() -> None:
    """Dates, whole numbers and decimals, by the rules of the Dutch locale; where there is no figure, nothing."""
    heads, first, second = _read(spreadsheet(_view(_day(2), _day(3, NOTHING)), None))
    found = dict(zip(heads, first, strict=True))
    assert datetime.strptime(found["Datum"], "%d-%m-%Y").date() == date(2026, 11, 2)  # noqa: DTZ007
    assert (found["Wachtrij"], int(found["Aangeboden"]), int(found["Beantwoord"])) == ("Alle wachtrijen", 125, 108)
    assert int(found["Doorverbonden"]) == 14
    assert _dutch(found["Serviceniveau (%)"]) == pytest.approx(87 / 117 * 100, abs=0.05)
    assert _dutch(found["Gemiddelde wachttijd (s)"]) == pytest.approx(3100 / 108, abs=0.05)
    assert _dutch(found["Totale gesprekstijd (s)"]) == 26_000
    assert dict(zip(heads, second, strict=True))["Serviceniveau (%)"] == ""


def _dutch(number: str) -> float:
    """As a program reads it whose decimals stand behind a comma, and whose thousands before a point."""
    assert re.fullmatch(r"\d+,\d", number)
    return float(number.replace(".", "").replace(",", "."))


def test_weeks_and_hours_have_heads_of_their_own() -> None:
    """A week has its first day and its number; the hour that comes twice says which it is."""
    heads, row = _read(spreadsheet(_view(_day(2), wish=replace(NOVEMBER, grain="week")), None))
    assert (heads[:2], row[:2]) == (["Datum", "Week"], ["02-11-2026", "45"])
    night = date(2026, 10, 25)
    twice = [Row(night, 2, again=again, figures=FIGURES) for again in (False, True)]
    view = _view(*twice, Row(night, 3, again=False, figures=FIGURES), wish=ReportWish(night, night, "hour"))
    heads, *rows = _read(spreadsheet(view, None))
    assert [heads[0], *(row[0] for row in rows)] == ["Uur", "02:00 (zomertijd)", "02:00 (wintertijd)", "03:00"]


@pytest.mark.parametrize("title", ["=1+1", "+31 24", "-bezwaar", "@belasting", "\tafval", "\rafval"])
def test_no_title_is_a_formula(title: str) -> None:
    """It is read back with an apostrophe before it, in one cell, whatever is in it."""
    _, row = _read(spreadsheet(_view(_day(2)), f'{title};"x"'))
    assert row[1] == f'\'{title};"x"'
    assert text("Bezwaar; beroep") == "Bezwaar; beroep"


def test_numbers_have_one_decimal_behind_a_comma() -> None:
    """And no sign of thousands."""
    assert [number(value) for value in (None, 0.0, 12.34, 26000.0)] == ["", "0,0", "12,3", "26000,0"]


async def test_heads_are_in_the_users_language(lead: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of an English page asks the English catalogue for its heads; what is counted stays the same."""
    asked: list[str] = []

    class English:
        def gettext(self, told: str) -> str:
            asked.append(told)
            return f"EN {told}"

    catalogue = i18n.catalogue
    monkeypatch.setattr(i18n, "catalogue", lambda language: English() if language == "en" else catalogue(language))
    async with visitor() as client:
        client.headers["Accept-Language"] = "en"
        await log_in(client, lead.staff, "maria")
        async with client.get(f"{lead.origin}/reports/file") as answer:
            heads, *_rows = _read(await answer.read())
    assert heads[:3] == ["EN Datum", "EN Wachtrij", "EN Aangeboden"]
