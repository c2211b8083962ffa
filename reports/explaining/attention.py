"""Where the Transformer's heads look: the attention weights behind its answers.

Attention says which words a head mixed, not why the model answered as it did (Jain & Wallace 2019,
https://arxiv.org/abs/1902.10186). Needs Keras, on any backend.
"""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from models.architectures.layers import EncoderBlock


def attention_maps(model: keras.Model, token_ids: np.ndarray) -> np.ndarray:
    """The attention weights of every head of every encoder block.

    The blocks' inputs are the model's own; only their attention is run a second time, asked for its weights.

    Args:
        model: of `models.architectures.transformer.build`, trained.
        token_ids: integers of shape `(n, tokens)`.

    Returns:
        `float32` array of shape `(n, blocks, heads, tokens, tokens)`: how much the token of a row takes from the token
        of a column. Rows sum to 1.
    """
    blocks = [layer for layer in model.layers if isinstance(layer, EncoderBlock)]
    inputs = keras.Model(model.input, [block.input for block in blocks])(ops.convert_to_tensor(token_ids))
    maps = []
    for block, (hidden, padding_mask) in zip(blocks, inputs, strict=True):
        _, scores = block.attend(hidden, padding_mask, return_attention_scores=True)  # (n, heads, tokens, tokens)
        maps.append(ops.convert_to_numpy(scores))
    return np.stack(maps, axis=1)
