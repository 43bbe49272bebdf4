"""A CRM is told of calls by a real request: signed, at least once, in order, and no more than there is room for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from irmacall.crm import webhook
from irmacall.crm.webhook import CrmEvent, EventName, Webhook
from lab.crm import Crm

KEY = "een-sleutel-van-de-proef"


def _event(number: int, name: EventName = "ringing") -> CrmEvent:
    return CrmEvent(f"id{number}", name, f"call{number}", "u1", 1_790_000_000.5)


@asynccontextmanager
async def _telling(crm: Crm, key: str = KEY, timeout: float = 2.0) -> AsyncIterator[Webhook]:
    hook = Webhook(crm.url, key.encode(), timeout=timeout, first_wait=0.01)
    running = asyncio.create_task(hook.run())
    try:
        yield hook
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_it_is_told_in_order_and_signed() -> None:
    """Each event once where nothing goes wrong, with the six fields that there are and no other."""
    async with Crm(KEY) as crm, _telling(crm) as hook:
        for number, name in enumerate(("ringing", "talking", "ended")):
            hook.tell(_event(number, name))  # type: ignore[arg-type]
        heard = await crm.hears(3)
    assert [each["event"] for each in heard] == ["ringing", "talking", "ended"]
    assert heard[0] == {
        "version": 1, "id": "id0", "event": "ringing", "call": "call0", "agent": "u1", "at": 1_790_000_000.5,
    }  # fmt: skip
    assert (crm.asked, hook.dropped) == (3, 0)


async def test_it_is_told_again_until_it_listens() -> None:
    """The same event by the same id, and those behind it wait for their turn."""
    async with Crm(KEY, status=503) as crm, _telling(crm) as hook:
        hook.tell(_event(1))
        hook.tell(_event(2))
        await crm.is_asked(2)
        crm.status = 204
        heard = await crm.hears(2)
    assert [each["id"] for each in heard] == ["id1", "id2"]
    assert hook.dropped == 0


async def test_what_it_will_not_have_is_dropped_and_counted() -> None:
    """A CRM with another key refuses: after a few tries the next one has its turn."""
    async with Crm("another-key") as crm, _telling(crm) as hook:
        hook.tell(_event(1))
        await crm.is_asked(webhook.TRIES)
        hook.tell(_event(2))
        await crm.is_asked(webhook.TRIES + 1)
        assert (hook.dropped, crm.heard) == (1, [])


async def test_what_waits_is_bounded() -> None:
    """With no CRM there the oldest go first: what is still of use is the last."""
    hook = Webhook("http://127.0.0.1:1/", KEY.encode())
    for number in range(webhook.ROOM + 7):
        hook.tell(_event(number))
    assert hook.dropped == 7
