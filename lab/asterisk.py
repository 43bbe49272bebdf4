"""An Asterisk node of the lab: the real program in its Debian (lab/setup/rootfs.py), entered by chroot.

Each node keeps all it writes under /srv/lab/<lab>/<node> of that Debian, so that nothing is mounted and
several nodes run from one tree. It runs as the user `asterisk`, never as root.

By hand: `.venv/bin/python -m lab.asterisk` starts one node and says where it is.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from pathlib import Path

from irmacall.ops.render import Directories, NodeValues, render_node
from lab import paths
from lab.errors import LabError
from lab.process import Notify, Program

DATA = "/usr/share/asterisk"
MUSIC = "/usr/share/asterisk/irmacall-music"


class Asterisk:
    """One node. Make its values with `directories()`, then `start`. A restart keeps its directory."""

    def __init__(self, lab: str, name: str, *, extra_pjsip: str = "") -> None:
        """`lab` is unique among running labs; `extra_pjsip` becomes pjsip.d/lab.conf."""
        self.name = name
        self.inside = f"/srv/lab/{lab}/{name}"
        self.directory = paths.rootfs() / self.inside.lstrip("/")
        self._extra_pjsip = extra_pjsip
        self._values: NodeValues | None = None
        self._ready: Notify | None = None
        self._program: Program | None = None

    def directories(self) -> Directories:
        """Where this node keeps its things, as seen from inside the chroot."""
        return Directories(
            etc=f"{self.inside}/etc",
            modules=_modules(),
            data=DATA,
            state=f"{self.inside}/state",
            run=f"{self.inside}/run",
            log=f"{self.inside}/log",
            spool=f"{self.inside}/spool",
        )

    @property
    def log(self) -> Path:
        """The directory with Asterisk's own logs, and `console.log` with what it wrote to its terminal."""
        return self.directory / "log"

    @property
    def program(self) -> Program:
        """The running program: its pid, `freeze`, `wake`, `kill`."""
        assert self._program is not None, "configure first"
        return self._program

    @property
    def values(self) -> NodeValues:
        """What the node was configured with: addresses, accounts."""
        assert self._values is not None, "configure first"
        return self._values

    def configure(self, values: NodeValues) -> None:
        """Write the node's configuration anew; a running node reads it after a reload or restart."""
        if self._values is None:
            shutil.rmtree(self.directory, ignore_errors=True)  # what a run that was killed left behind
        self._values = values
        for part in ("etc/pjsip.d", "state/agi", "run", "log", "spool"):
            (self.directory / part).mkdir(parents=True, exist_ok=True)
        render_node(values, self.directory / "etc")
        (self.directory / "etc/pjsip.d/lab.conf").write_text(self._extra_pjsip)
        _give_to_asterisk(self.directory)
        if self._program is None:
            self._ready = Notify(self.name)
            log = self.directory / "log" / "console.log"
            self._program = Program(
                f"asterisk {self.name}", self._argv(), log, ready=self._ready, env=self._ready.env, ties=False
            )

    def _argv(self) -> list[str | Path]:
        # Changing user forgets the death signal, so setpriv sets it last, inside the chroot.
        user = ["--reuid", "asterisk", "--regid", "asterisk", "--clear-groups"]
        enter: list[str | Path] = ["chroot", paths.rootfs(), "setpriv", *user, "--pdeathsig", "KILL", "--"]
        return [*enter, "/usr/sbin/asterisk", "-f", "-C", f"{self.inside}/etc/asterisk.conf"]

    async def start(self) -> None:
        """Start, and return when Asterisk says that it is fully booted. Raises LabError when it will not."""
        _know_own_name()
        await self.program.start(deadline=60)

    async def stop(self) -> None:
        """Ask Asterisk to stop, and see to it that it does."""
        if self._program is not None:
            await self._program.stop()

    async def kill(self) -> None:
        """End it as a power cut would."""
        await self.program.kill()

    async def restart(self) -> None:
        """Stop and start: every call on it is gone."""
        await self.program.restart()

    async def cli(self, command: str) -> str:
        """What Asterisk's console answers to one command. Raises LabError when it does not answer."""
        argv = self._argv()[:-3]
        config = f"{self.inside}/etc/asterisk.conf"
        console = await asyncio.create_subprocess_exec(
            *argv, "-C", config, "-rx", command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        async with asyncio.timeout(20):
            out, _ = await console.communicate()
        if console.returncode:
            raise LabError(f"{self.name}: {command}: {out.decode(errors='replace')}")
        return out.decode(errors="replace")

    def remove(self) -> None:
        """Delete all that the node wrote. It must not run."""
        if self._ready is not None:
            self._ready.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def _modules() -> str:
    """Debian puts modules under the machine's own triplet."""
    found = sorted((paths.rootfs() / "usr/lib").glob("*/asterisk/modules"))
    if not found:
        raise LabError(f"no Asterisk in {paths.rootfs()}: run `make setup`")
    return "/" + str(found[0].relative_to(paths.rootfs()))


def _give_to_asterisk(directory: Path) -> None:
    uid, gid = _asterisk_ids(paths.rootfs() / "etc/passwd")
    for path in [directory, *directory.rglob("*")]:
        os.chown(path, uid, gid)


def _asterisk_ids(passwd: Path) -> tuple[int, int]:
    for line in passwd.read_text().splitlines():
        name, _, uid, gid, *_ = line.split(":")
        if name == "asterisk":
            return int(uid), int(gid)
    raise LabError(f"no user asterisk in {passwd}")


def _know_own_name() -> None:
    """Asterisk looks up its own host name during call set-up; without an answer a call takes seconds."""
    hosts = paths.rootfs() / "etc/hosts"
    line = f"127.0.0.1 localhost {socket.gethostname()}\n"
    if not hosts.exists() or hosts.read_text() != line:
        fresh = hosts.with_name(f"hosts.{os.getpid()}")
        fresh.write_text(line)
        fresh.replace(hosts)
