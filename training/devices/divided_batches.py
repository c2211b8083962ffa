"""Batches that divide among devices, and a loss and metrics over what was in them before.

A batch that does not divide is filled up with texts of its own that count nothing. Keras would count them: in the mean
of the loss, in the accuracy, and in what a batch weighs in an epoch. So a row of the labels says of itself what it
counts, and the loss and the metrics here go by that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import keras
import numpy as np
from keras import ops

from training.devices.device_set import DeviceSet

LOSS = "loss_over_texts"  # as `LossOverTexts` finds it in the logs


class Batches(Protocol):
    """What is divided: inputs, one-hot labels `(n, classes)`, and weights of the texts `(n,)` where they have any."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> tuple: ...
    def shuffle(self, epoch: int) -> None:
        """Takes the order of an epoch."""


class DividedBatches(keras.utils.PyDataset):
    """The share of this process in each batch, of as many rows as its devices can divide.

    Args:
        batches: what is divided.
        devices: among which.
    """

    def __init__(self, batches: Batches, devices: DeviceSet):
        super().__init__()
        self.batches, self.devices = batches, devices

    def shuffle(self, epoch: int) -> None:
        """Takes the order of `epoch`, counted from 0."""
        self.batches.shuffle(epoch)

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[Any, np.ndarray]:
        """Inputs, and labels with two columns more: the weight of the text, and what its row counts in the batch's
        mean, which is 0 for a row that fills up.
        """
        inputs, labels, *weights = self.batches[index]
        texts, count = len(labels), self.devices.count
        rows = np.arange(-(-texts // count) * count)
        counts = np.where(rows < texts, len(rows) / texts, 0.0)
        share = len(rows) // self.devices.processes
        own = slice(self.devices.process * share, (self.devices.process + 1) * share)
        taken = rows[own] % texts
        weight = weights[0][taken] if weights else np.ones(len(taken))
        described = np.column_stack([labels[taken], weight, counts[own]]).astype("float32")
        return keras.tree.map_structure(lambda array: array[taken], inputs), described


def losses(label_smoothing: float) -> tuple[Callable, list[keras.metrics.Metric]]:
    """What to compile with: the loss of each row, whose mean over a batch is that of its texts, and the metrics."""

    def weighted(described, answers):
        smoothed = keras.losses.categorical_crossentropy(
            described[:, :-2], answers, label_smoothing=label_smoothing
        )  # (batch,)
        return smoothed * described[:, -2]

    def of_row(described, answers):
        return weighted(described, answers) * described[:, -1]

    def right(described, answers):
        return keras.metrics.categorical_accuracy(described[:, :-2], answers)

    return of_row, [MeanOverTexts(right, "accuracy"), MeanOverTexts(weighted, LOSS)]


class MeanOverTexts(keras.metrics.Mean):
    """The mean of a value of each text, whichever batch it was in.

    Args:
        value: of described labels `(batch, classes + 2)` and answers `(batch, classes)`, of shape `(batch,)`.
        name: in the logs.
    """

    def __init__(self, value: Callable, name: str):
        super().__init__(name=name)
        self.value = value

    def update_state(self, described, answers, sample_weight=None):
        counted = ops.cast(described[:, -1] > 0, "float32")
        return super().update_state(self.value(described, answers), sample_weight=counted)


class LossOverTexts(keras.callbacks.Callback):
    """Puts the loss over texts in the place of the mean over batches, for all callbacks behind it."""

    def on_epoch_end(self, epoch, logs=None):
        for part in ("", "val_"):
            logs[f"{part}loss"] = logs.pop(f"{part}{LOSS}")
