"""What the wallboard is sent: figures and words, and nothing of any caller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from irmacall.core.figures import Figures
from irmacall.core.wallboard import Doing
from irmacall.web.clocks import clock
from irmacall.web.i18n import _
from irmacall.web.management import words
from irmacall.web.management.ports import AgentLine, BoardView, CallbackLine, QueueLine, Sample

CALLBACKS_SHOWN: Final = 12
STALE_SECONDS: Final = 30.0
"""Today's figures that are older than this are shown with when they were counted."""
QUARTER: Final = 900


def board(seen: BoardView, timezone: str) -> dict[str, object]:
    """The wallboard. Durations in seconds are counted on by the page; all else is text."""
    zone = ZoneInfo(timezone)
    return {
        "at": clock(seen.at, zone),
        "tiles": _tiles(seen),
        "queues": [_queue(queue) for queue in seen.queues],
        "agents": [_agent(agent) for agent in seen.agents],
        "callbacks": {
            "rows": [_callback(each) for each in seen.callbacks[:CALLBACKS_SHOWN]],
            "more": _more(len(seen.callbacks) - CALLBACKS_SHOWN),
        },
        "nodes": words.nodes(seen.nodes),
        "nodes_state": "late" if any(not node.there or node.strained for node in seen.nodes) else "good",
        "emergency": _emergency(seen, zone),
        "stale": _stale(seen, zone),
        "charts": _charts(seen),
        "quarters": _quarter_rows(seen, zone),
        "watched": _("gemeten vanaf {at}").format(at=clock(seen.watched_since, zone)),
    }


def _tiles(seen: BoardView) -> dict[str, object]:
    waiting = sum(queue.waiting for queue in seen.queues)
    late = [queue for queue in seen.queues if _wait_state(queue) == "late"]
    longest = max((queue.longest for queue in seen.queues if queue.longest is not None), default=None)
    serving = [agent for agent in seen.agents if agent.serves]
    aims = {queue.aim for queue in seen.queues}
    shares = {each.share for each in aims}
    return {
        "waiting": str(waiting),
        "longest": _tenths(longest),
        "wait_state": "late" if late else "good" if waiting else "",
        "free": str(sum(agent.doing is Doing.FREE for agent in serving)),
        "there": _("van {number} aanwezig").format(number=len(serving)) if serving else _("niemand aanwezig"),
        "there_state": "" if serving else "late",
        **_figures(seen.today),
        "others": _others(seen.today),
        "level_state": _level_state(seen.today, shares.pop() if len(shares) == 1 else None),
        "aim": _("doel {aim}").format(aim=words.aim(aims.pop())) if len(aims) == 1 else "",
    }


def _queue(queue: QueueLine) -> dict[str, object]:
    state, level_state = _wait_state(queue), _level_state(queue.today, queue.aim.share)
    return {
        "id": queue.queue,
        "title": queue.title,
        "waiting": str(queue.waiting),
        "longest": _tenths(queue.longest),
        "wait_state": state,
        "wait_told": _("langer dan {seconds} s").format(seconds=f"{queue.aim.seconds:g}") if state == "late" else "",
        "free": str(queue.free),
        "agents": str(queue.agents),
        "there_state": "late" if queue.waiting and not queue.agents else "",
        **_figures(queue.today),
        "level_state": level_state,
        "level_told": {"late": _("onder het doel"), "good": _("doel gehaald")}.get(level_state, ""),
        "aim": words.aim(queue.aim),
    }


def _figures(today: Figures | None) -> dict[str, str]:
    if today is None:
        return dict.fromkeys(("offered", "answered", "abandoned", "level", "average_wait"), words.NOTHING)
    return {
        "offered": str(today.offered),
        "answered": str(today.answered),
        "abandoned": str(today.abandoned),
        "level": words.percent(today.level),
        "average_wait": words.duration(today.average_wait),
    }


def _others(today: Figures | None) -> str:
    """What else became of who was offered, so that the figures add up; empty where nothing did."""
    if today is None:
        return ""
    return ", ".join(filter(None, (words.callbacks(today.callbacks), words.elsewhere(today.elsewhere))))


def _wait_state(queue: QueueLine) -> str:
    if queue.longest is None:
        return ""
    return "late" if queue.longest > queue.aim.seconds else "good"


def _level_state(today: Figures | None, share: float | None) -> str:
    if today is None or today.level is None or share is None:
        return ""
    return "good" if today.level >= share else "late"


def _agent(agent: AgentLine) -> dict[str, object]:
    return {
        "id": agent.user,
        "name": agent.name,
        "doing": agent.doing.value,
        "told": words.doing(agent),
        "note": words.about_pause(agent),
        "seconds": _tenths(agent.seconds),
        "left": _tenths(agent.left),
        "answered": words.NOTHING if agent.answered is None else str(agent.answered),
        "talk": words.duration(agent.average_talk),
        "acts": f"/wallboard/agent?user={quote(agent.user, safe='')}",
        "glass": None if agent.glass is None else f"/glass?user={quote(agent.user, safe='')}",
    }


def _callback(callback: CallbackLine) -> dict[str, object]:
    later = callback.due > 0 and not callback.under_way
    return {
        "title": callback.queue,
        "asked": _tenths(callback.asked),
        "tries": words.tries(callback.tries),
        "when": words.when(callback),
        "due": _tenths(callback.due) if later else None,
    }


def _more(number: int) -> str:
    return _("En nog {number}.").format(number=number) if number > 0 else ""


def _emergency(seen: BoardView, zone: ZoneInfo) -> str:
    if seen.emergency is None:
        return ""
    told = _("Noodschakelaar staat aan: iedereen die belt gaat naar {to}, tot {until}.")
    return told.format(to=words.destination(seen.emergency), until=clock(seen.emergency.until, zone))


def _stale(seen: BoardView, zone: ZoneInfo) -> str:
    if seen.counted_at is None:
        return _("De cijfers van vandaag zijn er nu niet. Het bellen gaat gewoon door.")
    if seen.at - seen.counted_at <= STALE_SECONDS:
        return ""
    told = _("De cijfers van vandaag zijn van {at}. Nieuwe zijn er nu niet. Het bellen gaat gewoon door.")
    return told.format(at=clock(seen.counted_at, zone))


def _charts(seen: BoardView) -> dict[str, object]:
    first = seen.quarters[0].at if seen.quarters else round(seen.at)
    known = {quarter.at: quarter for quarter in seen.quarters}
    moments = list(range(int(first), int(seen.at) + 1, QUARTER))
    offered = [sum((q.answered, q.abandoned, q.other)) if (q := known.get(at)) else 0 for at in moments]
    answered = [known[at].answered if at in known else 0 for at in moments]
    return {
        "waiting": [[round(each.at) for each in seen.waiting], [each.waiting for each in seen.waiting]],
        "quarters": [moments, offered, answered],
    }


def _quarter_rows(seen: BoardView, zone: ZoneInfo) -> list[list[str]]:
    """A row for each quarter of an hour, the newest first: when, most who waited, offered, answered, abandoned."""
    most = _most(seen.waiting)
    known = {int(quarter.at): quarter for quarter in seen.quarters}
    rows = []
    for at in sorted(most.keys() | known.keys(), reverse=True):
        quarter, waited = known.get(at), most.get(at)
        counts = (
            (0, 0, 0)
            if quarter is None
            else (
                quarter.answered + quarter.abandoned + quarter.other,
                quarter.answered,
                quarter.abandoned,
            )
        )
        first = words.NOTHING if waited is None else str(waited)
        rows.append([clock(at, zone), first, *map(str, counts)])
    return rows


def _most(samples: Sequence[Sample]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for each in samples:
        if each.waiting is not None:
            at = int(each.at // QUARTER) * QUARTER
            found[at] = max(found[at], each.waiting)
    return found


def _tenths(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
