"""Batches: an order of its own for each seed and epoch, and words that are not shown."""

import numpy as np
import pytest

from data.words.vectorizing import PADDING, UNKNOWN
from training.fitting.batches import ShuffledBatches


def batches(seed=0, **given):
    ids = np.random.default_rng(1).integers(UNKNOWN, 50, (90, 40)).astype("int32")
    ids[:, 30:] = PADDING
    return ShuffledBatches(ids, np.eye(90, dtype="float32"), batch_size=32, seed=seed, **given)


def epoch_of(found, epoch):
    found.shuffle(epoch)
    ids, labels = (np.concatenate(parts) for parts in zip(*(found[at] for at in range(len(found))), strict=True))
    return ids[labels.argmax(axis=0)], labels.argmax(axis=1)  # in the order of the texts, and the order they came in


@pytest.mark.parametrize("share", [0, 0.2])
def test_seed_and_epoch_alone_decide(share):
    first = batches(word_dropout=share)
    epoch_of(first, 6)
    for _ in range(2):  # whatever came before
        for one, other in zip(epoch_of(first, 3), epoch_of(batches(word_dropout=share), 3), strict=True):
            np.testing.assert_array_equal(one, other)
    assert (epoch_of(first, 4)[1] != epoch_of(first, 3)[1]).any()
    assert (epoch_of(batches(seed=1), 3)[1] != epoch_of(first, 3)[1]).any()


def test_a_share_of_the_words_is_unknown_in_each_epoch_and_padding_stays():
    plain = batches()
    real = plain.inputs > UNKNOWN
    shown = [epoch_of(batches(word_dropout=0.2), epoch)[0] for epoch in range(2)]
    for ids in shown:
        assert ids.dtype == plain.inputs.dtype
        assert ((ids == plain.inputs) | (real & (ids == UNKNOWN))).all()
        assert (ids != plain.inputs)[real].mean() == pytest.approx(0.2, abs=0.03)
    assert (shown[0] != shown[1]).any()
    np.testing.assert_array_equal(epoch_of(plain, 0)[0], plain.inputs)
