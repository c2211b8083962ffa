"""The paired test over seeds against scipy, McNemar's test, cases worked out by hand, and simulated equals."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.predictions import mcnemar
from reports.measuring import permutation
from reports.measuring.permutation import needed_texts, paired_test, sign_flip

NAN = np.nan


@given(st.integers(0, 300), st.integers(0, 300))
@settings(max_examples=30, deadline=None)
def test_of_one_seed_it_is_mcnemars_exact_test(only_first, only_second):
    differences = np.array([1] * only_first + [-1] * only_second + [0] * 7)
    assert sign_flip(differences) == pytest.approx(mcnemar(only_first, only_second), rel=1e-9)


# Binary fractions, whose sums are exact: of thirds scipy takes a sum of 0 for one of 1e-17.
@given(st.lists(st.sampled_from([-1, -0.75, -0.25, 0, 0.25, 0.75, 1, 0.375, -0.625]), min_size=2, max_size=8))
@settings(max_examples=40, deadline=None)
def test_it_is_the_exact_sign_flip_test_of_scipy(differences):
    expected = stats.permutation_test(
        (np.array(differences),), lambda d, axis: d.sum(axis=axis), permutation_type="samples", n_resamples=np.inf
    ).pvalue
    assert sign_flip(np.array(differences)) == pytest.approx(expected)


def test_three_differences_by_hand():
    # 3 + 2 - 1 = 4 of sums ±6, ±4, ±2 and 0 twice: of eight, ±6 and ±4 are as far from 0.
    assert sign_flip(np.array([3, 2, -1])) == pytest.approx(4 / 8)


def test_drawn_signs_agree_with_all_of_them(monkeypatch):
    differences = np.random.default_rng(0).choice([-1 / 3, 1 / 3, 2 / 3, -1], 80, p=[0.3, 0.4, 0.2, 0.1])
    exact = sign_flip(differences)
    monkeypatch.setattr(permutation, "_EXACT", 1)
    assert sign_flip(differences) == pytest.approx(exact, abs=0.005)
    whole = sign_flip(differences)
    monkeypatch.setattr(permutation, "_BLOCK", 1000)
    assert sign_flip(differences) == pytest.approx(whole, abs=0.005)


def test_every_seed_counts():
    # The first seed alone speaks for the second model, 0 : 6; with the others the first is ahead, 12 : 6 answers.
    first = np.array([[0] * 6 + [0] * 6, [0] * 6 + [1] * 6, [0] * 6 + [1] * 6])
    second = np.array([[1] * 6 + [0] * 6, [0] * 6 + [0] * 6, [0] * 6 + [0] * 6])
    found = paired_test(first, second)
    assert found.difference == pytest.approx((12 - 6) / 36)
    assert (found.only_first, found.only_second) == (pytest.approx(12 / 36), pytest.approx(6 / 36))
    # Six texts are -1/3 and six 2/3: sums of a sixfold ±1 and a sixfold ±2 at least as far from 0 as 6.
    heads = np.arange(7)
    chance = stats.binom.pmf(heads, 6, 0.5)
    sums = np.add.outer(2 * heads - 6, 2 * (2 * heads - 6))
    assert found.p == pytest.approx(np.outer(chance, chance)[abs(sums) >= 6].sum())


def test_texts_that_some_seeds_test():
    # Seed 0 tests texts 0 to 3, seed 1 texts 2 to 4, seed 2 is the first model's alone.
    first = np.array([[1, 1, 0, 1, NAN], [NAN, NAN, 1, 1, 1], [1, 1, 1, 1, 1]])
    second = np.array([[0, 1, 1, 0, NAN], [NAN, NAN, 1, 0, 0], [NAN] * 5])
    found = paired_test(first, second)
    assert found.texts == 5
    assert found.difference == pytest.approx(((2 - 1) / 4 + 2 / 3) / 2)
    # In 24ths: texts 0 and 2 have 3, text 3 has 3 + 4, text 4 has 4; the sum seen is 3 - 3 + 7 + 4 = 11.
    signs = np.array(np.meshgrid(*[[-1, 1]] * 4)).reshape(4, -1)
    assert found.p == pytest.approx((abs(np.array([3, 3, 7, 4]) @ signs) >= 11).mean())


def test_nothing_in_common():
    assert paired_test(np.array([[1, NAN]]), np.array([[NAN, 0]])) is None


def test_no_difference():
    found = paired_test(np.ones((2, 9)), np.ones((2, 9)))
    assert (found.difference, found.p, found.needed_texts) == (0, 1, None)


@given(st.integers(1, 3), st.integers(1, 30), st.integers(0, 2**32), st.booleans())
@settings(max_examples=60, deadline=None)
def test_p_and_difference_agree(seeds, texts, number, fixed_split):
    generator = np.random.default_rng(number)
    first, second = ((generator.random((seeds, texts)) < share).astype(float) for share in generator.uniform(0.2, 1, 2))
    if not fixed_split:
        first[generator.random((seeds, texts)) < 0.4] = NAN
    found, swapped = paired_test(first, second), paired_test(second, first)
    if found is None:
        return
    assert 0 < found.p <= 1
    assert (swapped.difference, swapped.p) == (pytest.approx(-found.difference), pytest.approx(found.p))
    assert found.only_first - found.only_second == pytest.approx(found.difference, abs=1e-12)
    if found.p < 0.05:
        assert found.difference != 0
    if found.difference == 0:
        assert found.p == pytest.approx(1)


@pytest.mark.parametrize(
    ("only_first", "only_second", "texts", "needed"),
    [
        # d = 0.1 and s = 0.2: (1.95996 · 0.447214 + 0.841621 · 0.435890)² / 0.01 = (0.876522 + 0.366854)² / 0.01.
        (30, 10, 200, 155),
        (10, 30, 200, 155),
        (10, 0, 100, 77),
        (5, 5, 100, None),
        (0, 0, 100, None),
    ],
)
def test_needed_texts_of_one_seed(only_first, only_second, texts, needed):
    either, difference = (only_first + only_second) / texts, (only_first - only_second) / texts
    assert needed_texts(difference, either) == needed
    right = np.array([[1] * only_first + [0] * only_second + [1] * (texts - only_first - only_second)], float)
    other = np.array([[0] * only_first + [1] * only_second + [1] * (texts - only_first - only_second)], float)
    assert paired_test(right, other).needed_texts == needed


def test_needed_texts_give_the_power_they_promise():
    generator = np.random.default_rng(0)
    drawn = generator.multinomial(155, [0.15, 0.05, 0.8], size=2000)
    # The test Connor's formula is of: the difference over its standard error, without correction.
    z = abs(drawn[:, 0] - drawn[:, 1]) / np.sqrt(drawn[:, 0] + drawn[:, 1])
    assert (z > stats.norm.ppf(0.975)).mean() == pytest.approx(0.8, abs=0.04)


def test_seeds_that_disagree_make_a_text_say_more():
    generator = np.random.default_rng(0)
    first, second = (generator.random((5, 400)) < share for share in (0.85, 0.8))
    one, five = (paired_test(first[:seeds].astype(float), second[:seeds].astype(float)) for seeds in (1, 5))
    assert five.difference == pytest.approx(0.05, abs=0.015)
    assert five.needed_texts < needed_texts(five.difference, one.only_first + one.only_second) / 3


def _equals(generator, seeds, texts, pool):
    """Two models of the same accuracy, each with texts that are hard for all of its seeds."""
    shared = generator.standard_normal(pool)
    right = []
    for _ in range(2):
        own = shared + 0.7 * generator.standard_normal(pool) + 0.7 * generator.standard_normal((seeds, pool))
        right.append((own < 1.4).astype(float))
    if pool > texts:
        for seed in range(seeds):
            left_out = generator.permutation(pool)[texts + seed :]
            right[0][seed, left_out] = right[1][seed, left_out] = NAN
    return right


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seeds", "texts", "pool"), [(1, 200, 200), (3, 200, 200), (3, 200, 400), (3, 30, 30), (5, 100, 130)]
)
def test_equals_differ_no_more_often_than_promised(monkeypatch, seeds, texts, pool):
    monkeypatch.setattr(permutation, "_FLIPS", 2000)  # thousands of tests
    generator, times = np.random.default_rng(1), 1500
    found = [paired_test(*_equals(generator, seeds, texts, pool)).p < 0.05 for _ in range(times)]
    # Standard error 0.0056; McNemar's test of few texts is known to reject less often than it may.
    assert np.mean(found) < 0.05 + 3 * 0.0056
    if seeds > 1 and texts > 30:
        assert np.mean(found) > 0.05 - 3 * 0.0056


@pytest.mark.parametrize("pool", [50_000, 70_000])
def test_50000_texts_take_less_than_a_second(pool):
    right = _equals(np.random.default_rng(0), 3, 50_000, pool)
    taken = []
    for _ in range(2):
        start = time.process_time()
        paired_test(*right)
        taken.append(time.process_time() - start)
    assert min(taken) < 1
