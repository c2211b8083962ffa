"""What Keras has no callback for: train-validation gap, gradient norm, a line of progress per epoch, an early end.

None of them looks at single steps: what does makes the backend wait for each step's loss, which takes a quarter of an
epoch of the SimpleRNN on JAX.
"""

from __future__ import annotations

import statistics
import time

import keras
import numpy as np

from training.devices.device_set import as_the_first_says
from training.ending import ending
from training.measuring.evaluating import overfits


class EpochSignals(keras.callbacks.Callback):
    """Adds signals to the logs of each epoch and prints them.

    To be the first callback, so that the ones behind it (checkpoint, TensorBoard) write the signals too:
    `accuracy_gap` (training less validation accuracy; training accuracy is measured under dropout,
    over the epoch), `gradient_norm` (mean of the epoch's steps, before clipping), `learning_rate`, `seconds`.
    """

    def __init__(self, title: str, epochs: int):
        super().__init__()
        self.title, self.epochs = title, epochs
        self.warned = False
        self.taken: list[float] = []

    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()
        self.steps, self.norm_sum = self._so_far()

    def on_epoch_end(self, epoch, logs=None):
        steps, norm_sum = self._so_far()
        logs["accuracy_gap"] = logs["accuracy"] - logs["val_accuracy"]
        logs["gradient_norm"] = (norm_sum - self.norm_sum) / max(steps - self.steps, 1)
        logs["learning_rate"] = _number(self.model.optimizer.learning_rate)
        logs["seconds"] = time.perf_counter() - self.started
        self.taken.append(logs["seconds"])
        print(
            f"{self.title:<22} epoch {epoch + 1:>2}/{self.epochs}"
            f"  loss {logs['loss']:.3f}  accuracy {logs['accuracy']:6.1%}"
            f"  validation loss {logs['val_loss']:.3f}  accuracy {logs['val_accuracy']:6.1%}"
            f"  gap {100 * logs['accuracy_gap']:+5.1f}  rate {logs['learning_rate']:.1e}"
            f"  gradient {logs['gradient_norm']:5.2f}  {logs['seconds']:.1f} s{self._left(epoch)}",
            flush=True,
        )
        if not self.warned and overfits(logs["accuracy"], logs["val_accuracy"]):
            self.warned = True
            print(
                f"{self.title:<22} warning: over-fitting: {logs['accuracy']:.1%} on the training texts, "
                f"{logs['val_accuracy']:.1%} on validation",
                flush=True,
            )

    def _so_far(self) -> tuple[int, float]:
        optimizer = self.model.optimizer
        return int(_number(optimizer.iterations)), _number(optimizer.gradient_norm_sum)

    def _left(self, epoch: int) -> str:
        """The time that all epochs left would take, from a second on; early stopping may spare some of it."""
        left = self.epochs - epoch - 1
        if len(self.taken) < 2 or not left:  # the first epoch compiles, and says little of the others
            return ""
        minutes, seconds = divmod(round(left * statistics.median(self.taken[1:])), 60)
        return f"  at most about {minutes}:{seconds:02d} left" if minutes or seconds else ""


class EpochCurves(keras.callbacks.TensorBoard):
    """Keras's curves for TensorBoard, which by default are by epoch, and would still be asked for at each step."""

    on_train_batch_end = keras.callbacks.Callback.on_train_batch_end


class EndAtNaN(keras.callbacks.Callback):
    """Ends training after an epoch whose loss is no number, as Keras's `TerminateOnNaN` does after a step."""

    def on_epoch_end(self, epoch, logs=None):
        if not np.isfinite(logs["loss"]):
            self.model.stop_training = True


def _number(variable) -> float:
    """The value of a variable, which on several devices none of them converts by itself."""
    return float(keras.ops.convert_to_numpy(variable))


class EarlyEnd(keras.callbacks.Callback):
    """Ends training after an epoch where Ctrl-C was pressed, or where `--time-limit` has no room for another one.

    To be the last callback, when the epoch is saved.
    """

    def on_epoch_begin(self, epoch, logs=None):
        ending.in_epoch = True

    def on_epoch_end(self, epoch, logs=None):
        last = epoch + 1 == self.params["epochs"] or self.model.stop_training
        ending.asked, over = as_the_first_says(ending.asked, not last and ending.time_is_up(logs["seconds"]))
        ending.leave_if_asked()
        if over:
            ending.cut_short = True
            self.model.stop_training = True
