"""The statistics against scipy, statsmodels, and cases worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.multitest import multipletests

from models.monitoring.comparing import holm
from models.predictions import Answers, mcnemar
from reports.measuring import statistics


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [
        (1, 8, 2 * (1 + 9) / 2**9),  # one or none of nine fair coins, on either side
        (0, 5, 2 / 2**5),
        (6, 6, 1.0),
        (0, 0, 1.0),
        (1, 0, 1.0),
    ],
)
def test_mcnemar_by_hand(only_first, only_second, p):
    assert mcnemar(only_first, only_second) == pytest.approx(p)


@given(st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=30, deadline=None)
def test_mcnemar_is_that_of_statsmodels(only_first, only_second):
    if only_first + only_second:
        table = [[70, only_first], [only_second, 9]]
        expected = statsmodels_mcnemar(table, exact=True).pvalue
        assert mcnemar(only_first, only_second) == pytest.approx(expected, abs=1e-9)


def test_holm_by_hand():
    # In order 0.01 · 4, 0.02 · 3, then 0.03 · 2 = 0.06 and 0.04 · 1, which may not fall below the one before.
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.mark.slow  # the import of statsmodels
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(max_examples=6, deadline=None)  # statsmodels takes a tenth of a second for each
def test_holm_is_that_of_statsmodels(p_values):
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1], abs=1e-12)
    assert np.all(np.array(holm(p_values)) >= stats.false_discovery_control(p_values) - 1e-12)


def test_scores_are_those_asked_for_and_not_too_slow(random_answers):
    weights = np.ones((3, 40), np.float32)
    found = statistics.scores(weights, random_answers(1, 40, 2), ["accuracy", "roc_auc"])
    assert {name: values.shape for name, values in found.items()} == {"accuracy": (3,), "roc_auc": (3,)}
    assert list(statistics.scores(weights, random_answers(1, 40, 3), ["accuracy", "roc_auc"])) == ["accuracy"]


def test_resamples_draw_as_many_texts_with_replacement():
    weights = np.concatenate(list(statistics.resample(50)))
    assert weights.shape == (1000, 50)
    assert (weights.sum(axis=1) == 50).all()
    # A text is left out of a sample with a probability of (1 - 1/50) ** 50.
    assert (weights == 0).mean() == pytest.approx((1 - 1 / 50) ** 50, abs=0.01)


def test_blocks_change_nothing(monkeypatch):
    whole = np.concatenate(list(statistics.resample(30)))
    monkeypatch.setattr(statistics, "_BLOCK", 70)
    monkeypatch.setattr(statistics, "FEWEST_RESAMPLES", 1000)
    parts = list(statistics.resample(30))
    assert len(parts) == 500
    assert (np.concatenate(parts) == whole).all()


def test_interval_is_that_of_scipy(random_answers):
    answers = random_answers(3, 200, 2)
    samples = np.concatenate(
        [statistics.scores(block, answers, ["accuracy"])["accuracy"] for block in statistics.resample(200)]
    )
    expected = stats.bootstrap(
        (answers.right.astype(float),), np.mean, method="percentile", n_resamples=4000, rng=np.random.default_rng(1)
    ).confidence_interval
    # Ends of 1,000 samples scatter by a few texts of 200.
    assert statistics.interval(samples) == pytest.approx([expected.low, expected.high], abs=0.012)


def test_interval_of_what_is_always_right_or_unknown():
    assert statistics.interval(np.array([1.0, 1.0, np.nan])) == [1.0, 1.0]
    assert statistics.interval(np.array([np.nan])) is None


def test_across_seeds_by_hand():
    found = statistics.across_seeds([0.01, 0.02, 0.03])
    # Deviation 0.01; t of two degrees of freedom 4.30265; half width 4.30265 · 0.01 / sqrt(3).
    assert (found.mean, found.deviation) == pytest.approx((0.02, 0.01))
    assert found.interval == pytest.approx([0.02 - 0.0248414, 0.02 + 0.0248414], abs=1e-6)


def test_across_seeds_is_the_paired_t_interval_of_scipy():
    first, second = [0.81, 0.85, 0.79, 0.88], [0.80, 0.81, 0.80, 0.83]
    expected = stats.ttest_rel(first, second).confidence_interval(0.95)
    found = statistics.across_seeds(np.subtract(first, second))
    assert found.interval == pytest.approx([expected.low, expected.high])


def test_too_few_seeds_have_no_interval():
    assert statistics.across_seeds([0.1]) is None
    assert statistics.across_seeds([0.1, 0.2]).interval is None


def test_calibration_by_chance_by_hand():
    # One text of confidence 0.75: off by 0.25 in three of four cases, by 0.75 in one of four, which 95 % must include.
    one = Answers(np.array([0]), np.array([0]), np.array([0]), np.array([[0.75, 0.25]]))
    assert statistics.calibration_by_chance(one) == pytest.approx(0.75)
    sure = Answers(np.array([0]), np.array([0]), np.array([0]), np.array([[1.0, 0.0]]))
    assert statistics.calibration_by_chance(sure) == 0


def test_calibration_by_chance_falls_with_more_texts(random_answers):
    few, many = (statistics.calibration_by_chance(random_answers(4, n, 2)) for n in (50, 5000))
    assert 0 < many < few / 5
