"""Dropout whose masks cost next to nothing on JAX."""

from __future__ import annotations

import math

import keras
from keras import layers

from models.architectures import PACKAGE


@keras.saving.register_keras_serializable(PACKAGE)
class Dropout(layers.Dropout):
    """Keras's dropout: each value is 0 with probability `rate`, the others grow by 1 / (1 - rate).

    JAX's own generator, Threefry, is meant for anything at all, and XLA draws its numbers anew in each part of the
    backward pass that reads them: a fifth of an epoch of the Transformer. Here a number is the hash of its position
    and of the step's seed, a few instructions that are cheaper to repeat than their result is to store. The other
    networks drop too little for it to matter, and what they leave is a file that Keras reads by itself.
    """

    def call(self, inputs, training=False):
        if not training or not 0 < self.rate < 1 or self.noise_shape or keras.backend.backend() != "jax":
            return super().call(inputs, training)
        import jax

        numbers = draw(self.seed_generator.next(), inputs.shape)
        kept = numbers >= jax.numpy.uint32(self.rate * 2**32)
        return jax.numpy.where(kept, inputs / (1 - self.rate), jax.numpy.zeros_like(inputs))


def draw(seed, shape: tuple[int, ...]):
    """Uniform numbers, `uint32` of `shape`, from `seed`, two of `uint32`; on JAX alone."""
    from jax import lax
    from jax import numpy as jnp

    start = _hash(seed[0] + _hash(seed[1]))
    # Odd, so that no two positions meet; another in each step, so that no step's numbers are another's, moved along.
    stride = _hash(start + jnp.uint32(1)) | jnp.uint32(1)
    positions = lax.iota(jnp.uint32, math.prod(shape)).reshape(shape)
    return _hash(start + positions * stride)


def _hash(numbers):
    """Each bit of the answer hangs on every bit of the number: lowbias32, https://nullprogram.com/blog/2018/07/31/."""
    from jax import numpy as jnp

    numbers = (numbers ^ (numbers >> 16)) * jnp.uint32(0x7FEB352D)
    numbers = (numbers ^ (numbers >> 15)) * jnp.uint32(0x846CA68B)
    return numbers ^ (numbers >> 16)
