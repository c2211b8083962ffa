"""Adam for `tf.distribute.MirroredStrategy`."""

from __future__ import annotations

import tensorflow as tf

from training.fitting.optimizers import TrackingAdam


class MirroredAdam(TrackingAdam):
    """Adds up the gradients of all devices before it measures and clips them, as one device would.

    Keras adds them up after clipping, so that each device would clip its own share.
    """

    def apply(self, grads, trainable_variables=None):
        device = tf.distribute.get_replica_context()
        there = [grad for grad in grads if grad is not None]
        summed = iter(device.all_reduce(tf.distribute.ReduceOp.SUM, there))
        super().apply([None if grad is None else next(summed) for grad in grads], trainable_variables)

    def _all_reduce_sum_gradients(self, grads_and_vars):
        return list(grads_and_vars)
