"""A process that stands still: stopped by the kernel, with all of its threads, before we go on.

`SIGSTOP` says only that a process is to stop: on a busy machine its threads still run for some 30 ms until one of
them has taken the signal, and may answer one request more. Who freezes a peer to see what its silence does waits
until the silence has begun.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from lab.errors import LabError

_PROBE_S = 0.0005
_STOPS_S = 10.0
_STILL = "TZX"  # proc_pid_stat(5): stopped, or dead and not yet waited for


def freeze(*pids: int) -> None:
    """Send SIGSTOP to each, and return when no thread of any of them runs any more.

    Raises ProcessLookupError where there is no such process, LabError where one has not stopped within 10 s.
    """
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + _STOPS_S
    for pid in pids:
        while not stands_still(pid):  # the kernel tells a parent alone, which we need not be
            if time.monotonic() > deadline:
                raise LabError(f"process {pid} did not stop within {_STOPS_S:.0f} s of SIGSTOP")
            time.sleep(_PROBE_S)


def wake(*pids: int) -> None:
    """SIGCONT to each: it goes on. Raises ProcessLookupError where there is no such process."""
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def stands_still(pid: int) -> bool:
    """Whether no thread of this process runs any more. Raises ProcessLookupError where it is gone."""
    try:
        stats = [task.joinpath("stat").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):  # a thread ended as we read, or all of it did
        os.kill(pid, 0)
        return False
    return all(stat.rpartition(")")[2].split()[0] in _STILL for stat in stats)
