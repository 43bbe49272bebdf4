"""A phone whose second call is at another node than its caller: no voice goes from node to node for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.lab import Lab
from lab.phone import Listening, PhoneCall, PhoneEverywhere
from lab.seats import Seat, seated
from lab.sound import Heard
from lab.town import Town
from tests.live.exchange import served

ASKED, OWNER = 900, 700
"""The tones (Hz) that the two colleagues say."""


@dataclass
class Asking:
    """A caller at node 1, whose owner holds her and asks a colleague in a second call of her phone, at node 2."""

    lab: Lab
    agent: Seat
    official: Seat
    phone: PhoneEverywhere
    """The colleague's."""
    line: PhoneCall
    listening: Listening
    first: PhoneCall
    second: PhoneCall

    @property
    def colleague(self) -> str:
        """The endpoint of her phone."""
        return self.official.agent.endpoint


@asynccontextmanager
async def asking(directory: Path) -> AsyncIterator[Asking]:
    """Two nodes, and two colleagues who talk about a caller from the one where the caller is not."""
    async with (
        Lab(directory / "nodes", nodes=2, phone_transfers=("node1", "node2")) as lab,
        Town(lab, times={"dropped": 0}) as town,
    ):
        await served(town)
        samira, ingrid = town.agents[0], town.officials[0]
        hers, colleagues = (lab.agent_phone(person.endpoint) for person in (samira, ingrid))
        await hers.register()
        await colleagues.register()
        async with seated(town, samira) as agent, seated(town, ingrid) as official:
            await agent.available()
            await official.available()
            line = await lab.phone("citizen1").call(lab.number)
            await line.connected.wait(20)
            await line.key_in("#")
            first = await hers.rings(20)
            await first.answer()
            await first.speak(OWNER)
            await line.hears(OWNER, 10)
            listening = line.listening(ASKED, OWNER)
            await first.hold()
            await line.hears(Heard.MUSIC, 10)
            second = await lab.phone(samira.endpoint, 1).call(ingrid.extension or "")
            asked = await colleagues.rings(10)
            assert colleagues.at(asked) is lab.phone(ingrid.endpoint, 1), "she is asked from where she was dialled"
            await asked.answer()
            await second.connected.wait()
            await asked.speak(ASKED)
            await second.hears(ASKED)
            yield Asking(lab, agent, official, colleagues, line, listening, first, second)


async def test_a_consultation_at_another_node_is_completed_by_its_call_id(directory: Path) -> None:
    """Who was asked from node 2 is rung from node 1, where the caller is; she hears music, and then who answers."""
    async with asking(directory) as talk:
        await talk.first.refer_to_call(talk.second)
        await talk.first.transfer_told(200)
        again = await talk.phone.rings(10)
        assert talk.phone.at(again) is talk.lab.phone(talk.colleague), "she has the caller from the caller's own node"
        await again.answer()
        await again.speak(ASKED)
        await talk.line.hears(ASKED, 10)
        await talk.official.shows(lambda panel: bool(panel["talking"] and panel["talking"]["hers"]), "has the caller")
        await talk.agent.shows(lambda panel: panel["talking"] is None, "has nobody")
        assert await talk.listening.longest_silence() <= 2.0
        await talk.line.hang_up()
        await again.disconnected.wait()


async def test_a_node_that_is_silent_keeps_no_transfer_waiting(directory: Path) -> None:
    """Passed on to a phone of both nodes, and hung up at once, before anybody knows that the other one is gone."""
    async with asking(directory) as talk:
        call = (await talk.agent.panel())["talking"]["call"]
        await talk.agent.act(call, "cancel")
        await talk.first.unhold()
        await talk.line.hears(OWNER, 10)
        other = talk.lab.nodes[1].program
        other.freeze()
        try:
            await talk.agent.transfer(call, user=talk.official.user)
            await talk.first.hang_up()
            ringing = await talk.phone.accounts[0].rings(2.5)
            await ringing.answer()
            await ringing.speak(ASKED)
            await talk.line.hears(ASKED, 10)
        finally:
            other.wake()
        assert await talk.listening.longest_silence() <= 2.0
        await talk.line.hang_up()
        await ringing.disconnected.wait()


async def test_a_consultation_whose_node_is_gone_leaves_the_caller_with_her_owner(directory: Path) -> None:
    """The second call is lost with its Asterisk: she takes her caller back with her phone's key, and goes on."""
    async with asking(directory) as talk:
        await talk.lab.nodes[1].kill()
        await talk.first.unhold()
        await talk.line.hears(OWNER, 10)
        call = (await talk.agent.panel())["talking"]["call"]
        await talk.agent.act(call, "cancel")
        panel = await talk.agent.shows(lambda seen: seen["talking"]["consult"] is None, "asks nobody any more")
        assert panel["talking"]["hers"]
        await talk.line.hears(OWNER)
        assert await talk.listening.longest_silence() <= 2.0
        await talk.line.hang_up()
        await talk.first.disconnected.wait()
