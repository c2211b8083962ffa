"""What is said in words, for rows that were made to deserve it."""

import re

import pytest

from reports.judging.verdicts import verdicts
from reports.measuring.significance import PartStatistics
from reports.reading.comparison import compare


def _said(run, **settings):
    run.settings |= settings
    run.write()
    return verdicts(compare(run.folder), PartStatistics())


def test_nothing_to_say(fake_run, trial):
    fake_run.trials = [trial("rnn", 5, 0.8), trial("rnn", 6, 0.8)]
    assert _said(fake_run) == []


@pytest.mark.parametrize(
    ("linear", "expected"),
    [
        # 0.85 on average against the better network, lstm, with 0.80.
        (
            (0.90, 0.80),
            "The linear reference is 5.0 points above the best network on test, lstm (85.0 % against 80.0 %",
        ),
        (
            (0.70, 0.70),
            "The linear reference is 10.0 points below the best network on test, lstm (70.0 % against 80.0 %",
        ),
        ((0.80, 0.80), "The linear reference is level with the best network on test, lstm (80.0 % against 80.0 %"),
    ],
)
def test_linear_reference(fake_run, linear, expected, trial):
    fake_run.trials = [trial("linear", seed, accuracy) for seed, accuracy in zip((5, 6), linear, strict=True)]
    fake_run.trials += [trial("rnn", seed, 0.7, seconds_training=3.0) for seed in (5, 6)]
    fake_run.trials += [trial("lstm", seed, 0.8, seconds_training=60.0) for seed in (5, 6)]
    (sentence,) = _said(fake_run)
    assert sentence.startswith(expected)
    # Two seeds of 100 test texts.
    assert sentence.endswith("of 200 test answers), and took 10 s to train, against 60 s.")


@pytest.mark.parametrize("models", [["rnn"], ["linear"]])
def test_no_reference_without_both_sides(fake_run, models, trial):
    fake_run.trials = [trial(model, 5, 0.8) for model in models]
    assert _said(fake_run) == []


@pytest.mark.parametrize(
    ("model", "settings", "cause"),
    [
        ("rnn", {"mask": False}, "padding is read like words, .* with --mask"),
        ("lstm", {"mask": False}, "padding is read like words, .* with --mask"),
        ("distilbert", {"mask": False, "head_learning_rate": 2e-5}, "a learning rate of 2e-05 is meant for a whole"),
        ("rnn", {"mask": True}, "it learned nothing beyond the class shares"),
        ("distilbert", {}, "it learned nothing beyond the class shares"),
    ],
)
def test_collapse_is_named_with_its_cause(fake_run, model, settings, cause, trial):
    fake_run.trials = [
        trial(model, 5, 0.56, collapsed=True, validation={"largest_answer_share": 1.0}),
        trial(model, 6, 0.8),
    ]
    (sentence,) = _said(fake_run, **settings)
    assert sentence.startswith(
        f"{model} collapsed to one class on 1 of 2 seeds: 100 % of its answers are the same class"
    )
    assert "56.0 %" in sentence
    assert re.search(f"Cause: {cause}", sentence)


def test_overfitting_shows_the_worst_seed(fake_run, trial):
    fake_run.trials = [
        trial("lstm", 5, 0.8, overfitted=True, train={"n": 398, "accuracy": 0.92}),
        trial("lstm", 6, 0.8, overfitted=True, train={"n": 398, "accuracy": 0.99}),
    ]
    (sentence,) = _said(fake_run)
    assert sentence.startswith(
        "lstm overfitted on 2 of 2 seeds: the weights kept get 99.0 % of the training texts right"
    )
    assert "80.0 % of the validation texts (seed 6)" in sentence


@pytest.mark.parametrize(
    ("plateau", "stopping", "said"), [(3, 3, True), (4, 3, True), (2, 3, False), (1, 3, False), (0, 0, True)]
)
def test_a_plateau_rule_that_cannot_act(fake_run, plateau, stopping, said, trial):
    fake_run.trials = [trial("rnn", 5, 0.8)]
    sentences = _said(fake_run, plateau_patience=plateau, early_stopping_patience=stopping)
    assert len(sentences) == said
    if said:
        assert f"waits {plateau} epochs" in sentences[0]
        assert f"after {stopping}" in sentences[0]


def test_no_plateau_rule_where_nothing_has_epochs(fake_run, trial):
    fake_run.trials = [trial("linear", 5, 0.8)]
    assert _said(fake_run, plateau_patience=3) == []


def test_failed_and_missing_models_are_named_last(whole_run):
    sentences = _said(whole_run)
    assert sentences[0].startswith("The linear reference is 7.0 points above")  # 0.89 against 0.82
    assert sentences[1:] == [
        "lstm failed: its process ended with SIGKILL",
        "distilbert is missing: no network; put the weights into ./here",
    ]
