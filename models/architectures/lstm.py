"""LSTM: embedding, one recurrent layer with gates, softmax over its last state.

Source: Hochreiter and Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735.
"""

from __future__ import annotations

import keras
from keras import layers, ops

from models.architectures.initializers import initial
from models.architectures.sizes import Sizes


def build(sizes: Sizes) -> keras.Model:
    """Token ids, `int32` of shape `(batch, sequence_length)`, to probabilities `(batch, classes)`.

    With `sizes.mask` the state stands still over padding (id 0), so that the last state is the
    state after the last word; without it the layer goes on reading, a zero vector for each padding
    token (PyTorch's `padding_idx`), and forgets.
    """
    start = initial(sizes)
    token_ids = layers.Input((sizes.sequence_length,), dtype="int32", name="token_ids")
    padding_mask = ops.not_equal(token_ids, 0)  # (batch, tokens)
    hidden = layers.Embedding(sizes.vocabulary_size, sizes.width, start.embedding)(token_ids)
    hidden = hidden * ops.expand_dims(ops.cast(padding_mask, hidden.dtype), -1)  # (batch, tokens, width)
    hidden = layers.Dropout(sizes.dropout)(hidden)
    state = layers.LSTM(
        sizes.width,
        kernel_initializer=start.kernel,
        recurrent_initializer=start.recurrent,
        unit_forget_bias=sizes.initialization == "keras",
    )(hidden, mask=padding_mask if sizes.mask else None)  # (batch, width)
    state = layers.Dropout(sizes.dropout)(state)
    probabilities = layers.Dense(sizes.classes, activation="softmax", dtype="float32")(state)  # (batch, classes)
    return keras.Model(token_ids, probabilities, name="lstm")
