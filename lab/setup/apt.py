"""What Debian packages give: installed only where something is missing, from the machine's own sources."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from lab.setup.command import StepFailed, run

#: Each of these is used by the lab; chromium brings a visitor's browser and chromium-headless-shell that of
#: the tests and of the lab's people, redis-server both redis roles.
_ALWAYS = (
    "chromium",
    "chromium-headless-shell",
    "debian-archive-keyring",
    "debootstrap",
    "espeak-ng",
    "fonts-liberation",
    "git",
    "postgresql",
    "redis-server",
    "sip-tester",
    "sox",
    "util-linux",
)
_APT = Path("/etc/apt")


def packages() -> list[str]:
    """All that must be there. What the machine has from elsewhere (Node, Python's venv) is not asked of Debian."""
    wanted = list(_ALWAYS)
    if shutil.which("npm") is None:
        wanted += ["nodejs", "npm"]
    if not _has_venv():
        wanted.append("python3-venv")
    return wanted


def done() -> bool:
    """Whether every package is installed."""
    return not _missing()


def make() -> None:
    """Install what is missing."""
    missing = _missing()
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing]
    run(["apt-get", "update", "-q"], env=env)
    run(install, env=env)


def _missing() -> list[str]:
    wanted = packages()
    asked = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n", *wanted]
    shown = subprocess.run(asked, capture_output=True, text=True).stdout
    there = {line.split()[0] for line in shown.splitlines() if line.endswith(" installed")}
    return [name for name in wanted if name not in there]


def _has_venv() -> bool:
    try:
        import ensurepip  # noqa: F401  # Debian leaves it out of python3 itself
    except ImportError:
        return False
    return True


def mirror(apt: Path = _APT) -> str:
    """The address of a Debian archive, as this machine's own apt sources name it. Raises StepFailed."""
    for address in _archives(apt):
        if address.rstrip("/").endswith("/debian"):
            return address
    raise StepFailed(f"no Debian archive (an address that ends in /debian) in the apt sources under {apt}")


def _archives(apt: Path) -> Iterator[str]:
    for path in sorted(apt.glob("sources.list.d/*.sources")):
        yield from _from_deb822(path.read_text())
    for path in [apt / "sources.list", *sorted(apt.glob("sources.list.d/*.list"))]:
        if path.exists():
            yield from _from_lines(path.read_text().splitlines())


def _from_deb822(text: str) -> Iterator[str]:
    """Stanzas of `Types: deb`, `URIs: …` (sources.list(5), deb822-style); disabled ones do not count."""
    for stanza in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*)$", stanza, re.MULTILINE))
        if "deb" in fields.get("Types", "").split() and fields.get("Enabled", "yes") != "no":
            yield from (word for word in fields.get("URIs", "").split() if word.startswith("http"))


def _from_lines(lines: Iterable[str]) -> Iterator[str]:
    """`deb [options] address suite …` (sources.list(5), one-line-style)."""
    for line in lines:
        found = re.match(r"\s*deb\s+(?:\[[^\]]*\]\s+)?(http\S+)\s", line)
        if found:
            yield found[1]
