"""Transformer encoder of six blocks, as deep as the first ones were.

Source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762.
"""

from __future__ import annotations

import keras

from models.architectures import transformer
from models.architectures.sizes import Sizes

BLOCKS = 6


def build(sizes: Sizes) -> keras.Model:
    """Token ids, `int32` of shape `(batch, sequence_length)`, to probabilities `(batch, classes)`."""
    return transformer.build(sizes, BLOCKS)
