"""What more labels would bring: said where the accuracies tell it, and only there."""

import numpy as np
import pytest

from models.predictions import Answers
from reports.measuring.label_curve import Extrapolation, extrapolate, measure_label_curve
from reports.reading.label_curve import LabelCurve

LABELS = np.array([50.0, 100, 250, 500, 1000, 2000])


def answered(accuracies, texts=500, noise=0.0, seed=0):
    """Which of the texts are right with each number of labels, `(sizes, 1, texts)`: the easiest of them."""
    rng = np.random.default_rng(seed)
    easy = rng.permutation(texts)
    shares = np.asarray(accuracies) + rng.normal(0, noise, len(accuracies))
    return (easy[None] < np.round(shares * texts)[:, None]).astype(float)[:, None]


@pytest.mark.parametrize(("ceiling", "scale", "exponent"), [(0.95, 1.2, 0.4), (1.0, 0.9, 0.2), (0.9, 2.0, 0.7)])
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_the_gain_of_a_planted_curve_is_in_its_interval(ceiling, scale, exponent, noise):
    planted = ceiling - scale * LABELS**-exponent
    gain = scale * (2000**-exponent - 4000**-exponent)
    held = 0
    for seed in range(10):
        found = extrapolate(LABELS, answered(planted, noise=noise, seed=seed))
        assert isinstance(found, Extrapolation)
        assert found.labels == 4000
        assert found.interval[0] <= found.gain <= found.interval[1]
        assert found.gain == pytest.approx(gain, abs=0.015)
        held += found.interval[0] <= gain <= found.interval[1]
    assert held >= 9


def test_the_curve_goes_from_the_fewest_labels_to_twice_the_most():
    found = extrapolate(LABELS, answered(0.95 - 1.2 * LABELS**-0.4))
    (first, start), (last, end) = found.curve[0], found.curve[-1]
    assert (first, last) == (pytest.approx(50), pytest.approx(4000))
    at_all = np.interp(2000, *zip(*found.curve, strict=True))
    assert start < at_all < end
    assert end - at_all == pytest.approx(found.gain, abs=1e-3)


@pytest.mark.parametrize(
    "accuracies", [[0.5, 0.5, 0.49, 0.51, 0.5, 0.5], [0.9, 0.88, 0.87, 0.86, 0.85, 0.84], [1.0] * 6]
)
def test_a_curve_that_does_not_grow_says_nothing_of_more(accuracies):
    assert extrapolate(LABELS, answered(accuracies)) == "accuracy does not measurably grow with the labels so far"


def test_accuracies_that_no_curve_goes_near_say_nothing_of_more():
    found = extrapolate(LABELS[-4:], answered([0.3, 0.62, 0.48, 0.95]))
    assert isinstance(found, str)


def _answers(right):
    labels = np.zeros(len(right), int)
    predicted = np.where(right, 0, 1)
    return Answers(np.arange(len(right)), labels, predicted, np.eye(2)[predicted])


def _run(accuracies, seeds):
    """A run with so many right of 100 by number of labels; `seeds` has those of each."""
    by_size = []
    for (labels, accuracy), of_size in zip(accuracies.items(), seeds, strict=True):
        right = np.arange(100) < 100 * accuracy
        parts = {"validation": _answers(right), "test": _answers(~right)}
        by_size.append((labels, {"cnn": dict.fromkeys(of_size, parts)}))
    return LabelCurve(tuple(accuracies), tuple(by_size))


def test_points_by_hand():
    (curve,) = measure_label_curve(_run({50: 0.6, 100: 0.8, 200: 0.9}, [[0], [0], [0]]))
    assert [(point.labels, point.validation.accuracy, point.test.accuracy) for point in curve.points] == [
        (50, pytest.approx(0.6), pytest.approx(0.4)),
        (100, pytest.approx(0.8), pytest.approx(0.2)),
        (200, pytest.approx(0.9), pytest.approx(0.1)),
    ]
    # Exact for 90 of 100 (Clopper and Pearson).
    assert curve.points[-1].validation.interval == [pytest.approx(0.824, abs=1e-3), pytest.approx(0.951, abs=1e-3)]
    assert curve.last_step == pytest.approx(0.1)
    assert 0.04 < curve.last_interval[0] < 0.1 < curve.last_interval[1] < 0.17
    assert curve.extrapolation is None
    assert curve.undetermined == "3 numbers of labels are too few, it takes 4"


def test_a_model_with_all_labels_alone_has_no_curve():
    assert measure_label_curve(_run({50: 0.6}, [[0]])) == []
    assert measure_label_curve(LabelCurve()) == []


@pytest.mark.parametrize(
    ("seeds", "shown"),
    [
        ([[0, 1], [0, 1], [0, 1]], [[0, 1]] * 3),
        ([[0, 1], [0], [0, 1]], [[0]] * 3),  # an interrupted run: seed 1 would compare with nothing
        ([[0], [1], [0, 1]], [[0], [1], [0, 1]]),  # nothing in common
    ],
)
def test_points_are_of_the_seeds_that_all_numbers_of_labels_have(seeds, shown):
    (curve,) = measure_label_curve(_run({50: 0.6, 100: 0.8, 200: 0.9}, seeds))
    assert [point.seeds for point in curve.points] == shown
