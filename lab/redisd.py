"""The two redis roles, each a real redis-server: `desk` loses nothing, `vault` keeps nothing on disk."""

from __future__ import annotations

import enum
import secrets
from pathlib import Path

from lab.process import Notify, Program

_PORT = 6379


class Role(enum.Enum):
    """What a redis is for; its value is the persistence that goes with it (redis.conf)."""

    DESK = "appendonly yes\nappendfsync always\nauto-aof-rewrite-percentage 0\n"
    VAULT = "appendonly no\nslowlog-max-len 0\n"


class RedisServer:
    """One redis-server on an address of its own. `restart` keeps what its role keeps."""

    def __init__(self, role: Role, host: str, directory: Path, log: Path) -> None:
        self.role, self.host, self.directory = role, host, directory
        self.password = secrets.token_hex(16)
        self._notify = Notify(f"redis-{role.name}")
        config = directory / "redis.conf"
        self.program = Program(
            f"redis {role.name.lower()}",
            ["redis-server", config],
            log,
            ready=self._notify,
            env=self._notify.env,
            cwd=directory,
        )

    @property
    def url(self) -> str:
        """Where clients find it, with its password."""
        return f"redis://:{self.password}@{self.host}:{_PORT}/0"

    async def start(self) -> None:
        """Start, and return when it serves."""
        self.directory.mkdir(parents=True, exist_ok=True)
        config = self.directory / "redis.conf"
        config.touch(mode=0o600)
        config.write_text(
            f"bind {self.host}\nport {_PORT}\nrequirepass {self.password}\nsupervised systemd\n"
            f'save ""\ndir {self.directory}\nloglevel notice\n{self.role.value}'
        )
        await self.program.start()

    async def stop(self) -> None:
        """Stop it in order."""
        await self.program.stop()

    async def kill(self) -> None:
        """End it as a power cut would."""
        await self.program.kill()

    async def restart(self) -> None:
        """Stop and start again."""
        await self.stop()
        await self.start()

    def close(self) -> None:
        """Give back what a stopped server still holds."""
        self._notify.close()
