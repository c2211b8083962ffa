"""LSTM: embedding, one recurrent layer with gates, softmax over its last state.

Source: Hochreiter and Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735.
"""

from __future__ import annotations

import keras
from keras import layers, ops

from models.settings import Architecture


def build(settings: Architecture) -> keras.Model:
    """Token ids, `int32` of shape `(batch, sequence_length)`, to probabilities `(batch, classes)`.

    With `settings.mask` the state stands still over padding (id 0), so that the last state is the
    state after the last word; without it the padding is read like words.
    """
    token_ids = layers.Input((settings.sequence_length,), dtype="int32", name="token_ids")
    padding_mask = ops.not_equal(token_ids, 0) if settings.mask else None  # (batch, tokens)
    hidden = layers.Embedding(settings.vocabulary_size, settings.width)(token_ids)  # (batch, tokens, width)
    hidden = layers.Dropout(settings.dropout)(hidden)
    state = layers.LSTM(settings.width)(hidden, mask=padding_mask)  # (batch, width)
    state = layers.Dropout(settings.dropout)(state)
    probabilities = layers.Dense(settings.classes, activation="softmax")(state)  # (batch, classes)
    return keras.Model(token_ids, probabilities, name="lstm")
