"""Draws of fewer labels: stratified, nested, and without a text that is held out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.splits.fewer_labels import draw_order, with_fewer_labels
from data.splits.parts import Part
from data.splits.unlabelled import Unlabelled

LABELS = st.lists(st.integers(0, 4), min_size=5, max_size=200).map(np.array)


@given(LABELS, st.integers(0, 3))
def test_every_beginning_is_a_stratified_draw(labels, seed):
    order = draw_order(labels, seed)
    assert sorted(order) == list(range(len(labels)))
    classes, totals = np.unique(labels, return_counts=True)
    for size in range(len(classes), len(labels) + 1):
        drawn = np.array([(labels[order[:size]] == name).sum() for name in classes])
        assert drawn.min() >= 1  # no class is lacking where there is room for all
        # A class may be ahead of its share by its first text, and others behind by what that took.
        shares = size * totals / len(labels)
        assert np.abs(drawn - shares).max() <= len(classes)


def test_a_draw_by_hand():
    # 60 : 30 : 10 of 100: shares of a draw of 20 are 12, 6 and 2.
    labels = np.repeat([0, 1, 2], [60, 30, 10])
    order = draw_order(labels, 1)
    assert np.bincount(labels[order[:20]]).tolist() == [12, 6, 2]
    assert np.bincount(labels[order[:50]]).tolist() == [30, 15, 5]
    assert sorted(labels[order[:3]]) == [0, 1, 2]


def test_the_seed_decides_which_texts_are_drawn():
    labels = np.arange(100) % 2
    assert draw_order(labels, 0).tolist() == draw_order(labels, 0).tolist()
    assert set(draw_order(labels, 0)[:20]) != set(draw_order(labels, 1)[:20])


def _part(name, size):
    texts = [f"{name} {number}" for number in range(size)]
    return Part(np.arange(size), texts, [f"clean {text}" for text in texts], np.arange(size) % 3, None)


@pytest.fixture
def parts():
    return {"train": _part("train", 30), "validation": _part("validation", 6), "test": _part("test", 6)}


def test_a_larger_draw_holds_the_smaller_one(parts):
    draws = [
        set(with_fewer_labels(parts, Unlabelled([], []), labels, seed=4)[0]["train"].texts) for labels in (3, 10, 29)
    ]
    assert [len(draw) for draw in draws] == [3, 10, 29]
    assert draws[0] < draws[1] < draws[2]


def test_texts_that_lose_their_label_become_unlabelled_and_held_out_ones_stay_where_they_are(parts):
    fewer, unlabelled = with_fewer_labels(parts, Unlabelled(["given"], ["clean given"], ["more"]), 10, seed=4)
    assert fewer["validation"] is parts["validation"]
    assert fewer["test"] is parts["test"]
    assert sorted([*fewer["train"].texts, *unlabelled.texts]) == sorted([*parts["train"].texts, "given"])
    assert unlabelled.further == ["more"]
    assert unlabelled.cleaned == [f"clean {text}" for text in unlabelled.texts]
    whole = parts["train"]
    labels = dict(zip(whole.texts, whole.labels.tolist(), strict=True))
    assert fewer["train"].labels.tolist() == [labels[text] for text in fewer["train"].texts]
