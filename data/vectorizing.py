"""Cleaned texts to integer arrays by Keras's `TextVectorization`, with a vocabulary of the training split.

The only module of `data` that needs TensorFlow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from keras.layers import TextVectorization

PADDING = 0


def learn_vocabulary(texts: Sequence[str], size: int) -> list[str]:
    """The `size` most frequent words of cleaned texts, `""` (padding) and `"[UNK]"` first and counted."""
    layer = _layer(size)
    layer.adapt(list(texts))
    return layer.get_vocabulary()


def vectorize(texts: Sequence[str], vocabulary: Sequence[str], sequence_length: int) -> np.ndarray:
    """Token ids of cleaned texts, `int32` of shape `(n, sequence_length)`, cut or padded with 0 at the end."""
    layer = _layer(len(vocabulary), sequence_length, vocabulary[2:])
    return np.asarray(layer(list(texts)), dtype=np.int32)


def _layer(size: int, sequence_length: int | None = None, vocabulary: Sequence[str] | None = None) -> TextVectorization:
    from keras.layers import TextVectorization

    return TextVectorization(
        max_tokens=size,
        standardize=None,  # the texts come cleaned
        split="whitespace",
        output_sequence_length=sequence_length,
        vocabulary=vocabulary if vocabulary is None else list(vocabulary),
    )
