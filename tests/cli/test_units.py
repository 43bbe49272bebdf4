"""systemd's units: they are valid, shut in, and hand over the secrets that the example needs."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from irmacall.cli.arguments import parser
from irmacall.settings import Purpose
from irmacall.settings.loading import needed
from tests.settings.sample import Sample

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "systemd"
PAGE = ROOT / "docs" / "install.md"
NAMES = sorted(path.name for path in UNITS.glob("*.service") if "@" not in path.name)
TIMED = "irmacall-render@"
SHUT_IN = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "LimitCORE": "0",
    "MemorySwapMax": "0",
    "UMask": "0077",
    "Restart": "always",
}


def directives(name: str) -> dict[str, list[str]]:
    """Every directive of a unit with its values."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in (UNITS / name).read_text(encoding="utf-8").splitlines():
        key, sign, value = line.partition("=")
        if sign and key.isalpha():
            found[key].append(value)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_is_shut_in(name: str) -> None:
    """No unit keeps memory on a disk, changes the system, or gains a privilege."""
    found = directives(name)
    assert {key: found[key] for key in SHUT_IN} == {key: [value] for key, value in SHUT_IN.items()}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
@pytest.mark.parametrize("name", [*NAMES, f"{TIMED}.service", f"{TIMED}.timer"])
def test_systemd_understands_a_unit(name: str) -> None:
    """systemd finds nothing wrong but that the program is not installed here."""
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", UNITS / name], capture_output=True, text=True, check=False
    ).stderr
    assert [line for line in told.splitlines() if name in line and "is not executable" not in line] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_units_documentation_is_there(name: str) -> None:
    """What `systemctl help` opens is in the checkout that install.md has made."""
    files = [word for line in directives(name)["Documentation"] for word in line.split() if word.startswith("file:")]
    assert files
    for file in files:
        assert (ROOT / file.removeprefix("file:/opt/irmacall/src/")).is_file()


def test_the_page_changes_what_is_the_examples() -> None:
    """install.md names what in the units is the example's own, and starts each of them."""
    page = PAGE.read_text(encoding="utf-8")
    enabled, timer = re.findall(r"systemctl enable --now (.*?)(?:  .*)?$", page, re.M)
    assert sorted(f"{name}.service" for name in enabled.split()) == NAMES
    assert timer == f"{TIMED}pbx1.timer"
    for name in NAMES:
        for example in re.findall(r"pbx1|https://[a-z.]*example\.nl", (UNITS / name).read_text(encoding="utf-8")):
            assert re.search(rf"\* `{example}` in .*`{name}`", page), (name, example)


def test_hours_are_rendered_again_each_week() -> None:
    """The timer starts what renders for its node as the page has it done by hand, and Asterisk reads the dialplan."""
    render, reload = directives(f"{TIMED}.service")["ExecStart"]
    assert render.replace("%i", "pbx1").endswith(" render --node pbx1 --out /etc/asterisk")
    assert "irmacall render --node pbx1 --out /etc/asterisk" in PAGE.read_text(encoding="utf-8")
    parser().parse_args(shlex.split(render)[1:])
    assert reload == '/usr/sbin/asterisk -rx "dialplan reload"'
    timer = directives(f"{TIMED}.timer")
    assert (timer["OnCalendar"], timer["Persistent"]) == (["weekly"], ["yes"])


def test_the_page_makes_the_yivi_servers_configuration(tmp_path: Path) -> None:
    """What install.md has typed gives a file that the unit reads, for root alone, with the daemon's token in it."""
    (typed,) = re.findall(r"^    (\(umask.*?yivi\.json\))$", PAGE.read_text(encoding="utf-8"), re.S | re.M)
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "irma-token").write_text("a-token_of-ours\n")
    subprocess.run(["sh", "-c", typed.replace("/etc/irmacall", str(tmp_path))], check=True)
    made = json.loads((tmp_path / "yivi.json").read_text())
    assert made["no_auth"] is False
    assert made["requestors"]["irmacall"] == {
        "auth_method": "token",
        "key": "a-token_of-ours",
        "disclose_perms": ["pbdf.*"],
    }
    assert (tmp_path / "yivi.json").stat().st_mode & 0o777 == 0o600
    assert directives("irmacall-yivi.service")["LoadCredential"] == ["yivi.json:/etc/irmacall/yivi.json"]


def test_the_pages_commands_are_ours() -> None:
    """Every line of install.md that an operator types is understood, and people come after their directory."""
    lines = re.findall(r"^    irmacall (.*)$", PAGE.read_text(encoding="utf-8"), re.M)
    assert len(lines) > 4
    for line in lines:
        parser().parse_args(shlex.split(line, comments=True))
    page = PAGE.read_text(encoding="utf-8")
    assert page.index("install -d -o irmacall") < page.index("irmacall phone add")


PURPOSES = {"irmacall.service": Purpose.SERVE, "irmacall-watchdog.service": Purpose.WATCHDOG}


@pytest.mark.parametrize("name", PURPOSES)
def test_a_unit_hands_over_what_its_program_needs(sample: Sample, name: str) -> None:
    """Each program gets the secrets that it needs for the shipped example, under their names, and no other."""
    loaded = [line.partition(":")[0] for line in directives(name)["LoadCredential"]]
    settings = sample.load(PURPOSES[name])
    keys = ["public-tls-key", "staff-tls-key"] if name == "irmacall.service" else []
    assert sorted(loaded) == sorted([*needed(settings, PURPOSES[name]), *keys])


def test_the_yivi_servers_log_is_dropped() -> None:
    """It would hold our codes."""
    found = directives("irmacall-yivi.service")
    assert (found["StandardOutput"], found["StandardError"]) == (["null"], ["null"])
