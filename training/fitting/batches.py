"""Batches in an order that seed and epoch alone decide: an epoch is the same in a process that begins with it."""

from __future__ import annotations

import keras
import numpy as np

from data.stored.arrays import StoredRows
from data.words.vectorizing import UNKNOWN


class OneHotRows:
    """Integer labels `(n,)` of which those that are looked up come one-hot, `(some, classes)`.

    All of three million texts with four hundred classes would take ten gigabytes.
    """

    def __init__(self, labels: np.ndarray, classes: int):
        self.labels, self.classes = labels, classes

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        return keras.utils.to_categorical(self.labels[rows], self.classes)


class ShuffledBatches(keras.utils.PyDataset):
    """Batches of arrays for `Model.fit`; `shuffle` is to be called at the beginning of each epoch.

    Keras's own shuffling goes on from the epochs before, and so differs where training is continued.

    Args:
        inputs: of shape `(n, ...)`.
        labels: one-hot, of shape `(n, classes)`.
        weights: of the texts, of shape `(n,)`; `None` for none, and batches of two.
        batch_size: texts per batch; the last one has the rest.
        seed: with the epoch it decides the order, and what is not shown; `None` leaves the texts as they are.
        word_dropout: share of the words of each text that are not shown, where the inputs are word ids: others in each
            epoch. Source: Iyyer et al. 2015, https://aclanthology.org/P15-1162.
    """

    def __init__(
        self,
        inputs: np.ndarray | StoredRows,
        labels: np.ndarray | OneHotRows,
        weights: np.ndarray | None = None,
        *,
        batch_size: int,
        seed: int | None,
        word_dropout: float = 0,
    ):
        super().__init__()
        self.weights, self.word_dropout = weights, word_dropout
        self.inputs, self.labels, self.batch_size, self.seed = inputs, labels, batch_size, seed
        self.shuffle(0)

    def shuffle(self, epoch: int) -> None:
        """Takes the order of `epoch`, counted from 0."""
        self.epoch = epoch
        texts, seed = len(self.labels), self.seed
        self.order = np.arange(texts) if seed is None else np.random.default_rng((seed, epoch)).permutation(texts)

    def __len__(self) -> int:
        return -(-len(self.labels) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, ...]:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        weights = () if self.weights is None else (self.weights[rows],)
        return self._shown(self.inputs[rows], index), self.labels[rows], *weights

    def _shown(self, inputs: np.ndarray, index: int) -> np.ndarray:
        if not self.word_dropout or self.seed is None:
            return inputs
        hidden = np.random.default_rng((self.seed, self.epoch, index)).random(inputs.shape) < self.word_dropout
        return np.where(hidden & (inputs > UNKNOWN), np.int32(UNKNOWN), inputs)
