"""One table on the screen and one JSON file for each benchmark: ``bench/results/NAME.json`` with a flat ``figures``."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def report(name: str, headers: Sequence[str], rows: Sequence[Sequence[object]], figures: Mapping[str, float]) -> None:
    """Print ``rows`` under ``headers`` and write ``figures`` with the machine's cores and load."""
    show(headers, rows)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({"name": name, "figures": dict(figures), "machine": machine()}, indent=2) + "\n")
    print(f"\n{path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")


def show(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print ``rows`` under ``headers``, the first column to the left and the others to the right."""
    table = [[_cell(value) for value in row] for row in (headers, *rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(headers))]
    for index, row in enumerate(table):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        print("  ".join(cells).rstrip())
        if index == 0:
            print("  ".join("-" * width for width in widths))


def machine() -> dict[str, object]:
    """Return what a reader needs to judge a figure: cores, load, Python."""
    return {
        "cores": os.cpu_count(),
        "load_1min": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "processor": platform.processor() or platform.machine(),
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,.1f}" if isinstance(value, float) else str(value)
