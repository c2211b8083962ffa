"""Saves training after every epoch, so that a later process goes on as if there had been no interruption.

`keras.callbacks.BackupAndRestore` keeps weights and optimizer; it forgets the random state of the dropout layers, what
early stopping and the plateau rule have seen, the best weights and the history, so that what follows differs.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import keras
import numpy as np

from data.files import whole, write_text
from models.run_folder import CHECKPOINT

REMEMBERED = {
    keras.callbacks.EarlyStopping: ("wait", "best", "best_epoch", "stopped_epoch"),
    keras.callbacks.ReduceLROnPlateau: ("wait", "best", "cooldown_counter"),
}


class Checkpoint(keras.callbacks.Callback):
    """Writes `checkpoint.npz` and `history.csv` after each epoch, and restores them when training begins.

    To stand behind the callbacks it keeps, which reset themselves as training begins.

    Args:
        folder: where both files are. A checkpoint that is there and whole is gone on from.
        stopping: the callback whose best weights are kept.
        plateau: the callback that lowers the learning rate.

    Attributes:
        epochs: how many epochs are done.
        ended: whether training is over: stopped by a callback, not by the number of epochs.
        history: for each name a value per epoch, those before the interruption included.
    """

    def __init__(
        self, folder: Path, stopping: keras.callbacks.EarlyStopping, plateau: keras.callbacks.ReduceLROnPlateau
    ):
        super().__init__()
        self.folder, self.stopping, self.plateau = folder, stopping, plateau
        self.epochs, self.ended, self.history = 0, False, {}
        # On torch the same state does not lead to the same numbers, so training starts over.
        self.arrays = None if keras.backend.backend() == "torch" else _read(folder / CHECKPOINT)
        if self.arrays:
            state = json.loads(str(self.arrays["state"]))
            self.epochs, self.ended, self.history = state["epochs"], state["ended"], state["history"]

    def on_train_begin(self, logs=None):
        if not self.arrays:
            return
        state = json.loads(str(self.arrays["state"]))
        for variable, value in zip(self._variables(), _numbered(self.arrays, "variable"), strict=True):
            variable.assign(value)
        for callback in (self.stopping, self.plateau):
            for name, value in state[type(callback).__name__].items():
                setattr(callback, name, value)
        self.stopping.best_weights = _numbered(self.arrays, "best") or None
        self.arrays = None  # the memory is training's

    def on_epoch_end(self, epoch, logs=None):
        self.epochs, self.ended = epoch + 1, self.model.stop_training
        for name, value in logs.items():
            self.history.setdefault(name, []).append(float(value))
        write_text(self.folder / "history.csv", _table(self.history))
        if not np.isfinite(logs["loss"]):
            return  # nothing to go on from
        state = {"epochs": self.epochs, "ended": self.ended, "history": self.history}
        for callback in (self.stopping, self.plateau):
            names = REMEMBERED[type(callback)]
            state[type(callback).__name__] = {name: getattr(callback, name) for name in names}
        variables = [keras.ops.convert_to_numpy(variable) for variable in self._variables()]
        with whole(self.folder / CHECKPOINT) as aside:
            np.savez(
                aside,
                state=json.dumps(state),
                **{f"variable{at}": value for at, value in enumerate(variables)},
                **{f"best{at}": value for at, value in enumerate(self.stopping.best_weights or [])},
            )

    def _variables(self) -> list:
        """Weights, random states of the dropout layers, and the optimizer's."""
        return [*self.model.variables, *self.model.optimizer.variables]


def _read(path: Path) -> dict[str, np.ndarray] | None:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile):  # not there, or damaged: training starts over
        return None


def _numbered(arrays: dict[str, np.ndarray], name: str) -> list[np.ndarray]:
    count = sum(key.startswith(name) for key in arrays)
    return [arrays[f"{name}{at}"] for at in range(count)]


def _table(history: dict[str, list[float]]) -> str:
    """The history as Keras's `CSVLogger` writes it: an epoch, counted from 0, a row."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["epoch", *sorted(history)])
    writer.writerows(
        [epoch, *values] for epoch, values in enumerate(zip(*(history[n] for n in sorted(history)), strict=True))
    )
    return table.getvalue()
