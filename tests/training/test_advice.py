"""What is said before anything is trained."""

import numpy as np
import pytest

from models.predictions import mcnemar
from training.advice import DISAGREEING, before_training, smallest_difference
from training.command_line import parse


@pytest.mark.parametrize("texts", [200, 800])
def test_such_a_difference_is_found_four_times_out_of_five(texts):
    generator = np.random.default_rng(0)
    difference = smallest_difference(texts)
    better, worse = (DISAGREEING + difference) / 2, (DISAGREEING - difference) / 2
    counted = generator.multinomial(texts, [better, worse, 1 - DISAGREEING], size=400)
    power = np.mean([mcnemar(only_first, only_second) < 0.05 for only_first, only_second, _ in counted])
    assert 0.65 < power < 0.9  # the exact test is somewhat stricter than the formula


@pytest.mark.parametrize(
    ("flags", "texts", "points"),
    [
        ([], 100, 9),
        (["--seeds", "2"], 100, 6),
        (["--seeds", "10"], 100, None),
        (["--folds", "3"], 60, 7),
        ([], 487, None),
    ],
)
def test_few_test_texts_are_said_to_tell_little(flags, texts, points):
    found = before_training(parse(flags), texts)
    assert len(found) == (points is not None)
    assert not found or f"about {points} points apart" in found[0]
    assert not found or ("--folds 5" in found[0]) == ("--folds" not in flags)
