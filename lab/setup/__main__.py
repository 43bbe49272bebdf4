"""`python3 -m lab.setup`: make this machine ready for the demo, the tests and the bench. Quick when it is."""

from __future__ import annotations

import os
import sys
import time

if sys.version_info < (3, 11):  # noqa: UP036  # told before it shows by itself
    sys.exit("setup: Python 3.11 or newer is needed")

from lab import paths
from lab.setup import apt, bundle, identity, phones, python, rootfs, sounds
from lab.setup.command import StepFailed
from lab.setup.stamp import alone
from lab.setup.step import Step, Works, say

STEPS = (
    Step("Debian packages", apt.done, apt.make),
    Step("Python environment", python.done, python.make, ("Debian packages",)),
    Step("Asterisk in a Debian of its own", rootfs.done, rootfs.make, ("Debian packages",)),
    Step("sounds", sounds.done, sounds.make, ("Asterisk in a Debian of its own", "Python environment")),
    Step("a Python for the phones", phones.done, phones.make, ("Python environment",)),
    Step("the pages' bundle", bundle.done, bundle.make, ("Debian packages",)),
    Step("yivi server, wallet, schemes", identity.done, identity.make, identity.after()),
)


def main() -> int:
    """Do what is not done. The exit status is 1 when a step failed."""
    if os.geteuid() != 0:
        os.execvp("sudo", ["sudo", sys.executable, "-m", "lab.setup"])
    began = time.monotonic()
    try:
        if not all(step.done() for step in STEPS):
            with alone(paths.cache() / "setup.lock"):
                Works(STEPS).run()
    except StepFailed as failure:
        print(f"setup: FAILED\n{failure}", file=sys.stderr)
        return 1
    say(f"ready ({time.monotonic() - began:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
