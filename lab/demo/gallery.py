"""A picture of each page in each language, in light and in dark: `pages/<page>-<language>-<theme>.png`.

Each language is another tab of the same browser, so that whoever is logged in, or on the line, stays that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urljoin

from playwright.async_api import Page

from irmacall.web.i18n import LANGUAGES
from irmacall.web.looks import COOKIE, Look

THEMES: Final = ("light", "dark")
PATIENCE_MS: Final = 10_000


class Gallery:
    """Where the pictures go."""

    def __init__(self, pictures: Path) -> None:
        self._folder = pictures / "pages"
        self._folder.mkdir(parents=True, exist_ok=True)
        for old in self._folder.glob("*.png"):
            old.unlink()

    async def show(self, name: str, page: Page, ready: str = "main") -> None:
        """The page that this one is at, in every form, each once `ready` (a selector) is there to see."""
        origin = urljoin(page.url, "/")
        for language in LANGUAGES:
            await page.context.add_cookies(
                [{"name": COOKIE, "value": Look(language).as_text(), "url": origin, "secure": True}]
            )
            tab = await page.context.new_page()
            await tab.goto(page.url)
            await tab.locator(ready).first.wait_for(timeout=PATIENCE_MS)
            await tab.evaluate("document.fonts.ready")
            for theme in THEMES:
                await tab.emulate_media(color_scheme="dark" if theme == "dark" else "light")
                await tab.screenshot(path=self._folder / f"{name}-{language}-{theme}.png", full_page=True)
            await tab.close()
        await page.context.clear_cookies(name=COOKIE)
