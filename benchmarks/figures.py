"""A measured figure against its target; the table that people read and the JSON file that machines do."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import psutil

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """`row`: the benchmark it belongs to. `limit`: whether the target is the most or the least allowed."""

    row: str
    what: str
    measured: float
    target: float
    unit: str = ""
    limit: Literal["most", "least"] = "most"
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def is_met(self) -> bool:
        return self.measured <= self.target if self.limit == "most" else self.measured >= self.target

    @property
    def ratio(self) -> float | None:
        return self.measured / self.target if self.target else None


def table(figures: Sequence[Figure]) -> str:
    """One line a figure, the missed ones marked."""
    wide = max((len(figure.what) for figure in figures), default=0)
    lines = [f"{'':{wide}}  {'measured':>12}  {'target':>12}  {'ratio':>6}"]
    for each in figures:
        target = f"{'≤' if each.limit == 'most' else '≥'} {each.target:g} {each.unit}".rstrip()
        measured = f"{each.measured:.4g} {each.unit}".rstrip()
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}"
        mark = "" if each.is_met else "  MISSED"
        lines.append(f"{each.what:{wide}}  {measured:>12}  {target:>12}  {ratio:>6}{mark}")
    return "\n".join(lines)


def write(figures: Sequence[Figure], folder: Path = RESULTS) -> Path:
    """A file of its own for each run."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    path = folder / f"{now:%Y%m%dT%H%M%SZ}.json"
    rows = [{**asdict(each), "ratio": each.ratio, "is_met": each.is_met} for each in figures]
    machine = {
        "cores": psutil.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(),
    }
    path.write_text(json.dumps({"at": now.isoformat(), "machine": machine, "figures": rows}, indent=2) + "\n")
    return path
