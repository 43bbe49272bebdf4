"""The two apps on real sockets with TLS, a client that speaks as a browser does, and a real Chromium."""

from __future__ import annotations

import dataclasses
import datetime
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from irmacall.web.addresses import Network
from irmacall.web.config import WebConfig
from irmacall.web.entrance import Limits
from irmacall.web.identification import Identification
from irmacall.web.listener import USUAL, listen
from irmacall.web.public import public_app
from irmacall.web.staff import Part, staff_app
from irmacall.web.today import Today
from lab.browser import SHELL
from tests.web.doubles import PASSWORD, MemoryAccounts, MemoryCitizenDesk, MemoryDay, MemoryStaffDesk
from tests.web.identify_doubles import MemoryIdentifyDesk, MemoryPairedDesk


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's context with a certificate of its own making for 127.0.0.1 and localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "irmacall test")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path_factory.mktemp("tls") / "both.pem"
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    pem.write_bytes(
        key.private_bytes(encoding, form, serialization.NoEncryption()) + certificate.public_bytes(encoding)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has now."""
    with socket.socket() as claimed:
        claimed.bind(("127.0.0.1", 0))
        port: int = claimed.getsockname()[1]
        return port


@dataclass
class Public:
    """The running public app, its desk, its origin and the settings that hold now."""

    desk: MemoryCitizenDesk
    origin: str
    config: WebConfig
    paired: MemoryPairedDesk = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.paired = MemoryPairedDesk(self.desk)


@dataclass
class Staff:
    """The running staff app, what is behind it, its origin and the settings that hold now."""

    desk: MemoryStaffDesk
    accounts: MemoryAccounts
    origin: str
    config: WebConfig
    day: MemoryDay = dataclasses.field(default_factory=MemoryDay)
    runner: web.AppRunner = dataclasses.field(init=False)
    identify: MemoryIdentifyDesk = dataclasses.field(default_factory=MemoryIdentifyDesk)


def _config(
    origin: str,
    irma: tuple[str, ...] = (),
    begins_per_minute: int = 1000,
    streams: tuple[int, int] = (1000, 64),
    allow: tuple[Network, ...] = (),
) -> WebConfig:
    return WebConfig(
        origin,
        "gemeente Voorbeeld",
        irma_origins=irma,
        privacy_contact="fg@voorbeeld.example",
        demo=True,
        begins_per_minute=begins_per_minute,
        logins_per_minute=1000,
        streams=streams[0],
        streams_per_address=streams[1],
        allow=allow,
    )


@asynccontextmanager
async def running_public(
    tls: ssl.SSLContext,
    irma: tuple[str, ...] = (),
    begins_per_minute: int = 1000,
    desk: MemoryCitizenDesk | None = None,
    limits: Limits = USUAL,
    streams: tuple[int, int] = (1000, 64),
    allow: tuple[Network, ...] = (),
) -> AsyncIterator[Public]:
    """The public app until the block ends. `streams`: how many there may be in all, and of one address."""
    port = free_port()
    desk, origin = desk or MemoryCitizenDesk(), f"https://127.0.0.1:{port}"
    running = Public(desk, origin, _config(origin, irma, begins_per_minute, streams, allow))
    app = public_app(desk, lambda: running.config, running.paired)
    runner = await listen(app, "127.0.0.1", port, tls, limits)
    try:
        yield running
    finally:
        await runner.cleanup()


@asynccontextmanager
async def running_staff(
    tls: ssl.SSLContext,
    allow: tuple[Network, ...] = (),
    limits: Limits = USUAL,
    parts: Sequence[Part] = (),
    crm_origin: str | None = None,
    desk: MemoryStaffDesk | None = None,
) -> AsyncIterator[Staff]:
    """The staff app until the block ends; `parts`: further ones than the telephone."""
    port = free_port()
    desk, accounts, origin = desk or MemoryStaffDesk(), MemoryAccounts(), f"https://localhost:{port}"
    config = dataclasses.replace(_config(origin, allow=allow), crm_origin=crm_origin)
    running = Staff(desk, accounts, origin, config)
    asked = Identification(running.identify).part
    app = staff_app(desk, accounts, lambda: running.config, Today(running.day), asked, *parts)
    running.runner = await listen(app, "127.0.0.1", port, tls, limits)
    try:
        yield running
    finally:
        await running.runner.cleanup()


@pytest.fixture
async def public(tls: ssl.SSLContext) -> AsyncIterator[Public]:
    """The public app."""
    async with running_public(tls) as running:
        yield running


@pytest.fixture
async def staff(tls: ssl.SSLContext) -> AsyncIterator[Staff]:
    """The staff app."""
    async with running_staff(tls) as running:
        yield running


@asynccontextmanager
async def visitor() -> AsyncIterator[aiohttp.ClientSession]:
    """A client with a cookie jar of its own, which follows no redirects by itself."""
    connector = aiohttp.TCPConnector(ssl=False)
    jar = aiohttp.CookieJar(unsafe=True)  # cookies for an IP address, as browsers keep them
    timeout = aiohttp.ClientTimeout(total=15)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=jar, timeout=timeout) as client:
        yield client


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    """One visitor."""
    async with visitor() as one:
        yield one


def field(page: str, name: str) -> str:
    """The value of a form's hidden field or of a meta tag, as it stands in our own pages."""
    for start in (f'name="{name}" value="', f'name="{name}" content="'):
        if start in page:
            return page.split(start, 1)[1].split('"', 1)[0]
    raise AssertionError(f"no {name} in the page")


async def log_in(client: aiohttp.ClientSession, staff: Staff, login: str = "anna") -> str:
    """Log in as a browser does; the anti-forgery token for what follows."""
    async with client.get(f"{staff.origin}/login") as form:
        token = field(await form.text(), "token")
    given = {"token": token, "login": login, "password": PASSWORD}
    headers = {"Origin": staff.origin}
    async with client.post(f"{staff.origin}/login", data=given, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 303
    async with client.get(f"{staff.origin}/") as page:
        return field(await page.text(), "csrf-token") if page.status == 200 else ""


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a window."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=SHELL, args=["--no-sandbox"])
        yield started
        await started.close()


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A fresh profile at the size of an agent's screen."""
    async with AsyncExitStack() as stack:
        fresh = await browser.new_context(
            ignore_https_errors=True, viewport={"width": 1280, "height": 720}, locale="nl-NL"
        )
        stack.push_async_callback(fresh.close)
        yield fresh


@pytest.fixture
async def screen(context: BrowserContext, staff: Staff) -> AsyncIterator[Page]:
    """An agent who has logged in and is available; no error on the console is forgiven."""
    async with available(context, staff, "anna") as page:
        yield page


@asynccontextmanager
async def available(context: BrowserContext, staff: Staff, login: str) -> AsyncIterator[Page]:
    """Somebody with a phone who has logged in and is available; no error on the console is forgiven."""
    page = await context.new_page()
    errors: list[str] = []
    page.on("request", lambda _: None)  # heard from now on: what is expected later can come at once
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    await page.goto(f"{staff.origin}/login")
    await page.get_by_label("Naam").fill(login)
    await page.get_by_label("Wachtwoord").fill(PASSWORD)
    await page.get_by_role("button", name="Aanmelden").click()
    await page.get_by_role("button", name="Beschikbaar").click()
    await expect(page.locator("#headline")).to_have_text("Beschikbaar")
    yield page
    assert not errors


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's script, from the front-end's development packages."""
    where = Path(__file__).parents[2] / "irmacall/web/frontend/node_modules/axe-core/axe.min.js"
    return where.read_text()
