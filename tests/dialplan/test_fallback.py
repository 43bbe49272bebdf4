"""A caller whom no daemon serves is served all the same, anonymously; and the doors that the dialplan keeps shut."""

from __future__ import annotations

import pytest

from lab.errors import LabError
from lab.lab import Lab
from lab.phone import Phone, PhoneCall
from lab.sound import Heard

#: Three times a moment's patience, the announcement, and some room for a busy machine.
_PATIENCE_S = 40.0


async def registered(lab: Lab, agent: str) -> Phone:
    """An agent's phone that can be rung."""
    phone = lab.phone(agent)
    await phone.register()
    return phone


async def offered(lab: Lab, line: str, agent: Phone) -> tuple[PhoneCall, PhoneCall]:
    """A citizen's call, and the same call as it rings at the agent's phone."""
    caller = await lab.phone(line).call(lab.number)
    return caller, await agent.rings(_PATIENCE_S)


async def test_without_a_daemon_the_phones_ring_and_tell_nothing(lab: Lab) -> None:
    """The caller hears speech, then music; the phone shows the queue and not who calls; both hear each other."""
    agent = await registered(lab, "agent1")
    caller = await lab.phone("citizen1").call(lab.number)
    await caller.connected.wait(5)
    await caller.hears(Heard.SPEECH)
    ring = await agent.rings(_PATIENCE_S)
    assert ring.remote.startswith('"Anonieme wachtrij" <sip:14020@')
    assert "citizen" not in ring.remote
    await caller.hears(Heard.MUSIC)
    await ring.answer()
    await ring.speak(440)
    await caller.speak(880)
    await caller.hears(440)
    await ring.hears(880)
    await caller.hang_up()
    await ring.disconnected.wait()
    await agent.unregister()


async def test_nobody_there_is_said_politely(lab: Lab) -> None:
    """Without one registered phone the caller hears that, and is let go."""
    caller = await lab.phone("citizen2").call(lab.number)
    await caller.connected.wait(5)
    ended = await caller.disconnected.wait(_PATIENCE_S)
    assert ended["code"] == 200
    assert ended["at"] - caller.connected.at > 10, "the dialplan tries again before it gives up"


async def test_a_phone_that_forwards_places_no_call(lab: Lab) -> None:
    """A 302 from an agent's phone is a refusal: the queue goes on ringing, and nobody else is called."""
    agent = await registered(lab, "agent2")
    caller, ring = await offered(lab, "citizen3", agent)
    sip = lab.nodes[0].values.sip
    await ring.redirect(f"sip:{lab.number}@{sip.host}:{sip.port}")
    again = await agent.rings(_PATIENCE_S)
    assert "2 active channels" in await lab.nodes[0].cli("core show channels")
    await caller.hang_up()
    await again.disconnected.wait()
    await agent.unregister()


async def test_an_agents_phone_can_dial_nothing(lab: Lab) -> None:
    """Whatever is dialled from an agent's phone, there is no such number: not even the desk's own."""
    agent = await registered(lab, "agent3")
    for number in (lab.number, "agent1", "112", "0031201234567", "s"):
        refused = await (await agent.call(number)).disconnected.wait()
        assert refused["code"] == 404, number
    await agent.unregister()


async def test_a_stranger_is_asked_for_a_password(lab: Lab) -> None:
    """Neither an unknown name nor a wrong password gets in, and both get the same answer."""
    sip = lab.nodes[0].values.sip
    for user in ("nobody", "citizen4", "agent4"):
        stranger = Phone(lab.rack, user, "guess", sip.host, sip.port)
        with pytest.raises(LabError, match=r"answered 40[13]"):
            await stranger.register()


async def test_a_line_reaches_the_service_number_only(lab: Lab) -> None:
    """From outside there is the desk's number and nothing besides."""
    for number in ("agent1", "s", "irmacall-anonymous", "0031201234567"):
        refused = await (await lab.phone("citizen4").call(number)).disconnected.wait()
        assert refused["code"] == 404, number


async def test_a_phone_moves_no_call(lab: Lab) -> None:
    """A REFER from the agent's phone is refused at once and changes nothing: both still talk.

    Nor does one that wants not to be told how it goes, which ends an Asterisk before 22.11 where REFER is allowed.
    """
    agent = await registered(lab, "agent4")
    caller, ring = await offered(lab, "citizen4", agent)
    await ring.answer()
    await ring.speak(440)
    await caller.hears(440)
    for headers in ({}, {"Refer-Sub": "false"}):
        await ring.refer(f"sip:{lab.number}@{lab.nodes[0].values.sip.host}", headers)
        await ring.transfer_told(603)
    await caller.speak(880)
    await ring.hears(880)
    assert not ring.disconnected
    assert not caller.disconnected
    await ring.hang_up()
    await caller.disconnected.wait()
    await agent.unregister()


async def test_asterisk_had_nothing_to_complain_about(lab: Lab) -> None:
    """Asterisk's own log holds no error, and nothing but the warnings of an app that is not there."""
    await lab.nodes[0].restart()
    lines = (lab.nodes[0].log / "messages.log").read_text().splitlines()
    assert any("modules will be loaded" in line for line in lines)
    expected = (
        "Stasis app",
        "per-call config for app",
        "Unable to join queue",
        "No matching endpoint",
        "Failed to auth",
        "transfer attempt blocked due to configuration",
    )
    bad = [line for line in lines if " ERROR[" in line or " WARNING[" in line]
    assert [line for line in bad if not any(word in line for word in expected)] == []
