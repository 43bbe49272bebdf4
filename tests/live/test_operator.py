"""What an operator asks of a site that runs: `irmacall check`, `status` and `watchdog`, on the real servers."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import sys
from pathlib import Path

import pytest

from lab.process import says
from lab.town import Town


@pytest.fixture(autouse=True)
def quiet() -> None:
    """Nobody calls here; on a node that was just begun on, the waiting bridge's music is no call that was left."""


async def _asked(town: Town, *words: str, credentials: Path | None = None) -> tuple[int, dict[str, str]]:
    """The exit code, and what was told of each server."""
    given = {**os.environ, "CREDENTIALS_DIRECTORY": str(credentials or town.directory / "credentials")}
    argv = [sys.executable, "-m", "irmacall", *words, "--site", str(town.site)]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*argv, env=given, stdout=pipe, stderr=pipe)
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert not err, err.decode()
    assert process.returncode is not None
    told = [line.split(": ", 1) for line in out.decode().splitlines()]
    return process.returncode, {line[0]: line[1] for line in told}


async def test_a_site_that_runs_is_right(town: Town) -> None:
    """Every server behind the site answers and is what it should be; somebody leads."""
    code, told = await _asked(town, "check")
    assert code == 0, told
    assert all(name.startswith("ok ") for name in told)
    assert told[f"ok     node {town.lab.nodes[0].name}"].startswith("Asterisk 22.")
    assert told[f"ok     node {town.lab.nodes[0].name}, sounds"] == "there is one of every text"
    code, told = await _asked(town, "status")
    assert code == 0, told
    assert told[f"ok     leader of {town.lab.desk} on {town.lab.nodes[0].name}"].startswith("there is one")


async def test_a_token_that_the_yivi_server_does_not_know_is_told(town: Town, tmp_path: Path) -> None:
    """A wrong token, and a wrong password of Asterisk's, are found before the first citizen finds them."""
    credentials = tmp_path / "credentials"
    shutil.copytree(town.directory / "credentials", credentials)
    for name in ("irma-token", f"ari-{town.lab.nodes[0].name}", "redis-desk"):
        (credentials / name).write_text(secrets.token_hex(32))
    code, told = await _asked(town, "check", credentials=credentials)
    assert code == 1
    assert told["WRONG  irma.url"] == "the yivi server does not know our token (credential irma-token)"
    assert "401" in told[f"WRONG  node {town.lab.nodes[0].name}"]
    assert "refuses our password" in told["WRONG  store.desk"]
    assert "ok     store.vault" in told


async def test_the_watchdog_runs_until_it_is_told(town: Town) -> None:
    """It needs its own secrets alone, reaches every node, and ends in order at SIGTERM."""
    watchdog = town.irmacall("watchdog", "watchdog", ready=says("action=watchdog.connected"))
    await watchdog.start()
    watchdog.signal(signal.SIGTERM)
    async with asyncio.timeout(10):
        assert await watchdog.wait() == 0
    assert "Traceback" not in watchdog.written()
