"""A phone whose second call is at another node than its caller: no voice goes from node to node for it."""

from __future__ import annotations

from pathlib import Path

from lab.lab import Lab
from lab.seats import seated
from lab.sound import Heard
from lab.town import Town
from tests.live.exchange import served

ASKED, ASKS = 900, 700
"""The tones (Hz) that the two colleagues say."""


async def test_a_consultation_at_another_node_is_completed_by_its_call_id(directory: Path) -> None:
    """Who was asked from node 2 is rung from node 1, where the caller is; she hears music, and then who answers."""
    async with Lab(directory / "nodes", nodes=2, phone_transfers=("node1", "node2")) as lab, Town(lab) as town:
        await served(town)
        samira, ingrid = town.agents[0], town.officials[0]
        phones = [lab.agent_phone(person.endpoint) for person in (samira, ingrid)]
        for phone in phones:
            await phone.register()
        async with seated(town, samira) as agent, seated(town, ingrid) as official:
            await agent.available()
            await official.available()
            line = await lab.phone("citizen1").call(lab.number)
            await line.connected.wait(20)
            await line.key_in("#")
            first = await phones[0].rings(20)
            await first.answer()
            await agent.shows(lambda panel: panel["talking"] is not None, "talks")

            await first.hold()
            await line.hears(Heard.MUSIC, 10)
            listening = line.listening(ASKED, ASKS)
            elsewhere = lab.phone(samira.endpoint, 1)
            second = await elsewhere.call(ingrid.extension or "")
            asked = await phones[1].rings(10)
            assert phones[1].at(asked) is lab.phone(ingrid.endpoint, 1), "she is asked from where she was dialled"
            await asked.answer()
            await second.connected.wait()
            await asked.speak(ASKED)
            await second.hears(ASKED)

            await first.refer_to_call(second)
            await first.transfer_told(200)
            again = await phones[1].rings(10)
            assert phones[1].at(again) is lab.phone(ingrid.endpoint), "she has the caller from the caller's own node"
            await again.answer()
            await again.speak(ASKED)
            await line.hears(ASKED, 10)
            await official.shows(lambda panel: bool(panel["talking"] and panel["talking"]["hers"]), "has the caller")
            await agent.shows(lambda panel: panel["talking"] is None, "has nobody")
            assert await listening.longest_silence() <= 2.0
            await line.hang_up()
            await again.disconnected.wait()
        for phone in phones:
            await phone.unregister()
