"""What went wrong or stands out, in words: each verdict with its evidence, its cause and the setting to change."""

from __future__ import annotations

from collections.abc import Sequence

from models.catalog import Family
from reports.judging.causes import Settings, calibration, on_seeds, over_fitting, plateau, under_fitting
from reports.measuring.significance import PartStatistics
from reports.numbers import percent
from reports.reading.comparison import Comparison, Row


def verdicts(comparison: Comparison, test: PartStatistics) -> list[str]:
    """The sentences a reader of the table needs, the most important first.

    Args:
        comparison: of a run.
        test: what its test texts show.
    """
    rows, settings = comparison.rows, comparison.run.settings
    return [
        *_reference(rows),
        *(sentence for row in rows for sentence in _collapse(row, settings)),
        *plateau(rows, settings),
        *under_fitting(rows, settings),
        *(sentence for row in rows for sentence in over_fitting(row, settings)),
        *calibration(rows, test, settings),
        *_unfinished(comparison),
    ]


def _reference(rows: Sequence[Row]) -> list[str]:
    networks = [row for row in rows if row.is_network]
    linear = next((row for row in rows if row.family is Family.LINEAR), None)
    if not linear or not networks:
        return []
    best = max(networks, key=lambda row: row.accuracy)
    difference = 100 * (linear.accuracy - best.accuracy)
    distance = f"{abs(difference):.1f} points {'above' if difference > 0 else 'below'}"
    place = "level with" if distance.startswith("0.0 ") else distance
    texts = sum(trial.test.n for trial in linear.by_seed)
    return [
        f"The linear reference is {place} the best network on test, {best.title} "
        f"({percent(linear.accuracy)} against {percent(best.accuracy)} of {texts:,} test answers), and took "
        f"{linear.seconds_training:.0f} s to train, against {best.seconds_training:.0f} s."
    ]


def _collapse(row: Row, settings: Settings) -> list[str]:
    collapsed = [trial for trial in row.by_seed if trial.collapsed]
    if not collapsed:
        return []
    worst = max(collapsed, key=lambda trial: trial.validation.largest_answer_share)
    share, accuracy = worst.validation.largest_answer_share, worst.validation.accuracy
    settings = settings | row.last.description.searched
    if row.recurrent and not settings["mask"]:
        cause = (
            "padding is read like words, so the last state has seen dozens of padding tokens since the last word; "
            "keep padding out with --mask"
        )
    elif row.family is Family.ENCODER and settings["head_learning_rate"] < 1e-4:
        cause = (
            f"a learning rate of {settings['head_learning_rate']:g} is meant for a whole backbone and hardly moves a "
            "fresh head; try --head-learning-rate 0.001"
        )
    else:
        cause = "it learned nothing beyond the class shares; try more texts, more --epochs or another --learning-rate"
    return [
        f"{row.title} collapsed to one class{on_seeds(collapsed, row)}: "
        f"{percent(share, 0)} of its answers are the same class (validation, seed {worst.seed}) and its mean recall is "
        f"that of guessing, so its accuracy of {percent(accuracy)} only shows how large that class is. Cause: {cause}."
    ]


def _unfinished(comparison: Comparison) -> list[str]:
    """What was not trained, failures first."""
    failed = [(entry.position, f"{entry.model} failed: {entry.reason}") for entry in comparison.failed]
    for row in comparison.rows:
        for failure in row.failures:
            what = "failed" if failure.failed else "was not trained"
            failed.append((row.position, f"{row.title} {what} with seed {failure.seed}: {failure.reason}"))
    return [
        *(sentence for _, sentence in sorted(failed)),
        *(f"{entry.model} is missing: {entry.reason}" for entry in comparison.missing),
    ]
