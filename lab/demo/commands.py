"""What one may type while the demo stays up: the lab's own wallet and phones, for who has none at hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable
from functools import partial

from playwright.async_api import Error as BrowserError

from irmacall.core.waiting import WANTS_CALLBACK
from lab.demo.colleagues import Colleague
from lab.demo.municipality import HERS, HERS_AS_KEYED
from lab.demo.telling import say
from lab.demo.typed import code, keys, session, squeezed
from lab.errors import LabError
from lab.people import CitizenPage, identified
from lab.phone import Phone, PhoneCall
from lab.town import Town
from lab.wallet import Wallet

_OFFER_S = 20
"""So long at the most until she has been told what to key in."""
_NOTED_S = 10
_TURN_S = 3600
_LONGEST_S = 86_400

PIPE = "`mkfifo ~/typed; make demo <>~/typed &`, and `echo call >~/typed`"
HELP = """  disclose        a made-up citizen shares her name on a page of her own; prints her code
  scan SESSION    her app scans the QR code on your page instead. SESSION is what the QR code holds: a QR reader
                  tells, or your browser's network tools, as the answer to `begin`
  call [CODE]     her phone dials the number, and keys in the code if you give one; what she hears is printed
  key KEYS        she presses keys: # after the welcome, then 1, 2, 0 or 9 in the menu, 1 in the queue to be called
                  back, or a code whenever she likes
  callback        while she waits for anything else (2): she asks to be called back, hangs up, and picks up
                  when her telephone rings, which is when an agent has answered
  phone [WHO]     the phone of an agent or official is put on (log in as her on the screen, and be available); WHO is
                  her login, and the first agent where you name nobody
  answer [WHO]    it answers the next call: `answer ingrid` when you ask her about a caller
  key WHO KEYS    she presses keys on it, with a caller on the line: *22101# asks 2101 first, *4 passes the caller on,
                  *3 swaps, *5 all three talk, *12101# passes on at once, *6 holds, *0 is back (docs/transfers.md)
  page            what the citizen's page (of `disclose`) says now
  renew           she presses the button on it for a new code, as long as her data wait there; prints it
  wipe            she presses the button on it that wipes her data
  hang up [WHO]   the citizen hangs up, or this one of the municipality; while her phone rings
                  (`phone WHO`, and no `answer`), that rejects the call
  quit            end the demo, as Ctrl-C does"""


class Commands:
    """The lab's citizen and the phones of who works here, at the keyboard's command."""

    def __init__(self, town: Town, ended: asyncio.Event) -> None:
        self._town, self._ended = town, ended
        self._wallet: Wallet | None = None
        self._page: CitizenPage | None = None
        self._call: PhoneCall | None = None
        self._let_go: PhoneCall | None = None
        """The call that she ended herself."""
        self._colleagues = {who.login: Colleague(town, who) for who in (*town.agents, *town.officials)}
        self._alone: dict[str, Callable[[], Awaitable[None]]] = {
            "disclose": self._disclose,
            "page": self._tell_page,
            "renew": self._renew,
            "wipe": self._wipe,
            "callback": self._call_back,
            "quit": self._quit,
        }
        self._with_more: dict[str, Callable[[str], Awaitable[None]]] = {
            "scan": self._scan,
            "call": self._dial,
            "key": self._key,
            "phone": self._phone_on,
            "answer": self._answer,
            "hang up": self._hang_up,
        }

    async def run(self, lines: AsyncIterable[str]) -> None:
        """Do what each line says, and finish what that began, until there are no more. The demo may stay up."""
        async with asyncio.TaskGroup() as self._begun:
            async for line in lines:
                await _tried(self._act(squeezed(line)))
            if not self._ended.is_set():
                say(f"  nothing more can be typed here; Ctrl-C ends the demo. To type into it from elsewhere: {PIPE}")

    def _act(self, typed: str) -> Callable[[], Awaitable[None]]:
        for verb, act in self._with_more.items():
            if f"{typed} ".startswith(f"{verb} "):
                return partial(act, typed.removeprefix(verb).strip())
        return self._help if typed in ("", "help") else self._alone.get(typed, partial(self._unknown, typed))

    async def _help(self) -> None:
        say(HELP)

    async def _unknown(self, typed: str) -> None:
        say(f"  unknown: {typed!r} (`help` lists what one can type)")

    async def _app(self) -> Wallet:
        self._wallet = self._wallet or await self._town.wallet()
        return self._wallet

    async def _disclose(self) -> None:
        earlier = self._page
        self._page, digits = await identified(self._town, await self._app())
        say(f"  her code is {digits}; her page stays open")
        if earlier is not None:
            await earlier.close()

    async def _scan(self, text: str) -> None:
        opened = await (await self._app()).open(session(text, self._town.yivi.app_url))
        say(f"  her app shows {await opened.pairing_code()}: fill that in on your page, which will show you her code")

    async def _dial(self, text: str) -> None:
        digits = code(text)
        if self._calling:
            raise LabError("she is calling already: hang up first")
        line = self._town.lab.phone("citizen1")
        self._goes_on(await line.call(self._town.lab.number, digits_after=digits, pause=2.0))
        await self._her_call.connected.wait()
        say(f"  connected{'; her phone keys in the code' if digits else ''}")

    def _goes_on(self, call: PhoneCall) -> None:
        self._call = call
        self._begun.create_task(_tried(partial(self._tell_end, call)))

    async def _tell_end(self, call: PhoneCall) -> None:
        await call.disconnected.wait(_LONGEST_S)
        if call is not self._let_go:
            say("  her call is over: the other side ended it")

    async def _key(self, text: str) -> None:
        who, _, hers = text.partition(" ")
        pressed = keys(hers if who in self._colleagues else text)
        call = self._colleagues[who].call if who in self._colleagues else self._her_call
        await call.key_in(pressed)
        say(f"  pressed {pressed}")

    async def _call_back(self) -> None:
        call = self._her_call
        telephone = await self._town.lab.outsider(HERS)
        await call.key_in(WANTS_CALLBACK)
        await _is_told(call, "callback-other", _OFFER_S)
        await call.key_in(f"{HERS_AS_KEYED}#")
        await _is_told(call, "callback-noted", _NOTED_S)
        await self._hang_up()
        say(f"  her number is noted; the telephone {HERS} rings when an agent has answered")
        self._begun.create_task(_tried(partial(self._pick_up_at_home, telephone)))

    async def _pick_up_at_home(self, telephone: Phone) -> None:
        self._goes_on(await telephone.rings(_TURN_S))
        await self._her_call.answer()
        say("  her telephone rang, and she picked up")

    async def _phone_on(self, text: str) -> None:
        await self._colleague(text).phone_on()

    async def _answer(self, text: str) -> None:
        colleague = self._colleague(text)
        await colleague.get_ready()
        self._begun.create_task(_tried(colleague.pick_up))

    def _colleague(self, login: str) -> Colleague:
        """Who is called so; the first agent where nobody is named."""
        found = self._colleagues.get(login or next(iter(self._colleagues)))
        if found is None:
            raise LabError(f"nobody here is called {login!r}: {', '.join(self._colleagues)}")
        return found

    async def _tell_page(self) -> None:
        say(f"  her page says: {await self._her_page.says()}")

    async def _renew(self) -> None:
        say(f"  her code is {await self._her_page.renew()}")

    async def _wipe(self) -> None:
        await self._her_page.wipe()
        await self._tell_page()

    async def _hang_up(self, text: str = "") -> None:
        if text:
            await self._colleague(text).hang_up()
        else:
            call = self._let_go = self._her_call
            await call.hang_up()
            await call.disconnected.wait()
        say("  hung up")

    async def _quit(self) -> None:
        self._ended.set()

    @property
    def _calling(self) -> bool:
        return self._call is not None and not self._call.disconnected

    @property
    def _her_call(self) -> PhoneCall:
        if self._call is None or not self._calling:
            raise LabError("nobody is calling")
        return self._call

    @property
    def _her_page(self) -> CitizenPage:
        if self._page is None:
            raise LabError("she has no page yet: disclose first")
        return self._page


async def _is_told(call: PhoneCall, prompt: str, deadline: float) -> None:
    """Wait until she hears this, in whichever language she chose. Raises LabError."""
    ways = [asyncio.ensure_future(call.is_told(each, deadline)) for each in (prompt, f"en/{prompt}")]
    try:
        done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        done.pop().result()
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _tried(act: Callable[[], Awaitable[None]]) -> None:
    """Do it, and say why if it does not work: whoever types goes on typing."""
    try:
        await act()
    except (LabError, AssertionError, TimeoutError, BrowserError) as error:
        say(f"  that did not work: {error or type(error).__name__}")
