"""What benchmarks measured as a table and pictures, beside the measurements.

    python -m reports.speeds benchmark.jsonl
    python -m reports.speeds benchmark.jsonl --peer peer.jsonl    # ratios to what another program measured

A peer's line has `model`, `batch` and `seconds_per_epoch`, of 2,000 texts of 64 tokens and a vocabulary of 5,000; its
models are called as ours, with more behind a hyphen where one is computed in several ways (`lstm-packed`).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from data.exits import attempt
from data.messages import escape_what_cannot_be_shown
from reports.numbers import count, significant

if TYPE_CHECKING:
    from reports.reading.benchmark import Growth, Speed

LIKE_PEERS = (2_000, 64, 5_000)  # texts, length, vocabulary


def main(arguments: list[str] | None = None) -> int:
    """Writes table and pictures of the file named on the command line; returns the exit code, 2 for bad input."""
    escape_what_cannot_be_shown()
    parser = argparse.ArgumentParser(prog="python -m reports.speeds", description=__doc__.splitlines()[0])
    parser.add_argument("benchmark", type=Path, help="what training.benchmark wrote")
    parser.add_argument("--peer", type=Path, metavar="FILE", help="JSON lines of another program")
    options = parser.parse_args(arguments)
    from reports.reading.benchmark import BenchmarkUnusable

    return attempt(lambda: _report(options.benchmark, options.peer), options.benchmark, BenchmarkUnusable)


def _report(path: Path, peer: Path | None) -> None:
    from data.files import write_text
    from reports.figures.speeds import speed_picture
    from reports.reading.benchmark import AXES, growth_of, read_lines, speeds_of

    rows = read_lines(path)
    speeds = speeds_of(rows)
    growths = growth_of(speeds)
    pictures = []
    for axis in AXES:
        if along := [growth for growth in growths if growth.axis == axis]:
            pictures.append(path.with_name(f"{path.stem}-{axis}.svg"))
            write_text(pictures[-1], speed_picture(along))
    written = "\n\n".join(
        [
            f"# Speeds\n\n{_conditions(path, rows)}",
            _table(speeds, read_lines(peer) if peer else []),
            *([_exponents(growths)] if growths else []),
            *(f"![seconds per epoch]({picture.name})" for picture in pictures),
        ]
    )
    write_text(path.with_suffix(".md"), written + "\n")
    print(f"\n{written}\n\nTable: {path.with_suffix('.md')}")


def _conditions(path: Path, rows: list[dict]) -> str:
    """On what machine, and how."""
    first = json.loads(path.read_text(encoding="utf-8").splitlines()[0]).get("environment", {})
    packages = ", ".join(f"{name} {version}" for name, version in first.get("packages", {}).items())
    epochs = sorted({len(row["epoch_seconds"]) for row in rows})
    return (
        f"{first.get('processor', 'an unknown processor')}, {first.get('cores', '?')} cores, Python "
        f"{first.get('python', '?')}; {packages}. Each process trains one epoch that is not counted, then "
        f"{' or '.join(map(str, epochs))} that are; its figure is their median, and the table has the median of the "
        "processes, from the fastest to the slowest in parentheses; what other programs took of the cores meanwhile "
        "makes it too slow. Token ids are drawn at random, lengths like those "
        "of 20 Newsgroups."
    )


def _table(speeds: list[Speed], peers: list[dict]) -> str:
    from tabulate import tabulate

    from reports.reading.benchmark import peers_of

    models = list(dict.fromkeys(speed.model for speed in speeds))
    with_device = any(speed.device_memory for speed in speeds)
    lines = []
    for speed in speeds:
        texts, length, vocabulary, batch = speed.sizes
        line = {
            "model": speed.model,
            "backend": speed.backend,
            "texts": count(texts),
            "length": count(length),
            "vocabulary": count(vocabulary),
            "batch": count(batch),
            "s/epoch": f"{speed.seconds:.3f} ({speed.spread[0]:.3f}–{speed.spread[1]:.3f})",
            "texts/s in training": count(texts / speed.seconds),
            f"texts/s at {' · '.join(speed.answered)}": " · ".join(map(count, speed.answered.values())),
            "start, s": significant(speed.start),
            "compiling, s": significant(speed.compiling),
            "peak MB": count(speed.memory),
            **({"device, peak MB": count(speed.device_memory or 0)} if with_device else {}),
            "others took": f"{speed.others:.0%}",
            "processes": speed.processes,
        }
        if peers:
            found = peers_of(speed, peers, models) if speed.sizes[:-1] == LIKE_PEERS else {}
            line["of the peer's s/epoch"] = ", ".join(
                f"{speed.seconds / seconds:.2f} × {name}" for name, seconds in found.items()
            )
        lines.append(line)
    return tabulate(lines, headers="keys", tablefmt="pipe", disable_numparse=True)


def _exponents(growths: list[Growth]) -> str:
    from tabulate import tabulate

    lines = [
        {
            "model": growth.speeds[0].model,
            "backend": growth.speeds[0].backend,
            "axis": growth.axis,
            "from": count(growth.points[0][0]),
            "to": count(growth.points[0][-1]),
            "s/epoch grows with the power": f"{growth.exponent:.2f}",
        }
        for growth in growths
    ]
    return tabulate(lines, headers="keys", tablefmt="pipe", disable_numparse=True)


if __name__ == "__main__":
    sys.exit(main())
