"""What `check` says of passing on: by phones, and to numbers outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from irmacall.cli.judging import Caution, _tell
from irmacall.cli.probes import probes
from irmacall.settings import Purpose, Settings
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
        assert found.startswith("no line may call +3124…, to which callers may be passed")
        asked = [name for name, _ in probes(site(tmp_path, asterisk), ami=False)]
    assert "desk.transfer.outside" not in asked
