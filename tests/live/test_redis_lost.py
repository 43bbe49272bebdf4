"""Redis is gone, the desk's or the vault's: calls go on, what cannot be proven is not shown, and it mends itself."""

from __future__ import annotations

from lab.people import identified
from lab.sound import Heard
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.scenes import NAME, called, talking, waiting


async def test_the_desk_redis_is_gone_for_ten_seconds(town: Town, wallet: Wallet, sit: Sit) -> None:
    """Talk goes on unseen, the line keeps its order, the dialplan serves who calls now; then everything is back."""
    talk = await talking(town, wallet, sit)
    waiting_page, waiting_line = await waiting(town, await town.wallet({"familyname": "Bos", "prefix": ""}), line=2)
    sealed_page, code = await identified(town, await town.wallet({"familyname": "Mol", "prefix": ""}))
    spare = town.lab.phone(town.agents[1].endpoint)
    await spare.register()

    await town.lab.desk_redis.kill()
    try:
        await talk.desk.screen.blank()
        newcomer = await town.lab.phone("citizen3").call(town.lab.number)
        ringing = await spare.rings(40)
        assert not await talk.desk.screen.may_see(talk.call, talk.grant)
        assert "Anonieme wachtrij" in ringing.remote
        await ringing.answer()
        await ringing.speak(880)
        await newcomer.hears(880)
        await talk.goes_on()
        await waiting_line.hears(Heard.MUSIC)
    finally:
        await town.lab.desk_redis.start()

    await talk.card_is_back()
    await talk.goes_on()
    await newcomer.hears(880)
    await newcomer.hang_up()
    await ringing.disconnected.wait()
    await spare.unregister()

    sealed_line = await called(town, line=3, code=code)
    await sealed_page.state("waiting")
    await waiting_page.state("waiting")
    await talk.over()
    for page, line, shown in (
        (waiting_page, waiting_line, "mevrouw Bos"),
        (sealed_page, sealed_line, "mevrouw Mol"),
    ):
        await (await talk.desk.phone.rings(20)).answer()
        await talk.desk.screen.shows(shown)
        await line.hang_up()
        await talk.desk.screen.blank()
        await page.state("erased")
        await page.close()


async def test_the_desk_redis_is_restarted(town: Town, wallet: Wallet, sit: Sit) -> None:
    """A restart in order, shorter than the lease, is nothing that anybody notices: the same grant, the same card."""
    talk = await talking(town, wallet, sit)
    await town.lab.desk_redis.restart()
    page, line = await waiting(town, wallet, line=2)
    assert await talk.desk.screen.may_see(talk.call, talk.grant)
    await talk.goes_on()
    await line.hang_up()
    await page.state("erased")
    await page.close()
    await talk.over()


async def test_the_vault_redis_is_lost(town: Town, wallet: Wallet, sit: Sit) -> None:
    """Its identities are gone: cards go and pages say so, calls and places stay; who discloses after it is shown."""
    talk = await talking(town, wallet, sit)
    waiting_page, waiting_line = await waiting(town, wallet, line=2)

    await town.lab.vault_redis.kill()
    try:
        await talk.goes_on()
        assert not await talk.desk.screen.may_see(talk.call, talk.grant)
        unknown = await called(town, line=3)
        await unknown.hears(Heard.MUSIC, 30)
    finally:
        await town.lab.vault_redis.start()

    await talk.desk.screen.anonymous()
    await talk.desk.screen.blank()
    assert not await talk.desk.screen.may_see(talk.call, talk.grant)
    await talk.page.state("erased")
    await waiting_page.state("erased")
    await talk.goes_on()
    after_page, after_line = await waiting(town, wallet, line=4)
    await talk.over()

    for line in (waiting_line, unknown):
        await (await talk.desk.phone.rings(20)).answer()
        await talk.desk.screen.anonymous()
        await line.hang_up()
    await (await talk.desk.phone.rings(20)).answer()
    await talk.desk.screen.shows(NAME)
    await after_line.hang_up()
    await after_page.state("erased")
    await after_page.close()
    await waiting_page.close()
