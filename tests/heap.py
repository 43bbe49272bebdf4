"""A page's memory, to be searched: all that its scripts keep."""

from __future__ import annotations

from playwright.async_api import Page


async def heap(page: Page) -> str:
    """All that the page's scripts keep, after the rubbish has been collected."""
    devtools = await page.context.new_cdp_session(page)
    chunks: list[str] = []
    devtools.on("HeapProfiler.addHeapSnapshotChunk", lambda part: chunks.append(part["chunk"]))
    await devtools.send("HeapProfiler.collectGarbage")
    await devtools.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    await devtools.detach()
    return "".join(chunks)
