"""A network whose two answers to a text, with other activations dropped, are to agree.

Source: R-Drop, Liang et al. 2021, https://arxiv.org/abs/2106.14448.
"""

from __future__ import annotations

import keras
from keras import ops


def agreeing(model: keras.Model, share: float) -> keras.Model:
    """The model that is trained in place of `model`, with the same weights; validated, it is the same.

    Args:
        model: from inputs to probabilities `(batch, classes)`.
        share: of the loss that is how far the two answers lie apart (half of both divergences, in nats).
    """
    inputs = model.input
    return keras.Model(inputs, Agreement(share)([model(inputs), model(inputs)]))


class Agreement(keras.layers.Layer):
    """Two answers `(batch, classes)` to their geometric mean, with a loss of its own for how far they lie apart.

    The cross-entropy of the geometric mean is the mean of both, but for the sum that it is divided by.
    """

    def __init__(self, share: float):
        super().__init__(dtype="float32")
        self.share = share

    def call(self, answers):
        one, other = (ops.log(ops.maximum(answer, keras.config.epsilon())) for answer in answers)
        between = ops.exp((one + other) / 2)  # (batch, classes)
        apart = ops.sum((ops.exp(one) - ops.exp(other)) * (one - other), axis=-1) / 2  # (batch,)
        total = ops.sum(between, axis=-1, keepdims=True)  # (batch, 1)
        self.add_loss(ops.mean(self.share * apart - ops.log(total[:, 0])))
        return between / total
