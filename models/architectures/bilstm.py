"""Bidirectional LSTM: embedding, two layers that read the words from both ends, softmax over the last states.

Source: Graves and Schmidhuber 2005, https://doi.org/10.1016/j.neunet.2005.06.042.
"""

from __future__ import annotations

import keras
from keras import layers, ops

from models.architectures.initializers import initial
from models.architectures.sizes import Sizes

LAYERS = 2


def build(sizes: Sizes) -> keras.Model:
    """Token ids, `int32` of shape `(batch, sequence_length)`, to probabilities `(batch, classes)`.

    With `sizes.mask` the states stand still over padding (id 0) in both directions; without it padding is read, a zero
    vector for each padding token (PyTorch's `padding_idx`). Each direction of a layer has `sizes.width` units.
    """
    token_ids = layers.Input((sizes.sequence_length,), dtype="int32", name="token_ids")
    padding_mask = ops.not_equal(token_ids, 0)  # (batch, tokens)
    hidden = layers.Embedding(sizes.vocabulary_size, sizes.width, initial(sizes).embedding)(token_ids)
    hidden = hidden * ops.expand_dims(ops.cast(padding_mask, hidden.dtype), -1)  # (batch, tokens, width)
    for layer in range(LAYERS):
        hidden = layers.Dropout(sizes.dropout)(hidden)
        start = initial(sizes)
        hidden = layers.Bidirectional(
            layers.LSTM(
                sizes.width,
                kernel_initializer=start.kernel,
                recurrent_initializer=start.recurrent,
                unit_forget_bias=sizes.initialization == "keras",
                return_sequences=layer < LAYERS - 1,
            )
        )(hidden, mask=padding_mask if sizes.mask else None)
        # (batch, tokens, 2 width), and behind the last layer (batch, 2 width)
    state = layers.Dropout(sizes.dropout)(hidden)
    probabilities = layers.Dense(sizes.classes, activation="softmax", dtype="float32")(state)  # (batch, classes)
    return keras.Model(token_ids, probabilities, name="bilstm")
