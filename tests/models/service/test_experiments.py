"""The verdict on two models, and what is remembered until true labels come in."""

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from models.service import experiments
from models.service.experiments import CHALLENGER, MAIN, Given, Record, UnknownAnswer, judge_pairs, judge_shares


def test_p_is_that_of_mcnemar():
    pairs = [50, 3, 14, 8]
    assert judge_pairs(pairs).p == pytest.approx(mcnemar([pairs[:2], pairs[2:]], exact=True).pvalue)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (judge_pairs([80, 15, 2, 3]), "The main model is right more often: -13.0 points"),
        (judge_pairs([10, 1, 2, 0]), "Nothing can be told yet: +7.7 points"),
        (judge_pairs([0, 0, 0, 0]), "No true labels are known yet"),
        (judge_shares([0, 5], [0, 9]), "No true labels are known yet"),
        (judge_shares([400, 460], [500, 500]), "The challenger is right more often: +12.0 points"),
    ],
)
def test_words(verdict, words):
    assert verdict.words.startswith(words)


@pytest.mark.slow
def test_equal_models_are_told_apart_in_one_experiment_in_twenty_at_most():
    rng = np.random.default_rng(0)
    pairs = rng.multinomial(200, [0.8, 0.06, 0.06, 0.08], size=400)
    assert np.mean([judge_pairs(found).p < experiments.SURE for found in pairs.tolist()]) <= 0.05
    right = rng.binomial(200, 0.85, size=(400, 2))
    assert np.mean([judge_shares(found, [200, 200]).p < experiments.SURE for found in right.tolist()]) <= 0.05


def test_intervals_hold_the_true_difference():
    rng = np.random.default_rng(1)
    pairs = rng.multinomial(150, [0.75, 0.05, 0.12, 0.08], size=400)
    inside = [low <= 0.07 <= high for low, high in (judge_pairs(found).interval for found in pairs.tolist())]
    assert np.mean(inside) > 0.93


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(experiments, "KEPT", 3)
    record = Record()
    for number in range(5):
        record.note(str(number), [Given(MAIN, "a")])
    with pytest.raises(UnknownAnswer):
        record.judge("1", ["a"])
    assert record.judge("2", ["a"]) == (1, 1)
    assert record.judged == [1, 0]


def test_an_answer_of_the_fallback_counts_for_neither():
    record = Record()
    record.note("x", [Given(None, "a"), Given(CHALLENGER, "b")])
    assert record.judge("x", ["a", "a"]) == (2, 1)
    assert (record.judged, record.right, record.asked) == ([0, 1], [0, 0], [0, 1])
