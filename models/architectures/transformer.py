"""Transformer encoder: token and position embedding, two encoder blocks, average over the real tokens.

Source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762.
"""

from __future__ import annotations

import keras
from keras import layers, ops

from models.architectures.dropout import Dropout
from models.architectures.initializers import initial
from models.architectures.layers import EncoderBlock, MaskedAverage, PositionEmbedding
from models.architectures.sizes import Sizes

BLOCKS, HEADS, FEED_FORWARD = 2, 4, 128


def build(sizes: Sizes, blocks: int = BLOCKS) -> keras.Model:
    """Token ids, `int32` of shape `(batch, sequence_length)`, to probabilities `(batch, classes)`.

    With `sizes.mask` no word attends to padding (id 0) and the average leaves it out; without
    it the padding counts as words.
    """
    token_ids = layers.Input((sizes.sequence_length,), dtype="int32", name="token_ids")
    padding_mask = ops.not_equal(token_ids, 0 if sizes.mask else -1)  # (batch, tokens)
    hidden = layers.Embedding(sizes.vocabulary_size, sizes.width, initial(sizes).embedding)(token_ids)
    # (batch, tokens, width)
    hidden = PositionEmbedding(sizes.sequence_length)(hidden)
    hidden = Dropout(sizes.dropout)(hidden)
    for _ in range(blocks):
        block = EncoderBlock(HEADS, FEED_FORWARD, sizes.block_dropout, sizes.norm_first)
        hidden = block(hidden, padding_mask=padding_mask)
    if sizes.norm_first:
        hidden = layers.LayerNormalization(epsilon=1e-6)(hidden)
    pooled = MaskedAverage()(hidden, padding_mask=padding_mask)  # (batch, width)
    pooled = Dropout(sizes.dropout)(pooled)
    probabilities = layers.Dense(sizes.classes, activation="softmax", dtype="float32")(pooled)  # (batch, classes)
    return keras.Model(token_ids, probabilities, name="transformer")
