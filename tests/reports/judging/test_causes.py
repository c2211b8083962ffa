"""What curves and confidence say went wrong, and which setting they point to."""

import re

import pytest

from reports.judging.causes import calibration, gap_opened, over_fitting, plateau, under_fitting
from reports.measuring.significance import PartStatistics
from reports.reading.comparison import compare

SETTINGS = {"epochs": 20, "early_stopping_patience": 3, "plateau_patience": 1, "dropout": 0.3, "label_smoothing": 0.05}


def _rows(run, *trials):
    run.trials = list(trials)
    run.write()
    return list(compare(run.folder).rows)


@pytest.mark.parametrize(
    ("train", "validation", "opened"),
    [
        ([0.6, 0.9, 0.95], [0.7, 0.75, 0.8], 2),
        ([0.9, 0.9, 0.95], [0.7, 0.85, 0.8], 3),  # closed again in between
        ([0.9], [0.7], 1),
        ([0.9, 0.9], [0.7, 0.85], None),
        ([0.9], [0.85], None),
    ],
)
def test_where_the_gap_opened(train, validation, opened):
    assert gap_opened({"accuracy": train, "val_accuracy": validation}) == opened


def test_over_fitting_says_since_when(fake_run, trial):
    fake_run.learn("lstm", 5, accuracy=[0.6, 0.9, 0.99], val_accuracy=[0.7, 0.75, 0.8])
    found = trial("lstm", 5, 0.8, overfitted=True, epochs=3, best_epoch=2, train={"n": 398, "accuracy": 0.99})
    (row,) = _rows(fake_run, found)
    (sentence,) = over_fitting(row, SETTINGS)
    assert "the gap passed 10 points in epoch 2 of 3, and the weights kept are those of epoch 2" in sentence
    assert sentence.endswith("more texts (--sample) help most, then --dropout above 0.3.")


@pytest.mark.parametrize(
    ("model", "changes", "mend"),
    [
        (
            "lstm",
            {"epochs": 5, "best_epoch": 2},
            "Early stopping ended training before it had learned, after 5 of 20 epochs; raise "
            "--early-stopping-patience above 3, and --plateau-patience with it.",
        ),
        (
            "rnn",
            {"epochs": 20, "best_epoch": 20},
            "It was still improving in epoch 20, the last one allowed; raise --epochs.",
        ),
        ("rnn", {"epochs": 20, "best_epoch": 18}, "Raise --learning-rate or --width."),
        (
            "distilbert",
            {"epochs": 20, "best_epoch": 18},
            "Raise --head-learning-rate, or also train part of the encoder with --unfreeze 2.",
        ),
        (
            "distilbert",  # eight epochs of the head, then all five of the last blocks
            {"epochs": 13, "best_epoch": 13, "epochs_allowed": 13, "epochs_setting": "--unfreeze-epochs"},
            "It was still improving in epoch 13, the last one allowed; raise --unfreeze-epochs.",
        ),
    ],
)
def test_under_fitting_says_what_ended_it(fake_run, trial, model, changes, mend):
    # Knows 62 % of its training texts; the linear model gets 90 % of unseen ones right.
    weak = trial(model, 5, 0.6, train={"n": 398, "accuracy": 0.62}, **changes)
    strong = trial("linear", 5, 0.9)
    strong["validation"]["accuracy"] = 0.9
    sentence = under_fitting(_rows(fake_run, weak, strong), SETTINGS)[0]
    assert sentence == (
        f"{model} underfitted: it gets only 62.0 % of its own training texts right, while linear gets 90.0 % of unseen "
        f"ones right (seed 5). {mend}"
    )


def test_under_fitting_without_a_better_model(fake_run, trial):
    # 55 of 100 validation texts are of the larger class.
    weak = trial("rnn", 5, 0.56, train={"n": 398, "accuracy": 0.58}, epochs=5, best_epoch=1)
    (sentence,) = under_fitting(_rows(fake_run, weak), SETTINGS)
    assert sentence.startswith(
        "rnn underfitted: it gets only 58.0 % of its own training texts right, while the largest class makes up 55.0 %"
    )


@pytest.mark.parametrize("changes", [{"collapsed": True}, {"train": {"n": 398, "accuracy": 0.87}}])
def test_no_under_fitting(fake_run, trial, changes):
    weak = trial("rnn", 5, 0.6, **({"train": {"n": 398, "accuracy": 0.62}} | changes))
    strong = trial("linear", 5, 0.9)
    strong["validation"]["accuracy"] = 0.9  # 87 % is less, but by less than 5 points
    assert under_fitting(_rows(fake_run, weak, strong), SETTINGS) == []


def test_still_learning(fake_run, trial):
    rows = _rows(
        fake_run,
        trial("rnn", 5, 0.8, epochs=20, best_epoch=20),
        trial("lstm", 5, 0.8, epochs=20, best_epoch=20),
        trial("distilbert", 5, 0.8, epochs=13, best_epoch=13, epochs_allowed=13, epochs_setting="--unfreeze-epochs"),
        trial("linear", 5, 0.8),
    )
    assert under_fitting(rows, SETTINGS) == [
        f"{titles} best in the last of {epochs} epochs: validation loss was still falling, so more {setting} may help."
        for titles, epochs, setting in (
            ("rnn and lstm were", 20, "--epochs"),
            ("distilbert was", 13, "--unfreeze-epochs"),
        )
    ]


def test_a_learning_rate_that_never_moved(fake_run, trial):
    rows = _rows(fake_run, trial("rnn", 5, 0.8, learning_rate_moved=False), trial("lstm", 5, 0.8))
    (sentence,) = plateau(rows, SETTINGS | {"plateau_patience": 3})
    assert "stayed as it was in 1 of 2 trainings; set --plateau-patience below" in sentence
    assert plateau(rows, SETTINGS) == []


@pytest.mark.parametrize(
    ("model", "error", "over", "said"),
    [
        (
            "rnn",
            0.12,
            0.11,
            "rnn is overconfident: .* 12 points .* under 0.080.*; raise --label-smoothing above",
        ),
        ("rnn", 0.12, -0.11, "rnn is underconfident: .*; lower --label-smoothing, now 0.05"),
        (
            "rnn",
            0.12,
            0.01,
            "rnn is overconfident in some answers and underconfident in others: .*; no setting fixes that",
        ),
        ("linear", 0.12, 0.11, "linear is overconfident: .*; no setting fixes that"),
        ("rnn", 0.07, 0.07, None),  # within chance
        ("lstm", 0.045, 0.04, None),  # beyond chance, of no consequence
    ],
)
def test_calibration(fake_run, trial, model, error, over, said):
    rows = _rows(fake_run, trial(model, 5, 0.8, test={"expected_calibration_error": error}))
    chance = {"rnn": 0.08, "linear": 0.08, "lstm": 0.02}
    test = PartStatistics(calibration_by_chance=chance, overconfidence={model: over})
    sentences = calibration(rows, test, SETTINGS)
    if said is None:
        assert sentences == []
    else:
        assert re.match(said, sentences[0]), sentences[0]


def test_under_confidence_of_a_training_cut_short(fake_run, trial):
    cut = trial("rnn", 5, 0.8, epochs=20, best_epoch=20, test={"expected_calibration_error": 0.2})
    test = PartStatistics(calibration_by_chance={"rnn": 0.08}, overconfidence={"rnn": -0.2})
    (sentence,) = calibration(_rows(fake_run, cut), test, SETTINGS)
    assert sentence.endswith("train longer (--epochs).")


def test_balanced_classes_are_why_the_confidence_is_off(fake_run, trial):
    rows = _rows(fake_run, trial("rnn", 5, 0.8, test={"expected_calibration_error": 0.2}))
    test = PartStatistics(calibration_by_chance={"rnn": 0.08}, overconfidence={"rnn": -0.2})
    (sentence,) = calibration(rows, test, SETTINGS | {"class_weights": "balanced"})
    assert "--class-weights balanced answers as if all classes had as many texts" in sentence
    assert "--label-smoothing" not in sentence
