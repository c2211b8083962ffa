"""The JSON lines of `python -m training.benchmark`, and those of another program beside it."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

AXES = ("texts", "length", "vocabulary", "batch")
FIELDS = {
    *("model", "backend", *AXES, "seconds_per_epoch", "epoch_seconds", "start_seconds", "compile_seconds"),
    *("texts_per_second", "peak_memory_mb", "other_work"),
}
Sizes = tuple[int, ...]  # in the order of AXES


class BenchmarkUnusable(Exception):
    """A file holds no measurements; the message is one sentence."""


@dataclass(frozen=True)
class Speed:
    """One model on one backend with some sizes.

    Attributes:
        model, backend: which; the backend with its device, and the precision where it is not float32.
        sizes: texts, length, vocabulary, batch.
        seconds: per epoch, the median over processes of the median over epochs.
        spread: from the fastest process to the slowest.
        start, compiling: seconds, medians.
        answered: texts per second by batch, medians.
        memory: peak in MB, median.
        device_memory: of the GPU or other device likewise, `None` where there was none.
        others: share of the cores that other programs took, of the process that they hindered most.
        processes: how many measured it.
    """

    model: str
    backend: str
    sizes: Sizes
    seconds: float
    spread: tuple[float, float]
    start: float
    compiling: float
    answered: dict[str, float]
    memory: float
    device_memory: float | None
    others: float
    processes: int

    @property
    def name(self) -> str:
        """As figures and tables have it."""
        return f"{self.model}, {self.backend}"


@dataclass(frozen=True)
class Growth:
    """How the time of an epoch grows along an axis: as its size to the power of `exponent`.

    Attributes:
        axis: which.
        speeds: at least two, by rising size.
        exponent: of the straight line through the logarithms, by least squares.
    """

    axis: str
    speeds: list[Speed]
    exponent: float

    @property
    def points(self) -> tuple[list[int], list[float]]:
        """Sizes, and seconds per epoch."""
        at = AXES.index(self.axis)
        return [speed.sizes[at] for speed in self.speeds], [speed.seconds for speed in self.speeds]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The measurements of a file.

    Raises:
        BenchmarkUnusable: it cannot be read, or holds none.
    """
    try:
        found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        rows = [row for row in found if "seconds_per_epoch" in row]
    except (OSError, ValueError, TypeError) as error:
        raise BenchmarkUnusable(f"{path} is no file of JSON lines ({error}).") from error
    if not rows:
        raise BenchmarkUnusable(f"{path} holds no measurement: no line has seconds_per_epoch.")
    return rows


def speeds_of(rows: Iterable[dict[str, Any]]) -> list[Speed]:
    """The processes of each case taken together, in the order of the file.

    Raises:
        BenchmarkUnusable: the lines are of another program.
    """
    cases: dict[tuple, list[dict]] = {}
    for row in rows:
        if lacking := FIELDS - row.keys():
            raise BenchmarkUnusable(f"A line lacks {min(lacking)}: name a file of training.benchmark.")
        cases.setdefault((row["model"], _computed_by(row), tuple(row[axis] for axis in AXES)), []).append(row)
    return [
        Speed(
            model,
            backend,
            sizes,
            _median(same, "seconds_per_epoch"),
            (min(row["seconds_per_epoch"] for row in same), max(row["seconds_per_epoch"] for row in same)),
            _median(same, "start_seconds"),
            _median(same, "compile_seconds"),
            {
                size: statistics.median(row["texts_per_second"][size] for row in same)
                for size in same[0]["texts_per_second"]
            },
            _median(same, "peak_memory_mb"),
            _median(same, "peak_device_memory_mb") if same[0].get("peak_device_memory_mb") else None,
            max(row["other_work"] for row in same),
            len(same),
        )
        for (model, backend, sizes), same in cases.items()
    ]


def growth_of(speeds: Sequence[Speed]) -> list[Growth]:
    """By model and backend, every axis along which more than one size was measured; the first one's sizes are fixed."""
    found = []
    for name in dict.fromkeys(speed.name for speed in speeds):
        same = [speed for speed in speeds if speed.name == name]
        for at, axis in enumerate(AXES):
            along = sorted((speed.sizes[at], speed) for speed in same if _differs_only(speed, same[0], at))
            if len(along) > 1:
                sizes, measured = zip(*along, strict=True)
                line = statistics.linear_regression(
                    list(map(math.log, sizes)), [math.log(speed.seconds) for speed in measured]
                )
                found.append(Growth(axis, list(measured), line.slope))
    return found


def _computed_by(row: dict[str, Any]) -> str:
    """The backend, its device and the precision, as far as they are not the usual ones.

    >>> _computed_by({"backend": "jax", "device": "NVIDIA H100", "precision": "mixed"})
    'jax on NVIDIA H100, mixed'
    """
    device, precision = row.get("device"), row.get("precision", "float32")
    return f"{row['backend']}{f' on {device}' if device else ''}{'' if precision == 'float32' else f', {precision}'}"


def _differs_only(speed: Speed, first: Speed, at: int) -> bool:
    """Whether all sizes but one are those of the first."""
    return all(other == at or size == first.sizes[other] for other, size in enumerate(speed.sizes))


def peers_of(speed: Speed, peers: Iterable[dict[str, Any]], models: Iterable[str]) -> dict[str, float]:
    """Seconds per epoch of a peer's models that are this one, or this one in another way (`lstm-packed`), at its batch.

    Args:
        speed: of one model.
        peers: lines with `model`, `batch` and `seconds_per_epoch`.
        models: all that were measured here: a peer's belongs to the longest name it begins with.
    """
    found: dict[str, list[float]] = {}
    for row in peers:
        fitting = [model for model in models if row["model"] == model or row["model"].startswith(f"{model}-")]
        if row.get("batch") == speed.sizes[AXES.index("batch")] and max(fitting, key=len, default="") == speed.model:
            found.setdefault(row["model"], []).append(row["seconds_per_epoch"])
    return {name: statistics.median(values) for name, values in found.items()}


def _median(rows: Sequence[dict[str, Any]], name: str) -> float:
    return float(statistics.median(row[name] for row in rows))
