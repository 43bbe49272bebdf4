"""Percentiles, and one JSON file a bench."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.paths import VAR


@dataclass(frozen=True, slots=True)
class Figures:
    """What one bench measured, in milliseconds, beside its control. `aim` says what is hoped for."""

    name: str
    measured: Sequence[float]
    control: Sequence[float]
    aim: str

    def write(self) -> Path:
        """var/bench/<name>.json."""
        return write(self.name, self.as_json())

    def as_json(self) -> dict[str, object]:
        """{name, unit, n, p50, p99, control, ratio, …}."""
        ours, theirs = _summary(self.measured), _summary(self.control)
        return {
            "name": self.name,
            "unit": "ms",
            "n": len(self.measured),
            **ours,
            "control": {"n": len(self.control), **theirs},
            "ratio": {key: round(ours[key] / theirs[key], 2) for key in ("p50", "p99")},
            "aim": self.aim,
        }

    def row(self) -> str:
        """One line of the table."""
        ours, theirs = _summary(self.measured), _summary(self.control)
        figures = (ours["p50"], ours["p99"], theirs["p50"], theirs["p99"])
        ratios = (ours["p50"] / theirs["p50"], ours["p99"] / theirs["p99"])
        cells = "".join(f"{figure:10.1f}" for figure in figures) + "".join(f"{ratio:8.2f}" for ratio in ratios)
        return f"{self.name:10}{len(self.measured):6}{cells}   {self.aim}"


def write(name: str, figures: Mapping[str, object]) -> Path:
    """var/bench/<name>.json."""
    path = VAR / "bench" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    return path


HEADER = f"{'bench':10}{'n':>6}{'p50 ms':>10}{'p99 ms':>10}{'control':>10}{'p99':>10}{'ratio':>8}{'p99':>8}   aim"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all are at or below (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _summary(values: Sequence[float]) -> dict[str, float]:
    return {
        "p50": round(percentile(values, 0.5), 1),
        "p99": round(percentile(values, 0.99), 1),
        "max": round(max(values), 1),
    }
