"""A Chromium with tabs that hide depends on nobody but the lab."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import BrowserType, Error

from lab.cable import Cable
from lab.desktop import Desktop


async def test_it_is_ready_without_any_network(tmp_path: Path) -> None:
    """Nothing comes through the cable, and the browser is there all the same, with no tab that waits for somebody."""
    async with Cable() as cable:
        cable.pull()
        desktop = Desktop(tmp_path, "no key", proxy=cable.proxy)
        try:
            await desktop.start()
            assert desktop.context.pages == []
            page = await desktop.context.new_page()
            assert await page.evaluate("document.visibilityState") == "visible"
        finally:
            await desktop.stop()


async def test_one_that_cannot_be_driven_leaves_its_profile_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends with the start that failed, and the next can have its directory."""

    async def fails(*_wanted: object, **_more: object) -> None:
        raise Error("Timeout")

    with monkeypatch.context() as broken:
        broken.setattr(BrowserType, "connect_over_cdp", fails)
        with pytest.raises(Error):
            await Desktop(tmp_path, "no key").start()
    following = Desktop(tmp_path, "no key")
    await following.start()
    await following.stop()
