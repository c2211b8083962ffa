"""A run folder written by hand: two trained models on two seeds, one without weights, one that failed."""

import copy
import json

import pytest
import yaml

SETTINGS = {
    "recipe": "sound",
    "models": ["rnn", "lstm", "distilbert", "linear"],
    "seeds": 2,
    "seed": 5,
    "mask": True,
    "head_learning_rate": 0.001,
    "early_stopping_patience": 3,
    "plateau_patience": 1,
}
ENVIRONMENT = {
    "backend": "jax",
    "python": "3.11.7",
    "system": "Linux x86_64",
    "processor": "a processor",
    "cores": 2,
    "packages": {"keras": "3.15.1"},
}
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
        "epochs": 4,
        "best_epoch": 3,
        "learning_rate_moved": True,
        "seconds_per_epoch": 1.5,
        "seconds_training": 10.0,
        "texts_per_second": {"1": 100.0, "32": 2000.0, "256": 9000.0},
        "collapsed": False,
        "overfitted": False,
        "seconds_total": 12.0,
        "peak_memory_mb": 400.0,
    }
    if model == "linear":
        found |= {"epochs": None, "best_epoch": None, "seconds_per_epoch": None, "chosen": "LinearSVC(C=1)"}
    test_changes = changes.pop("test", {})
    found |= changes
    found["test"] |= test_changes
    return found


class FakeRun:
    """A run folder and what is written into it; `write` puts it on disk."""

    def __init__(self, folder):
        self.folder = folder
        self.settings = dict(SETTINGS)
        self.environment = dict(ENVIRONMENT)
        self.card = {
            "name": "reviews",
            "source": "reviews.csv: column 'text' labelled by column 'label'",
            "notes": ["made up for the tests"],
            "texts": 600,
            "class_names": ["bad", "good"],
            "class_shares": {"bad": 0.55, "good": 0.45},
            "keep_negations": True,
            "splits": [_split(5), _split(6)],
        }
        self.trials = []
        self.failures = []

    def write(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "settings.yaml").write_text(yaml.safe_dump(self.settings))
        (self.folder / "environment.json").write_text(json.dumps(self.environment))
        (self.folder / "data_card.json").write_text(json.dumps(self.card))
        for found in self.trials:
            self._put(found["model"], found["seed"], "metrics.json", found)
        for model, seed, kind, reason in self.failures:
            self._put(model, seed, "failure.json", {"kind": kind, "reason": reason})
        return self.folder

    def _put(self, model, seed, name, value):
        place = self.folder / model / str(seed)
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(json.dumps(value))


@pytest.fixture
def trial():
    """Makes what one finished trial leaves in `metrics.json`: `trial(model, seed, accuracy, **changes)`."""
    return _trial


@pytest.fixture
def fake_run(tmp_path):
    """Without trials."""
    return FakeRun(tmp_path / "2026-01-02-reviews")


@pytest.fixture
def whole_run(fake_run):
    """rnn and linear trained on both seeds, lstm failed, distilbert without weights."""
    fake_run.trials = [
        _trial(
            "rnn", 5, 0.80, epochs=4, peak_memory_mb=400.0, texts_per_second={"1": 100.0, "32": 2000.0, "256": 9000.0}
        ),
        _trial(
            "rnn", 6, 0.84, epochs=7, peak_memory_mb=450.0, texts_per_second={"1": 300.0, "32": 3000.0, "256": 9000.0}
        ),
        _trial("linear", 5, 0.90),
        _trial("linear", 6, 0.88),
    ]
    fake_run.failures = [("lstm", seed, "failed", "its process ended with SIGKILL") for seed in (5, 6)]
    fake_run.failures += [("distilbert", seed, "missing", "no network; put the weights into ./here") for seed in (5, 6)]
    fake_run.write()
    return fake_run
