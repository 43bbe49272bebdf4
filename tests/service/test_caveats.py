"""What a site file leaves undone when it is taken: agents without a group, texts without a sound."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from irmacall.core.ids import Endpoint, GroupId, LanguageId, UserId
from irmacall.errors import PeerError, Refused
from irmacall.service.caveats import bears_refers, groupless, lacking, shared, wanted, warn
from irmacall.store.users import Role, User
from tests.ari.fake import FakeAsterisk, Fault
from tests.service.site import Operated, operated
from tests.settings.sample import Sample, make_sample

NL, EN = LanguageId("nl"), LanguageId("en")
GROUP = '\n[[desk.group]]\nid = "kcc"\ntitle = "KCC"\nqueues = ["algemeen", "burgerzaken"]\n'


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Operated]:
    """A daemon that leads, whose site's node answers nobody."""
    async with operated(tmp_path) as daemon:
        yield daemon


def somebody(
    login: str, *groups: str, role: Role = Role.AGENT, phone: str | None = "agent1", disabled: bool = False
) -> User:
    """One of the staff."""
    endpoint = None if phone is None else Endpoint(phone)
    return User(UserId(login), login, login.title(), role, endpoint, "", disabled, frozenset(map(GroupId, groups)))


async def test_who_is_in_no_group_is_named_when_it_is_taken(daemon: Operated) -> None:
    """First groups take every agent off: whoever wrote them is told whom. Who never has calls is not meant."""
    daemon.users += [
        somebody("samira"),
        somebody("joost", "weg"),
        somebody("nadia", "kcc", "weg"),
        somebody("baas", role=Role.MANAGEMENT, phone=None),
        somebody("ex", disabled=True),
        somebody("nieuw", phone=None),
    ]
    told = (await daemon.reloading.reload("anna")).warnings
    assert not any("in no group" in line for line in told)  # A site without groups: everybody does everything.
    daemon.sample.add(GROUP)
    first, *_ = (await daemon.reloading.reload("anna")).warnings
    assert first == ("in no group, and so without a queue: samira, joost (`irmacall user groups LOGIN GROUP…`)")


def test_a_crowd_is_counted(tmp_path: Path) -> None:
    """The answer stays one that can be read."""
    sample = make_sample(tmp_path)
    sample.add(GROUP)
    told = groupless(sample.load(), [somebody(f"agent{number}") for number in range(100)])
    assert "agent11 and 88 more" in told
    assert "agent12" not in told


async def test_an_extension_of_a_queue_and_of_somebody_is_named(daemon: Operated) -> None:
    """Whoever keys it in gets her, and never the queue. Who is disabled has it no longer."""
    samira, ex = somebody("samira"), somebody("ex", disabled=True)
    daemon.users += [replace(samira, extension="2100"), replace(ex, extension="2200")]
    told = "extension 2100 is of queue Algemeen and of samira: it reaches samira alone; give one of them another"
    warnings = (await daemon.reloading.reload("anna")).warnings
    assert [line for line in warnings if line.startswith("extension")] == [told]
    assert shared(daemon.in_force.now.settings, {"4711": "samira"}) == ()


async def test_what_cannot_be_judged_is_told_and_the_file_is_taken(daemon: Operated) -> None:
    """A node that is away, a file of users that fails."""

    async def fails() -> list[User]:
        raise PeerError("users.sqlite cannot be read")

    daemon.caveats._everybody = fails
    daemon.sample.add(GROUP)
    done = await daemon.reloading.reload("anna")
    assert done.changed
    users, sounds = done.warnings
    assert users == "not known who is in no group: users.sqlite cannot be read"
    assert sounds.startswith("not known what sounds pbx1 has: ")


async def test_texts_without_a_sound_are_named(tmp_path: Path) -> None:
    """Those of the site's own and the shipped ones, in every language that callers can choose."""
    async with (
        FakeAsterisk(password="f4c29b7e1d3a55aa01c8") as asterisk,
        operated(tmp_path, "http://{}:{}".format(*asterisk.address), asterisk.password) as daemon,
    ):
        settings = daemon.in_force.now.settings
        [node] = settings.nodes
        names = wanted(settings, node)
        assert {"gesloten", "welcome", "number-7"} <= names[NL]
        asterisk.sounds = {language: [f"irmacall/{name}" for name in names[language]] for language in names}
        assert (await daemon.reloading.reload("anna")).warnings == ()
        asterisk.sounds[NL].remove("irmacall/gesloten")
        del asterisk.sounds[EN]
        missing = await lacking(settings, node)
        assert missing == ["nl/gesloten", *(f"en/{name}" for name in sorted(names[EN]))]
        [line] = (await daemon.reloading.reload("anna")).warnings
        assert line.startswith("pbx1 has no sound of nl/gesloten, en/")
        assert line.endswith("more: `irmacall prompts make` makes them (docs/prompts.md)")
        asterisk.faults["GET", "sounds"] = Fault(404, '{"message":"Resource not found"}')
        with pytest.raises(PeerError, match=r"it has no res_ari_sounds\.so: `irmacall render`"):
            await lacking(settings, node)
        asterisk.faults["GET", "sounds"] = Fault(500)
        with pytest.raises(PeerError, match="GET sounds: 500"):
            await lacking(settings, node)


@pytest.mark.parametrize(
    ("asterisk", "bears"),
    [
        ("22.10.1", False),
        ("22.10.1+dfsg+~cs6.17-1", False),
        ("22.9.0", False),
        ("23.4.2", False),
        ("GIT-master-12345", False),
        ("", False),
        ("22.11.0", True),
        ("22.11.0-rc1", True),
        ("23.5.0", True),
        ("24.0.0", True),
    ],
)
def test_which_asterisk_bears_what_phones_ask(asterisk: str, bears: bool) -> None:
    """Those that are mended, in each series; of which nobody knows, none."""
    assert bears_refers(asterisk) is bears


@pytest.mark.parametrize(
    ("version", "on", "told"),
    [("22.10.1", True, True), ("22.11.0", True, False), ("22.10.1", False, False)],
    ids=["old", "mended", "switched off"],
)
async def test_a_node_that_a_phone_can_end_is_named(tmp_path: Path, version: str, on: bool, told: bool) -> None:
    """As the daemon begins: where it was switched on for an Asterisk that does not bear it, with what helps."""
    async with FakeAsterisk(password="f4c29b7e1d3a55aa01c8", version=version) as asterisk:
        with capture_logs() as lines:
            await warn(_passing(tmp_path, asterisk, on=on).load())
    assert [line["event"] for line in lines if line["log_level"] == "warning"] == (
        [
            "pbx1: phone_transfers is on, and one REFER with `Refer-Sub: false` ends Asterisk 22.10.1 and every call "
            "on it: install 22.11 or newer, or take that header out where SIP comes in, or switch it off and pass "
            "callers on from the screen"
        ]
        if told
        else []
    )


async def test_a_node_that_does_not_say_what_it_is(tmp_path: Path) -> None:
    """It may be one that a phone can end."""
    async with FakeAsterisk(password="f4c29b7e1d3a55aa01c8") as asterisk:
        asterisk.faults["GET", "asterisk/info"] = Fault(500)
        with capture_logs() as lines:
            await warn(_passing(tmp_path, asterisk).load())
    [line] = lines
    assert line["event"].startswith(
        "not known whether a phone can end pbx1 (phone_transfers): GET asterisk/info: 500"
    )


async def test_numbers_outside_that_no_line_may_call_are_told(daemon: Operated) -> None:
    """All in one line, which names the key once."""
    daemon.sample.change("ring = 25", 'outside = ["+31241", "+4930"]')
    told = [line for line in (await daemon.reloading.reload("anna")).warnings if "outside" in line]
    assert told == ["desk.transfer.outside: no line may call +31241…, +4930…: see node.trunk.outbound (docs/site.md)"]


def _passing(directory: Path, asterisk: FakeAsterisk, *, on: bool = True) -> Sample:
    """The example, whose phones pass callers on at this node."""
    sample = make_sample(directory)
    ari = "http://{}:{}".format(*asterisk.address)
    sample.change('name = "pbx1"', f'name = "pbx1"\nari = "{ari}"\nphone_transfers = {str(on).lower()}')
    sample.secret("ari-pbx1", asterisk.password)
    return sample


async def test_another_file_than_the_daemons_is_refused(daemon: Operated) -> None:
    """It says which one it reads; its own is meant by whatever path leads there."""
    own = daemon.in_force.now.settings.file
    with pytest.raises(Refused, match=r"the daemon reads .*/site\.toml, not '/elsewhere/site\.toml'"):
        await daemon.commands["reload"]({"command": "reload", "site": "/elsewhere/site.toml"}, "anna")
    link = own.with_name("link.toml")
    link.symlink_to(own)
    for path in (own, link, own.parent / "data" / ".." / "site.toml"):
        assert (await daemon.commands["reload"]({"command": "reload", "site": str(path)}, "anna"))["revision"]
    with pytest.raises(Refused, match="site: should be a text"):
        await daemon.commands["reload"]({"command": "reload", "site": 7}, "anna")
    for nowhere in ("/elsewhere\0", "\ud800", "~nobody/\udcff"):
        with pytest.raises(Refused, match="the daemon reads"):
            await daemon.commands["reload"]({"command": "reload", "site": nowhere}, "anna")
