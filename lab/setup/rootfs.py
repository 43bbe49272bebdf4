"""The Debian that holds Asterisk: forky (testing), whose Asterisk is an LTS ≥ 22.10; Debian 12 and 13 have none.

Its packages are verified: forky is signed with the keys of Debian 12 and 13 too, which both keyrings hold.
Should a later archive be signed with newer keys alone, then upgrade debian-archive-keyring.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from lab import paths
from lab.setup import apt
from lab.setup.command import StepFailed, run
from lab.setup.stamp import made_whole, stamped

_SUITE = "forky"
_PACKAGES = ("asterisk", "asterisk-core-sounds-en-gsm")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_KEY = f"1 {_SUITE} {' '.join(_PACKAGES)}"


def done() -> bool:
    """Whether it stands, made by the present recipe."""
    return stamped(paths.rootfs(), _KEY)


def make() -> None:
    """Make it: about 75 s and 500 MB."""
    if not KEYRING.exists():
        raise StepFailed(f"{KEYRING} is missing, and without it nothing can be verified")
    with made_whole(paths.rootfs(), _KEY) as fresh:
        options = ["--variant=minbase", "--force-check-gpg", f"--keyring={KEYRING}"]
        script = "/usr/share/debootstrap/scripts/sid"
        include = f"--include={','.join(_PACKAGES)}"
        run(["debootstrap", *options, include, _SUITE, fresh, apt.mirror(), script], env=_environment())
        for leftover in (fresh / "var/cache/apt/archives").glob("*.deb"):
            leftover.unlink()
        (fresh / "srv/lab").mkdir()


def _environment() -> dict[str, str]:
    """debootstrap asks for the archive as apt would: through the same proxy."""
    shown = subprocess.run(
        ["apt-config", "shell", "proxy", "Acquire::http::Proxy"], capture_output=True, text=True, check=True
    ).stdout
    env = dict(os.environ)
    if shown.startswith("proxy="):
        env["http_proxy"] = shown.strip().removeprefix("proxy=").strip("'")
    return env
