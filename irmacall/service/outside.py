"""Whether some line may call the numbers outside to which callers may be passed: the file alone tells."""

from __future__ import annotations

from irmacall.core.numbers import NEVER
from irmacall.settings import Settings


def uncalled(settings: Settings) -> tuple[str, ...]:
    """The beginnings of numbers, in E.164, to which callers may be passed, and which no line may call."""
    lines = [trunk.outbound for node in settings.nodes for trunk in node.trunks if trunk.outbound.host]
    allowed = {prefix for line in lines for prefix in line.prefixes}
    wanted = dict.fromkeys(each for desk in settings.desks for each in desk.transfer.outside)
    return tuple(
        each for each in wanted if each.startswith(NEVER) or not any(_overlap(each, prefix) for prefix in allowed)
    )


def uncalled_in_words(settings: Settings) -> str:
    """The same for who wrote the file, with what helps; empty where a line may call each of them."""
    found = uncalled(settings)
    if not found:
        return ""
    return f"no line may call {', '.join(f'{each}…' for each in found)}: see node.trunk.outbound (docs/site.md)"


def _overlap(one: str, other: str) -> bool:
    """Whether some number begins with both."""
    return one.startswith(other) or other.startswith(one)
