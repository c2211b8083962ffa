"""The fit of a power law: planted curves come out again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.measuring.power_law import EXPONENTS, fit_power_law

LABELS = np.array([50.0, 100, 250, 500, 1000, 2000])


@given(st.floats(0.6, 1), st.floats(0.01, 0.2), st.sampled_from(EXPONENTS.tolist()))
def test_a_planted_curve_is_found(ceiling, lost, exponent):
    planted = ceiling - lost * (LABELS / 2000) ** -exponent
    law = fit_power_law(LABELS, planted)
    np.testing.assert_allclose(law.at(LABELS), planted, atol=1e-6)
    assert law.at(4000) == pytest.approx(ceiling - lost * 2**-exponent, abs=1e-4)


@pytest.mark.parametrize(
    ("exponent", "at_twice"),
    # Errors of 20 % that fall to 10 % at four times the labels halve with every factor of four: c is 0.5.
    [(0.5, 1 - 0.1 / 2**0.5), (1.0, 1 - 0.1 / 2)],
)
def test_a_curve_that_goes_on_to_all_right_by_hand(exponent, at_twice):
    labels = np.array([100.0, 200, 400])
    law = fit_power_law(labels, 1 - 0.1 * (labels / 400) ** -exponent, levels_off=False)
    assert law.ceiling == 1
    assert law.exponent == pytest.approx(exponent)
    assert law.at(800) == pytest.approx(at_twice)


def test_an_exponent_between_those_that_are_tried_is_met_closely():
    planted = 0.95 - 0.06 * (LABELS / 2000) ** -0.4321
    assert fit_power_law(LABELS, planted).at(4000) == pytest.approx(
        0.95 - 0.06 * 2**-0.4321, abs=1e-3
    )  # a tenth of a point


@given(st.lists(st.floats(0, 1), min_size=6, max_size=6), st.booleans())
def test_no_curve_falls_or_leaves_what_an_accuracy_can_be_above(accuracies, levels_off):
    law = fit_power_law(LABELS, np.array(accuracies), levels_off)
    along = law.at(np.geomspace(50, 100_000, 20))
    assert (np.diff(along) >= -1e-12).all()
    assert along.max() <= 1 + 1e-12


def test_many_curves_are_fitted_as_each_alone():
    accuracies = np.random.default_rng(0).uniform(0.5, 1, (3, 5, 6))
    together = fit_power_law(LABELS, accuracies)
    assert together.at(LABELS).shape == (3, 5, 6)
    assert together.at(4000.0).shape == (3, 5)
    np.testing.assert_allclose(together.at(LABELS)[2, 4], fit_power_law(LABELS, accuracies[2, 4]).at(LABELS))


def test_where_accuracy_falls_the_curve_is_flat():
    law = fit_power_law(LABELS, np.linspace(0.9, 0.7, 6))
    assert law.at(50) == pytest.approx(law.at(4000))
