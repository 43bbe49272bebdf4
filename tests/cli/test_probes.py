"""What `check` says of passing on: by phones, and to numbers outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from irmacall.cli.judging import Caution, _tell
from irmacall.cli.probes import extensions, probes
from irmacall.errors import PeerError, Refused
from irmacall.settings import Purpose, Settings
from irmacall.store.passwords import Hashing
from irmacall.store.users import Role, Users, open_users
from tests.ari.fake import FakeAsterisk
from tests.settings.sample import make_sample

OUTBOUND = 'outbound = { host = "sip.example.nl", caller_id = "+31241234567" }'


def site(directory: Path, asterisk: FakeAsterisk, node: str = "", transfer: str = "ring = 25") -> Settings:
    """The example with this Asterisk, and more keys of its node and of its transfers."""
    sample = make_sample(directory)
    ari = "http://{}:{}".format(*asterisk.address)
    sample.change('name = "pbx1"', f'name = "pbx1"\nari = "{ari}"\n{node}')
    sample.change("ring = 25", transfer)
    sample.secret("ari-pbx1", asterisk.password)
    return sample.load(Purpose.CHECK)


async def said(settings: Settings, name: str) -> str:
    """The words of one probe."""
    [probe] = [probe for each, probe in probes(settings, ami=False) if each == name]
    return await probe()


@pytest.mark.parametrize(
    ("version", "on", "words", "caution"),
    [
        ("22.10.1", "false", "callers are passed on from the screen", False),
        ("22.11.0", "false", "; Asterisk 22.11.0 bears phone_transfers = true (docs/site.md)", False),
        ("22.11.0", "true", "phones pass callers on with their own keys", False),
        ("22.10.1", "true", "install 22.11 or newer, or take that header out where SIP comes in, or switch", True),
    ],
)
async def test_whether_phones_may_pass_callers_on(
    tmp_path: Path, version: str, on: str, words: str, caution: bool
) -> None:
    """Where it can be switched on, that it can be; where it is and should not be, what helps."""
    async with FakeAsterisk(password="f4c29b7e1d3a55aa01c8", version=version) as asterisk:
        found = await said(site(tmp_path, asterisk, f"phone_transfers = {on}"), "node pbx1, phones' transfers")
    assert words in found
    assert isinstance(found, Caution) is caution


def test_what_should_be_looked_at_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    """It is neither right nor wrong."""
    for words in ("all is well", Caution("a phone can end it")):
        _tell(True, "node pbx1", words)
    assert capsys.readouterr().out == "ok     node pbx1: all is well\nlook   node pbx1: a phone can end it\n"


async def test_numbers_outside_that_no_line_may_call(tmp_path: Path) -> None:
    """They are told where there are any; a site that allows none is not asked."""
    async with FakeAsterisk(password="f4c29b7e1d3a55aa01c8") as asterisk:
        found = await said(site(tmp_path, asterisk, transfer='outside = ["+3124"]'), "desk.transfer.outside")
        assert isinstance(found, Caution)
        assert found == "no line may call +3124…: see node.trunk.outbound (docs/site.md)"
        asked = [name for name, _ in probes(site(tmp_path, asterisk), ami=False)]
    assert "desk.transfer.outside" not in asked


async def test_an_extension_of_a_queue_and_of_somebody(tmp_path: Path) -> None:
    """Told with what helps, by who only looks: no file is made. Who is disabled has it no longer."""
    settings = make_sample(tmp_path).load()
    assert await extensions(settings) == "nobody of the staff has a queue's"
    assert not settings.users.exists()
    database, hashing = await open_users(settings.users), Hashing()
    try:
        users = Users(database, hashing)
        joost = await users.add_user("joost", "Joost Meijer", Role.AGENT, "vlinder-kachel-ratel", extension="2100")
        with pytest.raises(Refused, match=r"extension 2100 is of queue .* and of joost: it reaches joost alone"):
            await extensions(settings)
        await users.disable(joost.id)
        assert await extensions(settings) == "nobody of the staff has a queue's"
    finally:
        hashing.close()
        await database.close()


async def test_a_file_of_users_that_cannot_be_read(tmp_path: Path) -> None:
    """It is told, and not taken for one without anybody."""
    settings = make_sample(tmp_path).load()
    settings.users.write_bytes(b"this is no database, and long enough not to be taken for an empty one" * 9)
    with pytest.raises(PeerError, match=r"users\.sqlite cannot be read"):
        await extensions(settings)
