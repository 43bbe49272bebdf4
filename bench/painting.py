"""When a page showed or blanked something: the first frame after the change, by the machine's clock."""

from __future__ import annotations

from playwright.async_api import Page

# The clock is the one that Asterisk's timestamps are of: epoch milliseconds, on one machine. The time is taken in
# a task after the frame in which the change is drawn.
_WATCH = """
selector => {
  const field = document.querySelector(selector);
  window.benchTold = [];
  const afterFrame = (kind) => requestAnimationFrame(() => setTimeout(() =>
    window.benchTold.push([kind, performance.timeOrigin + performance.now()]), 0));
  let shown = false;
  new MutationObserver(() => {
    const now = field.textContent !== "";
    if (now !== shown) afterFrame((shown = now) ? "shown" : "blank");
  }).observe(field, { childList: true, characterData: true, subtree: true });
}
"""
_TAKE = "() => window.benchTold.shift() ?? null"


async def watch(page: Page, selector: str) -> None:
    """Note from now on when the text of this element comes and goes."""
    await page.evaluate(_WATCH, selector)


async def painted(page: Page, kind: str) -> float:
    """When (epoch, ms) the next change was drawn, which must be this one: shown or blank."""
    told = await page.wait_for_function(_TAKE, timeout=15_000, polling=20)
    found, at = await told.json_value()
    assert found == kind, f"the page is {found}, not {kind}"
    return float(at)
