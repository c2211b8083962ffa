"""A run folder written by hand: two trained models on two seeds, one without weights, one that failed."""

import copy
import csv
import json
from dataclasses import asdict, fields

import numpy as np
import pytest
import yaml

from models.calibration import measure_calibration
from models.catalog import CATALOG
from models.description import Description
from models.predictions import Answers
from training.measuring.evaluating import accuracy_by_group, evaluate

SETTINGS = {
    "recipe": "sound",
    "models": ["rnn", "lstm", "distilbert", "linear"],
    "seeds": 2,
    "seed": 5,
    "mask": True,
    "epochs": 20,
    "dropout": 0.3,
    "label_smoothing": 0.05,
    "head_learning_rate": 0.001,
    "early_stopping_patience": 3,
    "plateau_patience": 1,
}
CURVES = {
    "epoch": [0, 1, 2, 3],
    "accuracy": [0.6, 0.8, 0.9, 0.97],
    "val_accuracy": [0.62, 0.75, 0.78, 0.77],
    "loss": [0.69, 0.5, 0.3, 0.1],
    "val_loss": [0.68, 0.55, 0.5, 0.6],
    "learning_rate": [0.001] * 4,
}
ENVIRONMENT = {"backend": "jax", "python": "3.11.7", "system": "Linux x86_64", "processor": "a processor", "cores": 2}
ENVIRONMENT |= {"packages": {"keras": "3.15.1"}}
CLEANING = {"keep_negations": True, "language": "published"}
BY_PART = {"train": 400, "validation": 100, "test": 100}


def _split(seed):
    pairs = ("train-validation", "train-test", "validation-test")
    return {
        "seed": seed,
        "samples": {"before": dict(BY_PART), "after": {"train": 398, "validation": 97, "test": 95 + seed}},
        "empty_after_cleaning": {"train": 2, "validation": 1, "test": 0},
        "duplicates_within": {"train": 3, "validation": 0, "test": 0},
        "overlaps": {"before": dict.fromkeys(pairs, seed), "after": dict.fromkeys(pairs, 0)},
        "label_conflicts": 1,
        "positive_share": 0.4 + seed / 100,
        "class_shares": dict.fromkeys(BY_PART, {"bad": 0.55, "good": 0.45}),
        "length_percentiles": dict.fromkeys(BY_PART, {"5": 3.0, "50": 21.0, "100": 90.0}),
        "longer_than_sequence": dict.fromkeys(BY_PART, 0.125),
        "words_in_vocabulary": 998,
        "vocabulary_coverage": {"train": 0.9, "validation": 0.8, "test": 0.75},
        "read_by_others": [
            {"models": ["student"], "sequence_length": 1280, "words_in_vocabulary": 19_998}
            | dict.fromkeys(("longer_than_sequence", "words_cut"), dict.fromkeys(BY_PART, 0.0))
            | {"vocabulary_coverage": {"train": 0.99, "validation": 0.97, "test": 0.96}}
        ],
    }


def _trial(model, seed, accuracy, **changes):
    """What one finished trial leaves in `metrics.json`; everything that is not given is made up and plausible."""
    part = {
        "n": 100,
        "accuracy": accuracy,
        **dict.fromkeys(("macro_precision", "macro_recall", "weighted_precision", "weighted_recall"), accuracy),
        "macro_f1": accuracy - 0.01,
        "weighted_f1": accuracy - 0.005,
        "per_class": {
            "bad": {"precision": 0.7, "recall": 0.6, "f1": 0.65, "n": 55.0},
            "good": {"precision": 0.5, "recall": 0.4, "f1": 0.444, "n": 45.0},
        },
        "confusion_matrix": [[40, 15], [12, 33]],
        "roc_auc": 0.9,
        "log_loss": 0.4,
        "expected_calibration_error": 0.03,
        "largest_answer_share": 0.6,
        "collapsed": False,
    }
    found = {
        "model": model,
        "title": model,
        "seed": seed,
        "reads": "the first 64 cleaned words",
        "test": part,
        "validation": copy.deepcopy(part),
        "train": {"n": 398, "accuracy": 0.9},
        "accuracy_by_group": None,
        "parameters": 1_234_567,
        "trainable_parameters": 98_690,
        "accuracy_per_million_parameters": 0.65,
        "seconds_training": 10.0,
        "texts_per_second": {"1": 100.0, "32": 2000.0, "256": 9000.0},
        "seconds_total": 12.0,
        "peak_memory_mb": 400.0,
    }
    found |= {"collapsed": False, "overfitted": False, "epochs": 4, "best_epoch": 3, "learning_rate_moved": True}
    found["seconds_per_epoch"] = 1.5
    if model == "linear":
        found |= {"epochs": None, "best_epoch": None, "seconds_per_epoch": None, "chosen": "LinearSVC(C=1)"}
    changed_parts = {name: changes.pop(name, {}) for name in ("test", "validation")}
    found |= changes
    for name, values in changed_parts.items():
        found[name] |= values
    if "collapsed" in changes:
        found["validation"]["collapsed"] = changes["collapsed"]
    return found


def describe(trial):
    """What the model of a trial says of itself: what its entry in the catalog says, and what the trial has."""
    architecture = CATALOG[trial["model"]]
    description = {"name": trial["model"], "title": trial["model"], "family": architecture.family, "files": {}}
    description |= {"recurrent": architecture.recurrent, "reads": "words", "cleaning": CLEANING}
    known = {field.name for field in fields(Description)}
    return description | {name: value for name, value in trial.items() if name in known}


class FakeRun:
    """A run folder and what is written into it; `write` puts it on disk."""

    def __init__(self, folder):
        self.folder = folder
        self.settings, self.environment = dict(SETTINGS), dict(ENVIRONMENT)
        self.card = {
            "name": "reviews",
            "source": "reviews.csv: column 'text' labelled by column 'label'",
            "notes": ["made up for the tests"],
            "texts": 600,
            "class_names": ["bad", "good"],
            "class_shares": {"bad": 0.55, "good": 0.45},
            "cleaning": CLEANING,
            "splits": [_split(5), _split(6)],
        }
        self.trials, self.failures = [], []
        self.files, self.texts = {}, {}

    def write(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "settings.yaml").write_text(yaml.safe_dump(self.settings))
        (self.folder / "environment.json").write_text(json.dumps(self.environment))
        (self.folder / "data_card.json").write_text(json.dumps(self.card))
        for found in self.trials:
            self._put(found["model"], found["seed"], "metrics.json", found)
            self._put(found["model"], found["seed"], "model.json", describe(found))
        for model, seed, kind, reason in self.failures:
            self._put(model, seed, "failure.json", {"kind": kind, "reason": reason})
        for name, rows in self.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(rows)
        for seed, records in self.texts.items():
            path = self.folder / "data" / str(seed) / "texts.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(map(json.dumps, records)) + "\n")
        return self.folder

    def answer(self, model, seed, answers, groups=None, **changes):
        """A trial whose metrics are those of its answers: `(index, labels, probabilities)` by split."""
        names = self.card["class_names"]
        scores = {part: evaluate(probabilities, labels, names) for part, (_, labels, probabilities) in answers.items()}
        facts = scores | {"collapsed": scores["validation"]["collapsed"]}
        index, labels, probabilities = answers["validation"]
        answered = Answers(index, labels, probabilities.argmax(axis=1), probabilities)
        facts["calibration"] = asdict(measure_calibration(answered))
        if groups is not None:
            _, labels, probabilities = answers["test"]
            facts["accuracy_by_group"] = accuracy_by_group(probabilities.argmax(axis=1), labels, groups)
        self.trials.append(_trial(model, seed, 0.5, **facts | changes))
        rows = [["part", "index", "label", "predicted", *(f"probability_{name}" for name in names)]]
        for part, (index, labels, probabilities) in answers.items():
            for at, label, row in zip(index, labels, probabilities, strict=True):
                rows.append([part, at, names[label], names[row.argmax()], *(f"{value:.6f}" for value in row)])
        self.files[f"{model}/{seed}/predictions.csv"] = rows

    def learn(self, model, seed, **series):
        """A trial's `history.csv`."""
        self.files[f"{model}/{seed}/history.csv"] = [list(series), *map(list, zip(*series.values(), strict=True))]

    def _put(self, model, seed, name, value):
        place = self.folder / model / str(seed)
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(json.dumps(value))


@pytest.fixture
def trial():
    """Makes what one finished trial leaves in `metrics.json`: `trial(model, seed, accuracy, **changes)`."""
    return _trial


@pytest.fixture(scope="session")
def described():
    """Makes the content of the `model.json` beside a trial: `described(trial)`."""
    return describe


@pytest.fixture
def fake_run(tmp_path):
    """Without trials."""
    return FakeRun(tmp_path / "2026-01-02-reviews")


@pytest.fixture
def whole_run(fake_run):
    """rnn and linear trained on both seeds, lstm failed, distilbert without weights."""
    rest = {"32": 2000.0, "256": 9000.0}
    fake_run.trials = [
        _trial("rnn", 5, 0.80, epochs=4, peak_memory_mb=400.0, texts_per_second={"1": 100.0} | rest),
        _trial("rnn", 6, 0.84, epochs=7, peak_memory_mb=450.0, texts_per_second={"1": 300.0} | rest | {"32": 3000.0}),
        _trial("linear", 5, 0.90),
        _trial("linear", 6, 0.88),
    ]
    fake_run.failures = [("lstm", seed, "failed", "its process ended with SIGKILL") for seed in (5, 6)]
    fake_run.failures += [("distilbert", seed, "missing", "no network; put the weights into ./here") for seed in (5, 6)]
    fake_run.write()
    return fake_run


def make_answers(seed, skill, n=100, classes=2, first_index=0):
    """Answers of a model that is right with a probability of `skill` and mostly knows when: `(index, labels, ...)`.

    Texts and labels depend on `seed` alone, so models of one seed answer the same texts.
    """
    found = {}
    for number, part in enumerate(("validation", "test")):
        texts = np.random.default_rng([seed, number])
        labels = texts.integers(classes, size=n)
        labels[:classes] = range(classes)  # every class occurs
        generator = np.random.default_rng([seed, number, int(1000 * skill)])
        confidence = generator.uniform(1 / classes + 0.01, 1, n)
        said = np.where(generator.random(n) < skill, labels, (labels + generator.integers(1, classes, n)) % classes)
        probabilities = np.repeat(((1 - confidence) / (classes - 1))[:, None], classes, axis=1)
        probabilities[np.arange(n), said] = confidence
        found[part] = (first_index + 10 * np.arange(n) + number, labels, probabilities)
    return found


@pytest.fixture
def answers():
    """Makes a model's answers: `answers(seed, skill, n, classes, first_index)`."""
    return make_answers


@pytest.fixture(scope="session")
def filled():
    """Trains all models of a run, or those named: `filled(run, names, n, seeds, models)`."""
    return fill


@pytest.fixture(scope="session")
def empty_run():
    """Makes a run without trials in a folder, for fixtures that outlive a test: `empty_run(folder)`."""
    return FakeRun


@pytest.fixture
def full_run(fake_run):
    """Five models on two seeds with all their files: answers, curves, groups and texts."""
    return fill(fake_run)


def fill(run, names=("bad", "good"), n=100, seeds=(5, 6), models=None):
    """Trains, as it were, all models, or those named."""
    skills = {"rnn": 0.7, "lstm": 0.8, "transformer": 0.82, "distilbert": 0.92, "linear": 0.9}
    run.card["class_names"] = list(names)
    run.card["class_shares"] = {name: 1 / len(names) for name in names}
    run.card["splits"] = [split for split in run.card["splits"] if split["seed"] in seeds]
    for split in run.card["splits"]:
        split["class_shares"] = dict.fromkeys(BY_PART, run.card["class_shares"])
        split["samples"]["after"] |= {"validation": n, "test": n}
        if len(names) > 2:
            split["positive_share"] = None
    run.settings |= {"seed": seeds[0], "seeds": len(seeds), "models": list(skills if models is None else models)}
    speeds = {"rnn": 500.0, "lstm": 400.0, "transformer": 450.0, "distilbert": 40.0, "linear": 1500.0}
    for model in run.settings["models"]:
        for seed in seeds:
            found = make_answers(seed, skills[model], n, len(names))
            groups = np.array(["irony", "<b>plain</b>", "a|b"])[np.arange(n) % 3]
            speed = {"1": speeds[model], "32": 8 * speeds[model], "256": 20 * speeds[model]}
            run.answer(model, seed, found, groups, texts_per_second=speed)
            if model != "linear":
                run.learn(model, seed, **CURVES)
    for seed in seeds:
        run.texts[seed] = [{"part": "train", "index": -1, "label": 0, "group": None, "cleaned": "a", "text": "A"}]
        for part, (index, labels, _) in make_answers(seed, 0.5, n, len(names)).items():
            for at, label in zip(index.tolist(), labels.tolist(), strict=True):
                words = " ".join(["word"] * (1 + at % 150))
                record = {"part": part, "index": at, "label": label, "group": None}
                run.texts[seed].append(record | {"cleaned": words, "text": words})
    return run
