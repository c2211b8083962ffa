"""Keras layers of the Transformer: positions, the encoder block, and an average that leaves padding out.

Masks are passed explicitly: Keras's implicit mask is lost at `h + x` and leaks through stacked blocks.
"""

from __future__ import annotations

import keras
from keras import layers, ops

from models.architectures import PACKAGE
from models.architectures.dropout import Dropout


@keras.saving.register_keras_serializable(PACKAGE)
class PositionEmbedding(layers.Layer):
    """Adds a learned vector for each position: `(batch, tokens, width)` to the same shape.

    Positions count from the first token; rows are padded at the end, so padding moves no position.
    Source: Gehring et al. 2017, https://arxiv.org/abs/1705.03122.
    """

    def __init__(self, sequence_length: int, **kwargs):
        super().__init__(**kwargs)
        self.sequence_length = sequence_length

    def build(self, input_shape):
        self.positions = self.add_weight(
            name="positions", shape=(self.sequence_length, input_shape[-1]), initializer="uniform"
        )

    def call(self, inputs):
        return inputs + self.positions[: ops.shape(inputs)[1]]  # (batch, tokens, width)

    def get_config(self):
        return super().get_config() | {"sequence_length": self.sequence_length}


@keras.saving.register_keras_serializable(PACKAGE)
class EncoderBlock(layers.Layer):
    """Self-attention and feed-forward network, each with dropout, a residual connection and layer norm.

    Nothing of the attention itself is dropped: to draw so many numbers took a quarter of an epoch's time.

    `(batch, tokens, width)` and a boolean mask `(batch, tokens)`, true at real tokens, to
    `(batch, tokens, width)`. Sources: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; with `norm_first` Xiong et
    al. 2020, https://arxiv.org/abs/2002.04745: the residual path has no norm in it, and training needs no warm-up.
    """

    def __init__(self, heads: int, feed_forward: int, dropout: float, norm_first: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.heads, self.feed_forward, self.dropout, self.norm_first = heads, feed_forward, dropout, norm_first

    def build(self, input_shape):
        width = input_shape[-1]
        self.attention = layers.MultiHeadAttention(self.heads, width // self.heads)
        self.attention.build(input_shape, input_shape)
        self.widen = layers.Dense(self.feed_forward, activation="relu")
        self.widen.build(input_shape)
        self.narrow = layers.Dense(width)
        self.narrow.build((*input_shape[:-1], self.feed_forward))
        self.attention_norm = layers.LayerNormalization(epsilon=1e-6)
        self.attention_norm.build(input_shape)
        self.feed_forward_norm = layers.LayerNormalization(epsilon=1e-6)
        self.feed_forward_norm.build(input_shape)
        self.attention_dropout = Dropout(self.dropout)
        self.feed_forward_dropout = Dropout(self.dropout)

    def call(self, inputs, padding_mask, training=None):
        attended = self.attend(inputs, padding_mask, training=training)  # (batch, tokens, width)
        hidden = inputs + self.attention_dropout(attended, training=training)
        hidden = hidden if self.norm_first else self.attention_norm(hidden)
        read = self.feed_forward_norm(hidden) if self.norm_first else hidden
        transformed = self.narrow(self.widen(read))  # (batch, tokens, width)
        hidden = hidden + self.feed_forward_dropout(transformed, training=training)
        return hidden if self.norm_first else self.feed_forward_norm(hidden)

    def attend(self, inputs, padding_mask, **options):
        """What the heads make of the block's inputs, with the options of `MultiHeadAttention`."""
        read = self.attention_norm(inputs) if self.norm_first else inputs
        return self.attention(read, read, attention_mask=ops.expand_dims(padding_mask, 1), **options)

    def compute_output_shape(self, input_shape, *_):
        return input_shape

    def get_config(self):
        return super().get_config() | {
            "heads": self.heads,
            "feed_forward": self.feed_forward,
            "dropout": self.dropout,
            "norm_first": self.norm_first,
        }


@keras.saving.register_keras_serializable(PACKAGE)
class MaskedAverage(layers.Layer):
    """Average over the real tokens: `(batch, tokens, width)` and mask `(batch, tokens)` to `(batch, width)`.

    See `masked_average`.
    """

    def call(self, inputs, padding_mask):
        return masked_average(inputs, padding_mask)

    def compute_output_shape(self, input_shape, *_):
        return (input_shape[0], input_shape[-1])


def masked_average(hidden, padding_mask):
    """The same without a layer of our own, for a network whose file Keras alone reads.

    A row of padding only gives zeros, where `GlobalAveragePooling1D` gives NaN.
    """
    weights = ops.expand_dims(ops.cast(padding_mask, hidden.dtype), -1)  # (batch, tokens, 1)
    return ops.sum(hidden * weights, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1.0)
