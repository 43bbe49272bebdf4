"""A whole site on disk, made of the shipped example, for tests to spoil."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from irmacall.errors import SettingsError
from irmacall.settings import Purpose, Settings, load
from lab.ca import Authority

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "site.example.toml"

SECRETS = (
    "vault-key",
    "code-key",
    "session-key",
    "irma-token",
    "redis-desk",
    "redis-vault",
    "ari-pbx1",
    "ami-pbx1",
)


@dataclass(frozen=True)
class Sample:
    """A site in a directory: its text, its secrets and its certificates are there to be changed before `load`."""

    directory: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """The site file."""
        return self.directory / "site.toml"

    @property
    def credentials(self) -> Path:
        """The directory of the secrets."""
        return self.directory / "credentials"

    def change(self, old: str, new: str) -> None:
        """Write something else in the site file, where `old` stands first."""
        text = self.file.read_text(encoding="utf-8")
        assert old in text, old
        self.file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def add(self, text: str) -> None:
        """Write something behind the site file's end."""
        self.file.write_text(self.file.read_text(encoding="utf-8") + text, encoding="utf-8")

    def secret(self, name: str, value: str, mode: int = 0o600) -> None:
        """Give this secret another value."""
        file = self.credentials / name
        file.write_text(value, encoding="utf-8")
        file.chmod(mode)

    def load(self, purpose: Purpose = Purpose.SERVE) -> Settings:
        """The settings, as the program loads them."""
        return load(self.file, self.credentials, self.environment, purpose)


def make_sample(directory: Path) -> Sample:
    """The example with what it needs around it."""
    sample = Sample(directory)
    (directory / "data").mkdir(mode=0o700, exist_ok=True)
    sample.credentials.mkdir(mode=0o700, exist_ok=True)
    for name in SECRETS:
        sample.secret(name, secrets.token_hex(32) + "\n")
    authority = Authority(directory / "ca")
    for name, host in (("public", "bellen.example.nl"), ("staff", "kcc.example.nl")):
        issued = authority.issue(name, [host])
        issued.certificate.replace(directory / f"{name}.pem")
        issued.key.replace(sample.credentials / f"{name}-tls-key")
    text = EXAMPLE.read_text(encoding="utf-8")
    sample.file.write_text(_moved(text, {"/var/lib/irmacall": "data", "/etc/irmacall/": ""}), encoding="utf-8")
    return sample


def problems(sample: Sample, purpose: Purpose = Purpose.SERVE) -> list[str]:
    """What is wrong with this site for that purpose, a line each."""
    with pytest.raises(SettingsError) as refused:
        sample.load(purpose)
    first, *lines = str(refused.value).splitlines()
    assert first == f"{sample.file} cannot be used:"
    return [line.removeprefix("  ") for line in lines]


def _moved(text: str, places: Mapping[str, str]) -> str:
    for old, new in places.items():
        assert old in text
        text = text.replace(f'"{old}', f'"{new}')
    return text
