"""Answering only when sure: the threshold is validation's, what it gives is measured on test."""

import numpy as np
import pytest

from models.predictions import Answers
from reports.measuring.coverage import cover
from reports.measuring.proportions import exact_interval


def with_confidence(confidence, right):
    """Answers of class 0 with some confidence."""
    probabilities = np.stack([confidence, 1 - np.array(confidence)], axis=1)
    return Answers(np.arange(len(right)), 1 - np.array(right, int), np.zeros(len(right), int), probabilities)


def test_by_hand():
    validation = with_confidence([0.6, 0.7, 0.8, 0.9], [0, 0, 1, 1])
    test = with_confidence([0.65, 0.75, 0.75, 0.85, 0.95], [0, 1, 0, 1, 1])
    # At 0.7 three of four validation answers remain, at 0.8 two: the lower one answers half at the least.
    found = cover(validation, test, 0.5)
    assert (found.threshold, found.n, found.share, found.accuracy) == (0.7, 4, 0.8, 0.75)
    assert found.interval == exact_interval(0.75, 4)
    assert cover(validation, test, 1.0).threshold == 0.6


def test_where_test_is_never_as_sure_nothing_is_answered():
    found = cover(with_confidence([0.9, 0.9], [1, 1]), with_confidence([0.6, 0.7], [1, 0]), 0.5)
    assert (found.n, found.share, found.accuracy, found.interval) == (0, 0, None, None)


@pytest.mark.parametrize("wanted", [0.9, 0.75, 0.5])
def test_at_least_as_many_validation_texts_are_answered_as_wanted(wanted):
    rng = np.random.default_rng(0)
    answers = with_confidence(np.round(rng.uniform(0.5, 1, 97), 2), rng.random(97) < 0.8)
    assert wanted <= cover(answers, answers, wanted).share < wanted + 0.06
