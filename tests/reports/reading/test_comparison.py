"""From the files of a run folder to rows, means and what is said to be missing."""

import json
import math

import pytest

from models.run_folder import RunFolderError
from reports.evaluation import evaluate
from reports.reading.comparison import compare
from reports.reading.trials import Accuracy
from reports.writing.comparison_json import as_json

ROW_KEYS = {
    "model",
    "accuracy",
    "accuracy_std",
    "macro_f1",
    "weighted_f1",
    "parameters",
    "trainable_parameters",
    "epochs",
    "seconds_per_epoch",
    "seconds_total",
    "peak_memory_mb",
    "texts_per_second",
    "collapsed",
    "overfitted",
    "failed",
}


def _rows(run):
    return {row.model: row for row in compare(run.folder).rows}


def _json(run):
    return as_json(evaluate(run.folder))


def test_every_row_has_what_a_reader_may_ask_for(whole_run):
    rows = _json(whole_run)["rows"]
    assert [row["model"] for row in rows] == ["rnn", "lstm", "linear"]
    for row in rows:
        assert row.keys() >= ROW_KEYS
    assert len({frozenset(row) for row in rows}) == 1, "a failed row has other keys"


def test_means_and_deviation(whole_run):
    row = _rows(whole_run)["rnn"]
    assert row.accuracy == pytest.approx(0.82)
    # Of 0.80 and 0.84 around 0.82, one degree of freedom: sqrt((0.02² + 0.02²) / 1).
    assert row.accuracy_std == pytest.approx(math.sqrt(0.0008))
    assert row.metrics["macro_f1"] == pytest.approx(0.81)
    assert row.metrics["weighted_f1"] == pytest.approx(0.815)
    assert row.epochs == 5.5
    assert row.seconds_total == 12
    assert row.peak_memory_mb == 450  # the highest, as what a machine must have
    assert row.texts_per_second == {"1": 200, "32": 2500, "256": 9000}
    assert (row.parameters, row.trainable_parameters) == (1_234_567, 98_690)
    assert row.failed is None


def test_linear_has_no_epochs(whole_run):
    row = _rows(whole_run)["linear"]
    assert row.epochs is None
    assert row.seconds_per_epoch is None
    assert row.accuracy == pytest.approx(0.89)


def test_a_failed_model_says_why_and_has_no_numbers(whole_run):
    (lstm,) = compare(whole_run.folder).failed
    assert (lstm.model, lstm.reason) == ("lstm", "its process ended with SIGKILL")
    (row,) = [row for row in _json(whole_run)["rows"] if row["model"] == "lstm"]
    assert row["failed"] == "its process ended with SIGKILL"
    assert row["accuracy"] is None
    assert row["by_seed"] == []


def test_a_model_without_weights_is_missing_not_failed(whole_run):
    (distilbert,) = compare(whole_run.folder).missing
    assert (distilbert.model, distilbert.reason) == ("distilbert", "no network; put the weights into ./here")
    assert _json(whole_run)["missing"] == [{"model": "distilbert", "reason": distilbert.reason}]


def test_data(whole_run):
    data = compare(whole_run.folder).data
    assert data.name == "reviews"
    assert [split.seed for split in data.splits] == [5, 6]
    data = _json(whole_run)["data"]
    assert data["positive_share"] == 0.45  # of the first seed
    assert data["samples"] == {
        "before": {"train": 400, "validation": 100, "test": 100},
        "after": {"train": 398, "validation": 97, "test": 100},
    }
    assert data["overlaps"]["before"] == {"train-validation": 5, "train-test": 5, "validation-test": 5}
    assert set(data["overlaps"]["after"].values()) == {0}
    assert [split["seed"] for split in data["splits"]] == [5, 6]


def test_run(whole_run):
    run = compare(whole_run.folder).run
    assert run.seeds == [5, 6]
    assert (run.recipe, run.environment.backend, run.environment.cores) == ("sound", "jax", 2)


def test_one_seed_has_no_deviation(fake_run, trial):
    fake_run.settings["seeds"] = 1
    fake_run.trials = [trial("rnn", 5, 0.8)]
    fake_run.write()
    row = _rows(fake_run)["rnn"]
    assert row.accuracy_std is None
    assert (row.accuracy, row.epochs) == (0.8, 4)


def test_a_model_that_failed_on_one_seed_keeps_the_other(fake_run, trial):
    fake_run.trials = [trial("rnn", 6, 0.8)]
    fake_run.failures = [("rnn", 5, "failed", "loss became NaN")]
    fake_run.write()
    row = _rows(fake_run)["rnn"]
    assert row.accuracy == 0.8
    assert row.failed == "loss became NaN"


@pytest.mark.parametrize(
    ("weights", "keys", "said"),
    [
        (("MiniLM", "DistilBERT"), ("k1", "k2"), "MiniLM and DistilBERT"),
        (("MiniLM", "MiniLM"), ("k1", "k2"), "k1 and k2"),
    ],
)
def test_seeds_on_different_weights_are_not_averaged(fake_run, trial, weights, keys, said):
    fake_run.trials = [
        trial("distilbert", seed, 0.8, weights=name, weights_key=key)
        for seed, name, key in zip((5, 6), weights, keys, strict=True)
    ]
    fake_run.write()
    with pytest.raises(RunFolderError) as refused:
        compare(fake_run.folder)
    assert str(refused.value) == (
        f"the seeds of distilbert stand on different weights ({said}): train them again, or compare the runs apart."
    )


def test_seeds_on_the_same_weights_are_averaged(fake_run, trial):
    fake_run.trials = [trial("distilbert", seed, 0.8, weights="MiniLM", weights_key="k1") for seed in (5, 6)]
    fake_run.write()
    assert len(_rows(fake_run)["distilbert"].by_seed) == 2


@pytest.mark.parametrize("flag", ["collapsed", "overfitted"])
def test_one_bad_seed_marks_the_row(fake_run, flag, trial):
    fake_run.trials = [trial("rnn", 5, 0.8), trial("rnn", 6, 0.8, **{flag: True})]
    fake_run.write()
    assert getattr(_rows(fake_run)["rnn"], flag) is True


def test_accuracy_per_group_counts_texts_not_seeds(fake_run, trial):
    fake_run.trials = [
        trial("rnn", 5, 0.8, accuracy_by_group={"irony": {"n": 1, "accuracy": 1.0}}),
        trial(
            "rnn", 6, 0.8, accuracy_by_group={"irony": {"n": 3, "accuracy": 1 / 3}, "rest": {"n": 2, "accuracy": 0.5}}
        ),
    ]
    fake_run.write()
    # 1 of 1 and 1 of 3 right: 2 of 4.
    assert _rows(fake_run)["rnn"].accuracy_by_group == {
        "irony": Accuracy(4, pytest.approx(0.5)),
        "rest": Accuracy(2, 0.5),
    }


def test_a_value_that_could_not_be_computed_is_left_out_of_the_mean(fake_run, trial):
    fake_run.trials = [trial("rnn", 5, 0.8, test={"roc_auc": None}), trial("rnn", 6, 0.8)]
    fake_run.write()
    assert _rows(fake_run)["rnn"].metrics["roc_auc"] == 0.9


def test_models_not_yet_trained_have_no_row(fake_run):
    fake_run.write()
    comparison = compare(fake_run.folder)
    assert (comparison.rows, comparison.absent) == ((), ())


@pytest.mark.parametrize("name", ["settings.yaml", "environment.json", "data_card.json"])
def test_a_folder_without_one_of_its_files(whole_run, name):
    (whole_run.folder / name).unlink()
    with pytest.raises(RunFolderError, match=f"reviews is no run folder: {name} is not in it.$"):
        compare(whole_run.folder)


@pytest.mark.parametrize("name", ["settings.yaml", "environment.json", "data_card.json"])
@pytest.mark.parametrize("content", ["", "[]", '{"name": 1}'])
def test_a_folder_of_something_else(whole_run, name, content):
    (whole_run.folder / name).write_text(content)
    with pytest.raises(RunFolderError, match=name):
        compare(whole_run.folder)


def test_a_damaged_file_is_named(whole_run):
    (whole_run.folder / "rnn" / "5" / "metrics.json").write_text(json.dumps({"a": 1})[:-2])
    with pytest.raises(RunFolderError, match="rnn/5/metrics.json is damaged"):
        compare(whole_run.folder)


@pytest.mark.parametrize("values", [{}, [], {"train": None}, {"test": {"n": 3}}])
def test_metrics_of_something_else_are_damaged(whole_run, values):
    (whole_run.folder / "rnn" / "5" / "metrics.json").write_text(json.dumps(values))
    with pytest.raises(RunFolderError, match="rnn/5/metrics.json is damaged"):
        compare(whole_run.folder)
