"""A backbone cut in two answers as the whole one, and only its upper part learns."""

import keras
import numpy as np
import pytest

from models.encoder import backbones, unfreezing
from models.encoder import head as distilbert

TEXTS = ["the cat sat on the mat", "good", "", "not bad !", "a dog on a mat " * 5, " airplane at port"]


def probabilities(model, backbone):
    token_ids, padding_mask = backbones.tokenize(backbone, TEXTS, 16)
    return model.predict({"token_ids": token_ids, "padding_mask": padding_mask}, verbose=0)


def log_loss(probabilities, labels):
    return -np.log(probabilities[np.arange(len(labels)), labels]).mean()


@pytest.mark.parametrize("blocks", [1, 2])
def test_cut_backbone_answers_as_the_whole_one(tiny_backbone, blocks):
    head = distilbert.build_head(8, 3)
    whole = probabilities(distilbert.join(tiny_backbone, head), tiny_backbone)
    lower, upper = unfreezing.split_at(tiny_backbone, blocks)
    cut = probabilities(unfreezing.join_split(lower, upper, head), tiny_backbone)
    np.testing.assert_allclose(cut, whole, atol=1e-6)


def test_all_blocks_can_be_unfrozen(tiny_backbones):
    backbone = tiny_backbones["bert"]
    assert unfreezing.block_count(backbone) == 2
    lower, upper = unfreezing.split_at(backbone, unfreezing.block_count(backbone))
    assert len(upper.trainable_weights) == 2 * 16 + 2
    assert not lower.trainable_weights  # the embeddings stay as they are


def test_only_the_upper_part_learns(tiny_backbones, tmp_path):
    keras.utils.set_random_seed(0)
    backbone = tiny_backbones["bert"]
    before = [keras.ops.convert_to_numpy(weight).copy() for weight in backbone.model.weights]
    head = distilbert.build_head(8, 2)
    lower, upper = unfreezing.split_at(backbone, 1)
    assert not lower.trainable_weights
    assert len(upper.trainable_weights) == 16 + 2  # a block, and BERT's pooler
    states = unfreezing.compute_states(backbone, lower, TEXTS, 16, tmp_path / "states.npy")
    labels = np.array([0, 1, 0, 1, 0, 1])
    joined = unfreezing.join_split(lower, upper, head)
    untrained = log_loss(probabilities(joined, backbone), labels)
    model = unfreezing.stack_head(upper, head)
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy")
    model.fit(unfreezing.StateBatches(states, labels, 3), epochs=60, verbose=0)
    assert log_loss(probabilities(joined, backbone), labels) < untrained / 2
    for weight, value in zip(backbone.model.weights, before, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(weight), value)


def test_states_give_what_the_texts_give(tiny_backbones, tmp_path, monkeypatch):
    backbone = tiny_backbones["distilbert"]
    head = distilbert.build_head(8, 2)
    lower, upper = unfreezing.split_at(backbone, 1)
    monkeypatch.setattr(unfreezing, "BATCH_SIZE", 4)
    states = unfreezing.compute_states(backbone, lower, TEXTS, 16, tmp_path / "states.npy")
    rows = np.array([4, 1, 2])
    found = unfreezing.stack_head(upper, head).predict_on_batch(list(states.batch(rows)))
    expected = probabilities(unfreezing.join_split(lower, upper, head), backbone)[rows]
    np.testing.assert_allclose(found, expected, atol=2e-3)  # the states are float16


def test_every_epoch_has_every_text_once_in_other_batches():
    lengths = np.random.default_rng(0).integers(2, 40, 50)
    states = unfreezing.States(np.zeros((lengths.sum(), 4), "float16"), np.cumsum(lengths))
    batches = unfreezing.StateBatches(states, np.arange(50), 8)
    epochs = []
    for epoch in (0, 1, 0):
        batches.shuffle(epoch)
        epochs.append([batches[index][1].tolist() for index in range(len(batches))])
    assert all(sorted(sum(epoch, [])) == list(range(50)) for epoch in epochs)
    assert epochs[0] != epochs[1]
    assert epochs[0] == epochs[2]


def test_fit_takes_batches_of_different_lengths(tiny_backbones):
    lengths = np.array([30] * 12 + [3] * 2)  # two batches drawn at random have the same length, as a rule
    states = unfreezing.States(np.ones((lengths.sum(), 8), "float16"), np.cumsum(lengths))
    _, upper = unfreezing.split_at(tiny_backbones["distilbert"], 1)
    model = unfreezing.stack_head(upper, distilbert.build_head(8, 2))
    model.compile("sgd", "sparse_categorical_crossentropy")
    history = model.fit(unfreezing.StateBatches(states, np.zeros(14, int), 2), epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


@pytest.mark.parametrize("count", [1, 8, 9, 17])
def test_few_texts_make_few_batches(count):
    states = unfreezing.States(np.zeros((2 * count, 4), "float16"), np.arange(2, 2 * count + 1, 2))
    batches = unfreezing.StateBatches(states, np.arange(count), 8)
    assert sorted(label for index in range(len(batches)) for label in batches[index][1]) == list(range(count))


@pytest.mark.parametrize("blocks", [0, 3])
def test_blocks_that_are_not_there_are_refused(tiny_backbones, blocks):
    with pytest.raises(ValueError, match="has 2 blocks that can be unfrozen: choose 1 to 2"):
        unfreezing.split_at(tiny_backbones["roberta"], blocks)
