"""Adam that remembers how long its gradients were."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras
from keras import ops

# On torch the class of an instance is the faster one that `keras.optimizers.Adam` stands for.
_BackendAdam: Any = type(keras.optimizers.Adam())


class TrackingAdam(_BackendAdam):
    """Adam (decoupled weight decay where it is set) with the sum of the gradient norms of all its steps.

    The norm is that of the whole gradient, before clipping. Source: Loshchilov and Hutter 2019,
    https://arxiv.org/abs/1711.05101.
    """

    _slowed: frozenset[str] = frozenset()
    _share = 1.0

    def slow_down(self, variables: Iterable[keras.Variable], share: float) -> None:
        """From now on the steps of these variables are only this share of the others'."""
        self._slowed, self._share = frozenset(variable.path for variable in variables), share

    def build(self, variables):
        super().build(variables)
        # On several devices each knows the whole gradient.
        self.gradient_norm_sum = self.add_variable(
            (), initializer="zeros", aggregation="only_first_replica", name="gradient_norm_sum"
        )

    def apply(self, grads, trainable_variables=None):
        if not self.built:
            self.build(trainable_variables)
        squares = [ops.sum(ops.square(ops.convert_to_tensor(grad))) for grad in grads if grad is not None]
        self.gradient_norm_sum.assign_add(ops.sqrt(sum(squares)))
        return super().apply(grads, trainable_variables)

    def _backend_update_step(self, grads, trainable_variables, learning_rate):
        for slowed, rate in ((False, learning_rate), (True, learning_rate * self._share)):
            together = zip(grads, trainable_variables, strict=True)
            pairs = [(grad, variable) for grad, variable in together if (variable.path in self._slowed) == slowed]
            if pairs:
                super()._backend_update_step(*map(list, zip(*pairs, strict=True)), rate)
