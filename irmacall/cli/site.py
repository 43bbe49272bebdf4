"""The site that a command means."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Final

from irmacall.errors import SettingsError
from irmacall.ops.owners import new_file
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


def data_file(file: Path) -> Path:
    """This file of the data directory, there for who owns the directory: root may be who asks, the daemon never is.

    SQLite gives its -wal and -shm the owner of the file itself. Raises SettingsError.
    """
    try:
        os.close(new_file(file))
    except FileExistsError:
        pass
    except OSError as error:
        raise SettingsError(f"{file} cannot be made: {error.strerror}") from error
    return file


def _given_directory() -> Path:
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(given) if given else CREDENTIALS
