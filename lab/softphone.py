"""The SIP phones of one lab, in a process of their own: `python -m lab.softphone ADDRESS DIRECTORY`.

pjsua2 is a real SIP stack, of which a process can hold only one. Commands come in as JSON lines and are answered;
what happens goes out as JSON lines, each with the monotonic clock (`at`, seconds) of the moment it was seen.
lab/rack.py is the other end.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pjsua2 as pj

from lab.network import SIP_PORT

_STATES = {
    pj.PJSIP_INV_STATE_CALLING: "calling",
    pj.PJSIP_INV_STATE_INCOMING: "incoming",
    pj.PJSIP_INV_STATE_EARLY: "early",
    pj.PJSIP_INV_STATE_CONNECTING: "connecting",
    pj.PJSIP_INV_STATE_CONFIRMED: "connected",
    pj.PJSIP_INV_STATE_DISCONNECTED: "disconnected",
}
_MAX_CALLS = 64
"""What we would like; a wheel that was built with fewer (PJSUA_MAX_CALLS, 4 as it is shipped) keeps to that."""
_POLL_MS = 5
_CLOCK_HZ = 8000


#: Our own way out: pjsua2 writes to standard output before its log can be sent elsewhere.
_out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def tell(event: str, **details: object) -> None:
    """Write one event to whoever drives us."""
    _out.write(json.dumps({"event": event, "at": time.monotonic(), **details}) + "\n")
    _out.flush()


class Line(pj.Account):  # type: ignore[misc]  # pjsua2 has no types
    """One phone: an account that registers and takes calls."""

    def __init__(self, desk: Softphones, name: str) -> None:
        super().__init__()
        self.desk, self.name = desk, name

    def onRegState(self, prm: Any) -> None:
        """Told by pjsua2 when a REGISTER was answered, or not."""
        info = self.getInfo()
        tell("registration", phone=self.name, active=bool(info.regIsActive), code=prm.code)

    def onIncomingCall(self, prm: Any) -> None:
        """Told by pjsua2 when an INVITE came: the phone rings."""
        call = self.desk.new_call(self, prm.callId)
        where = {"remote": call.getInfo().remoteUri, "source": prm.rdata.srcAddress}
        tell("incoming", phone=self.name, call=call.number, **where)
        call.answer(_with_code(pj.PJSIP_SC_RINGING))


class Talk(pj.Call):  # type: ignore[misc]
    """One call of one phone. What it hears goes to a WAV file; what it says is a tone.

    Not a file, looped: pjsua2 tells each turn of a file player on a thread of its own, and that one may just be using
    the player that goes with its call (a crash in `ev_thread`, pjsua2 2.15.1).
    """

    def __init__(self, line: Line, number: int, call_id: int) -> None:
        super().__init__(line, call_id)
        self.line, self.number = line, number
        self.digits_after, self.pause, self.over = "", 0.0, False
        self.recorder: Any = pj.AudioMediaRecorder()
        self.recorder.createRecorder(str(line.desk.directory / f"heard-{number}.wav"))
        self.voice: Any = None

    def onCallState(self, prm: Any) -> None:
        """Told by pjsua2 at each step of the INVITE dialog."""
        info = self.getInfo()
        state = _STATES.get(info.state, "unknown")
        tell("state", call=self.number, state=state, code=info.lastStatusCode, reason=info.lastReason)
        if state == "connected" and self.digits_after:
            digits, self.digits_after = self.digits_after, ""
            asyncio.get_running_loop().call_later(self.pause, self.key_in, digits)
        if state == "disconnected":
            self.line.desk.ended(self)

    def onCallMediaState(self, prm: Any) -> None:
        """Told by pjsua2 when voice begins, stops or moves: connect it to the recorder and the voice."""
        for media in self.voices():
            media.startTransmit(self.recorder)
            if self.voice is not None:
                self.voice.startTransmit(media)
        tell("media", call=self.number, open=len(self.voices()))

    def onCallTransferStatus(self, prm: Any) -> None:
        """Told by pjsua2 at each NOTIFY about a REFER of ours (RFC 3515)."""
        tell("transfer", call=self.number, code=prm.statusCode, final=bool(prm.finalNotify))

    def voices(self) -> list[Any]:
        """The call's open audio streams."""
        open_states = (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD)
        info = self.getInfo()  # held: its list is freed with it
        return [
            self.getAudioMedia(media.index)
            for media in info.media
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status in open_states
        ]

    def speak(self, hertz: int) -> None:
        """Say a tone without end."""
        tone = pj.ToneDesc()
        tone.freq1, tone.on_msec, tone.volume = hertz, 1000, 6000
        self.voice = pj.ToneGenerator()
        self.voice.createToneGenerator(_CLOCK_HZ)
        self.voice.play(pj.ToneDescVector([tone]), True)
        for media in self.voices():
            self.voice.startTransmit(media)

    def hush(self) -> None:
        """Say nothing any more."""
        self.voice = None

    def key_in(self, digits: str, info: bool = False) -> None:
        """Send keys, as telephone events (RFC 4733) or as SIP INFO. A call that is over takes none."""
        if self.over or not self.isActive():
            return
        if not info:
            self.dialDtmf(digits)
            return
        keys = pj.CallSendDtmfParam()
        keys.digits, keys.method = digits, pj.PJSUA_DTMF_METHOD_SIP_INFO
        self.sendDtmf(keys)


class Softphones:
    """All phones of the process. Each public method named `do_…` is a command."""

    def __init__(self, address: str, directory: Path) -> None:
        self.address, self.directory = address, directory
        self.endpoint = pj.Endpoint()
        self.lines: dict[str, Line] = {}
        self.calls: dict[int, Talk] = {}
        self._past: list[Talk] = []
        """Calls that are over, kept for good: to destroy one hangs up whichever call has its place by then, which may
        be one that came in with the very answer to its BYE (`pj::Call::~Call`, pjsua2 2.15.1)."""
        self._over: list[Talk] = []
        self._numbers = 0

    def open(self) -> None:
        """Start the SIP stack on the lab's own address, with no sound card."""
        self.endpoint.libCreate()
        config = pj.EpConfig()
        config.uaConfig.maxCalls = _MAX_CALLS
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.logConfig.filename = str(self.directory / "pjsua.log")
        config.logConfig.level, config.logConfig.consoleLevel = 4, 0
        config.medConfig.clockRate = config.medConfig.sndClockRate = _CLOCK_HZ
        config.medConfig.noVad, config.medConfig.ecTailLen = True, 0
        self.endpoint.libInit(config)
        transport = pj.TransportConfig()
        # The port that lines from outside are called on (lab/lab.py, OUTSIDE): the address is the rack's own.
        transport.boundAddress, transport.port = self.address, SIP_PORT
        self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        self.endpoint.libStart()
        self.endpoint.audDevManager().setNullDev()
        for codec in self.endpoint.codecEnum2():
            self.endpoint.codecSetPriority(codec.codecId, 255 if codec.codecId.startswith("PCMA") else 0)

    def poll(self) -> None:
        """Let the SIP stack do what is due, waiting a few milliseconds at most."""
        self.endpoint.libHandleEvents(_POLL_MS)
        for call in self._over:  # never inside a callback of the call itself
            call.recorder = call.voice = None
        self._past += self._over
        self._over.clear()

    def close(self) -> None:
        """Hang up and unregister, as far as that goes in half a second, and end the process.

        The stack is not taken down in order: that waits for seconds on peers that may be gone already.
        """
        self.endpoint.hangupAllCalls()
        for line in self.lines.values():
            if line.getInfo().regIsActive:
                line.setRegistration(False)
        until = time.monotonic() + 0.5
        while time.monotonic() < until and (self.calls or any(r.getInfo().regIsActive for r in self.lines.values())):
            self.poll()
        os._exit(0)

    def new_call(self, line: Line, call_id: int = pj.PJSUA_INVALID_ID) -> Talk:
        """A call that has just come in, or is about to go out."""
        self._numbers += 1
        call = self.calls[self._numbers] = Talk(line, self._numbers, call_id)
        return call

    def ended(self, call: Talk) -> None:
        """The call is over; its recording is closed when the callback has returned."""
        call.over = True
        self.calls.pop(call.number, None)
        self._over.append(call)

    def do_register(self, phone: str, user: str, host: str, port: int, password: str, register: bool) -> None:
        """Give the phone its account at this registrar, unless it has it, and register it if asked to."""
        if phone in self.lines:
            if register:
                self.lines[phone].setRegistration(True)
            return
        config = pj.AccountConfig()
        config.idUri = f"sip:{user}@{host}:{port}"
        config.regConfig.registrarUri = f"sip:{host}:{port}"
        config.regConfig.registerOnAdd = register
        config.regConfig.timeoutSec = 120
        config.regConfig.retryIntervalSec = 2
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "asterisk", user, 0, password))
        config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_INACTIVE
        media = config.mediaConfig.transportConfig
        media.boundAddress = media.publicAddress = self.address
        line = self.lines[phone] = Line(self, phone)
        line.create(config)

    def do_unregister(self, phone: str) -> None:
        """Say goodbye to the registrar."""
        self.lines[phone].setRegistration(False)

    def do_forget(self, phone: str) -> None:
        """Give up the account: calls to its user go to another phone that has it."""
        self.lines.pop(phone).shutdown()

    def do_call(self, phone: str, number: str, digits_after: str, pause: float) -> dict[str, int]:
        """Dial; `digits_after` are keyed in `pause` seconds after the answer."""
        line = self.lines[phone]
        host = line.getInfo().uri.partition("@")[2]
        call = self.new_call(line)
        call.digits_after, call.pause = digits_after, pause
        call.makeCall(f"sip:{number}@{host}", pj.CallOpParam(True))
        return {"call": call.number}

    def do_answer(self, call: int, code: int) -> None:
        """Answer an incoming call with a SIP status: 200 takes it, 4xx and 6xx refuse it."""
        self.calls[call].answer(_with_code(code))

    def do_redirect(self, call: int, target: str) -> None:
        """Answer 302: try there instead."""
        answer = _with_code(302)
        contact = pj.SipHeader()
        contact.hName, contact.hValue = "Contact", f"<{target}>"
        answer.txOption.headers.append(contact)
        self.calls[call].answer(answer)

    def do_hangup(self, call: int) -> None:
        """End a call, whatever its state. One that has ended already is no error."""
        if call in self.calls:
            self.calls[call].hangup(pj.CallOpParam())

    def do_hold(self, call: int) -> None:
        """Put the other side on hold."""
        self.calls[call].setHold(pj.CallOpParam())

    def do_unhold(self, call: int) -> None:
        """Take the other side back."""
        resume = pj.CallOpParam(True)
        resume.opt.flag = pj.PJSUA_CALL_UNHOLD
        self.calls[call].reinvite(resume)

    def do_refer(self, call: int, target: str, headers: dict[str, str]) -> None:
        """Ask the other side to call somebody else (blind transfer)."""
        self.calls[call].xfer(target, _with_headers(headers))

    def do_refer_to_call(self, call: int, other: int, headers: dict[str, str]) -> None:
        """Ask the other side to take over another call of ours (attended transfer)."""
        self.calls[call].xferReplaces(self.calls[other], _with_headers(headers))

    def do_dtmf(self, call: int, digits: str, info: bool) -> None:
        """Key in digits."""
        self.calls[call].key_in(digits, info)

    def do_speak(self, call: int, hertz: int) -> None:
        """Say a tone."""
        self.calls[call].speak(hertz)

    def do_hush(self, call: int) -> None:
        """Say nothing any more."""
        self.calls[call].hush()


def _with_headers(headers: dict[str, str]) -> Any:
    parameters = pj.CallOpParam(True)
    for name, value in headers.items():
        header = pj.SipHeader()
        header.hName, header.hValue = name, value
        parameters.txOption.headers.append(header)
    return parameters


def _with_code(code: int) -> Any:
    parameters = pj.CallOpParam()
    parameters.statusCode = code
    return parameters


def obey(phones: Softphones, line: str) -> None:
    """Carry out one command and answer it; a failure is the answer, not the end."""
    order = json.loads(line)
    number, name = order.pop("id"), order.pop("do")
    try:
        result = getattr(phones, f"do_{name}")(**order) or {}
    except pj.Error as failure:
        tell("reply", id=number, error=failure.info())
    except KeyError as unknown:
        tell("reply", id=number, error=f"no such phone or call: {unknown}")
    else:
        tell("reply", id=number, **result)


async def main(address: str, directory: Path) -> None:
    """Serve commands until standard input ends."""
    phones = Softphones(address, directory)
    phones.open()
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    tell("open")
    orders = asyncio.create_task(reader.readline(), name="orders")
    while True:
        phones.poll()
        await asyncio.sleep(0)
        if not orders.done():
            continue
        line = orders.result()
        if not line:
            break
        obey(phones, line.decode())
        orders = asyncio.create_task(reader.readline(), name="orders")
    phones.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
