"""Names that a desk has in Asterisk and in its dialplan (dialplan/*.j2)."""

from __future__ import annotations

from typing import Final

from irmacall.core.ids import DeskId

_APPLICATION: Final = "irmacall-"


def application(desk: DeskId) -> str:
    """The desk's ARI application."""
    return f"{_APPLICATION}{desk}"


def desk_of(application: str) -> DeskId | None:
    """The desk whose ARI application this is; None for one that is not ours."""
    return DeskId(application.removeprefix(_APPLICATION)) if application.startswith(_APPLICATION) else None


def anonymous_context(desk: DeskId) -> str:
    """Where the dialplan serves a caller of this desk whom no daemon serves; it begins at `s,1`."""
    return f"irmacall-anonymous-{desk}"


def busy_variable(desk: DeskId) -> str:
    """The global variable by which the dialplan is told to refuse some of this desk's new callers.

    "040:1795357000": 40 of 100, until that moment (epoch seconds).
    """
    return f"IRMACALL_BUSY_{desk}"


def most_variable(desk: DeskId) -> str:
    """The global variable by which the dialplan is told how many of this desk's callers may be on the node at once.

    "1795357000:500": until that moment (epoch seconds) 500.
    """
    return f"IRMACALL_MOST_{desk}"


def leader_variable(desk: DeskId) -> str:
    """The global variable by which a node's watchdog sees that this desk has a leader: its value keeps changing.

    A hyphen in a desk's name stays one: Asterisk takes it, and so no two desks have one variable.
    """
    return f"IRMACALL_LEADER_{desk}"
