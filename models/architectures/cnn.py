"""CNN: embedding, convolutions over two, three and four neighboring words, the strongest answer of each filter.

Source: Kim 2014, https://arxiv.org/abs/1408.5882.
"""

from __future__ import annotations

import keras
from keras import layers, ops

from models.architectures.initializers import initial
from models.architectures.sizes import Sizes

KERNEL_WIDTHS = (2, 3, 4)
BEFORE, AFTER = (KERNEL_WIDTHS[-1] - 1) // 2, KERNEL_WIDTHS[-1] // 2  # tokens of the widest window around its own


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
    neighbors = find_neighbors(hidden)
    strongest = []
    for kernel_width in KERNEL_WIDTHS:
        before = (kernel_width - 1) // 2
        # A dense layer on the tokens of a window is a convolution, and the same numbers come out whenever it is
        # repeated; those of TensorFlow's own convolution differ in the last place with where its memory lies.
        window = ops.concatenate(neighbors[BEFORE - before :][:kernel_width], axis=-1)
        filtered = layers.Dense(sizes.width, activation="relu", kernel_initializer=initial(sizes).kernel)(
            window  # (batch, tokens, kernel_width * width)
        )  # (batch, tokens, width)
        if sizes.mask:  # nothing is below 0 behind the ReLU, so a zero never is the maximum of a text with words
            filtered = filtered * ops.cast(padding_mask, filtered.dtype)
        strongest.append(ops.max(filtered, axis=1))  # (batch, width)
    pooled = layers.Concatenate()(strongest)  # (batch, 3 width)
    pooled = layers.Dropout(sizes.dropout)(pooled)
    probabilities = layers.Dense(sizes.classes, activation="softmax", dtype="float32")(pooled)  # (batch, classes)
    return keras.Model(token_ids, probabilities, name="cnn")


def find_neighbors(hidden) -> list:
    """Of each token those around it, from the one before it on: arrays of the shape of `hidden`, with 0 where there is
    no such token.

    Split, not sliced: the gradient of a slice takes TensorFlow several times as long as the convolution.
    """
    tokens = hidden.shape[1]
    padded = ops.pad(hidden, [[0, 0], [BEFORE, AFTER], [0, 0]])
    shifted = []
    for shift in range(BEFORE + 1 + AFTER):
        ends = [end for end in (shift, shift + tokens) if 0 < end < padded.shape[1]]
        shifted.append(ops.split(padded, ends, axis=1)[1 if shift else 0])
    return shifted
