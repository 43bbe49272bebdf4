"""The steps of a set-up: which has to wait for which, side by side where none has, and what the terminal says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lab.setup.command import StepFailed

_TELL_EVERY_S = 15.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to install or make. `done` is quick; `make` may take minutes; `after` names other steps."""

    name: str
    done: Callable[[], bool]
    make: Callable[[], None]
    after: tuple[str, ...] = ()


class Works:
    """Carries out what is not done yet."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._finished = {step.name: threading.Event() for step in steps}
        self._since: dict[str, float] = {}
        self._failures: dict[str, str] = {}

    def run(self) -> None:
        """Do all steps. Raises StepFailed with every failure; what depends on a failed step is left."""
        threads = [threading.Thread(target=self._do, args=[step], name=step.name) for step in self._steps]
        for thread in threads:
            thread.start()
        told = time.monotonic()
        while any(thread.is_alive() for thread in threads):
            threads[0].join(0.1) if threads[0].is_alive() else time.sleep(0.05)
            if time.monotonic() - told > _TELL_EVERY_S:
                told = time.monotonic()
                self._tell_progress()
        if self._failures:
            raise StepFailed("\n".join(f"{name}: {why}" for name, why in self._failures.items()))

    def _do(self, step: Step) -> None:
        for name in step.after:
            self._finished[name].wait()
        try:
            if not any(name in self._failures for name in step.after):
                self._do_now(step)
        except (StepFailed, OSError, ValueError) as failure:
            self._failures[step.name] = str(failure)
            say(f"{step.name}: FAILED")
        except BaseException as failure:
            self._failures[step.name] = repr(failure)
            raise  # not expected: the thread shows its traceback too
        finally:
            self._since.pop(step.name, None)
            self._finished[step.name].set()

    def _do_now(self, step: Step) -> None:
        if step.done():
            return
        began = self._since[step.name] = time.monotonic()
        say(f"{step.name} …")
        step.make()
        say(f"{step.name}: done in {time.monotonic() - began:.0f} s")

    def _tell_progress(self) -> None:
        now = time.monotonic()
        running = [f"{name} ({now - since:.0f} s)" for name, since in list(self._since.items())]
        if running:
            say("still at: " + ", ".join(running))


def say(words: str) -> None:
    """One line on the terminal, at once."""
    print(f"setup: {words}", flush=True)
