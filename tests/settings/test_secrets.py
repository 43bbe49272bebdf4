"""Secrets: where they come from, and which are refused."""

from __future__ import annotations

import base64
import os
import pickle
import secrets

import pytest

from irmacall.errors import SettingsError
from irmacall.settings import Purpose
from irmacall.settings.credentials import KEYS, weakness
from tests.settings.sample import Sample, problems

WEAK = {
    "a word from every manual": ("irma-token", "changeme-changeme", "is a sample"),
    "a sample made longer": ("irma-token", "ChangeMe-9f2Kd8Lq0Zx7", "is a sample"),
    "a sample of its own length": ("irma-token", "my-secret-password", "is a sample"),
    "our own name": ("ari-pbx1", "irmacall-9f2Kd8Lq0Zx7", "is a sample"),
    "too short": ("irma-token", "9f2Kd8Lq0", "is too short"),
    "one letter": ("irma-token", "a" * 40, "is too easy to guess"),
    "two letters": ("redis-desk", "ab" * 20, "is too easy to guess"),
    "a space in it": ("redis-desk", "9f2Kd8Lq0 Zx7Rt5Yw1", "holds a space"),
    "a semicolon, which ends a line for Asterisk": (
        "ari-pbx1",
        "9f2Kd8Lq0;Zx7Rt5Yw1",
        "holds a space or a character",
    ),
    "a second line": ("redis-desk", "9f2Kd8Lq0Zx7Rt5Yw1\nmore", "holds a space or a character"),
    "a letter outside ASCII": ("redis-desk", "9f2Kd8Lq0Zx7Rt5Ywé", "holds a space or a character"),
    "a key of 16 bytes": ("vault-key", secrets.token_hex(16), "should be 32 bytes in base64 or hexadecimal"),
    "a key that is a password": ("vault-key", "correct horse battery staple", "should be 32 bytes"),
    "a key of zeros": ("vault-key", "00" * 32, "is a sample"),
    "a key that counts": ("code-key", bytes(range(32)).hex(), "is a sample"),
    "a key that counts in base64": ("code-key", base64.b64encode(bytes(range(100, 132))).decode(), "is a sample"),
    "a key made of words": (
        "session-key",
        base64.b64encode(b"this is my secret vault key 1234").decode(),
        "is a sample",
    ),
    "nothing": ("irma-token", "", "is empty"),
}


@pytest.mark.parametrize("case", WEAK)
def test_a_weak_secret_is_refused_and_not_shown(sample: Sample, case: str) -> None:
    """A secret that somebody could guess or find in a manual stops the start; the message does not hold it."""
    name, value, expected = WEAK[case]
    sample.secret(name, value)
    (line,) = problems(sample)
    assert line.startswith(f"credential {name}: ")
    assert expected in line
    assert not value or value not in line


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o622])
def test_a_secret_that_others_can_read_or_change_is_refused(sample: Sample, mode: int) -> None:
    """A secret is its owner's alone; a group may read it, which is what systemd's access lists look like."""
    sample.secret("irma-token", secrets.token_hex(32), mode)
    (line,) = problems(sample)
    assert "can be read by others: its mode should be 0400 or 0600" in line


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o440])
def test_a_secret_of_its_owner_is_accepted(sample: Sample, mode: int) -> None:
    """The modes that systemd and `irmacall secrets` give are right."""
    sample.secret("irma-token", secrets.token_hex(32), mode)
    sample.load()


def test_a_missing_secret_is_told_with_both_its_places(sample: Sample) -> None:
    """Who lacks a secret reads which file and which variable could hold it."""
    (sample.credentials / "ari-pbx1").unlink()
    (line,) = problems(sample)
    assert f"the file {sample.credentials}/ari-pbx1 or the environment as IRMACALL_ARI_PBX1" in line


def test_a_secret_may_come_from_the_environment(sample: Sample) -> None:
    """Without its file a secret is taken from its variable, and judged all the same."""
    (sample.credentials / "irma-token").unlink()
    sample.environment["IRMACALL_IRMA_TOKEN"] = "0f9K2d8Lq0Zx7Rt5Yw1"
    assert sample.load().credentials.text("irma-token") == "0f9K2d8Lq0Zx7Rt5Yw1"
    sample.environment["IRMACALL_IRMA_TOKEN"] = "changeme"
    (line,) = problems(sample)
    assert line.startswith("credential irma-token: is too short")


def test_one_secret_for_two_doors_is_refused(sample: Sample) -> None:
    """The same secret in two places would open both to who finds one."""
    twice = secrets.token_hex(32)
    sample.secret("redis-desk", twice)
    sample.secret("redis-vault", twice)
    (line,) = problems(sample)
    assert line.startswith("credential redis-vault: is the same as redis-desk")


@pytest.mark.parametrize("spoil", ["directory", "large", "binary", "pipe"])
def test_what_is_no_secret_at_all_is_told(sample: Sample, spoil: str) -> None:
    """A directory, a large file, a file of bytes or a pipe in place of a secret is one line, and nothing hangs."""
    place = sample.credentials / "irma-token"
    place.unlink()
    if spoil == "directory":
        place.mkdir()
    elif spoil == "pipe":
        os.mkfifo(place, 0o600)
    else:
        place.write_bytes(b"\xff" * (10_000 if spoil == "large" else 40))
        place.chmod(0o600)
    (line,) = problems(sample)
    assert line.startswith("credential irma-token: ")


def test_each_program_asks_for_its_own_secrets_only(sample: Sample) -> None:
    """The watchdog starts without the keys of the vault, and work on the users without any secret."""
    for file in sample.credentials.iterdir():
        if file.name != "ami-pbx1":
            file.unlink()
    assert "vault-key" not in sample.load(Purpose.WATCHDOG).credentials
    sample.load(Purpose.LOCAL)
    assert any("vault-key" in line for line in problems(sample))


def test_a_line_with_a_password_needs_its_secret(sample: Sample) -> None:
    """Who renders the configuration of a line with a password must have that password."""
    sample.change('addresses = ["198.51.100.20/32"]', "password = true")
    with pytest.raises(SettingsError, match="credential trunk-provider: is missing"):
        sample.load(Purpose.RENDER)
    sample.load(Purpose.SERVE)


def test_secrets_cannot_be_pickled(sample: Sample) -> None:
    """Nothing that saves objects can save the secrets."""
    with pytest.raises(TypeError):
        pickle.dumps(sample.load().credentials)


def test_a_word_that_chance_wrote_is_no_sample() -> None:
    """A long random secret is strong, also when a word of the manuals happens to stand in it."""
    assert weakness("irma-token", "Zk3admin" + secrets.token_hex(16)) is None


def test_what_chance_makes_is_accepted() -> None:
    """Random secrets of the lengths that people use are not taken for weak ones."""
    for _ in range(300):
        assert weakness("irma-token", secrets.token_urlsafe(32)) is None
        assert weakness("irma-token", secrets.token_hex(16)) is None
        assert all(weakness(key, base64.b64encode(secrets.token_bytes(32)).decode()) is None for key in KEYS)
