"""What is known before anything is trained: how much the test texts can tell."""

from __future__ import annotations

from math import sqrt

from training.settings import Settings

DISAGREEING = 0.1  # share of the texts that two good models answer differently
FOUND_MOSTLY = 1.96 + 0.84  # standard errors: 5 % false alarms, and four differences of five found
NOTABLE = 0.05  # a difference in accuracy that everybody would want to see found


def smallest_difference(texts: int) -> float:
    """Difference in accuracy of two models that a paired test finds four times out of five, a share.

    Source: Connor 1987, https://doi.org/10.2307/2531961: the standard error of a paired difference is at most the
    square root of the share of texts that only one of both gets right, divided by their number.

    >>> round(smallest_difference(500), 3)
    0.04
    """
    return FOUND_MOSTLY * sqrt(DISAGREEING / texts)


def before_training(settings: Settings, test_texts: int, same_test: bool = False, folds: bool = True) -> list[str]:
    """Sentences for whoever is about to wait for the training; none where there is nothing to say.

    Args:
        settings: of the run.
        test_texts: how many texts are tested with the first seed.
        same_test: whether the other seeds test the same ones.
        folds: whether the texts can be split into folds.
    """
    # A fold tests other texts than the next, a seed mostly.
    tested = test_texts if same_test else test_texts * len(settings.seed_numbers)
    found = smallest_difference(tested)
    if found <= NOTABLE:
        return []
    by_folds = folds and not settings.folds
    more = "more texts, or --folds 5, which tests every text," if by_folds else "more texts"
    return [
        f"{tested:,} test texts tell models apart that are about {100 * found:.0f} points apart, seldom closer ones: "
        f"{more} would show more."
    ]
