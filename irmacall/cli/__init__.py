"""The `irmacall` command: one function a command, each thin.

arguments.py    what can be typed
site.py         the site that is meant
running.py      serve · watchdog
operating.py    reload · emergency
control.py      a word with the daemon that runs
people.py       user · phone
making.py       secrets · render
sounds.py       prompts
judging.py      check · status · audit verify
hours.py        hours
audit.py        audit list
probes.py       what each server behind the site says of itself
seen.py         what was seen of one that could not be used, in words
endings.py      how a command ends that fails

It ends with 0 when all is well, 1 when something failed or is wrong, 2 when the arguments or the settings are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from irmacall.cli import endings
from irmacall.cli.arguments import parser


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say; the exit code."""
    arguments = parser().parse_args(argv)
    try:
        code: int = arguments.command(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return endings.INTERRUPTED
    except Exception as error:
        if endings.unread(error):
            # Whoever read our output has had enough; Python must not complain of it on the way out.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return endings.FAILED
        expected = endings.ours(error)
        if not expected:
            raise
        return endings.say(expected)
    return code
