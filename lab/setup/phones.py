"""A Python for the phones, where the machine's own is too new for pjsua2's wheels (Debian 13).

Debian 12's Python 3.11, unpacked beside everything else and never installed: its few packages run on any newer
Debian. Where the machine's Python has pjsua2 (3.11 and 3.12), the phones run on that, and this is left alone.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from pathlib import Path

from lab import paths
from lab.setup import apt
from lab.setup.command import StepFailed, run
from lab.setup.rootfs import KEYRING
from lab.setup.stamp import fingerprint, made_whole, stamped

WHEEL = paths.CHECKOUT / "requirements" / "phones.txt"
_SUITE = "bookworm"
_PACKAGES = ("libpython3.11-minimal", "libpython3.11-stdlib", "python3.11-minimal")
#: pjsua2-python has wheels up to this Python.
_NEWEST_WITH_WHEEL = (3, 12)


def needed() -> bool:
    """Whether the machine's own Python cannot have pjsua2."""
    return sys.version_info[:2] > _NEWEST_WITH_WHEEL


def done() -> bool:
    """Whether it is there, or not needed."""
    return not needed() or stamped(paths.phones_python(), _key())


def _key() -> str:
    return fingerprint([WHEEL], _SUITE, *_PACKAGES)


def make(directory: Path | None = None) -> None:
    """Fetch the packages, verified by apt, and the wheel, verified by hash: a few seconds."""
    if platform.machine() != "x86_64":
        raise StepFailed(f"pjsua2 has wheels for x86_64 alone, and this machine is {platform.machine()}")
    with made_whole(directory or paths.phones_python(), _key()) as fresh:
        with tempfile.TemporaryDirectory() as room:
            for package in _download(Path(room)):
                run(["dpkg-deb", "-x", package, fresh])
        pip: list[str | Path] = [
            paths.VENV / "bin" / "python",
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            "--quiet",
        ]
        which = ["--only-binary", ":all:", "--python-version", "3.11", "--platform", "manylinux2014_x86_64"]
        run([*pip, *which, "--no-deps", "--require-hashes", "--target", fresh / "site", "-r", WHEEL])


def _download(room: Path) -> list[Path]:
    """The packages of another suite than the machine's, by an apt that knows nothing of the machine's."""
    (room / "lists" / "partial").mkdir(parents=True)
    (room / "cache").mkdir()
    sources = room / "sources.list"
    sources.write_text(f"deb [signed-by={KEYRING}] {apt.mirror()} {_SUITE} main\n")
    places = {
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "-",
        "Dir::State::Lists": room / "lists",
        "Dir::Cache": room / "cache",
        "APT::Sandbox::User": "root",
    }
    options = [word for place, value in places.items() for word in ("-o", f"{place}={value}")]
    run(["apt-get", *options, "update", "-q"])
    run(["apt-get", *options, "download", "-q", *_PACKAGES], cwd=room, env={**os.environ, "LC_ALL": "C"})
    return sorted(room.glob("*.deb"))
