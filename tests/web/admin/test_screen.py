"""The administrator's pages in a real Chromium: each page and error as axe sees it, and her day by keyboard alone."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from irmacall.core.ids import Endpoint
from irmacall.store.audit import AuditKind
from irmacall.store.users import Role
from tests.web.admin.office import Office, opened
from tests.web.doubles import PASSWORD
from tests.web.test_accessibility import _hold as hold

Look = tuple[Literal["light", "dark"], int, int]
WIDE: Look = ("light", 1280, 720)


@pytest.fixture
async def office(tmp_path: Path, tls: ssl.SSLContext) -> AsyncIterator[Office]:
    """The app, with a user whose every field is as long as it may be."""
    async with opened(tmp_path, tls) as office:
        long = "Wendelmoet" * 8
        await office.phones.add_phone(Endpoint("w" * 60))
        await office.users.add_user(
            "w" * 64, long, Role.AGENT, PASSWORD, endpoint=Endpoint("w" * 60), function=long, department=long
        )
        await office.logs_in()
        yield office


async def _begin(browser: Browser, office: Office, look: Look) -> Page:
    """Somebody who administers has logged in; no script's error and no breach of the policy is forgiven."""
    scheme, width, height = look
    context = await browser.new_context(
        ignore_https_errors=True, color_scheme=scheme, viewport={"width": width, "height": height}, locale="nl-NL"
    )
    page = await context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.on("console", lambda said: pytest.fail(said.text) if "Content Security Policy" in said.text else None)
    await page.goto(f"{office.origin}/login")
    await page.get_by_label("Naam").fill("noor")
    await page.get_by_label("Wachtwoord").fill(PASSWORD)
    await page.get_by_role("button", name="Aanmelden").click()
    await expect(page.get_by_role("heading", name="Gebruikers")).to_be_visible()
    return page


PAGES = ("users", "users/new", "users/{els}", "users/phones", "sessions", "site", "audit", "nodes")


@pytest.mark.parametrize("look", [("light", 640, 360), ("light", 320, 640)], ids=str)
async def test_nothing_is_wider_than_the_window(browser: Browser, office: Office, look: Look) -> None:
    """At 320 px, and at 200 % of 1280 by 720, whatever is as long as it may be."""
    page = await _begin(browser, office, look)
    for path in PAGES:
        await page.goto(f"{office.origin}/admin/{path.replace('{els}', office.ids['els'])}")
        for fold in await page.locator("summary").all():
            await fold.evaluate("(summary) => (summary.parentElement.open = true)")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    await page.context.close()


@pytest.mark.parametrize("look", [WIDE, ("dark", 320, 640)], ids=str)
async def test_every_page_and_every_error(browser: Browser, office: Office, axe: str, look: Look) -> None:
    """Nothing that axe can find, nothing wider than the window, no target too small."""
    page, els = await _begin(browser, office, look), office.ids["els"]
    office.daemon.sample.change('default_queue = "algemeen"', 'default_queue = "algemene"')
    for path in PAGES:
        await page.goto(f"{office.origin}/admin/{path.replace('{els}', els)}")
        await hold(page, axe, path)
    await page.goto(f"{office.origin}/admin/users/{els}")
    await page.locator("#extension").fill("112")
    await page.get_by_role("button", name="Opslaan").click()
    await expect(page.get_by_role("alert")).to_contain_text("openbaar nummer")
    await hold(page, axe, "a field that is wrong")
    await page.goto(f"{office.origin}/admin/users/{els}")
    await office.users.set_department(els, "Belastingen")
    await page.get_by_role("button", name="Opslaan").click()
    await expect(page.get_by_role("alert")).to_contain_text("Iemand anders")
    await hold(page, axe, "who saves second")
    await page.goto(f"{office.origin}/admin/users/phones")
    await page.locator("#phone").fill("nieuw")
    await page.get_by_role("button", name="Maak een wachtwoord").click()
    await expect(page.locator(".ic-admin-secret")).to_be_visible()
    await hold(page, axe, "a phone's password")
    await page.goto(f"{office.origin}/admin/site")
    await page.get_by_role("button", name="Lees het bestand opnieuw").click()
    await expect(page.get_by_role("alert")).to_contain_text("desk[1].default_queue")
    await hold(page, axe, "a file that is wrong")
    await page.goto(f"{office.origin}/admin/audit")
    await page.get_by_role("button", name="Controleer het hele logboek").click()
    await expect(page.get_by_text("staan er zoals ze geschreven zijn")).to_be_visible()
    await hold(page, axe, "the log, verified")
    office.irma.away(True)
    await page.goto(f"{office.origin}/admin/nodes")
    await hold(page, axe, "a server that fails")
    await page.context.close()


async def _tab_to(page: Page, name: str) -> None:
    """Go on with the tab key alone, until this control has the focus and shows that it has."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        found = await page.evaluate(
            """() => { const at = document.activeElement;
                 return [at.id, at.getAttribute("aria-label") || at.innerText || at.value || "",
                         getComputedStyle(at).outlineStyle]; }"""
        )
        if name in (found[0], found[1].strip()):
            assert found[2] != "none", name
            return
    raise AssertionError(f"{name} is not reached with the tab key")


async def _type_in(page: Page, name: str, text: str) -> None:
    await _tab_to(page, name)
    await page.keyboard.press("Control+A")
    await page.keyboard.type(text)


async def test_a_day_by_keyboard_alone(browser: Browser, office: Office) -> None:
    """She lets a colleague in, mends a mistake, finds her, shuts her out, and reads in the log what she did."""
    page = await _begin(browser, office, WIDE)
    await _tab_to(page, "Gebruiker toevoegen")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Gebruiker toevoegen")).to_be_visible()
    assert await page.evaluate("document.activeElement === document.body")  # No page takes the focus by itself.
    await _type_in(page, "login", "bram")
    await _type_in(page, "name", "Bram Vos")
    await _type_in(page, "extension", "112")
    await _type_in(page, "password", "acht groene giraffen")
    await _type_in(page, "again", "acht groene giraffen")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("openbaar nummer")
    await _tab_to(page, "Dit is een openbaar nummer, zoals 112 of 14024. Kies een ander toestelnummer.")
    await page.keyboard.press("Enter")
    await expect(page.locator("#extension")).to_be_focused()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("211")
    await _type_in(page, "password", "acht groene giraffen")
    await _type_in(page, "again", "acht groene giraffen")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("De gebruiker is toegevoegd.")).to_be_visible()
    await _tab_to(page, "Gebruikers")
    await page.keyboard.press("Enter")
    await expect(page.locator("#search-button")).to_be_hidden()
    await _tab_to(page, "text")
    await page.keyboard.type("vos")
    await expect(page.locator("#found")).to_have_text("1 gevonden")
    await expect(page.locator("#users tr:visible")).to_have_count(1)
    await _tab_to(page, "Bram Vos")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Bram Vos")).to_be_visible()
    await _tab_to(page, "Blokkeren")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("De gebruiker is geblokkeerd en afgemeld.")).to_be_visible()
    await _tab_to(page, "Sessies")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Wie is aangemeld")).to_be_visible()
    await _tab_to(page, "Beëindig deze sessie van Els de Boer")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("De sessie is beëindigd.")).to_be_visible()
    await office.told()
    await _tab_to(page, "Logboek")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Logboek")).to_be_visible()
    await _type_in(page, "login", "bram")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("row")).to_have_count(3)
    await expect(page.get_by_role("row").nth(1)).to_contain_text("Gebruiker geblokkeerd")
    await page.context.close()
    assert await office.told(AuditKind.SESSIONS_ENDED) == ["els: one"]
    assert "vos" not in page.url


async def test_the_servers_page_looks_again_by_itself(browser: Browser, office: Office) -> None:
    """What fails meanwhile is told without a touch; without a connection it says that what it shows is old."""
    page = await _begin(browser, office, WIDE)
    await page.clock.install()
    await page.goto(f"{office.origin}/admin/nodes")
    yivi = page.locator('[data-state-of="peer.yivi.state"]')
    await expect(yivi).to_have_text("In orde")
    office.irma.away(True)
    office.health._asked = None  # As after the few seconds for which an answer is used again.
    await page.clock.run_for(5000)
    await expect(yivi).to_have_text("Storing")
    await expect(yivi).to_have_attribute("data-state", "wrong")
    assert await page.evaluate("document.activeElement === document.body")
    await page.context.set_offline(True)
    await page.clock.run_for(5000)
    await expect(page.locator("#stale")).to_have_text("Geen verbinding. Wat hier staat, is oud.")
    await page.context.close()
