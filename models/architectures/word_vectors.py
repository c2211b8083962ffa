"""Word vectors as the start of a network's embedding."""

from __future__ import annotations

import keras
import numpy as np


def word_embedding(model: keras.Model) -> keras.layers.Embedding:
    """The layer that gives a word its vector."""
    return next(layer for layer in model.layers if isinstance(layer, keras.layers.Embedding))


def start_from_vectors(model: keras.Model, vectors: np.ndarray) -> None:
    """Gives the words of the embedding their vectors; a word whose vector is 0 keeps its first weights.

    Args:
        model: with one `Embedding` layer for words, `vocabulary_size` rows of which may be more than there are vectors.
        vectors: `float32` of shape `(words, width)`, padding and `[UNK]` first.
    """
    embedding = word_embedding(model)
    weights = embedding.get_weights()[0]
    known = np.flatnonzero(vectors.any(axis=1))
    weights[known] = vectors[known]
    embedding.set_weights([weights])
