"""A filter for the yivi server's log, since the server writes every session request into it, and so our code.

Its `-q` and `--log-json` change nothing about that in v1.3.0 (yivi/cli/irmacli/config.go hands the server a
logger made before its flags were read). So its output goes through a pipe to this program, which knows the few
lines that say nothing of anybody and drops the rest. It runs by itself and imports nothing of ours.

It ends when the server has ended and all is written, and says so with its last line; being in a process group of
its own, it is not killed along with the server.

Until the server listens nobody can have asked it anything: why it does not start is passed on as it is.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator

#: The last line of each run.
END = "action=irma_log_ended"

_LISTENS = re.compile(r'msg="(?:Client server|Server) listening at ')
_HEAD = re.compile(r'time="(?P<time>[0-9TZ:+.-]{8,40})" level=(?P<level>[a-z]{4,8}) ')
#: What may be kept. A session's token is not: it opens that session's result to whoever reaches the server.
_KEPT = tuple(
    re.compile(pattern)
    for pattern in (
        r'msg="(?P<msg>(?:Client server|Server) listening at [0-9a-z.:/]+)"$',
        r'msg="(?P<msg>Session started)" action=(?P<action>[a-z]+) ',
        r'msg="(?P<msg>Session updated)" session=\w+ status=(?P<status>[A-Z]+)$',
        r'msg="(?P<msg>Deleting expired session)" ',
        r'msg="(?P<msg>Sending session error)" description=".*" error=(?P<error>[A-Z_]+) .*status=(?P<status>\d{3})$',
        r'msg="(?P<msg><= response)" .*status=(?P<status>\d{3}) ',
        r"msg=(?P<msg>Exiting)$",
    )
)


def kept(lines: Iterable[str]) -> Iterator[str]:
    """What may stand in a log, of what the yivi server wrote."""
    listens = False
    for line in lines:
        listens = listens or _LISTENS.search(line) is not None
        yield _safe(line.rstrip("\n")) if listens else line.rstrip("\n")


def _safe(line: str) -> str:
    head = _HEAD.match(line)
    if head is None:
        return "action=irma_log_line_dropped"
    start = f"time={head['time']} level={head['level']}"
    for pattern in _KEPT:
        found = pattern.match(line, head.end())
        if found is not None:
            return start + "".join(f' {name}="{value}"' for name, value in found.groupdict().items())
    return f"{start} action=irma_log_line_dropped"


if __name__ == "__main__":
    os.setpgid(0, 0)
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    for safe in kept(sys.stdin):
        print(safe, flush=True)
    print(END, flush=True)
