"""A telephone, as a test holds it: dial, key in, answer, speak, hear, hang up; and wait for what happens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from lab import prompts, sound
from lab.errors import LabError
from lab.rack import News, Rack

_STATES = ("calling", "early", "connected", "disconnected")
_HEAR_S = 0.5
_WRITTEN_S, _LATE_S, _LOST_S = 2.0, 0.3, 1.0
_NONE: Mapping[str, str] = MappingProxyType({})


class Moment:
    """Something that happens once. `at` is the monotonic clock (seconds) when the phone saw it."""

    def __init__(self, what: str) -> None:
        self.what, self.at, self.news = what, 0.0, News()
        self._event = asyncio.Event()

    def __bool__(self) -> bool:
        return self._event.is_set()

    def happened(self, news: News) -> None:
        """Note it. The first time counts."""
        if not self:
            self.at, self.news = news["at"], news
            self._event.set()

    async def wait(self, deadline: float = 10.0) -> News:
        """Wait for it, at most `deadline` seconds. Raises LabError when it does not happen."""
        try:
            async with asyncio.timeout(deadline):
                await self._event.wait()
        except TimeoutError:
            raise LabError(f"{self.what}: not within {deadline} s") from None
        return self.news


class PhoneCall:
    """One call on one phone. `ringing`, `connected` and `disconnected` are moments to wait for."""

    def __init__(self, rack: Rack, number: int, remote: str, label: str, source: str = "") -> None:
        """`remote` is the other side's URI with its display name, as the phone would show it.

        `source`: of a call that came in, from where ("address:port").
        """
        self.number, self.remote, self.source = number, remote, source
        self._rack = rack
        self._told = 0
        self._transfers: asyncio.Queue[News] = asyncio.Queue()
        self._moments = {state: Moment(f"{label}: {state}") for state in _STATES}
        rack.listen("call", number, self._hear_of)

    @property
    def ringing(self) -> Moment:
        """The other side's phone rings (180 or 183 was received)."""
        return self._moments["early"]

    @property
    def connected(self) -> Moment:
        """The call was answered, by either side."""
        return self._moments["connected"]

    @property
    def disconnected(self) -> Moment:
        """The call is over; `news["code"]` is the SIP status that ended it."""
        return self._moments["disconnected"]

    def _hear_of(self, news: News) -> None:
        if news["event"] == "state" and news["state"] in self._moments:
            self._moments[news["state"]].happened(news)
        if news["event"] == "transfer":
            self._transfers.put_nowait(news)

    async def answer(self) -> None:
        """Pick up."""
        await self._rack.order("answer", call=self.number, code=200)

    async def reject(self, code: int = 486) -> None:
        """Refuse with this SIP status."""
        await self._rack.order("answer", call=self.number, code=code)

    async def redirect(self, target: str) -> None:
        """Forward (302) to this SIP URI."""
        await self._rack.order("redirect", call=self.number, target=target)

    async def hang_up(self) -> None:
        """Put down the receiver. Harmless when the call is over."""
        await self._rack.order("hangup", call=self.number)

    async def hold(self) -> None:
        """Put the other side on hold."""
        await self._rack.order("hold", call=self.number)

    async def unhold(self) -> None:
        """Take the other side back from hold."""
        await self._rack.order("unhold", call=self.number)

    async def refer(self, target: str, headers: Mapping[str, str] = _NONE) -> None:
        """Blind transfer (REFER) to this SIP URI. `headers` come on top of pjsip's own."""
        await self._rack.order("refer", call=self.number, target=target, headers=dict(headers))

    async def refer_to_call(self, other: PhoneCall, headers: Mapping[str, str] = _NONE) -> None:
        """Attended transfer (REFER with Replaces): whoever is at the other end gets `other`, a call of this phone."""
        await self._rack.order("refer_to_call", call=self.number, other=other.number, headers=dict(headers))

    async def transfer_told(self, code: int, deadline: float = 10.0) -> News:
        """Wait until the phone is told this SIP status of its transfer (NOTIFY). Raises LabError when it is not."""
        try:
            async with asyncio.timeout(deadline):
                while (news := await self._transfers.get())["code"] != code:
                    pass
                return news
        except TimeoutError:
            raise LabError(f"call {self.number}: not told {code} of its transfer within {deadline} s") from None

    async def key_in(self, digits: str, *, info: bool = False) -> None:
        """Press keys: telephone events (RFC 4733), or SIP INFO. About a fifth of a second each."""
        await self._rack.order("dtmf", call=self.number, digits=digits, info=info)

    async def speak(self, hertz: int) -> None:
        """Say a tone, by which others can tell whom they hear."""
        await self._rack.order("speak", call=self.number, hertz=hertz)

    async def hush(self) -> None:
        """Say nothing any more."""
        await self._rack.order("hush", call=self.number)

    @property
    def recording(self) -> Path:
        """The WAV file of all that was heard: 8 kHz, mono, 16 bit."""
        return self._rack.directory / f"heard-{self.number}.wav"

    def levels(self, seconds: float = 1.0) -> list[float]:
        """Loudness of each 100 ms of the last `seconds`."""
        return sound.levels(sound.recorded(self.recording, seconds))

    async def hears(self, what: sound.Heard | float, deadline: float = 5.0) -> None:
        """Wait until half a second of this is heard: a kind of sound, or a tone in Hz. Raises LabError."""
        try:
            async with asyncio.timeout(deadline):
                while not self._heard(what):  # noqa: ASYNC110  # a growing file tells nobody
                    await asyncio.sleep(0.05)
        except TimeoutError:
            now = sound.kind(sound.recorded(self.recording, _HEAR_S))
            raise LabError(f"call {self.number} hears {now}, not {what}, after {deadline} s") from None

    async def is_told(self, prompt: str, deadline: float = 10.0) -> None:
        """Wait until this prompt (lab/prompts.py) is heard, after the one waited for before. Raises LabError."""
        try:
            async with asyncio.timeout(deadline):
                while not self._finds(prompt):  # noqa: ASYNC110  # a growing file tells nobody
                    await asyncio.sleep(0.25)
        except TimeoutError:
            raise LabError(f"call {self.number} is not told {prompt!r} within {deadline} s") from None

    def listening(self, *tones: float) -> Listening:
        """What is heard from now on, over time; `tones` (Hz) are those that phones say in this call."""
        return Listening(self, tones)

    def _finds(self, prompt: str) -> bool:
        found = prompts.find(sound.recorded(self.recording, 600)[self._told :], prompt)
        self._told += found or 0
        return found is not None

    def _heard(self, what: sound.Heard | float) -> bool:
        samples = sound.recorded(self.recording, _HEAR_S)
        if len(samples) < _HEAR_S * sound.RATE:
            return False
        return sound.kind(samples) is what if isinstance(what, sound.Heard) else sound.is_tone(samples, what)


class Listening:
    """What one call hears from a moment on, or from up to a quarter of a second before: a file is written late."""

    def __init__(self, call: PhoneCall, tones: Sequence[float]) -> None:
        self._call, self._tones = call, tones
        self._first, self._since = sound.recorded_so_far(call.recording), time.monotonic()

    async def timeline(self) -> list[sound.Stretch]:
        """All that was heard until now, or until the call was over.

        Raises LabError where the recording has lost more than a second: what it lost may have been silence.
        """
        over = self._call.disconnected
        seconds = (over.at if over else time.monotonic()) - self._since
        end = time.monotonic() + _WRITTEN_S
        while (lost := seconds - self._written()) > _LATE_S and time.monotonic() < end:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.05)
        if lost > _LOST_S:
            raise LabError(f"call {self._call.number}: {lost:.1f} s of {seconds:.1f} s are not recorded")
        return sound.timeline(sound.recorded_since(self._call.recording, self._first), self._tones)

    async def longest_silence(self) -> float:
        """The seconds of the longest silence until now. Raises LabError as `timeline` does."""
        return sound.longest(await self.timeline(), sound.Heard.SILENCE)

    def _written(self) -> float:
        return (sound.recorded_so_far(self._call.recording) - self._first) / sound.RATE


class Phone:
    """One SIP account on the rack. `user` is its name and its Asterisk endpoint."""

    def __init__(
        self, rack: Rack, user: str, password: str, host: str, port: int = 5060, *, rings_as: Phone | None = None
    ) -> None:
        """`rings_as`: the same telephone's account elsewhere; whoever calls either of them rings that one."""
        self.user, self._name = user, rack.new_name(user)
        self._rack, self._password, self.host, self._port = rack, password, host, port
        self._incoming: asyncio.Queue[PhoneCall] = rings_as._incoming if rings_as else asyncio.Queue()
        self._registration: asyncio.Queue[News] = asyncio.Queue()
        self._known = False
        rack.listen("phone", self._name, self._hear_of)

    def _hear_of(self, news: News) -> None:
        if news["event"] == "registration":
            self._registration.put_nowait(news)
        if news["event"] == "incoming":
            call = PhoneCall(self._rack, news["call"], news["remote"], f"{self.user} called", news["source"])
            call.ringing.happened(news)
            self._incoming.put_nowait(call)

    async def _be_known(self, register: bool) -> None:
        where = {"user": self.user, "host": self.host, "port": self._port, "password": self._password}
        await self._rack.order("register", phone=self._name, register=register, **where)
        self._known = True

    async def register(self, deadline: float = 10.0) -> None:
        """Register at the node. Raises LabError when the node refuses or does not answer."""
        await self._be_known(register=True)
        try:
            await self._registered(True, deadline)
        except LabError:
            await self._rack.order("forget", phone=self._name)
            self._known = False
            raise

    async def listen(self) -> None:
        """Take calls without registering anywhere, as somebody does who is reached by a line from outside."""
        await self._be_known(register=False)

    async def unregister(self, deadline: float = 10.0) -> None:
        """End the registration in order."""
        await self._rack.order("unregister", phone=self._name)
        await self._registered(False, deadline)

    async def _registered(self, active: bool, deadline: float) -> None:
        try:
            async with asyncio.timeout(deadline):
                news = await self._registration.get()
                while news["active"] is not active and news["code"] < 300:
                    news = await self._registration.get()
        except TimeoutError:
            raise LabError(f"{self.user}: no answer to REGISTER in {deadline} s") from None
        if news["active"] is not active:
            raise LabError(f"{self.user}: REGISTER was answered {news['code']}")

    async def call(self, number: str, *, digits_after: str = "", pause: float = 0.0) -> PhoneCall:
        """Dial. `digits_after` are keyed in `pause` seconds after the answer, as a tel: link's digits are."""
        if not self._known:
            await self._be_known(register=False)
        made = await self._rack.order("call", phone=self._name, number=number, digits_after=digits_after, pause=pause)
        return PhoneCall(self._rack, made["call"], number, f"{self.user} calls {number}")

    def uri(self, extension: str) -> str:
        """How this phone names an extension of its node, in a REFER."""
        return f"sip:{extension}@{self.host}:{self._port}"

    async def rings(self, deadline: float = 10.0) -> PhoneCall:
        """The next call that comes in; one that was missed is none. Raises LabError after `deadline` seconds."""
        try:
            async with asyncio.timeout(deadline):
                while (call := await self._incoming.get()).disconnected:
                    pass
                return call
        except TimeoutError:
            raise LabError(f"{self.user}: nobody called within {deadline} s") from None

    @property
    def silent(self) -> bool:
        """Whether no call has come in since `rings` was last asked, missed ones too."""
        return self._incoming.empty()


class PhoneEverywhere:
    """One telephone with an account at each node: agents' phones are registered on all of them."""

    def __init__(self, accounts: Sequence[Phone]) -> None:
        """`accounts`: one for each node, of one user; all but the first ring as the first."""
        self.user, self.accounts = accounts[0].user, accounts

    async def register(self, deadline: float = 10.0) -> None:
        """Register at every node. Raises LabError where one refuses or does not answer."""
        await asyncio.gather(*(account.register(deadline) for account in self.accounts))

    async def unregister(self, deadline: float = 10.0) -> None:
        """End every registration in order."""
        await asyncio.gather(*(account.unregister(deadline) for account in self.accounts))

    def at(self, call: PhoneCall) -> Phone:
        """Its account at the node that this incoming call is from: for a REFER, or a second call beside it."""
        return next(one for one in self.accounts if one.host == call.source.partition(":")[0])

    async def rings(self, deadline: float = 10.0) -> PhoneCall:
        """The next call that comes in, from whichever node. Raises LabError after `deadline` seconds."""
        return await self.accounts[0].rings(deadline)

    @property
    def silent(self) -> bool:
        """Whether no call has come in since `rings` was last asked, missed ones too."""
        return self.accounts[0].silent
