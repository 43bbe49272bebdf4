"""A Chromium as somebody has it on her own computer: a tab that is not in front is hidden, and may be frozen.

Playwright's own contexts (lab/browser.py) pretend that every page is seen and in use, so nothing hides in them and
nothing freezes. This one is started apart, and told no such thing.
"""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, CDPSession, Page, Playwright, async_playwright

from lab.browser import CHROMIUM, FLAGS, trusting
from lab.process import Program, says

_DEVTOOLS = r"DevTools listening on (ws://\S+)"


class Desktop:
    """One Chromium with one window. With a `proxy` all goes through it."""

    def __init__(self, directory: Path, trusted_key: str, *, proxy: str | None = None) -> None:
        """`directory` becomes its profile and log; `trusted_key`: see lab.browser.Browser."""
        argv: list[str | Path] = [CHROMIUM, "--headless=new", "--accept-lang=nl-NL,nl", *FLAGS, trusting(trusted_key)]
        # No tab of Chromium's own: it would go to its maker's page, and Playwright is not there before that has come.
        argv += [f"--user-data-dir={directory / 'profile'}", "--remote-debugging-port=0", "--no-startup-window"]
        if proxy is not None:
            argv += [f"--proxy-server={proxy}", "--proxy-bypass-list=<-loopback>"]
        self._program = Program("chromium", argv, directory / "chromium.log", ready=says(_DEVTOOLS))
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._frozen: dict[Page, CDPSession] = {}

    async def start(self) -> None:
        """Start it, or leave nothing behind. Raises LabError, or Playwright's Error where it cannot be driven."""
        await self._program.start()
        found = re.search(_DEVTOOLS, self._program.written())
        assert found is not None
        try:
            self._playwright = await async_playwright().start()
            self._browser = await self._playwright.chromium.connect_over_cdp(found[1], no_defaults=True)
        except BaseException:
            await self.stop()  # the next on this profile would find it taken
            raise

    @property
    def context(self) -> BrowserContext:
        """Its cookies and its tabs."""
        assert self._browser is not None, "start first"
        return self._browser.contexts[0]

    async def look_at(self, page: Page | None) -> None:
        """Bring this tab to the front, or an empty one: the others are hidden."""
        # What was frozen comes back only with a tab that was not in front.
        await (await self.context.new_page()).bring_to_front()
        if page is not None:
            await page.bring_to_front()

    async def freeze(self, page: Page) -> None:
        """As the browser does with a tab long unseen (Page Lifecycle): no script of it runs any more."""
        session = self._frozen[page] = await self.context.new_cdp_session(page)
        await session.send("Page.setWebLifecycleState", {"state": "frozen"})

    async def thaw(self, page: Page) -> None:
        """Let it run again, and look at it."""
        session = self._frozen.pop(page)
        await session.send("Page.setWebLifecycleState", {"state": "active"})
        await session.detach()
        await self.look_at(page)

    async def stop(self) -> None:
        """End it."""
        if self._browser is not None:
            await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()
        await self._program.kill()
