"""The attention maps against the formula of the paper, written out in numpy."""

import keras
import numpy as np
import pytest
from keras import ops

from models.architectures import transformer
from models.architectures.layers import EncoderBlock
from models.architectures.sizes import Sizes
from reports.explaining.attention import attention_maps

IDS = np.array([[3, 4, 5, 0, 0, 0], [2, 3, 4, 5, 6, 7]], "int32")


def by_hand(block, hidden, mask):
    """softmax(Q K^T / sqrt(d)) over the real tokens; Vaswani et al. 2017, equation 1."""
    weights = {
        variable.path.rsplit("/", 2)[-2] + "/" + variable.name: ops.convert_to_numpy(variable)
        for variable in block.weights
    }
    query, key = (
        np.einsum("btw,whd->bhtd", hidden, weights[f"{name}/kernel"]) + weights[f"{name}/bias"][:, None]
        for name in ("query", "key")
    )
    scores = np.einsum("bhtd,bhsd->bhts", query, key) / np.sqrt(query.shape[-1])
    scores = np.where(mask[:, None, None], scores, -np.inf)
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return scores / scores.sum(axis=-1, keepdims=True)


@pytest.fixture(scope="module", params=[True, False], ids=["mask", "no mask"])
def network(request):
    keras.utils.set_random_seed(0)
    model = transformer.build(Sizes(vocabulary_size=12, sequence_length=6, width=8, mask=request.param))
    for variable in model.weights:  # first weights are so small that all words would look alike
        variable.assign(keras.random.normal(variable.shape, stddev=0.7, seed=1))
    return model, request.param


def test_every_block_looks_as_the_formula_says(network):
    model, masked = network
    maps = attention_maps(model, IDS)
    assert maps.shape == (2, 2, 4, 6, 6)
    blocks = [layer for layer in model.layers if isinstance(layer, EncoderBlock)]
    for at, block in enumerate(blocks):
        hidden = keras.Model(model.input, block.input[0]).predict(IDS, verbose=0)
        mask = IDS != 0 if masked else np.full(IDS.shape, True)
        read = ops.convert_to_numpy(block.attention_norm(hidden)) if block.norm_first else hidden
        np.testing.assert_allclose(maps[:, at], by_hand(block, read, mask), atol=1e-5)


def test_rows_sum_to_one_and_padding_gets_nothing(network):
    model, masked = network
    maps = attention_maps(model, IDS)
    np.testing.assert_allclose(maps.sum(axis=-1), 1, atol=1e-5)
    to_padding = maps[0, :, :, :, 3:].max()
    assert to_padding == 0 if masked else to_padding > 0.01


def test_what_the_maps_were_taken_from_is_what_the_model_answers(network):
    # the second block's input must be what the first one makes of its own, attention included
    model, _ = network
    first, second = (layer for layer in model.layers if isinstance(layer, EncoderBlock))
    hidden, mask, following = keras.Model(model.input, [*first.input, second.input[0]])(IDS)
    np.testing.assert_allclose(
        ops.convert_to_numpy(first(hidden, padding_mask=mask)), ops.convert_to_numpy(following), atol=1e-5
    )


def test_a_saved_model_looks_the_same_ways(network, tmp_path):
    model, _ = network
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_allclose(attention_maps(loaded, IDS), attention_maps(model, IDS), atol=1e-6)
