"""Programs of the lab: ready by an event, gone when asked, when killed, and when their parent is."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
from pathlib import Path

import pytest

from lab.errors import LabError
from lab.network import claim_network
from lab.process import Notify, Program, answers, says

_NOTIFY = """
import os, socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.sendto(b"READY=1", "\\0" + os.environ["NOTIFY_SOCKET"][1:])
time.sleep(60)
"""
_STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
)


def python(tmp_path: Path, text: str, **how: object) -> Program:
    """A small Python program, started by nobody yet."""
    return Program("small", [sys.executable, "-c", text], tmp_path / "small.log", **how)  # type: ignore[arg-type]


async def gone(pid: int) -> None:
    """Wait until a process that is not our child is gone."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        readable, _, _ = await asyncio.to_thread(lambda: select.select([handle], [], [], 10))
        assert readable, f"{pid} still runs"
    finally:
        os.close(handle)


async def test_ready_by_what_it_writes(tmp_path: Path) -> None:
    """`start` returns when the awaited words stand in the log, and what it wrote can be read."""
    program = python(tmp_path, "import time; print('now up', flush=True); time.sleep(60)", ready=says("up$"))
    await program.start()
    assert program.running
    assert program.written() == "now up\n"
    await program.stop()
    assert not program.running


async def test_ready_by_its_port(tmp_path: Path) -> None:
    """`start` returns when the port answers."""
    network = claim_network()
    host = network.address(250)
    program = python(
        tmp_path,
        f"import socket, time; s = socket.create_server(('{host}', 4000)); time.sleep(60)",
        ready=answers(host, 4000),
    )
    await program.start()
    _, writer = await asyncio.open_connection(host, 4000)
    writer.close()
    await program.stop()
    network.release()


async def test_ready_by_notification_each_time_anew(tmp_path: Path) -> None:
    """The service manager's READY=1 counts once for each start."""
    notify = Notify("test")
    program = python(tmp_path, _NOTIFY, ready=notify, env=notify.env)
    await program.start()
    first = program.pid
    await program.restart()
    assert program.pid != first
    await program.stop()
    notify.close()


async def test_a_program_that_ends_early_says_why(tmp_path: Path) -> None:
    """The error carries what the program wrote last, not what an earlier run wrote."""
    program = python(tmp_path, "import sys; sys.exit('no such port')", ready=says("never"))
    for _ in range(2):
        with pytest.raises(LabError, match="it ended\nno such port") as told:
            await program.start()
        assert str(told.value).count("no such port") == 1


async def test_a_program_that_is_never_ready_is_killed(tmp_path: Path) -> None:
    """Past its deadline the program is gone and `start` fails."""
    program = python(tmp_path, "import time; time.sleep(60)", ready=says("never"))
    with pytest.raises(LabError, match="not ready in"):
        await program.start(deadline=0.3)
    assert not program.running


async def test_a_stubborn_and_a_frozen_program_are_stopped(tmp_path: Path) -> None:
    """One that ignores SIGTERM is killed; one that is frozen is woken to hear it."""
    stubborn = python(tmp_path, _STUBBORN, ready=says("up"))
    await stubborn.start()
    await stubborn.stop(deadline=0.3)
    assert await stubborn.wait() == -signal.SIGKILL
    frozen = python(tmp_path, "import time; print('up', flush=True); time.sleep(60)", ready=says("up"))
    await frozen.start()
    frozen.freeze()
    await frozen.stop()
    assert await frozen.wait() == -signal.SIGTERM


async def test_children_go_too(tmp_path: Path) -> None:
    """What a program started in its group does not outlive it."""
    text = "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
    program = python(tmp_path, text, ready=says(r"\d\n"))
    await program.start()
    child = int(program.written())
    await program.stop()
    await gone(child)


async def test_nothing_outlives_a_killed_test_run(tmp_path: Path) -> None:
    """When the process that started a program is killed, the kernel kills the program."""
    text = f"""
import asyncio, time
from pathlib import Path
from lab.process import Program, says
async def main():
    log = Path({str(tmp_path)!r}) / "log"
    program = Program("child", ["sh", "-c", "echo up; exec sleep 60"], log, ready=says("up"))
    await program.start()
    print(program.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    run = await asyncio.create_subprocess_exec(sys.executable, "-c", text, stdout=asyncio.subprocess.PIPE)
    assert run.stdout is not None
    child = int(await run.stdout.readline())
    run.kill()
    await run.wait()
    await gone(child)


def test_no_two_labs_share_a_range() -> None:
    """Ranges are exclusive while held and free afterwards; a port keeps its name."""
    one, two = claim_network(), claim_network()
    assert one.address(10) != two.address(10)
    assert one.port("web") == one.port("web") != one.port("staff")
    assert {one.port("web"), one.port("staff")}.isdisjoint({two.port("web"), two.port("staff")})
    freed = one.index
    one.release()
    two.release()
    seen = []
    held = []
    while freed not in seen:  # another process may have taken it: then it is not ours to judge
        held.append(claim_network())
        seen.append(held[-1].index)
        if len(held) > 8:
            break
    for network in held:
        network.release()
    assert len(set(seen)) == len(seen)
