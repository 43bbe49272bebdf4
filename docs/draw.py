"""Draws the life of a call in call-life.md from the one table that decides it. Run `python -m docs.draw`."""

from __future__ import annotations

from pathlib import Path

from irmacall.core.call import TRANSITIONS, Stage

PAGE = Path(__file__).parent / "call-life.md"
BEGIN = "<!-- drawn by docs/draw.py from irmacall/core/call.py: change it there -->\n"
END = "<!-- end of the drawing -->\n"


def drawing() -> str:
    """The table as a Mermaid state diagram; ends that are alike in every stage are drawn all the same."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {Stage.WELCOME.value}"]
    for stage, turnings in TRANSITIONS.items():
        lines += [f"    {stage.value} --> {to.value}: {turning.value}" for turning, to in turnings.items()]
    return "\n".join([*lines, f"    {Stage.ENDED.value} --> [*]", "```", ""])


def redrawn(page: str) -> str:
    """The page with its drawing as it should be."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert end, "the page has lost the marks around its drawing"
    return before + BEGIN + drawing() + END + after


if __name__ == "__main__":
    PAGE.write_text(redrawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
