"""Pairs of models on the answers they share."""

import numpy as np
import pytest

from models.predictions import Answers
from reports.measuring.significance import PartStatistics, assess


def _test(right, index=None):
    """Answers to texts of class 0, right where it says so."""
    right = np.array(right, bool)
    predicted = np.where(right, 0, 1)
    index = np.arange(len(right)) if index is None else np.array(index)
    return {"test": Answers(index, np.zeros(len(right), int), predicted, np.eye(2)[predicted] * 0.8 + 0.1)}


def test_a_pair_by_hand():
    # Of ten texts the first alone gets three right, the second alone one.
    first = _test([1, 1, 1, 1, 1, 1, 1, 1, 0, 0])
    second = _test([1, 1, 1, 1, 1, 0, 0, 0, 1, 0])
    found = assess({"a": {0: first}, "b": {0: second}}, "test")
    (pair,) = found.pairs
    assert (pair.only_first, pair.only_second) == pytest.approx((3 / 10, 1 / 10))
    assert (pair.n, found.n, pair.test) == (10, 10, "McNemar")
    assert pair.difference == pytest.approx(0.2)
    # Of four fair coins at most one on the rarer side: 2 · (1 + 4) / 16.
    assert pair.p == pair.p_holm == pytest.approx(0.625)
    assert not pair.apart
    low, high = pair.interval
    assert low < 0.2 < high
    assert found.pair("a", "b") is pair
    turned = found.pair("b", "a")
    assert (turned.models, turned.only_first, turned.only_second) == (("b", "a"), pair.only_second, pair.only_first)
    assert (turned.difference, turned.interval) == (-pair.difference, [-high, -low])
    assert turned.of("a") == pair
    assert found.pair("b", "c") is None


def test_answers_are_paired_by_text_not_by_order():
    right = np.arange(40) % 3 == 0
    first, second = _test(right), _test(right[::-1], np.arange(40)[::-1])
    (pair,) = assess({"a": {0: first}, "b": {0: second}}, "test").pairs
    assert (pair.only_first, pair.only_second) == (0, 0)
    # More than 0.025 ** (1 / 40) = 0.912 of all texts are like the 40 seen.
    assert pair.interval == pytest.approx([-0.088, 0.088], abs=1e-3)
    assert pair.needed_texts is None


def test_a_text_of_two_seeds_counts_once():
    # Both seeds test texts 2 and 3. The first model alone is right on 2 of 3 texts with seed 0, on all 4 with seed 1.
    answers = {
        "a": {0: _test([1, 1, 1], [1, 2, 3]), 1: _test([1, 1, 1, 1], [2, 3, 4, 5])},
        "b": {0: _test([0, 0, 1], [1, 2, 3]), 1: _test([0, 0, 0, 0], [2, 3, 4, 5])},
    }
    found = assess(answers, "test")
    (pair,) = found.pairs
    assert (pair.n, found.n) == (5, 5)
    assert (pair.only_first, pair.only_second) == (pytest.approx((2 / 3 + 4 / 4) / 2), 0)
    # All five texts differ to the first model's favor: 2 · 0.5 ** 5.
    assert (pair.p, pair.test) == (pytest.approx(2 / 2**5), "permutation test")
    assert [(seed.seed, seed.only_first, seed.n) for seed in pair.by_seed] == [(0, 2, 3), (1, 4, 4)]
    assert pair.difference == pytest.approx((2 / 3 + 1) / 2)
    assert pair.across_seeds.mean == pytest.approx(pair.difference)


def test_only_seeds_that_both_have_are_compared():
    answers = {"a": {0: _test([1, 1]), 1: _test([1, 1])}, "b": {1: _test([1, 0]), 2: _test([0, 0])}}
    (pair,) = assess(answers, "test").pairs
    assert [seed.seed for seed in pair.by_seed] == [1]
    assert (pair.difference, pair.across_seeds) == (0.5, None)


def test_models_without_a_common_seed_are_no_pair():
    assert assess({"a": {0: _test([1, 0])}, "b": {1: _test([1, 0])}}, "test").pairs == ()


def test_holm_over_all_pairs():
    generator = np.random.default_rng(0)
    answers = {
        name: {0: _test(generator.random(200) < skill)} for name, skill in zip("abc", (0.5, 0.6, 0.9), strict=True)
    }
    found = assess(answers, "test")
    smallest = min(found.pairs, key=lambda pair: pair.p)
    assert smallest.p_holm == pytest.approx(3 * smallest.p)
    assert [pair.apart for pair in found.pairs] == [pair.p_holm < 0.05 for pair in found.pairs]
    assert found.pair("a", "c").apart


def test_intervals_hold_the_means_over_seeds():
    generator = np.random.default_rng(1)
    answers = {"a": {seed: _test(generator.random(150) < 0.8, np.arange(150) + 100 * seed) for seed in range(3)}}
    found = assess(answers, "test")
    assert found.n == 350
    mean = np.mean([parts["test"].right.mean() for parts in answers["a"].values()])
    low, high = found.interval("a", "accuracy")
    assert low < mean < high
    # Three seeds of 150 texts, most of them different: narrower than one seed, wider than 450 independent ones.
    assert 3.92 * np.sqrt(0.16 / 450) * 0.8 < high - low < 3.92 * np.sqrt(0.16 / 150)


def test_no_answers():
    for answers in ({}, {"a": {0: {}}}):
        assert assess(answers, "test") == PartStatistics(
            n=0, resamples=0, intervals={}, calibration_by_chance={}, overconfidence={}, pairs=()
        )


def test_overconfidence_has_a_sign():
    # Confidence 0.9 throughout; all right, or half of them.
    found = assess({"modest": {0: _test([1, 1])}, "boastful": {0: _test([1, 0])}}, "test").overconfidence
    assert found == pytest.approx({"modest": -0.1, "boastful": 0.4})


def test_the_test_goes_with_the_mean_difference():
    # Three seeds on one split: in the first b alone is right on 9 texts, in the other two a alone on 20.
    a = {seed: _test([0] * 9 + [int(seed > 0)] * 20 + [1] * 11) for seed in range(3)}
    b = {seed: _test([int(seed == 0)] * 9 + [0] * 20 + [1] * 11) for seed in range(3)}
    (pair,) = assess({"a": a, "b": b}, "test").pairs
    assert pair.difference == pytest.approx((-9 + 20 + 20) / 120)
    assert pair.only_first > pair.only_second
    assert pair.apart
    assert pair.interval[0] > 0


def test_intervals_of_few_right_answers_have_a_width():
    found = assess({"a": {0: _test([1] * 20)}, "b": {0: _test([1] * 20)}}, "test")
    assert found.interval("a", "accuracy") == pytest.approx([0.025 ** (1 / 20), 1])
    assert found.interval("a", "macro_f1")[0] < 1
    assert found.interval("a", "log_loss") is None  # nothing bounds how much it could be
    assert found.pairs[0].interval[0] < 0 < found.pairs[0].interval[1]
