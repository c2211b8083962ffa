"""A frozen DistilBERT, or another pretrained encoder, with a small trained head.

The head trains on features that were computed beforehand (`models.encoder.features`); `join` puts it behind the
backbone, for export and for texts never seen.

Reference: [DistilBERT, a distilled version of BERT](https://arxiv.org/abs/1910.01108).
"""

from __future__ import annotations

import keras
from keras import layers

from models.encoder.backbones import Backbone
from models.encoder.features import call_backbone


def build_head(width: int, classes: int, dropout: float = 0.3) -> keras.Model:
    """The classifier on top of the features: 98,690 parameters at 768 wide with two classes.

    Args:
        width: size of a feature vector, 768 for DistilBERT, 384 for MiniLM.
        classes: number of classes.
        dropout: share of features, and of hidden activations, dropped in training.

    Returns:
        a model from features `(batch, width)` to probabilities `(batch, classes)`.
    """
    features = keras.Input((width,), name="features")
    x = layers.Dropout(dropout)(features)
    x = layers.Dense(128, activation="relu")(x)  # (batch, 128)
    x = layers.Dropout(dropout)(x)
    # Probabilities stay float32 under mixed precision.
    probabilities = layers.Dense(classes, activation="softmax", dtype="float32", name="probabilities")(x)
    return keras.Model(features, probabilities, name="head")


def join(backbone: Backbone, head: keras.Model, pooling: str = "auto") -> keras.Model:
    """The backbone with the head behind it: answers what the head answers on the features of `models.encoder.features`.

    Args:
        backbone: the encoder the features came from.
        head: the trained head.
        pooling: the pooling the features were made with.

    Returns:
        a model from `token_ids` and `padding_mask`, both `(batch, tokens)`, to probabilities `(batch, classes)`.

    Raises:
        ValueError: no such pooling, or the backbone has no pooled output.
    """
    # Of any length, so that a batch can be cut to its longest text.
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    padding_mask = keras.Input((None,), dtype="int32", name="padding_mask")
    features = call_backbone(backbone.model, token_ids, padding_mask, pooling)  # (batch, width)
    return keras.Model({"token_ids": token_ids, "padding_mask": padding_mask}, head(features), name="encoder_with_head")
