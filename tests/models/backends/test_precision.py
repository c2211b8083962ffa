"""Networks built for mixed precision: 16 bits where they multiply, 32 in what they hold and say."""

import keras
import numpy as np
import pytest

from models.architectures.sizes import Sizes
from models.backends.precision import training_precision
from models.catalog import CATALOG, Family, distinct, of_family

IDS = np.array([[3, 4, 5, 0, 0], [6, 0, 0, 0, 0]], "int32")


@pytest.mark.parametrize("name", distinct(of_family(Family.WORDS)))
def test_weights_and_answers_of_a_mixed_network_have_32_bits(name):
    sizes = Sizes(3, 7, 5, 8, 0.0)
    with training_precision("mixed"):
        mixed = CATALOG[name].build(sizes)
    whole = CATALOG[name].build(sizes)
    whole.set_weights(mixed.get_weights())
    assert {weight.dtype for weight in mixed.trainable_weights} == {"float32"}
    assert {layer.compute_dtype for layer in whole.layers} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"
    said, exactly = (keras.ops.convert_to_numpy(model(IDS)) for model in (mixed, whole))
    assert said.dtype == np.float32
    assert 0 < np.abs(said - exactly).max() < 0.05
