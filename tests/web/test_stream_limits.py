"""The citizens' streams: for pages that we know, and bounded; a page without one goes on all the same."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from playwright.async_api import BrowserContext, expect

from irmacall.core.ids import SubjectId
from irmacall.web import stream
from irmacall.web.citizen_ports import PageToken
from irmacall.web.page_cookie import COOKIE
from tests.web.conftest import Public, running_public, visitor
from tests.web.doubles import CODE


async def _begun(public: Public) -> PageToken:
    """A page that waits for its answer from the app."""
    return (await public.desk.begin(SubjectId("paspoort"))).page


def _following(client: aiohttp.ClientSession, public: Public, page: str) -> Any:
    return client.get(f"{public.origin}/bellen/stream", headers={"Cookie": f"{COOKIE}={page}"})


async def _followed(stack: AsyncExitStack, public: Public, page: str) -> aiohttp.ClientResponse:
    """The answer to somebody who wants to follow this page, and goes on doing so."""
    client = await stack.enter_async_context(visitor())
    answer: aiohttp.ClientResponse = await stack.enter_async_context(_following(client, public, page))
    return answer


@pytest.mark.parametrize("page", ["x" * 43, "made-up-but-well-formed", "<script>", ""])
async def test_a_page_that_we_do_not_know_is_not_followed(
    client: aiohttp.ClientSession, public: Public, page: str
) -> None:
    """It is told so at once, so that its browser begins again; nothing is kept open for it."""
    async with _following(client, public, page) as answer:
        assert answer.status == 404
        assert await answer.json() == {"state": "unknown"}
    assert not public.desk.ears.arrived.is_set()


async def test_a_stream_ends_when_its_page_is_forgotten(client: aiohttp.ClientSession, public: Public) -> None:
    """An hour later there is nothing left to tell."""
    page = await _begun(public)
    async with _following(client, public, page) as answer:
        assert answer.status == 200
        del public.desk.pages[page]
        async with asyncio.timeout(8):
            with pytest.raises(aiohttp.ClientError):
                await answer.content.read()


async def test_one_page_is_followed_a_few_times_at_once(public: Public) -> None:
    """A few tabs are right; more is refused, and another page is not kept out by that."""
    page, other = await _begun(public), await _begun(public)
    async with AsyncExitStack() as stack:
        for _ in range(stream.OF_ONE_PAGE):
            assert (await _followed(stack, public, page)).status == 200
        refused = await _followed(stack, public, page)
        assert (refused.status, refused.headers["Retry-After"]) == (429, "5")
        assert (await _followed(stack, public, other)).status == 200
    assert public.desk.ears.listening(other) <= 1


@pytest.mark.parametrize("streams", [(1000, 3), (3, 64)])
async def test_there_are_so_many_streams_and_no_more(tls: ssl.SSLContext, streams: tuple[int, int]) -> None:
    """Of one address, and of all; who leaves makes room."""
    async with running_public(tls, streams=streams) as public, AsyncExitStack() as stack:
        pages = [await _begun(public) for _ in range(4)]
        for page in pages[:2]:
            assert (await _followed(stack, public, page)).status == 200
        async with AsyncExitStack() as leaving:
            assert (await _followed(leaving, public, pages[2])).status == 200
            assert (await _followed(stack, public, pages[3])).status == 429
            public.desk.ears.left.clear()
        await asyncio.wait_for(public.desk.ears.left.wait(), 5)
        assert (await _followed(stack, public, pages[3])).status == 200


async def _at_the_code(context: BrowserContext, public: Public, page: PageToken) -> Any:
    """Her browser, with number and code."""
    await context.add_cookies(
        [{"name": COOKIE, "value": page, "url": public.origin, "secure": True, "httpOnly": True}]
    )
    tab = await context.new_page()
    await tab.goto(f"{public.origin}/bellen")
    await expect(tab.locator("#code")).to_contain_text(CODE[:3])
    return tab


async def test_a_page_without_a_stream_follows_the_call_too(context: BrowserContext, tls: ssl.SSLContext) -> None:
    """Where there is no room it looks every few seconds, and does not say that the connection is lost."""
    async with running_public(tls, streams=(0, 64)) as public:
        page = await _begun(public)
        public.desk.seal(page)
        tab = await _at_the_code(context, public, page)
        public.desk.become(page, state="waiting", code=None, tel=None)
        await expect(tab.locator("#live")).to_contain_text("U staat in de wachtrij", timeout=10_000)
        await expect(tab.locator("#lost")).to_be_hidden()


async def test_a_page_that_is_over_says_so_and_asks_no_more(context: BrowserContext, public: Public) -> None:
    """What the server has forgotten shows no code any more, but the way to begin again."""
    page = await _begun(public)
    public.desk.seal(page)
    tab = await _at_the_code(context, public, page)
    await asyncio.wait_for(public.desk.ears.arrived.wait(), 5)
    del public.desk.pages[page]
    public.desk.ears.end(page)
    await expect(tab.locator("#live")).to_contain_text("Deze pagina is verlopen", timeout=10_000)
    await expect(tab.get_by_role("link", name="Nog een keer bellen")).to_be_visible()
    assert CODE[:3] not in await tab.locator("#code").inner_text()
    await expect(tab.locator("#lost")).to_be_hidden()
