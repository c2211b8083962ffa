"""What runs took of time and memory by the number of their texts, as tables with fitted lines, beside the measurements.

python -m reports.sizes sizes.jsonl
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from data.exits import attempt
from data.messages import escape_what_cannot_be_shown, reason_of
from reports.numbers import count, significant
from reports.reading.benchmark import BenchmarkUnusable

MEASURES = "python -m training.benchmark.sizes"
FIELDS = {"texts", "seconds", "seconds_by_part", "memory_mb_together", "memory_mb_by_process", "environment"}


def main(arguments: list[str] | None = None) -> int:
    """Writes the tables of the file named on the command line; returns the exit code, 2 for bad input."""
    escape_what_cannot_be_shown()
    parser = argparse.ArgumentParser(prog="python -m reports.sizes", description=__doc__.splitlines()[0])
    parser.add_argument("sizes", type=Path, help=f"what {MEASURES} wrote")
    options = parser.parse_args(arguments)
    return attempt(lambda: _report(options.sizes), options.sizes, BenchmarkUnusable)


def fitted_line(texts: list[int], seconds: list[float]) -> tuple[float, float]:
    """Seconds that a part takes at all, and seconds for each text, by least squares of the relative errors.

    >>> [round(value, 4) for value in fitted_line([1_000, 10_000, 100_000], [3.0, 12.0, 102.0])]
    [2.0, 0.001]
    """
    weights = 1 / np.array(seconds)
    columns = np.stack([weights, weights * np.array(texts)], axis=1)
    start, each = np.linalg.lstsq(columns, np.ones(len(texts)))[0]
    return float(start), float(each)


def _report(path: Path) -> None:
    from data.files import write_text

    rows = sorted(_read(path), key=lambda row: row["texts"])
    written = f"# Sizes\n\n{_conditions(rows)}\n\n{_seconds(rows)}\n\n{_memory(rows)}\n"
    write_text(path.with_suffix(".md"), written)
    print(f"{written}\nTables: {path.with_suffix('.md')}")


def _read(path: Path) -> list[dict[str, Any]]:
    """The rows of the file.

    Raises:
        BenchmarkUnusable: it cannot be read, or holds something else.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise BenchmarkUnusable(f"{path} could not be read ({reason_of(error)}): name what {MEASURES} wrote.") from None
    if not rows or not all(isinstance(row, dict) and row.keys() >= FIELDS for row in rows):
        raise BenchmarkUnusable(f"{path} holds no measurements: name what {MEASURES} wrote.")
    return rows


def _conditions(rows: list[dict[str, Any]]) -> str:
    first = rows[0]["environment"]
    notes = list(dict.fromkeys(note for row in rows if (note := row.get("note"))))
    return " ".join(
        [
            f"{first['processor']}, {first['cores']} cores, Python {first['python']}; Keras on {first['backend']}. "
            "Posts are generated, and all are taken. What other programs take of the cores makes times too long. A "
            "line is fitted through the sizes so that its relative errors are least.",
            *notes,
        ]
    )


def _seconds(rows: list[dict[str, Any]]) -> str:
    parts = list(dict.fromkeys(part for row in rows for part in row["seconds_by_part"]))
    lines = []
    for part in parts:
        known = [(row["texts"], row["seconds_by_part"][part]) for row in rows if part in row["seconds_by_part"]]
        start, each = fitted_line(*map(list, zip(*known, strict=True))) if len(known) > 1 else (None, None)
        line = {"seconds of": part}
        line |= {f"{count(row['texts'])} texts": significant(row["seconds_by_part"].get(part), 3) for row in rows}
        lines.append(line | {"at all": significant(start), "for 100,000 texts": significant(each and each * 100_000)})
    return _table(lines)


def _memory(rows: list[dict[str, Any]]) -> str:
    lines = [
        {
            "texts": count(row["texts"]),
            **{f"MB of {name}": count(held) for name, held in row["memory_mb_by_process"].items()},
            "MB of all processes at once": count(row["memory_mb_together"]),
            "MB of disk": count(row.get("disk_mb")),
            "seconds of the run": significant(row["seconds"], 3),
        }
        for row in rows
    ]
    return _table(lines)


def _table(lines: list[dict[str, Any]]) -> str:
    from tabulate import tabulate

    return tabulate(lines, headers="keys", tablefmt="pipe", disable_numparse=True, missingval="–")


if __name__ == "__main__":
    sys.exit(main())
