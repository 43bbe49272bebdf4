"""References inside a desk of which something else is wrong: they are judged as soon as both ends can be read.

`checks` judges them in desks that are right; who has five things to mend should not learn of the fifth after four.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from irmacall.settings.checks import check_queue
from irmacall.settings.reading import Problems
from irmacall.settings.values import Wrong, slug


def check_desks(raw: object, problems: Problems) -> None:
    """Whether the queues that desks refer to are theirs. `raw`: the file's tables `desk`, whatever they hold."""
    for at, desk in enumerate(_tables(raw), 1):
        queues = [_slug(queue, "id") for queue in _tables(desk.get("queue"))]
        # A queue whose name cannot be read may be the one that is meant.
        if not queues or None in queues:
            continue
        for where, named in _named(desk):
            if named is not None:
                check_queue(f"desk[{at}].{where}", named, [queue for queue in queues if queue], problems)


def _named(desk: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    yield "default_queue", _slug(desk, "default_queue")
    for at, subject in enumerate(_tables(desk.get("subject")), 1):
        yield f"subject[{at}].queue", _slug(subject, "queue")


def _tables(raw: object) -> list[dict[str, Any]]:
    """A list of tables; what is no table stands there as an empty one, so that the numbers stay right."""
    return [each if isinstance(each, dict) else {} for each in raw] if isinstance(raw, list) else []


def _slug(table: dict[str, Any], key: str) -> str | None:
    try:
        name: str = slug(table.get(key))
    except Wrong:
        return None
    return name
