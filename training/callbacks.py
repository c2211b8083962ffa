"""What Keras has no callback for: train-validation gap, gradient norm, seconds, and a line of progress per epoch."""

from __future__ import annotations

import time

import keras

from training.evaluating import overfits


class EpochSignals(keras.callbacks.Callback):
    """Adds signals to the logs of each epoch and prints them.

    To be the first callback, so that the ones behind it (CSV, TensorBoard) write the signals too:
    `accuracy_gap` (training less validation accuracy; training accuracy is measured under dropout,
    over the epoch), `gradient_norm` (mean of the epoch's steps, before clipping), `learning_rate`, `seconds`.
    """

    def __init__(self, title: str, epochs: int):
        super().__init__()
        self.title, self.epochs = title, epochs
        self.warned = False
        self.steps = 0
        self.norm_sum = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        optimizer = self.model.optimizer
        steps, norm_sum = int(optimizer.iterations), float(optimizer.gradient_norm_sum)
        logs["accuracy_gap"] = logs["accuracy"] - logs["val_accuracy"]
        logs["gradient_norm"] = (norm_sum - self.norm_sum) / max(steps - self.steps, 1)
        logs["learning_rate"] = float(optimizer.learning_rate)
        logs["seconds"] = time.perf_counter() - self.started
        self.steps, self.norm_sum = steps, norm_sum
        print(
            f"{self.title:<22} epoch {epoch + 1:>2}/{self.epochs}"
            f"  loss {logs['loss']:.3f}  accuracy {logs['accuracy']:6.1%}"
            f"  validation loss {logs['val_loss']:.3f}  accuracy {logs['val_accuracy']:6.1%}"
            f"  gap {100 * logs['accuracy_gap']:+5.1f}  rate {logs['learning_rate']:.1e}"
            f"  gradient {logs['gradient_norm']:5.2f}  {logs['seconds']:.1f} s",
            flush=True,
        )
        if not self.warned and overfits(logs["accuracy"], logs["val_accuracy"]):
            self.warned = True
            print(
                f"{self.title:<22} warning: over-fitting: {logs['accuracy']:.1%} on the training texts, "
                f"{logs['val_accuracy']:.1%} on validation",
                flush=True,
            )
