"""Runs of every shape have a page: one model, many classes, certainty, collapse, failures."""

import json
import re

import numpy as np
import pytest


def _one_seed(run, fill):
    fill(run, seeds=(5,))


def _linear_alone(run, fill):
    fill(run, models=["linear"])


def _one_network(run, fill):
    fill(run, models=["rnn"])


def _twenty_classes(run, fill):
    fill(run, [f"{'alt.comp.'[: 3 * (at % 4)]}group with a long name {at}" for at in range(20)], n=300)


def _ninety_classes(run, fill):
    fill(run, [f"class {at}" for at in range(90)], n=400, models=["rnn", "linear"])


def _tiny(run, fill):
    fill(run, n=4, seeds=(5,))


def _sure_of_everything(run, fill):
    """Probabilities of exactly 0 and 1, all right."""
    fill(run, models=[], seeds=(5, 6))
    run.settings["models"] = ["rnn", "linear"]
    labels = np.arange(40) % 2
    for model in ("rnn", "linear"):
        for seed in (5, 6):
            run.answer(
                model, seed, {part: (np.arange(40), labels, np.eye(2)[labels]) for part in ("validation", "test")}
            )


def _collapsed(run, fill):
    fill(run, models=["linear"])
    run.settings["models"] += ["rnn", "lstm"]
    labels = np.arange(40) % 2
    always = np.tile([0.7, 0.3], (40, 1))
    for model in ("rnn", "lstm"):
        run.answer(model, 5, {part: (np.arange(40), labels, always) for part in ("validation", "test")})


def _interrupted(run, fill):
    fill(run)
    run.trials = run.trials[:3]
    run.files = {name: rows for name, rows in run.files.items() if name.startswith(("rnn", "lstm/5"))}
    run.texts = {}


def _failed_and_missing(run, fill):
    fill(run, models=["rnn", "linear"])
    run.settings["models"] += ["lstm", "distilbert"]
    run.failures = [("lstm", 5, "failed", "its process ended with SIGKILL"), ("distilbert", 5, "missing", "no network")]


def _one_epoch(run, fill):
    fill(run, seeds=(5,))
    for name, rows in run.files.items():
        run.files[name] = rows[:2] if name.endswith("history.csv") else rows
    for trial in run.trials:
        trial |= {"epochs": trial["epochs"] and 1, "best_epoch": trial["best_epoch"] and 1}


def _a_class_without_test_texts(run, fill):
    fill(run, ["a", "b", "c"], models=[])
    run.settings["models"] = ["rnn"]
    labels = np.arange(40) % 2
    probabilities = np.tile([0.5, 0.3, 0.2], (40, 1))
    for seed in (5, 6):
        run.answer("rnn", seed, {part: (np.arange(40), labels, probabilities) for part in ("validation", "test")})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (_one_seed, "take it"),
        (_linear_alone, "Only linear was trained"),
        (_one_network, "Only rnn was trained"),
        (_twenty_classes, "take it"),
        (_ninety_classes, "take it"),
        (_tiny, "take it"),
        (_sure_of_everything, "the same as"),
        (_collapsed, "linear is the only model that did not collapse"),
        (_interrupted, "take it"),
        (_failed_and_missing, "take it"),
        (_one_epoch, "take it"),
        (_a_class_without_test_texts, "Every model gives one class to every text"),
    ],
)
def test_any_run_has_a_page(fake_run, filled, shape, said, write_page, text_of, lead_of):
    shape(fake_run, filled)
    tree, text = write_page(fake_run)
    assert said in lead_of(tree)
    assert not re.search(r"\b(nan|None|inf)\b", text_of(tree.find(".//main")))
    json.loads((fake_run.folder / "comparison.json").read_text(), parse_constant=pytest.fail)


@pytest.mark.parametrize("splits", [0, 2])
def test_a_run_without_a_finished_model(fake_run, splits, write_page, read_comparison, lead_of):
    fake_run.card["splits"] = fake_run.card["splits"][:splits]
    tree, _ = write_page(fake_run)
    assert lead_of(tree) == "No model was trained, so there is none to take."
    assert read_comparison(fake_run)["recommended"]["model"] is None
