"""systemd's units: they are valid, shut in, and hand over the secrets that the example needs."""

from __future__ import annotations

import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from irmacall.settings import Purpose
from irmacall.settings.loading import needed
from tests.settings.sample import Sample

UNITS = Path(__file__).resolve().parents[2] / "systemd"
NAMES = sorted(path.name for path in UNITS.glob("*.service"))
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
@pytest.mark.parametrize("name", NAMES)
def test_systemd_understands_a_unit(name: str) -> None:
    """systemd finds nothing wrong but that the program is not installed here."""
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", UNITS / name], capture_output=True, text=True, check=False
    ).stderr
    assert [line for line in told.splitlines() if name in line and "is not executable" not in line] == []


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
