"""CNN: embedding, convolutions over neighboring words, the strongest answer of each filter.

Source: Kim 2014, https://arxiv.org/abs/1408.5882. The wide one has the average of the word vectors beside those
answers, which is what fastText reads (Joulin et al. 2017, https://arxiv.org/abs/1607.01759); a shallow path beside a
deeper one is called wide and deep (Cheng et al. 2016, https://arxiv.org/abs/1606.07792).
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers, ops

from models.architectures.initializers import initial
from models.architectures.layers import masked_average
from models.architectures.sizes import Sizes

KERNEL_WIDTHS = (2, 3, 4)


def build(sizes: Sizes, kernel_widths: Sequence[int] = KERNEL_WIDTHS, with_average: bool = False) -> keras.Model:
    """Token ids, `int32` of shape `(batch, sequence_length)`, to probabilities `(batch, classes)`.

    With `sizes.mask` the maximum is taken over the windows that stand at a real token, and the average over the real
    tokens; without it the padding (id 0) counts too. There are `sizes.width` filters of each kernel width.
    """
    token_ids = layers.Input((sizes.sequence_length,), dtype="int32", name="token_ids")
    padding_mask = ops.expand_dims(ops.not_equal(token_ids, 0), -1)  # (batch, tokens, 1)
    hidden = layers.Embedding(sizes.vocabulary_size, sizes.width, initial(sizes).embedding)(token_ids)
    hidden = hidden * ops.cast(padding_mask, hidden.dtype)  # (batch, tokens, width)
    hidden = layers.Dropout(sizes.dropout)(hidden)
    widest = max(kernel_widths)
    neighbors = find_neighbors(hidden, widest)
    pooled = []
    for kernel_width in kernel_widths:
        first = before(widest) - before(kernel_width)
        # A dense layer on the tokens of a window is a convolution, and the same numbers come out whenever it is
        # repeated; those of TensorFlow's own convolution differ in the last place with where its memory lies.
        window = ops.concatenate(neighbors[first:][:kernel_width], axis=-1)
        filtered = layers.Dense(sizes.width, activation="relu", kernel_initializer=initial(sizes).kernel)(
            window  # (batch, tokens, kernel_width * width)
        )  # (batch, tokens, width)
        if sizes.mask:  # nothing is below 0 behind the ReLU, so a zero never is the maximum of a text with words
            filtered = filtered * ops.cast(padding_mask, filtered.dtype)
        pooled.append(ops.max(filtered, axis=1))  # (batch, width)
    if with_average:
        pooled.append(masked_average(hidden, ops.not_equal(token_ids, 0 if sizes.mask else -1)))  # (batch, width)
    pooled = layers.Concatenate()(pooled)  # (batch, width for each of them)
    pooled = layers.Dropout(sizes.dropout)(pooled)
    probabilities = layers.Dense(sizes.classes, activation="softmax", dtype="float32")(pooled)  # (batch, classes)
    return keras.Model(token_ids, probabilities, name="cnn")


def before(kernel_width: int) -> int:
    """How many tokens of a window stand before its own; of an even width one more stands behind.

    >>> before(3), before(4)
    (1, 1)
    """
    return (kernel_width - 1) // 2


def find_neighbors(hidden, kernel_width: int) -> list:
    """Of each token those in its window, from the first one on: arrays of the shape of `hidden`, with 0 where there is
    no such token.

    Split, not sliced: the gradient of a slice takes TensorFlow several times as long as the convolution.
    """
    tokens = hidden.shape[1]
    padded = ops.pad(hidden, [[0, 0], [before(kernel_width), kernel_width // 2], [0, 0]])
    shifted = []
    for shift in range(kernel_width):
        ends = [end for end in (shift, shift + tokens) if 0 < end < padded.shape[1]]
        shifted.append(ops.split(padded, ends, axis=1)[1 if shift else 0])
    return shifted
