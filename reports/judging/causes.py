"""How a training went wrong, seen in its curves and its confidence, and the setting that would fix it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.catalog import Family
from reports.measuring.significance import PartStatistics
from reports.numbers import decimals, listed, percent, plural, significant
from reports.reading.comparison import Row
from reports.reading.trials import History, Trial

Settings = dict[str, Any]

GAP = 0.10  # between training and validation accuracy; the same as makes a trial overfitted
BEHIND = 0.05  # training accuracy under another model's validation accuracy, or over the largest class's share
CALIBRATION_ERROR = 0.05  # less is of no consequence, however sure it is


def on_seeds(found: Sequence[Trial], row: Row) -> str:
    """On how many seeds something was found; nothing where there was one seed only."""
    return f" on {len(found)} of {len(row.by_seed)} seeds" if len(row.by_seed) > 1 else ""


def plateau(rows: Sequence[Row], settings: Settings) -> list[str]:
    """A rule for the learning rate that could never act."""
    patience, stopping = settings["plateau_patience"], settings["early_stopping_patience"]
    trials = [trial for row in rows for trial in row.by_seed if trial.epochs is not None]
    if patience < stopping or not trials:
        return []
    still = sum(trial.learning_rate_moved is False for trial in trials)
    evidence = f", and the learning rate stayed as it was in {still} of {len(trials)} trainings" if still else ""
    return [
        f"The learning rate could never fall: ReduceLROnPlateau waits {plural(patience, 'epoch')}, but EarlyStopping "
        f"ends training after {stopping}{evidence}; set --plateau-patience below --early-stopping-patience."
    ]


def over_fitting(row: Row, settings: Settings) -> list[str]:
    """A model that has learned its training texts by heart, and since when."""
    found = [trial for trial in row.by_seed if trial.overfitted]
    if not found:
        return []
    worst = max(found, key=lambda trial: trial.train.accuracy - trial.validation.accuracy)
    opened, since = gap_opened(worst.history), ""
    if opened:
        epochs = len((worst.history or {})["accuracy"])
        since = f"; the gap passed {percent(GAP, 0)[:-2]} points in epoch {opened} of {epochs}"
        if worst.best_epoch in range(1, epochs + 1):
            since += f", and the weights kept are those of epoch {worst.best_epoch}"
    setting = "more texts (--sample) help most"
    if row.family is Family.ENCODER:
        setting += ", then more --weight-decay"
    elif row.family is Family.WORDS:
        dropout = (settings | row.last.description.searched).get("dropout", 0)
        setting += f", then --dropout above {dropout:g}"
    return [
        f"{row.title} overfitted{on_seeds(found, row)}: the weights kept get {percent(worst.train.accuracy)} of the "
        f"training texts right, but only {percent(worst.validation.accuracy)} of the validation texts (seed "
        f"{worst.seed}){since}; {setting}."
    ]


def gap_opened(history: History | None) -> int | None:
    """The epoch, counted from 1, from which on training stays more than 10 points ahead of validation.

    >>> gap_opened({"accuracy": [0.6, 0.9, 0.95], "val_accuracy": [0.7, 0.75, 0.8]})
    2
    """
    if not history or not {"accuracy", "val_accuracy"} <= history.keys():
        return None
    wide = [
        train - validation > GAP for train, validation in zip(history["accuracy"], history["val_accuracy"], strict=True)
    ]
    last_narrow = max((at for at, is_wide in enumerate(wide) if not is_wide), default=-1)
    return last_narrow + 2 if last_narrow + 1 < len(wide) else None


def under_fitting(rows: Sequence[Row], settings: Settings) -> list[str]:
    """Networks that get fewer of their own training texts right than another model gets of unseen ones.

    What ended their training says what to change.
    """
    if not rows:
        return []
    best = max(rows, key=lambda row: row.validation_accuracy)
    sentences = []
    for row in rows:
        trials = [
            trial
            for trial in row.by_seed
            if trial.epochs is not None and not trial.collapsed and _knows_too_little(trial, best)
        ]
        if not trials:
            continue
        worst = min(trials, key=lambda trial: trial.train.accuracy)
        largest = worst.validation.majority_share
        against = (
            f"{best.title} gets {percent(best.validation_accuracy)} of unseen ones right"
            if best.validation_accuracy - BEHIND > worst.train.accuracy
            else f"the largest class makes up {percent(largest)} of them"
        )
        sentences.append(
            f"{row.title} underfitted{on_seeds(trials, row)}: it gets only {percent(worst.train.accuracy)} of its own "
            f"training texts right, while {against} (seed {worst.seed}). "
            f"{_what_ended(row, worst, settings)}"
        )
    return sentences + _still_learning(rows, settings)


def _knows_too_little(trial: Trial, best: Row) -> bool:
    return knows_too_little(trial.train.accuracy, trial.validation.majority_share, best.validation_accuracy)


def knows_too_little(train_accuracy: float, majority_share: float, best_accuracy: float) -> bool:
    """Whether a network gets fewer of its own training texts right than another model gets of unseen ones, or hardly
    more than always answering the largest class would.
    """
    return train_accuracy < majority_share + BEHIND or train_accuracy < best_accuracy - BEHIND


def _what_ended(row: Row, trial: Trial, settings: Settings) -> str:
    most = _allowed(trial, settings)
    if most is not None and (trial.epochs or 0) < most:
        return (
            f"Early stopping ended training before it had learned, after {trial.epochs} of {most} epochs; raise "
            f"--early-stopping-patience above {settings['early_stopping_patience']}, and --plateau-patience with it."
        )
    if trial.best_epoch == trial.epochs:
        return f"It was still improving in epoch {trial.epochs}, the last one allowed; raise {trial.epochs_setting}."
    if row.family is Family.ENCODER:
        return "Raise --head-learning-rate, or also train part of the encoder with --unfreeze 2."
    return "Raise --learning-rate or --width."


def _still_learning(rows: Sequence[Row], settings: Settings) -> list[str]:
    found: dict[str, dict[str, int | None]] = {}
    for row in rows:
        for trial in row.by_seed:
            if _was_cut(trial, settings):
                found.setdefault(trial.epochs_setting, {})[row.title] = trial.epochs
    return [
        f"{listed(list(titles))} {'was' if len(titles) == 1 else 'were'} best in the last of "
        f"{max(epochs or 0 for epochs in titles.values())} epochs: validation loss was still falling, so more "
        f"{setting} may help."
        for setting, titles in found.items()
    ]


def _was_cut(trial: Trial, settings: Settings) -> bool:
    """Whether the last epoch allowed was the best."""
    return trial.epochs is not None and trial.epochs == trial.best_epoch == _allowed(trial, settings)


def _allowed(trial: Trial, settings: Settings) -> int | None:
    """The most epochs there could have been."""
    return trial.epochs_allowed or settings.get("epochs")


def calibration(rows: Sequence[Row], test: PartStatistics, settings: Settings) -> list[str]:
    """Models whose confidence is off by more than chance explains, and in which direction."""
    sentences = []
    for row in rows:
        error, chance = row.metrics["expected_calibration_error"] or 0.0, test.calibration_by_chance.get(row.model)
        if chance is None or row.collapsed or error <= max(chance, CALIBRATION_ERROR):
            continue
        over = test.overconfidence[row.model]
        sentences.append(
            f"{row.title} {_misjudges(over, error)}: its confidence is off by {significant(100 * error)} points on "
            f"average (expected calibration error {decimals(error, 3)}; with as many texts a well-calibrated model "
            f"stays under {decimals(chance, 3)}); {_calibrate(row, over, error, settings)}."
        )
    return sentences


def _misjudges(over: float, error: float) -> str:
    if abs(over) < error / 2:
        return "is overconfident in some answers and underconfident in others"
    return "is overconfident" if over > 0 else "is underconfident"


def _calibrate(row: Row, over: float, error: float, settings: Settings) -> str:
    smoothing = settings.get("label_smoothing", 0)
    if settings.get("class_weights") == "balanced":
        return (
            "--class-weights balanced answers as if all classes had as many texts: use its confidence to rank answers, "
            "not as a probability"
        )
    if not row.is_network or abs(over) < error / 2:
        return "no setting fixes that: use its confidence to rank answers, not as a probability"
    if over > 0:
        return f"raise --label-smoothing above {smoothing:g}"
    if smoothing and not any(_was_cut(trial, settings) for trial in row.by_seed):
        return f"lower --label-smoothing, now {smoothing:g}"
    return "train longer (--epochs)"
