"""Weak slices: by hand, and that none is invented where errors lie anywhere."""

import numpy as np
import pytest

from reports.measuring.slices import weak_slices

SETS = 200


def test_the_p_of_a_slice_is_fishers():
    # Of 20 texts 5 are wrong, all of them among the 5 of the slice: 1 of C(20, 5) = 15,504 ways. The other slice holds
    # none of them, so that its p is 1; Holm's correction doubles the smaller one.
    wrong = np.arange(20)[None] < 5
    members = np.array([np.arange(20) < 5, np.arange(20) >= 15])
    (found,) = weak_slices(wrong, members)
    assert (found.model, found.slice) == (0, 0)
    assert found.p == pytest.approx(2 / 15_504)


def test_a_slice_that_is_answered_better_is_not_weak():
    wrong = np.arange(100)[None] < 50
    assert weak_slices(wrong, np.array([np.arange(100) >= 60])) == []


def test_nothing_to_test():
    assert weak_slices(np.zeros((2, 10), dtype=bool), np.zeros((0, 10), dtype=bool)) == []
    assert weak_slices(np.zeros((1, 10), dtype=bool), np.array([np.arange(10) < 5])) == []


@pytest.fixture
def generated_slices():
    """Slices of 500 texts that overlap as those of a run do: halves, quarters and twenty groups."""
    generator = np.random.default_rng(7)
    drawn = [generator.integers(number, size=500) for number in (2, 4, 4, 20)]
    return np.array([of == name for of in drawn for name in range(of.max() + 1)])


def _answers(generator, hardness):
    """What seven models get wrong: hard texts mislead several of them together."""
    shared = generator.random(hardness.shape)
    return (0.6 * shared + 0.4 * generator.random((7, len(hardness)))) < hardness


def test_no_slice_is_invented_in_200_sets_without_any(generated_slices):
    generator = np.random.default_rng(0)
    alarms = sum(bool(weak_slices(_answers(generator, np.full(500, 0.3)), generated_slices)) for _ in range(SETS))
    assert alarms <= 0.05 * SETS


def test_a_planted_slice_is_found_and_no_other_one(generated_slices):
    generator = np.random.default_rng(1)
    planted = 12  # one of the twenty groups
    hardness = np.where(generated_slices[planted], 0.75, 0.3)
    found = [weak_slices(_answers(generator, hardness), generated_slices) for _ in range(SETS)]
    assert np.mean([planted in {weak.slice for weak in of_set} for of_set in found]) >= 0.95
    # What overlaps with it is a little worse as well, so that more than 5 of 100 may name it; hardly any do.
    assert np.mean([bool({weak.slice for weak in of_set} - {planted}) for of_set in found]) <= 0.05
