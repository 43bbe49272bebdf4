"""The routes by which a call is held, muted and passed on: what they ask of the desk, and what they refuse."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import get_args

import aiohttp
import pytest

from irmacall.core.ids import QueueId, UserId
from irmacall.errors import Refused
from irmacall.web.ports import NOTE_LENGTH, ActName, PassOn
from tests.web.conftest import Staff, log_in
from tests.web.doubles import CALL, card

HALF = NOTE_LENGTH // 2
"""So many of what browsers count as two characters."""
CANARY = "Xanthippe"
Post = Callable[[str, dict[str, object]], Awaitable[int]]


@pytest.fixture
async def post(client: aiohttp.ClientSession, staff: Staff) -> Post:
    """Posts as the page does, of an agent with somebody on the line; the status that is answered."""
    token = await log_in(client, staff)
    async with client.get(f"{staff.origin}/panel"):
        staff.desk.grant(staff.desk.only, card(1))
    headers = {"Origin": staff.origin, "X-CSRF-Token": token}

    async def send(path: str, given: dict[str, object]) -> int:
        async with client.post(staff.origin + path, json=given, headers=headers) as answer:
            assert CANARY not in await answer.text()
            return answer.status

    return send


@pytest.mark.parametrize(
    ("given", "wish"),
    [
        ({"user": "u4"}, PassOn(user=UserId("u4"))),
        ({"user": "u4", "consult": True}, PassOn(user=UserId("u4"), consult=True)),
        ({"queue": "afval"}, PassOn(queue=QueueId("afval"))),
        ({"queue": "afval", "standing": "first"}, PassOn(queue=QueueId("afval"), standing="first")),
        ({"number": "+31241234567", "consult": True}, PassOn(number="+31241234567", consult=True)),
        ({"user": "u4", "note": "Eén.\n\tTwee 😀"}, PassOn(user=UserId("u4"), note="Eén.\n\tTwee 😀")),
        ({"user": "u4", "note": "\"\\" * HALF}, PassOn(user=UserId("u4"), note="\"\\" * HALF)),
        ({"user": "u4", "note": "😀" * HALF}, PassOn(user=UserId("u4"), note="😀" * HALF)),
    ],
)  # fmt: skip
async def test_a_wish_reaches_the_desk_as_it_was_sent(
    post: Post, staff: Staff, given: dict[str, object], wish: PassOn
) -> None:
    """A person, a queue or a number, at once or asked first, with a note of any characters that one can type."""
    assert await post("/transfer", {"call": CALL, **given}) == 204
    assert staff.desk.wishes == [wish]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"user": "u4", "queue": "afval"},
        {"user": "u4", "number": "0241234567"},
        {"user": None},
        {"user": ""},
        {"user": CANARY + " of Athens"},
        {"queue": ["afval"]},
        {"queue": "afval", "consult": True},
        {"queue": "afval", "standing": CANARY},
        {"queue": "afval", "standing": ["first"]},
        {"number": "024-1234567"},
        {"number": "٠٢٤١٢٣٤٥٦٧"},
        {"number": "0" * 22},
        {"number": "+"},
        {"user": "u4", "consult": 1},
        {"user": "u4", "consult": "true"},
        {"user": "u4", "note": CANARY * 60},
        {"user": "u4", "note": CANARY + "\0"},
        {"user": "u4", "note": CANARY + "\ud800"},
        {"user": "u4", "note": CANARY + "\r"},
        {"user": "u4", "note": 7},
        {"user": "u4", "note": None},
        {"user": "u4", "call": "../" + CANARY},
        {"user": "u4", "call": 1},
    ],
)
async def test_a_malformed_wish_is_refused(
    post: Post, staff: Staff, caplog: pytest.LogCaptureFixture, given: dict[str, object]
) -> None:
    """Clearly, before the desk is asked, and without a word of it in the log."""
    caplog.set_level(logging.DEBUG)
    assert await post("/transfer", {"call": CALL, **given}) == 400
    assert not staff.desk.wishes
    assert CANARY not in caplog.text


@pytest.mark.parametrize("act", get_args(ActName))
async def test_every_act_reaches_the_desk(post: Post, staff: Staff, act: str) -> None:
    """By the name that the page sends."""
    assert await post("/act", {"call": CALL, "act": act}) == 204
    assert staff.desk.acts == [(act, CALL)]


@pytest.mark.parametrize("given", [{}, {"act": CANARY}, {"act": "Hold"}, {"act": None}, {"act": ["hold"]}])
async def test_an_act_that_there_is_not_is_refused(post: Post, staff: Staff, given: dict[str, object]) -> None:
    """The desk is not asked."""
    assert await post("/act", {"call": CALL, **given}) == 400
    assert not staff.desk.acts


async def test_what_the_desk_refuses_is_a_403(post: Post, staff: Staff, caplog: pytest.LogCaptureFixture) -> None:
    """A target that there is not, a call that is another's: the reason stays inside, and so does the note."""
    caplog.set_level(logging.DEBUG)
    staff.desk.refuse = Refused("not your call")
    assert await post("/transfer", {"call": CALL, "user": "u9", "note": CANARY}) == 403
    assert await post("/act", {"call": CALL, "act": "hold"}) == 403
    assert CANARY not in caplog.text


async def test_people_queues_and_an_allowed_number_are_found(client: aiohttp.ClientSession, staff: Staff) -> None:
    """Each with what to send back, what to show, and for people whether they are free; a number only if it may be."""
    await log_in(client, staff)
    rows = await _found(client, staff, "wi")
    assert [(row["name"], row["kind"], row["send"], row["there"]) for row in rows] == [
        ("Willem Smit", "person", {"user": "u4"}, "vrij"),
        ("Wilma Özdemir", "person", {"user": "u5"}, "in gesprek"),
        ("Wim <b>Vos</b>", "person", {"user": "u6"}, "afwezig"),
        ("Wijkbeheer", "line", {"queue": "wijk"}, ""),
    ]
    assert [row["about"] for row in await _found(client, staff, "204")] == ["Belastingen · 204"]
    assert [row["about"] for row in await _found(client, staff, "afval")] == ["Wachtrij · 301 · 2 wachten"]
    assert [row["send"] for row in await _found(client, staff, "0241234567")] == [{"number": "0241234567"}]
    assert await _found(client, staff, "0901234567") == []
    assert len(await _found(client, staff, "")) == 5


async def _found(client: aiohttp.ClientSession, staff: Staff, text: str) -> list[dict[str, object]]:
    async with client.get(f"{staff.origin}/people", params={"q": text}) as answer:
        assert answer.status == 200
        rows: list[dict[str, object]] = (await answer.json())["rows"]
        return rows


@pytest.mark.parametrize("query", ["", "?q=" + "a" * 61, "?q=a%00b", "?q=a%0Ab"])
async def test_a_malformed_search_is_refused(client: aiohttp.ClientSession, staff: Staff, query: str) -> None:
    """Too long, not there, or no text that one can type."""
    await log_in(client, staff)
    async with client.get(f"{staff.origin}/people{query}") as answer:
        assert answer.status == 400
    assert not staff.desk.sought
