"""Intervals of shares: exact values, always around their score, never of no width, and right as often as they say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.predictions import Answers
from reports.measuring import statistics
from reports.measuring.correctness import mean_over_seeds, tabulate
from reports.measuring.proportions import (
    DIFFERENCE,
    accuracy_interval,
    balanced_texts,
    effective_texts,
    exact_interval,
    resampled_interval,
)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        # All of n right: the share at which that has a probability of 0.025, the n-th root.
        (2, 2, 0.025 ** (1 / 2), 1),
        (20, 20, 0.025 ** (1 / 20), 1),
        (0, 5, 0, 1 - 0.025 ** (1 / 5)),
        (1, 1, 0.025, 1),
    ],
)
def test_exact_interval_by_hand(hits, n, low, high):
    assert exact_interval(hits / n, n) == pytest.approx([low, high])


@given(st.integers(1, 400), st.data())
@settings(max_examples=30, deadline=None)
def test_exact_interval_is_that_of_scipy(n, data):
    hits = data.draw(st.integers(0, n))
    expected = stats.binomtest(hits, n).proportion_ci(0.95, method="exact")
    assert exact_interval(hits / n, n) == pytest.approx([expected.low, expected.high], abs=1e-9)


def test_one_seed_is_exact():
    right = np.array([[1.0] * 17 + [0.0] * 3 + [np.nan]])
    assert effective_texts(right) == pytest.approx(20)
    assert accuracy_interval(right) == pytest.approx(exact_interval(0.85, 20))


def test_seeds_that_agree_are_worth_one_and_seeds_that_do_not_are_worth_all():
    generator = np.random.default_rng(0)
    once = (generator.random(200) < 0.8).astype(float)
    assert effective_texts(np.stack([once, once, once])) == pytest.approx(200)
    independent = (generator.random((3, 200)) < 0.8).astype(float)
    assert 450 < effective_texts(independent) <= 600
    apart = np.full((2, 400), np.nan)
    apart[0, :200] = apart[1, 200:] = once
    assert effective_texts(apart) == pytest.approx(400)


def test_three_seeds_that_are_always_right_know_no_more_texts_than_there_are():
    assert accuracy_interval(np.ones((3, 20))) == pytest.approx(exact_interval(1, 20))


def test_balanced_texts_by_hand():
    # 3² / (1/4 + 1/4 + 1/2); a class without texts does not count.
    assert balanced_texts(np.array([4, 0, 4, 2])) == pytest.approx(9)


def test_resampled_interval_by_hand():
    samples = np.arange(1001) / 1000
    assert resampled_interval(samples, 0.5, 10) == pytest.approx([0.025, 0.975])
    assert resampled_interval(samples, 0.99, 10) == pytest.approx([0.025, 0.99])  # widened to the score
    assert resampled_interval(np.array([np.nan]), 0.5, 10) is None
    assert resampled_interval(samples, np.nan, 10) is None
    alike = np.array([0.4, 0.4, np.nan])
    # Of 2 texts: 0.025 ** 0.5 = 0.1581 of all texts are like those seen, the rest anything.
    assert resampled_interval(alike, 0.4, 2) == pytest.approx([0.1581 * 0.4, 0.1581 * 0.4 + 0.8419], abs=1e-4)
    assert resampled_interval(alike, 0.4, 2, (0, np.inf)) is None
    none_differs = resampled_interval(np.zeros(9), 0.0, 40, DIFFERENCE)
    assert none_differs == pytest.approx([-0.0881, 0.0881], abs=1e-4)  # 1 - 0.025 ** (1/40)


def _metric_intervals(by_seed):
    """By metric, score and interval, a mean over the seeds, as of a model in a report."""
    found = tabulate({"a": by_seed})
    names = ("accuracy", "macro_f1", "weighted_f1", "expected_calibration_error", "log_loss")
    samples, scores = {name: [] for name in names}, {}
    for weights in [np.ones((1, len(found.texts)), np.float32), *statistics.resample(len(found.texts))]:
        seeds = [
            statistics.scores(weights[:, np.searchsorted(found.texts, one.index)], one, names)
            for one in by_seed.values()
        ]
        for name in names:
            samples[name].append(np.mean([one[name] for one in seeds], axis=0))
    scores = {name: float(samples[name].pop(0)[0]) for name in names}
    counts = np.bincount(np.concatenate([one.labels for one in by_seed.values()]))
    intervals = {
        name: resampled_interval(
            np.concatenate(samples[name]),
            scores[name],
            balanced_texts(counts) if name == "macro_f1" else len(found.texts),
            (0, np.inf) if name == "log_loss" else (0, 1),
        )
        for name in names
    } | {"accuracy": accuracy_interval(found.of("a"))}
    return {name: (scores[name], intervals[name]) for name in names}


@st.composite
def _answers_of_seeds(draw):
    """Of one to three seeds: few or many classes, one of them rare or all alike, from always wrong to always right."""
    n, classes = draw(st.integers(1, 40)), draw(st.sampled_from([2, 3, 30]))
    skill, rare = draw(st.sampled_from([0, 0.3, 0.9, 1])), draw(st.booleans())
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    by_seed = {}
    for seed in range(draw(st.integers(1, 3))):
        labels = np.where(generator.random(n) < 0.9, 0, 1) if rare else generator.integers(classes, size=n)
        wrong = (labels + generator.integers(1, classes, n)) % classes
        said = np.where(generator.random(n) < skill, labels, wrong)
        probabilities = np.full((n, classes), 0.1 / classes)
        probabilities[np.arange(n), said] += 0.9
        by_seed[seed] = Answers(np.arange(n) + seed * draw(st.sampled_from([0, 5])), labels, said, probabilities)
    return by_seed


@given(_answers_of_seeds())
@settings(max_examples=60, deadline=None)
def test_intervals_hold_their_score_and_have_a_width(by_seed):
    for name, (score, ends) in _metric_intervals(by_seed).items():
        if ends is None:
            assert name == "log_loss"  # of answers that are all alike
            continue
        assert ends[0] <= score <= ends[1], name
        assert ends[0] < ends[1], name
        assert name == "log_loss" or (ends[0] >= 0 and ends[1] <= 1), name


def _right_answers(counts):
    labels = np.repeat(np.arange(len(counts)), counts)
    return {0: Answers(np.arange(len(labels)), labels, labels, np.eye(len(counts))[labels])}


@pytest.mark.parametrize(
    ("counts", "accuracy", "macro_f1"),
    [
        ([1, 1], 0.158, 0.158),  # 2 of 2
        ([10, 10], 0.832, 0.832),  # 20 of 20
        ([97, 3], 0.964, 0.728),  # 100 of 100, but the mean over the classes rests on 3: 0.025 ** (1 / 11.64)
        ([2] * 150, 0.988, 0.988),  # classes that most resamples lack some of
    ],
)
def test_all_answers_right(counts, accuracy, macro_f1):
    found = _metric_intervals(_right_answers(counts))
    assert found["accuracy"] == (1, pytest.approx([accuracy, 1], abs=5e-4))
    assert found["macro_f1"] == (1, pytest.approx([macro_f1, 1], abs=5e-4))


def test_many_classes_almost_all_right():
    answers = _right_answers([2] * 150)[0]
    predicted = answers.predicted.copy()
    predicted[:3] = 149  # of 300
    one = Answers(answers.index, answers.labels, predicted, np.eye(150)[predicted])
    score, (low, high) = _metric_intervals({0: one})["macro_f1"]
    assert score > 0.98
    assert low > 0.96
    assert high >= score


def test_a_class_that_the_split_lacks_counts_as_in_training():
    answers = Answers(np.arange(4), np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]), np.eye(3)[[0, 0, 1, 1]])
    assert statistics.scores(np.ones((1, 4), np.float32), answers, ["macro_f1"])["macro_f1"][0] == pytest.approx(2 / 3)


@pytest.mark.slow
@pytest.mark.parametrize("n", [20, 100])
@pytest.mark.parametrize("share", [0.8, 0.95])
@pytest.mark.parametrize("seeds", [1, 3])
def test_19_of_20_intervals_hold_the_true_accuracy(n, share, seeds):
    generator = np.random.default_rng(0)
    held, times = 0, 800
    for _ in range(times):
        # Half of what makes a text hard is hard for every seed.
        hard = generator.standard_normal(n) + generator.standard_normal((seeds, n))
        right = (hard < np.sqrt(2) * stats.norm.ppf(share)).astype(float)
        low, high = accuracy_interval(right)
        assert low <= mean_over_seeds(right) <= high
        held += low <= share <= high
    assert held / times > 0.93
