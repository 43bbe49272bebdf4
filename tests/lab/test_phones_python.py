"""On a machine whose Python has no pjsua2, the phones run on a Python of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.lab import Lab
from lab.phone import Phone
from lab.rack import Rack
from lab.setup import phones
from lab.sound import Heard


@pytest.mark.skipif(phones.needed(), reason="every other test of this machine runs its phones on it")
async def test_phones_on_a_python_of_their_own(tmp_path: Path) -> None:
    """Fetched and unpacked as on a newer Debian, it registers, calls and hears."""
    phones.make(tmp_path / "python")
    async with Lab(tmp_path / "lab") as lab:
        rack = Rack(lab.network.address(101), tmp_path / "rack", own_python=tmp_path / "python")
        await rack.start()
        sip = lab.nodes[0].values.sip
        agent = Phone(rack, "agent1", lab.agents["agent1"], sip.host, sip.port)
        await agent.register()
        citizen = Phone(rack, "citizen1", lab.lines["citizen1"], sip.host, sip.port)
        call = await citizen.call(lab.number)
        await call.connected.wait()
        await call.hears(Heard.SPEECH, 15)
        await rack.stop()
