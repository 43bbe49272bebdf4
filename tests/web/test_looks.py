"""Language and colours: what a browser asks for, what somebody chooses, and that it is remembered."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import aiohttp
import pytest

import irmacall
from irmacall.web import i18n, looks
from irmacall.web.looks import COOKIE, Look
from tests.web.conftest import Public, Staff, log_in

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


async def _page(client: aiohttp.ClientSession, url: str, **headers: str) -> str:
    async with client.get(url, headers=headers) as answer:
        assert answer.status == 200
        return await answer.text()


async def _choose(client: aiohttp.ClientSession, origin: str, **given: str) -> tuple[int, str]:
    headers = {"Origin": origin, **SAME_ORIGIN}
    async with client.post(f"{origin}/look", data=given, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "nl"),
        ("en-GB,en;q=0.9", "en"),
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("en;q=0.2, nl;q=0.7", "nl"),
        ("fr,de;q=0.5", "nl"),
        ("en;q=niets, ;;;, *", "nl"),
    ],
)
async def test_a_browser_asks_for_a_language(
    client: aiohttp.ClientSession, staff: Staff, accept: str, language: str
) -> None:
    """A visitor who chose nothing reads the language that her browser likes best, of those that there are."""
    page = await _page(client, f"{staff.origin}/login", **{"Accept-Language": accept})
    assert f'<html lang="{language}"' in page


async def test_a_visitor_s_choice_is_remembered_in_a_cookie(client: aiohttp.ClientSession, staff: Staff) -> None:
    """Before she logs in, language and colours are in a cookie that holds nothing else."""
    assert await _choose(client, staff.origin, language="en", back="/login") == (303, "/login")
    assert (await _choose(client, staff.origin, theme="dark", back="/login"))[0] == 303
    page = await _page(client, f"{staff.origin}/login", **{"Accept-Language": "nl"})
    assert '<html lang="en"' in page
    assert 'data-theme="dark"' in page
    assert [cookie.value for cookie in client.cookie_jar if cookie.key == COOKIE] == ["en.dark"]


async def test_what_somebody_chose_is_hers_wherever_she_logs_in(client: aiohttp.ClientSession, staff: Staff) -> None:
    """Who is logged in chooses once: her account says so in another browser."""
    await log_in(client, staff, "anna")
    await _choose(client, staff.origin, theme="dark", back="/")
    client.cookie_jar.clear()
    await log_in(client, staff, "anna")
    assert 'data-theme="dark"' in await _page(client, f"{staff.origin}/")


@pytest.mark.parametrize("back", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere", "/a\nb", "x"])
async def test_nobody_is_sent_elsewhere(client: aiohttp.ClientSession, staff: Staff, back: str) -> None:
    """The page to come back to is one of ours, or the request is refused."""
    assert (await _choose(client, staff.origin, language="en", back=back))[0] == 400


@pytest.mark.parametrize("given", [{"language": "xx"}, {"theme": "pink"}, {"language": ""}])
async def test_what_there_is_not_cannot_be_chosen(
    client: aiohttp.ClientSession, staff: Staff, given: dict[str, str]
) -> None:
    """A language or a theme that we lack is a mistake of who asks."""
    assert (await _choose(client, staff.origin, **given))[0] == 400


async def test_another_site_chooses_nothing(client: aiohttp.ClientSession, staff: Staff) -> None:
    """A form of another site is refused."""
    headers = {"Origin": "https://elsewhere.example"}
    async with client.post(f"{staff.origin}/look", data={"language": "en"}, headers=headers) as answer:
        assert answer.status == 403


def test_what_is_remembered_wrongly_changes_nothing() -> None:
    """A cookie that somebody wrote herself is read as far as it says something that there is."""
    assert Look("nl", "dark").taken_from("xx.<script>") == Look("nl", "dark")
    assert Look("nl", "dark").taken_from("en.auto") == Look("en", "auto")


def test_a_language_that_we_lack_is_dutch() -> None:
    """Nothing fails where a language is asked for that there is not."""
    i18n.speak("xx")
    assert i18n.spoken() == "nl"


def test_nothing_is_translated_before_anybody_asks() -> None:
    """No text goes through `_` while a module is read: it would stay in the language of nobody."""
    early = []
    for path in (Path(irmacall.__file__).parent / "web").rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
                early += [f"{path.name}:{call.lineno}" for call in calls if ast.unparse(call.func) == "_"]
    assert not early


async def test_subjects_are_told_in_the_language_of_who_reads(client: aiohttp.ClientSession, public: Public) -> None:
    """What the site tells in English is read in English; what it tells in Dutch alone is marked as Dutch."""
    page = await _page(client, f"{public.origin}/", **{"Accept-Language": "en"})
    assert '<span class="ic-subject__title">Passport</span>' in page
    assert '<a class="ic-subject" lang="nl" href="/onderwerp/afval">' in page
    page = await _page(client, f"{public.origin}/onderwerp/paspoort", **{"Accept-Language": "en"})
    assert "your surname" in page


def test_no_address_takes_long_to_read() -> None:
    """Each character more of an address that is none of ours costs its own time, and not double: it is read once.

    A thousand of what once took seconds with twenty-six letters are read within the time that a page may take.
    """
    began = time.process_time()
    for _ in range(1000):
        assert not looks._OWN_PATH.fullmatch("/" + "a" * 4000 + "~")
    assert time.process_time() - began < 5.0


async def test_a_long_address_is_not_come_back_to(client: aiohttp.ClientSession, staff: Staff) -> None:
    """An address that no page of ours has is no page to come back to."""
    page = await _page(client, f"{staff.origin}/login?{'a' * 600}")
    assert '<input type="hidden" name="back" value="/">' in page
