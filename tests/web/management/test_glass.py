"""Break-glass in a browser: a reason, a minute of somebody's identity, and a page that is blank by itself."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from irmacall.core.ids import CallId, GrantNumber, SeatId, UserId
from irmacall.errors import Refused
from irmacall.web.management.glass import glass
from irmacall.web.management.glass_ports import GlassView
from irmacall.web.management.pages import management
from irmacall.web.ports import Card, Nudge
from tests.web.conftest import Staff, log_in, running_staff, visitor
from tests.web.doubles import CALL, PASSWORD, card
from tests.web.management.conftest import CONFIG
from tests.web.management.doubles import MemoryManagement
from tests.web.test_accessibility import _hold

ALLOWED = replace(CONFIG, break_glass=True)
AGENT = "u1"
GRANT = GrantNumber(8)
WHY = "Dreigement aan de telefoon"
SEEN = GlassView("Anna de Boer", CALL, "Burgerzaken", 42.0)


@dataclass
class MemoryGlass:
    """A desk whose one agent has a caller on the line, until a test says otherwise."""

    seen: GlassView | None = SEEN
    reasons: list[tuple[UserId, CallId, str]] = field(default_factory=list)
    seats: list[SeatId] = field(default_factory=list)
    reveals: int = 0
    until: float = 0.0
    staff: Staff | None = None
    looked: asyncio.Event = field(default_factory=asyncio.Event)

    async def asked_again(self) -> None:
        """Until a page asks how it stands, from now on."""
        self.looked.clear()
        await self.looked.wait()

    async def look_at(self, agent: UserId, seat: SeatId) -> GlassView | None:
        self.looked.set()
        if self.seen is None or agent != AGENT:
            return None
        if self.seen.grant is not None and time.time() >= self.until:
            self.seen = replace(self.seen, grant=None)
        return replace(self.seen, left=max(0.0, self.until - time.time()))

    async def ask(self, seat: SeatId, user: UserId, call: CallId, reason: str) -> None:
        if self.seen is None or self.seen.call != call or self.seen.taken:
            raise Refused("nothing to see")
        self.reasons.append((user, call, reason))
        self.seats.append(seat)
        self.until = time.time() + 60
        self.seen = replace(self.seen, grant=GRANT)
        self.tell("card")

    def tell(self, kind: str) -> None:
        """Her stream says so."""
        assert self.staff is not None
        for seat in self.seats:
            self.staff.desk.ears.tell(seat, Nudge(kind, CALL, GRANT))  # type: ignore[arg-type]

    def end(self) -> None:
        """The call is over, or the owner has changed."""
        self.seen = GlassView("Anna de Boer")
        self.tell("blank")

    async def leave(self, seat: SeatId, call: CallId) -> None:
        self.seen = SEEN
        self.tell("blank")

    async def reveal_by_glass(
        self, seat: SeatId, user: UserId, call: CallId, grant: GrantNumber
    ) -> tuple[Card, float]:
        if self.seen is None or self.seen.grant != grant or seat not in self.seats:
            raise Refused("not hers")
        self.reveals += 1
        return replace(card(int(grant)), note="Niet voor u"), self.until - time.time()


@pytest.fixture
async def desk() -> MemoryGlass:
    """The desk behind the glass."""
    return MemoryGlass()


@pytest.fixture
async def staff(tls: ssl.SSLContext, desk: MemoryGlass) -> AsyncIterator[Staff]:
    """The staff's app with management's parts."""
    parts = [glass(desk, lambda: ALLOWED), management(MemoryManagement(), lambda: ALLOWED)]
    async with running_staff(tls, parts=parts) as running:
        desk.staff = running
        yield running


@pytest.fixture(params=[("light", 1280), ("dark", 320)], ids=str)
async def page(request: pytest.FixtureRequest, browser: Browser, staff: Staff) -> AsyncIterator[Page]:
    """The page of break-glass, for a team lead who is logged in; no error on the console is forgiven."""
    scheme, width = request.param
    context = await browser.new_context(
        ignore_https_errors=True, color_scheme=scheme, viewport={"width": width, "height": 720}, locale="nl-NL"
    )
    page, errors = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
    await page.goto(f"{staff.origin}/login")
    await page.get_by_label("Naam").fill("maria")
    await page.get_by_label("Wachtwoord").fill(PASSWORD)
    await page.get_by_role("button", name="Aanmelden").click()
    await page.wait_for_url("**/wallboard")
    await page.goto(f"{staff.origin}/glass?user={AGENT}")
    yield page
    assert not errors
    await context.close()


async def _asks(page: Page) -> None:
    """By the keyboard alone: the reason, and the button after it."""
    reason = page.get_by_label("Waarom")
    await expect(reason).to_be_visible()  # what is hidden yet takes no focus
    await reason.focus()
    await page.keyboard.type(WHY)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")


async def _breaks(page: Page) -> None:
    """She asks, and sees who it is."""
    await _asks(page)
    await expect(page.locator("#card")).to_contain_text("J. de Vries")


async def test_she_gives_a_reason_sees_who_it_is_and_is_blank_again(page: Page, desk: MemoryGlass, axe: str) -> None:
    """Nothing of the caller is there before or afterwards, and no note and no way into the CRM ever is."""
    await expect(page.get_by_text("Anna de Boer spreekt nu een beller")).to_be_visible()
    await _hold(page, axe, "the question")
    assert desk.reveals == 0
    await _breaks(page)
    assert desk.reasons == [(UserId("u3"), CALL, WHY)]
    await _hold(page, axe, "the card")
    text = await page.content()
    assert "Niet voor u" not in text
    assert "crm.example" not in text
    assert "tulp" not in text
    assert await page.locator("[role=status], [role=alert]").filter(has_text="Vries").count() == 0
    desk.end()
    await expect(page.locator("#card")).to_be_hidden()
    assert "Vries" not in await page.content()
    await expect(page.get_by_text("Er is nu geen gesprek")).to_be_visible()


async def test_she_ends_it_herself_and_can_ask_again_with_a_new_reason(page: Page, desk: MemoryGlass) -> None:
    """The reason of before is not kept in the page."""
    await _breaks(page)
    await page.get_by_role("button", name="Klaar").click()
    await expect(page.locator("#card")).to_be_hidden()
    await expect(page.get_by_label("Waarom")).to_have_value("")
    assert "Vries" not in await page.content()


async def test_it_is_blank_by_itself_when_its_minute_is_over(page: Page, desk: MemoryGlass) -> None:
    """Though the server still grants it: the page counts too, and what it has seen out does not come back."""
    reveal = desk.reveal_by_glass

    async def with_a_second_left(seat: SeatId, user: UserId, call: CallId, grant: GrantNumber) -> tuple[Card, float]:
        return (await reveal(seat, user, call, grant))[0], 1.0

    desk.reveal_by_glass = with_a_second_left  # type: ignore[method-assign]
    await page.evaluate(
        """() => { const card = document.getElementById("card");
                   window.was = new Promise((seen) => { let shown = null; new MutationObserver((_, watch) => {
                     if (!card.hidden) shown ??= card.textContent;
                     else if (shown !== null) watch.disconnect(), seen([shown, card.textContent]); }
                   ).observe(card, { attributes: true }); }); }"""
    )
    await _asks(page)
    shown, blank = await page.evaluate("window.was")
    assert "J. de Vries" in shown
    assert "Vries" not in blank
    await desk.asked_again()
    assert desk.seen is not None
    assert desk.seen.grant == GRANT, "the server still grants it"
    desk.seen = replace(desk.seen, grant=None)
    await expect(page.get_by_label("Waarom")).to_be_visible()
    assert desk.reveals == 1
    assert "Vries" not in await page.content()


async def test_it_is_blank_when_it_is_not_looked_at_or_hears_nothing(page: Page, desk: MemoryGlass) -> None:
    """Hidden, or cut off; it paints again only after a fresh answer."""
    await _breaks(page)
    await page.evaluate(
        """() => { Object.defineProperty(document, "hidden", { value: true, configurable: true });
                   document.dispatchEvent(new Event("visibilitychange")); }"""
    )
    await expect(page.locator("#card")).to_be_hidden()
    assert "Vries" not in await page.content()
    await page.evaluate(
        """() => { Object.defineProperty(document, "hidden", { value: false, configurable: true });
                   document.dispatchEvent(new Event("visibilitychange")); }"""
    )
    await expect(page.locator("#card")).to_contain_text("J. de Vries")
    assert desk.reveals == 2
    await page.context.set_offline(True)
    assert desk.staff is not None
    desk.staff.desk.ears.end(desk.seats[0])
    await expect(page.locator("#alarm")).to_contain_text("Geen verbinding")
    await expect(page.locator("#card")).to_be_hidden()


ROUTES = (
    ("GET", f"/glass?user={AGENT}"),
    ("GET", f"/glass/state?user={AGENT}"),
    ("GET", f"/glass/card?call={CALL}&grant=8"),
    ("POST", "/glass"),
    ("POST", "/glass/end"),
)


async def test_a_reason_that_nobody_can_read_is_told_to_be_too_short(page: Page, desk: MemoryGlass) -> None:
    """Ten blanks of Braille are none; what she typed stays, so that she can mend it."""
    await page.get_by_label("Waarom").fill("\u2800" * 10)
    await page.get_by_role("button", name="Toon de gegevens").click()
    await expect(page.locator("#alarm")).to_have_text(
        "Uw reden is te kort. Schrijf in gewone woorden waarom u deze gegevens moet zien."
    )
    assert (desk.reasons, desk.reveals) == ([], 0)
    await _breaks(page)
    await expect(page.locator("#alarm")).to_be_empty()


@pytest.mark.parametrize("login", [None, "anna", "willem", "noor"])
async def test_nobody_but_management_breaks_it(staff: Staff, desk: MemoryGlass, login: str | None) -> None:
    """No agent, no official, no administrator, nobody without a login; and no answer says anything."""
    async with visitor() as client:
        token = "" if login is None else await log_in(client, staff, login)
        for method, path in ROUTES:
            given = {"json": {"call": CALL, "reason": WHY}} if method == "POST" else {}
            headers = {"Origin": staff.origin, "X-CSRF-Token": token}
            request = client.request(method, staff.origin + path, headers=headers, allow_redirects=False, **given)  # type: ignore[arg-type]
            async with request as answer:
                assert answer.status == (401 if login is None else 403)
                assert "Vries" not in await answer.text()
    assert (desk.reasons, desk.reveals) == ([], 0)


UNREADABLE = ("\u2800" * 10, "\u3164" * 10, "." * 10, "- - - - - -", "zo maar .....")


@pytest.mark.parametrize(
    "reason", ["", "kort", "  te   kort  ", "x" * 201, "een reden\nmet een regel", 7, *UNREADABLE]
)
async def test_a_reason_is_one_line_of_some_length(
    client: aiohttp.ClientSession, staff: Staff, desk: MemoryGlass, reason: object
) -> None:
    """Anything else is refused before the desk hears of it."""
    await log_in(client, staff, "maria")
    async with client.get(f"{staff.origin}/glass?user={AGENT}") as page:
        token = (await page.text()).split('csrf-token" content="')[1].split('"')[0]
    headers = {"Origin": staff.origin, "X-CSRF-Token": token}
    async with client.post(f"{staff.origin}/glass", json={"call": CALL, "reason": reason}, headers=headers) as answer:
        assert answer.status == 400
    async with client.post(f"{staff.origin}/glass", json={"call": CALL, "reason": WHY}) as answer:
        assert answer.status == 403, "without the page's token"
    assert desk.reasons == []


async def test_who_was_logged_out_while_her_reason_was_written_is_asked_for_again(
    client: aiohttp.ClientSession, staff: Staff, desk: MemoryGlass
) -> None:
    """After the desk has allowed it, whether her login stands: the accounts end whatever a login was for."""
    await log_in(client, staff, "maria")
    async with client.get(f"{staff.origin}/glass?user={AGENT}") as page:
        token = (await page.text()).split('csrf-token" content="')[1].split('"')[0]
    ask, asked_before = desk.ask, list[int]()

    async def slowly(seat: SeatId, user: UserId, call: CallId, reason: str) -> None:
        await ask(seat, user, call, reason)
        asked_before.append(len(staff.accounts.acts))

    desk.ask = slowly  # type: ignore[method-assign]
    headers = {"Origin": staff.origin, "X-CSRF-Token": token}
    async with client.post(f"{staff.origin}/glass", json={"call": CALL, "reason": WHY}, headers=headers) as answer:
        assert answer.status == 204
    assert staff.accounts.acts[asked_before[0] :] == [False]


async def test_a_desk_that_does_not_allow_it_has_no_such_page(
    client: aiohttp.ClientSession, staff: Staff, desk: MemoryGlass
) -> None:
    """Nor is there one about somebody who is no agent."""
    await log_in(client, staff, "maria")
    desk.seen = None
    for path in (f"/glass?user={AGENT}", f"/glass/state?user={AGENT}", "/glass?user=u99"):
        async with client.get(staff.origin + path) as answer:
            assert answer.status == 404
