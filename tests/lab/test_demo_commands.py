"""What is typed while the demo stays up: how a line is read, and what is answered when it makes no sense now."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import IO, cast

import pytest

from lab.demo.commands import HELP, PIPE, Commands
from lab.demo.typed import code, lines, session
from lab.errors import LabError
from lab.phone import Moment
from lab.town import Town

YIVI = "http://127.0.0.1:8088"


class Call:
    """A call that is answered at once, and ends when it is hung up."""

    def __init__(self) -> None:
        self.connected, self.disconnected = Moment("connected"), Moment("disconnected")
        self.connected.happened({"at": 1.0})
        self.answered = asyncio.Event()
        self.pressed: list[str] = []
        self.english = self.rejected = False

    async def key_in(self, digits: str) -> None:
        """Press keys."""
        self.pressed.append(digits)

    async def is_told(self, prompt: str, deadline: float = 10.0) -> None:
        """Hear whatever one waits for, in the language of this call; in no other, however long one waits."""
        if prompt.startswith("en/") != self.english:
            await asyncio.Event().wait()

    async def hang_up(self) -> None:
        """Put down the receiver."""
        self.disconnected.happened({"at": 2.0})

    async def answer(self) -> None:
        """Pick up."""
        self.answered.set()

    async def reject(self) -> None:
        """Refuse."""
        self.rejected = True
        self.disconnected.happened({"at": 2.0, "code": 486})


class Telephone:
    """Any phone: what was dialled on it, and what rings."""

    def __init__(self) -> None:
        self.keyed: list[str] = []
        self.calls: list[Call] = []
        self.registered = 0
        self.ringing: asyncio.Queue[Call] = asyncio.Queue()

    async def register(self) -> None:
        """Take the one place that there is."""
        self.registered += 1

    async def call(self, number: str, *, digits_after: str, pause: float) -> Call:
        """Dial."""
        self.keyed.append(digits_after)
        self.calls.append(Call())
        return self.calls[-1]

    @property
    def silent(self) -> bool:
        """Whether nothing rings."""
        return self.ringing.empty()

    async def rings(self, deadline: float) -> Call:
        """The next call."""
        self.calls.append(await self.ringing.get())
        return self.calls[-1]


class Keyboard:
    """Types lines at a demo whose telephones are made up, and reads what it says to each."""

    def __init__(self, screen: pytest.CaptureFixture[str]) -> None:
        self.phone, self.home, self.ended, self._screen = Telephone(), Telephone(), asyncio.Event(), screen
        self.then: Callable[[str], Awaitable[object] | object] = lambda line: None

    async def types(self, *typed: str) -> list[str]:
        """What the demo says to these lines, and when they end."""
        town = SimpleNamespace(
            lab=SimpleNamespace(number="14020", phone=lambda user: self.phone, outsider=self._outsider),
            agents=[SimpleNamespace(name="Samira Bakker", login="samira", endpoint="agent1")],
            officials=[SimpleNamespace(name="Ingrid de Boer", login="ingrid", endpoint="official1")],
        )
        await Commands(cast(Town, town), self.ended).run(self._lines(typed))
        return [line.strip() for line in self._screen.readouterr().out.replace(HELP, "(help)").splitlines()]

    async def _outsider(self, number: str) -> Telephone:
        return self.home

    async def _lines(self, typed: tuple[str, ...]) -> AsyncIterator[str]:
        for line in typed:
            yield f"{line}\n"
            if isinstance(more := self.then(line), Awaitable):
                await more
        asyncio.get_running_loop().call_soon(self._over)

    def hung_up_on(self) -> None:
        """Whoever she talked with has ended it."""
        self.phone.calls[-1].disconnected.happened({"at": 2.0})

    def _over(self) -> None:
        """The input is at its end: whoever still talks is done too, in a moment."""
        for call in (*self.phone.calls, *self.home.calls):
            call.disconnected.happened({"at": 3.0})


@pytest.fixture
def keyboard(capsys: pytest.CaptureFixture[str]) -> Keyboard:
    """A new demo to type at."""
    return Keyboard(capsys)


END = f"nothing more can be typed here; Ctrl-C ends the demo. To type into it from elsewhere: {PIPE}"
OVER = "her call is over: the other side ended it"
NO = "that did not work:"
ANSWERED = ["Samira Bakker answered", "Samira Bakker has nobody on the line any more"]


@pytest.mark.parametrize(
    ("text", "digits"), [("", ""), ("9024494771", "9024494771"), ("902 449 4771", "9024494771"), (" ", "")]
)
def test_a_code_may_be_spaced_as_the_page_shows_it(text: str, digits: str) -> None:
    """All its digits count, and none at all is a call without one."""
    assert code(text) == digits


@pytest.mark.parametrize("text", ["1234", "902 449 47711", "902-449-4771", "abcdefghij", "٩٠٢٤٤٩٤٧٧١"])
def test_what_is_no_code_is_said_to_be_none(text: str) -> None:
    """Not ten digits of a telephone's: nobody dials half of it."""
    with pytest.raises(LabError, match="ten digits"):
        code(text)


@pytest.mark.parametrize(
    "text",
    [
        f"{YIVI}/irma/session/abc",
        f'{{"u":"{YIVI}/irma/session/abc","irmaqr":"disclosing"}}',
        f'{{"sessionPtr": {{"u": "{YIVI}/irma/session/abc", "irmaqr": "disclosing"}}, "frontendRequest": {{}}}}',
    ],
)
def test_a_session_is_found_in_what_one_can_copy(text: str) -> None:
    """Its address, what the QR code holds, or all that the browser was answered."""
    assert (
        session(text, YIVI) == session(text, f"{YIVI}/") == {"u": f"{YIVI}/irma/session/abc", "irmaqr": "disclosing"}
    )


@pytest.mark.parametrize("text", ["", "abc", "http://127.0.0.1:80880/irma/session/abc", "https://example.org/abc"])
def test_a_session_of_elsewhere_is_refused(text: str) -> None:
    """The demo's app goes to the demo's server alone."""
    with pytest.raises(LabError, match="no session"):
        session(text, YIVI)


async def test_she_calls_once_at_a_time(keyboard: Keyboard) -> None:
    """A second call is refused while the first stands, and made when that is over."""
    said = await keyboard.types("call 902 449 4771", "call", "hang  up", "call", "call 1234")
    assert said == [
        "connected; her phone keys in the code",
        f"{NO} she is calling already: hang up first",
        "hung up",
        "connected",
        f"{NO} a code has ten digits; `call` alone calls without one",
        END,
        OVER,
    ]
    assert keyboard.phone.keyed == ["9024494771", ""]


async def test_she_presses_keys_while_she_calls(keyboard: Keyboard) -> None:
    """Whatever a telephone has, spaced as one likes; before and after the call there is nobody to press them."""
    said = await keyboard.types("key 1", "call", "key #", "key 902 449 4771", "key x", "key", "hang up", "key 2")
    bad, nobody = f"{NO} keys are 0 to 9, * and #: `key 1`, or `key #`", f"{NO} nobody is calling"
    pressed = ["pressed #", "pressed 9024494771"]
    assert said == [nobody, "connected", *pressed, bad, bad, "hung up", nobody, END]
    assert keyboard.phone.calls[0].pressed == ["#", "9024494771"]


@pytest.mark.parametrize("english", [False, True])
async def test_she_asks_to_be_called_back(keyboard: Keyboard, english: bool) -> None:
    """She keys in what she is asked for, in her language, and hangs up; when her telephone rings she picks up."""

    def then(line: str) -> None:
        keyboard.phone.calls[0].english = english
        if line == "callback":
            keyboard.home.ringing.put_nowait(Call())

    keyboard.then = then
    said = await keyboard.types("call", "callback")
    noted = "her number is noted; the telephone +31612345678 rings when an agent has answered"
    assert said == [
        "connected",
        "hung up",
        noted,
        END,
        "her telephone rang, and she picked up",
        OVER,
    ]
    assert keyboard.phone.calls[0].pressed == ["1", "0612345678#"]


@pytest.mark.parametrize("line", ["", "help"])
async def test_who_asks_for_help_has_it(keyboard: Keyboard, line: str) -> None:
    """And who types nothing at all."""
    assert await keyboard.types(line) == ["(help)", END]


@pytest.mark.parametrize("line", ["hang", "hang upon", "answering", "wipe it"])
async def test_what_is_not_known_is_said_to_be_unknown(keyboard: Keyboard, line: str) -> None:
    """No command is guessed at."""
    assert await keyboard.types(line) == [f"unknown: {line!r} (`help` lists what one can type)", END]


async def test_a_call_that_ends_by_itself_is_told(keyboard: Keyboard) -> None:
    """Whoever types hears nothing; one that she hung up herself is told of once."""
    keyboard.then = lambda line: keyboard.hung_up_on() if line == "key 1" else None
    said = await keyboard.types("call", "key 1", "key 2", "call", "hang up")
    assert OVER in said[2:]
    said.remove(OVER)
    assert said == ["connected", "pressed 1", f"{NO} nobody is calling", "connected", "hung up", END]


async def test_what_is_not_there_is_said_not_to_be(keyboard: Keyboard) -> None:
    """No call to hang up, no page to read or to wipe."""
    said = await keyboard.types("hang up", "page", "renew", "wipe", "callback")
    no_page = f"{NO} she has no page yet: disclose first"
    assert said == [f"{NO} nobody is calling", no_page, no_page, no_page, f"{NO} nobody is calling", END]


async def test_one_types_on_while_the_phone_waits_for_a_call(keyboard: Keyboard) -> None:
    """It says at once that it waits, is put on once, and answers even when nothing more is typed."""
    keyboard.then = lambda line: keyboard.phone.ringing.put_nowait(Call()) if line == "hang up" else None
    said = await keyboard.types("answer", "answer", "phone", "hang up")
    on = "the phone of Samira Bakker (agent1) is on"
    waits = "it waits for a call, 30 s; you may type on"
    assert said == [on, waits, f"{NO} it waits for a call already", on, f"{NO} nobody is calling", END, *ANSWERED]
    assert keyboard.phone.registered == 1


async def test_a_colleague_answers_presses_keys_and_hangs_up(keyboard: Keyboard) -> None:
    """By her login, as the citizen does without one; who has nobody on the line cannot."""

    async def then(line: str) -> None:
        if line == "answer ingrid":
            call = Call()
            keyboard.phone.ringing.put_nowait(call)
            await call.answered.wait()

    keyboard.then = then
    said = await keyboard.types("key ingrid *4", "answer ingrid", "key ingrid *4", "hang up ingrid", "hang up ingrid")
    nobody = f"{NO} Ingrid de Boer has nobody on the line"
    assert said[:5] == [
        nobody,
        "the phone of Ingrid de Boer (official1) is on",
        "it waits for a call, 30 s; you may type on",
        "Ingrid de Boer answered",
        "pressed *4",
    ]
    assert sorted(said[5:]) == sorted(["hung up", "Ingrid de Boer has nobody on the line any more", nobody, END])
    assert keyboard.phone.calls[0].pressed == ["*4"]


async def test_a_colleague_rejects_what_rings(keyboard: Keyboard) -> None:
    """Who hangs up before she answered takes no call; when nothing rings any more there is none to hang up."""
    keyboard.then = lambda line: keyboard.phone.ringing.put_nowait(Call()) if line.startswith("phone") else None
    said = await keyboard.types("hang up ingrid", "phone ingrid", "hang up ingrid", "hang up ingrid")
    nobody = f"{NO} Ingrid de Boer has nobody on the line"
    on = "the phone of Ingrid de Boer (official1) is on"
    assert said == [nobody, on, "hung up", nobody, END]
    assert keyboard.phone.calls[0].rejected


@pytest.mark.parametrize("line", ["phone me", "answer me", "hang up me"])
async def test_who_is_nobody_here_is_said_to_be_so(keyboard: Keyboard, line: str) -> None:
    """With those who are."""
    assert await keyboard.types(line) == [f"{NO} nobody here is called 'me': samira, ingrid", END]


async def test_nobody_s_phone_is_put_on_unasked(keyboard: Keyboard) -> None:
    """There is room for one phone on that account, and it may be that of whoever tries the demo."""
    await keyboard.types("call", "hang up")
    assert not keyboard.phone.registered


async def test_quit_ends_the_demo_and_the_end_of_the_input_does_not(keyboard: Keyboard) -> None:
    """An input that is over says nothing about whether somebody still looks on."""
    assert await keyboard.types() == [END]
    assert not keyboard.ended.is_set()
    assert await keyboard.types("quit") == []
    assert keyboard.ended.is_set()


@pytest.mark.parametrize("kind", ["pipe", "file", "nothing"])
async def test_every_kind_of_input_is_read_to_its_end(kind: str, tmp_path: Path) -> None:
    """A pipe, a file and /dev/null: no terminal is needed."""
    with _input(kind, b"call 1\nhang up\n", tmp_path) as given:
        read = await _read_from(given)
    assert read == ([] if kind == "nothing" else ["call 1\n", "hang up\n"])


def _input(kind: str, text: bytes, directory: Path) -> IO[bytes]:
    """An input of this kind that holds `text`, if it can hold any."""
    if kind == "pipe":
        end, other = os.pipe()
        os.write(other, text)
        os.close(other)
        return os.fdopen(end, "rb")
    (directory / "typed").write_bytes(text)
    return open(os.devnull if kind == "nothing" else directory / "typed", "rb")


async def _read_from(given: IO[bytes]) -> list[str]:
    """All lines, with this as our standard input for as long as it takes."""
    kept = os.dup(0)
    os.dup2(given.fileno(), 0)
    try:
        async with asyncio.timeout(5):
            return [line async for line in lines()]
    finally:
        os.dup2(kept, 0)
        os.close(kept)
