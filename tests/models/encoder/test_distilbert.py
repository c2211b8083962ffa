"""The head has the published size, learns, and answers behind the backbone as it does on the features."""

import keras
import numpy as np
import pytest

from models.encoder import backbones, features
from models.encoder import head as distilbert

TEXTS = ["the cat sat on the mat", "good", "", "not bad !", "a dog on a mat " * 5, " airplane at port"]


@pytest.mark.parametrize(
    ("width", "classes", "parameters"),
    # width * 128 + 128 and 128 * classes + classes
    [(768, 2, 98_304 + 128 + 256 + 2), (384, 5, 49_152 + 128 + 640 + 5)],
)
def test_head_has_the_published_size(width, classes, parameters):
    assert distilbert.build_head(width, classes).count_params() == parameters


@pytest.mark.slow
def test_head_learns_a_rule():
    keras.utils.set_random_seed(0)
    inputs = np.random.default_rng(0).normal(size=(512, 16)).astype("float32")
    labels = (inputs[:, 3] > 0).astype("int32")
    head = distilbert.build_head(16, 2)
    head.compile(keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy", metrics=["accuracy"])
    head.fit(inputs, labels, epochs=10, batch_size=32, verbose=0)
    assert head.evaluate(inputs, labels, verbose=0, return_dict=True)["accuracy"] > 0.95


@pytest.mark.parametrize("pooling", ["auto", "first"])
def test_joined_model_answers_as_the_head_on_the_features(tiny_backbone, pooling):
    keras.utils.set_random_seed(0)
    head = distilbert.build_head(8, 3)
    joined = distilbert.join(tiny_backbone, head, pooling)
    token_ids, padding_mask = backbones.tokenize(tiny_backbone, TEXTS, 16)
    found = joined.predict({"token_ids": token_ids, "padding_mask": padding_mask}, verbose=0)
    expected = head.predict(features.encode(tiny_backbone, TEXTS, 16, pooling), verbose=0)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)


def test_joined_model_trains_the_head_alone_and_survives_saving(tiny_backbone, tmp_path):
    head = distilbert.build_head(8, 2)
    joined = distilbert.join(tiny_backbone, head)
    assert len(joined.trainable_weights) == len(head.trainable_weights) == 4
    joined.save(tmp_path / "model.keras")
    inputs = dict(zip(("token_ids", "padding_mask"), backbones.tokenize(tiny_backbone, TEXTS, 16), strict=True))
    reloaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(reloaded.predict(inputs, verbose=0), joined.predict(inputs, verbose=0), atol=1e-6)
