"""Which answers were right, as an array."""

import numpy as np
import pytest

from models.predictions import Answers
from reports.measuring.correctness import answer_weights, mean_over_seeds, tabulate


def _answers(index, right):
    predicted = np.where(np.array(right, bool), 0, 1)
    return Answers(np.array(index), np.zeros(len(index), int), predicted, np.eye(2)[predicted])


NAN = np.nan


def test_answers_stand_at_their_texts():
    found = tabulate({"a": {1: _answers([7, 3], [1, 0])}, "b": {0: _answers([3, 5], [1, 1])}})
    assert (found.models, found.seeds, found.texts.tolist()) == (("a", "b"), (0, 1), [3, 5, 7])
    np.testing.assert_equal(found.of("a"), [[NAN, NAN, NAN], [0, NAN, 1]])
    np.testing.assert_equal(found.of("b"), [[1, 1, NAN], [NAN, NAN, NAN]])


def test_models_are_compared_on_the_seeds_that_all_of_them_have():
    answers = {
        "a": {0: _answers([1], [1]), 1: _answers([2], [1])},
        "b": {1: _answers([2], [0]), 2: _answers([3], [0])},
        "c": {0: _answers([1], [1])},
    }
    found = tabulate(answers).compared(["b", "a"])
    assert (found.models, found.seeds, found.texts.tolist()) == (("b", "a"), (1,), [2])
    assert found.right.tolist() == [[[0]], [[1]]]
    # b and c have no seed in common: each keeps its own.
    found = tabulate(answers).compared(["b", "c"])
    assert (found.seeds, found.texts.tolist()) == ((0, 1, 2), [1, 2, 3])


def test_no_answers():
    assert tabulate({}).right.shape == (0, 0, 0)


def test_a_mean_over_seeds_by_hand():
    # Seed 0 has half of two texts right, seed 1 three of four, seed 2 no text.
    right = np.array([[1, 0, NAN, NAN, NAN], [NAN, 1, 1, 0, 1], [NAN] * 5])
    assert mean_over_seeds(right) == pytest.approx(5 / 8)
    weights = answer_weights(right)
    np.testing.assert_equal(weights, [[1 / 4, 1 / 4, 0, 0, 0], [0, 1 / 8, 1 / 8, 1 / 8, 1 / 8], [0] * 5])
    assert (weights * np.nan_to_num(right)).sum() == pytest.approx(5 / 8)
    assert mean_over_seeds(np.stack([right, right])).shape == (2,)
