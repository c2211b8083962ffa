"""SimpleRNN: embedding, one recurrent layer, softmax over its last state.

Sources: Elman 1990, https://doi.org/10.1207/s15516709cog1402_1; recurrent weights that start as the identity,
so that the first words are not forgotten by the last: Le et al. 2015, https://arxiv.org/abs/1504.00941.
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
    state = layers.SimpleRNN(settings.width, recurrent_initializer=settings.recurrent_initializer)(
        hidden, mask=padding_mask
    )  # (batch, width)
    state = layers.Dropout(settings.dropout)(state)
    probabilities = layers.Dense(settings.classes, activation="softmax")(state)  # (batch, classes)
    return keras.Model(token_ids, probabilities, name="rnn")
