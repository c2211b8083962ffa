"""Saves training after every epoch, so that a later process goes on as if there had been no interruption.

`keras.callbacks.BackupAndRestore` keeps weights and optimizer; it forgets the random state of the dropout layers, what
early stopping and the plateau rule have seen, the best weights and the history, so that what follows differs.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import keras
import numpy as np

from data.files import whole
from models.run_folder import CHECKPOINTS
from training.devices.device_set import device_set
from training.fitting.history import History, best_epoch, count_epochs, write_history

REMEMBERED = {
    keras.callbacks.EarlyStopping: ("wait", "best", "best_epoch", "stopped_epoch"),
    keras.callbacks.ReduceLROnPlateau: ("wait", "best", "cooldown_counter"),
}


class Checkpoint(keras.callbacks.Callback):
    """Writes a checkpoint and `history.csv` after each epoch, and restores them when training begins.

    To stand behind the callbacks it keeps, which reset themselves as training begins.

    Args:
        folder: where `history.csv` is.
        before: the epochs of earlier phases, whose best is what this one has to improve on; empty in a first phase.
        stopping: the callback whose best weights are kept.
        plateau: the callback that lowers the learning rate.

    Attributes:
        epochs: how many epochs are done, earlier phases included.
        ended: whether training is over: stopped by a callback, not by the number of epochs.
        history: for each name a value per epoch, those of earlier phases and those before an interruption included.
    """

    def __init__(
        self,
        folder: Path,
        before: History,
        stopping: keras.callbacks.EarlyStopping,
        plateau: keras.callbacks.ReduceLROnPlateau,
    ):
        super().__init__()
        self.folder, self.before, self.stopping, self.plateau = folder, before, stopping, plateau
        self.path = folder / CHECKPOINTS[1 if before else 0]
        self.ended, self.history = False, {name: list(values) for name, values in before.items()}
        if before:
            self.history["phase"] = [1.0] * count_epochs(before)
        # On torch the same state does not lead to the same numbers, so training starts over.
        self.arrays = None if keras.backend.backend() == "torch" else _read(self.path)
        if self.arrays:
            state = json.loads(str(self.arrays["state"]))
            self.ended, self.history = state["ended"], state["history"]
        self.epochs = count_epochs(self.history)

    def on_train_begin(self, logs=None):
        if not self.arrays:
            if self.before:
                self.stopping.best = min(self.before["val_loss"])
                self.stopping.best_epoch = best_epoch(self.before) - 1
                self.stopping.best_weights = self.model.get_weights()
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
        for name, value in (logs | ({"phase": 2} if self.before else {})).items():
            self.history.setdefault(name, []).append(float(value))
        if not device_set.leads:
            return
        write_history(self.history, self.folder / "history.csv")
        if not np.isfinite(logs["loss"]):
            return  # nothing to go on from
        state = {"ended": self.ended, "history": self.history}
        for callback in (self.stopping, self.plateau):
            names = REMEMBERED[type(callback)]
            state[type(callback).__name__] = {name: getattr(callback, name) for name in names}
        variables = [keras.ops.convert_to_numpy(variable) for variable in self._variables()]
        with whole(self.path) as aside:
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
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:  # closed where it is no archive, too
            return dict(arrays)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile):  # not there, or damaged: training starts over
        return None


def _numbered(arrays: dict[str, np.ndarray], name: str) -> list[np.ndarray]:
    count = sum(key.startswith(name) for key in arrays)
    return [arrays[f"{name}{at}"] for at in range(count)]
