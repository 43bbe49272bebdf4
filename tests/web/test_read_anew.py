"""What people read changes while the apps run, when their site's file is read anew."""

from __future__ import annotations

from dataclasses import replace

import aiohttp

from tests.web.conftest import Public, Staff, log_in


async def test_a_citizen_reads_what_holds_now(client: aiohttp.ClientSession, public: Public) -> None:
    """The name of the municipality and whom to ask stand on the next page that she opens."""
    public.config = replace(
        public.config,
        municipality="gemeente Elders",
        privacy_contact="fg@elders.example",
        privacy_url="https://e.example/p",
    )
    async with client.get(f"{public.origin}/onderwerp/afval") as answer:
        page = await answer.text()
    assert "gemeente Elders" in page
    assert "fg@elders.example" in page
    assert "https://e.example/p" in page
    assert "gemeente Voorbeeld" not in page


async def test_an_agent_pauses_for_a_reason_that_holds_now(client: aiohttp.ClientSession, staff: Staff) -> None:
    """A new reason is offered and taken at once; one that is gone is refused, which an open page may still show."""
    token = await log_in(client, staff)
    staff.config = replace(staff.config, pause_reasons=("Bijscholing",))
    async with client.get(f"{staff.origin}/") as answer:
        assert "<option>Bijscholing</option>" in await answer.text()
    headers = {"Origin": staff.origin, "X-CSRF-Token": token}
    for reason, status in (("Bijscholing", 204), ("Pauze", 400)):
        async with client.post(f"{staff.origin}/pause", json={"reason": reason}, headers=headers) as answer:
            assert answer.status == status
    assert staff.desk.acts == [("pause", "Bijscholing")]
