"""Debian's Chromium, driven by Playwright: one browser, and a context (cookies, storage) for each person."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Playwright, async_playwright

CHROMIUM = Path("/usr/bin/chromium")
"""The whole of it, with windows, tabs behind one another and what its makers put around a page."""

SHELL = Path("/usr/bin/chromium-headless-shell")
"""The same release without a window: each context costs a third of the processor's time (docs/libraries.md)."""

FLAGS = (
    "--no-sandbox",  # the lab runs as root, where Chromium has no sandbox
    "--disable-dev-shm-usage",
    "--disable-gpu",
    # It calls nobody: not its maker, and no host but this machine.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def trusting(key: str) -> str:
    """The flag by which certificates that lead to this key are good (lab.ca.Authority.spki_hash), others as ever."""
    return f"--ignore-certificate-errors-spki-list={key}"


class Browser:
    """One running Chromium."""

    def __init__(self, trusted_key: str) -> None:
        """`trusted_key`: see `trusting`."""
        self._flags = [*FLAGS, trusting(trusted_key)]
        self._playwright: Playwright | None = None
        self._chromium: Chromium | None = None

    async def start(self) -> None:
        """Start it. Raises Playwright's Error when Chromium is not installed."""
        self._playwright = await async_playwright().start()
        self._chromium = await self._playwright.chromium.launch(
            executable_path=SHELL, args=self._flags, handle_sigint=False, handle_sigterm=False
        )

    async def person(self, *, width: int = 1280, height: int = 720, dark: bool = False) -> BrowserContext:
        """A new context, Dutch, with a window of this size: somebody's own browser."""
        assert self._chromium is not None, "start first"
        return await self._chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="nl-NL",
            timezone_id="Europe/Amsterdam",
        )

    async def stop(self) -> None:
        """End it, with all its contexts."""
        if self._chromium is not None:
            await self._chromium.close()
        if self._playwright is not None:
            await self._playwright.stop()
