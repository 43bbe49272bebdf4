"""The site that a command means."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Final

from irmacall.settings import Purpose, Settings, load

SITE: Final = Path("/etc/irmacall/site.toml")
CREDENTIALS: Final = Path("/etc/irmacall/credentials")


def add_site(command: argparse.ArgumentParser) -> None:
    """--site and --credentials."""
    command.add_argument("--site", type=Path, default=SITE, metavar="FILE", help=f"the site file ({SITE})")
    command.add_argument(
        "--credentials",
        type=Path,
        default=_given_directory(),
        metavar="DIR",
        help=f"the directory with the secrets ($CREDENTIALS_DIRECTORY, or else {CREDENTIALS})",
    )


def settings_of(arguments: argparse.Namespace, purpose: Purpose) -> Settings:
    """The site that was named, for this purpose. Raises SettingsError."""
    return load(arguments.site, arguments.credentials, os.environ, purpose)


def _given_directory() -> Path:
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(given) if given else CREDENTIALS
