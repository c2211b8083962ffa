"""CNN: embedding, convolutions over two, three and four neighboring words, the strongest answer of each filter.

Source: Kim 2014, https://arxiv.org/abs/1408.5882.
"""

from __future__ import annotations

import keras
from keras import layers, ops

from models.architectures.initializers import initial
from models.architectures.sizes import Sizes

KERNEL_WIDTHS = (2, 3, 4)


def build(sizes: Sizes) -> keras.Model:
    """Token ids, `int32` of shape `(batch, sequence_length)`, to probabilities `(batch, classes)`.

    With `sizes.mask` the maximum is taken over the windows that stand at a real token; without it the windows over
    padding (id 0) count too. There are `sizes.width` filters of each kernel width.
    """
    token_ids = layers.Input((sizes.sequence_length,), dtype="int32", name="token_ids")
    padding_mask = ops.expand_dims(ops.not_equal(token_ids, 0), -1)  # (batch, tokens, 1)
    hidden = layers.Embedding(sizes.vocabulary_size, sizes.width, initial(sizes).embedding)(token_ids)
    hidden = hidden * ops.cast(padding_mask, hidden.dtype)  # (batch, tokens, width)
    hidden = layers.Dropout(sizes.dropout)(hidden)
    strongest = []
    for kernel_width in KERNEL_WIDTHS:
        filtered = layers.Dense(sizes.width, activation="relu", kernel_initializer=initial(sizes).kernel)(
            _windows(hidden, kernel_width)
        )  # (batch, tokens, width)
        if sizes.mask:  # nothing is below 0 behind the ReLU, so a zero never is the maximum of a text with words
            filtered = filtered * ops.cast(padding_mask, filtered.dtype)
        strongest.append(ops.max(filtered, axis=1))  # (batch, width)
    pooled = layers.Concatenate()(strongest)  # (batch, 3 width)
    pooled = layers.Dropout(sizes.dropout)(pooled)
    probabilities = layers.Dense(sizes.classes, activation="softmax")(pooled)  # (batch, classes)
    return keras.Model(token_ids, probabilities, name="cnn")


def _windows(hidden, kernel_width: int):
    """Each token beside its neighbors, `(batch, tokens, width)` to `(batch, tokens, kernel_width * width)`.

    A dense layer on it is a convolution, and the same numbers come out whenever it is repeated; those of TensorFlow's
    own convolution differ in the last place with where its memory lies.
    """
    tokens, before = hidden.shape[1], (kernel_width - 1) // 2
    padded = ops.pad(hidden, [[0, 0], [before, kernel_width - 1 - before], [0, 0]])
    return ops.concatenate([padded[:, shift : shift + tokens] for shift in range(kernel_width)], axis=-1)
