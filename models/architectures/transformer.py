"""Transformer encoder: token and position embedding, two encoder blocks, average over the real tokens.

Source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762.
"""

from __future__ import annotations

import keras
from keras import layers, ops

from models.architectures.initializers import initial
from models.architectures.layers import EncoderBlock, MaskedAverage, PositionEmbedding
from models.architectures.sizes import Architecture

BLOCKS, HEADS, FEED_FORWARD = 2, 4, 128


def build(settings: Architecture) -> keras.Model:
    """Token ids, `int32` of shape `(batch, sequence_length)`, to probabilities `(batch, classes)`.

    With `settings.mask` no word attends to padding (id 0) and the average leaves it out; without
    it the padding counts as words.
    """
    token_ids = layers.Input((settings.sequence_length,), dtype="int32", name="token_ids")
    padding_mask = ops.not_equal(token_ids, 0 if settings.mask else -1)  # (batch, tokens)
    hidden = layers.Embedding(settings.vocabulary_size, settings.width, initial(settings).embedding)(token_ids)
    # (batch, tokens, width)
    hidden = PositionEmbedding(settings.sequence_length)(hidden)
    hidden = layers.Dropout(settings.dropout)(hidden)
    for _ in range(BLOCKS):
        hidden = EncoderBlock(HEADS, FEED_FORWARD, settings.dropout)(hidden, padding_mask=padding_mask)
    pooled = MaskedAverage()(hidden, padding_mask=padding_mask)  # (batch, width)
    pooled = layers.Dropout(settings.dropout)(pooled)
    probabilities = layers.Dense(settings.classes, activation="softmax")(pooled)  # (batch, classes)
    return keras.Model(token_ids, probabilities, name="transformer")
