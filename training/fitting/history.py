"""The history of a training: a value per epoch for each name, its phases one behind the other.

Names are `loss`, `accuracy`, `val_loss`, `val_accuracy`, those of `EpochSignals`, and `phase` (1 or 2) where there are
two of them.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from data.files import write_text

History = dict[str, list[float]]


def count_epochs(history: History) -> int:
    """How many epochs there are."""
    return len(history.get("loss", ()))


def best_epoch(history: History) -> int:
    """The epoch whose weights are kept, counted from 1: the first of the least validation loss.

    >>> best_epoch({"val_loss": [0.7, 0.5, 0.5]})
    2
    """
    return int(np.argmin(history["val_loss"])) + 1


def describe_history(history: History) -> dict:
    """What `metrics.json` says of a history; every value is `None` where there are no epochs.

    `learning_rate_moved` is whether the rate fell within a phase, `seconds_per_epoch` the median over the last phase,
    whose epochs take longest.

    >>> found = describe_history({
    ...     "loss": [0.7, 0.6, 0.5], "val_loss": [0.7, 0.5, 0.6], "phase": [1, 1, 2],
    ...     "learning_rate": [1e-3, 1e-3, 5e-5], "seconds": [1.0, 2.0, 30.0],
    ... })
    >>> found == {"epochs": 3, "best_epoch": 2, "learning_rate_moved": False, "seconds_per_epoch": 30.0}
    True
    """
    if not history:
        return dict.fromkeys(("epochs", "best_epoch", "learning_rate_moved", "seconds_per_epoch"))
    phases = history.get("phase") or [1.0] * count_epochs(history)
    rates = set(zip(phases, history["learning_rate"], strict=True))
    last = [seconds for seconds, phase in zip(history["seconds"], phases, strict=True) if phase == phases[-1]]
    return {
        "epochs": count_epochs(history),
        "best_epoch": best_epoch(history),
        "learning_rate_moved": len(rates) > len(set(phases)),
        "seconds_per_epoch": float(np.median(last)),
    }


def write_history(history: History, path: Path) -> None:
    """Writes `history.csv` as Keras's `CSVLogger` does: an epoch, counted from 0, a row."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    names = sorted(history)
    writer.writerow(["epoch", *names])
    columns = zip(*(history[name] for name in names), strict=True)
    writer.writerows([epoch, *values] for epoch, values in enumerate(columns))
    write_text(path, table.getvalue())
