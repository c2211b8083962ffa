"""SimpleRNN: embedding, one recurrent layer, softmax over its last state.

Sources: Elman 1990, https://doi.org/10.1207/s15516709cog1402_1; recurrent weights that start as a share of the
identity, so that the first words are not soon forgotten, and ReLU with them: Le et al. 2015,
https://arxiv.org/abs/1504.00941.
"""

from __future__ import annotations

import keras
from keras import initializers, layers, ops

from models.architectures.initializers import initial
from models.architectures.sizes import Sizes

# Of the state, before each word. All of it is as good on 64 words (20 Newsgroups), but grows without end on 256: of
# three splits of movie reviews none was learned.
KEPT = 0.9


def build(sizes: Sizes) -> keras.Model:
    """Token ids, `int32` of shape `(batch, sequence_length)`, to probabilities `(batch, classes)`.

    With `sizes.mask` the state stands still over padding (id 0), so that the last state is the
    state after the last word; without it the layer goes on reading, a zero vector for each padding
    token (PyTorch's `padding_idx`), and forgets.
    """
    start = initial(sizes, recurrent=initializers.Identity(KEPT))
    token_ids = layers.Input((sizes.sequence_length,), dtype="int32", name="token_ids")
    padding_mask = ops.not_equal(token_ids, 0)  # (batch, tokens)
    hidden = layers.Embedding(sizes.vocabulary_size, sizes.width, start.embedding)(token_ids)
    hidden = hidden * ops.expand_dims(ops.cast(padding_mask, hidden.dtype), -1)  # (batch, tokens, width)
    hidden = layers.Dropout(sizes.dropout)(hidden)
    state = layers.SimpleRNN(
        sizes.width,
        activation="relu" if sizes.initialization == "keras" else "tanh",  # tanh is PyTorch's, as published
        kernel_initializer=start.kernel,
        recurrent_initializer=start.recurrent,
    )(hidden, mask=padding_mask if sizes.mask else None)  # (batch, width)
    state = layers.Dropout(sizes.dropout)(state)
    probabilities = layers.Dense(sizes.classes, activation="softmax", dtype="float32")(state)  # (batch, classes)
    return keras.Model(token_ids, probabilities, name="rnn")
