"""`python -m lab`: start a lab without the daemon, say where everything is, and end it at Ctrl-C."""

from __future__ import annotations

import asyncio
import signal

from lab.lab import Lab
from lab.paths import VAR


async def main() -> None:
    """Start, tell, wait for SIGINT or SIGTERM, stop."""
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with Lab(VAR / "lab") as lab:
        for node in lab.nodes:
            ari = f"http://{node.values.ari.host}:{node.values.ari.port}/ari"
            print(f"{node.name}: {ari} as {node.values.ari_account.user}:{node.values.ari_account.password}")
            print(f"  SIP {node.values.sip.host}:{node.values.sip.port}, files in {node.directory}")
        print(f"number {lab.number}, lines {lab.lines}, agents {lab.agents}")
        print(f"desk {lab.desk_redis.url}\nvault {lab.vault_redis.url}\nlogs {lab.logs}", flush=True)
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
