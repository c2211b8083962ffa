"""Dropout: what it drops is a fair and fresh draw on every backend, whichever draws it."""

import keras
import numpy as np
import pytest

from models.architectures.dropout import Dropout, draw

SHAPE = (32, 64, 64)
NEAR = 5 / np.sqrt(np.prod(SHAPE))  # five standard errors of a mean of that many draws, each of deviation 1


def kept(layer, steps=1) -> list[np.ndarray]:
    ones = np.ones(SHAPE, "float32")
    return [keras.ops.convert_to_numpy(layer(ones, training=True)) > 0 for _ in range(steps)]


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.6])
def test_the_share_is_dropped_and_the_rest_grows(rate):
    answer = keras.ops.convert_to_numpy(Dropout(rate, seed=3)(np.full(SHAPE, 2, "float32"), training=True))
    assert abs((answer == 0).mean() - rate) < NEAR
    np.testing.assert_allclose(answer[answer != 0], 2 / (1 - rate), rtol=1e-6)


@pytest.mark.parametrize(("rate", "training"), [(0.3, False), (0, True)])
def test_nothing_is_dropped(rate, training):
    inputs = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(Dropout(rate)(inputs, training=training)), inputs)


def test_steps_layers_and_positions_are_drawn_apart():
    first, second = kept(Dropout(0.5, seed=1), steps=2)
    (other,) = kept(Dropout(0.5, seed=2_000))
    signs = [np.where(mask, 1.0, -1.0) for mask in (first, second, other)]
    for left, right in [(0, 1), (0, 2), (1, 2)]:
        assert abs((signs[left] * signs[right]).mean()) < NEAR
    for axis in range(3):
        for apart in (1, 2, 16):
            assert abs((signs[0] * np.roll(signs[0], apart, axis)).mean()) < NEAR, (axis, apart)


def test_a_seed_gives_its_masks_again():
    np.testing.assert_array_equal(kept(Dropout(0.5, seed=7), steps=3), kept(Dropout(0.5, seed=7), steps=3))


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="draws its own numbers on JAX only")
@pytest.mark.parametrize("seed", [(0, 0), (0, 1), (1, 0), (2**32 - 1, 2**31)])
def test_every_part_of_the_numbers_is_uniform(seed):
    numbers = np.asarray(draw(np.array(seed, "uint32"), (1 << 16,)))
    for shift in (0, 8, 16, 24):
        counts = np.bincount(numbers >> shift & 255, minlength=256)
        assert 150 < ((counts - 256) ** 2 / 256).sum() < 380  # chi-square of 255 degrees: mean 255, deviation 22.6
