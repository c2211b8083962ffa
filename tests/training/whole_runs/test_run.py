"""The command as a user types it, on small settings: what comes out."""

import csv
import json
import subprocess
import sys

import pytest

from models.catalog import CATALOG, Family, distinct, of_family

pytestmark = pytest.mark.slow

SMALL = "--sample 240 --unlabelled-sample 200 --epochs 2 --sequence-length 16 --width 8 --vocabulary-size 300".split()
SMALL += ["--formats", "--no-explain"]
SETTINGS = ("--data", "sample", *SMALL)
TAUGHT = tuple(name for name, entry in CATALOG.items() if entry.taught)
# One of each kind, with two seeds; the other networks are another run, with one.
MODELS = ("lstm", *of_family(Family.LINEAR, Family.COMBINED), *TAUGHT)
NETWORKS = ("lstm", *TAUGHT)
OTHERS = tuple(name for name in distinct(of_family(Family.WORDS)) if name not in NETWORKS)


def train(output, *arguments):
    command = [sys.executable, "-m", "training.run", *SETTINGS, *arguments, "--output", output]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done, output / "latest"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run with two seeds."""
    return train(tmp_path_factory.mktemp("output"), "--seeds", "2", "--models", *MODELS)


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """A run of the networks that are not in the other one."""
    return train(tmp_path_factory.mktemp("others"), "--models", *OTHERS)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_line_per_epoch_and_one_table(finished):
    done, _ = finished
    lines = done.stdout.splitlines()
    for model in NETWORKS:
        for seed in (0, 1):
            assert sum(line.startswith(f"{model} (seed {seed})") and " epoch " in line for line in lines) == 2
    assert sum(line.startswith("model ") and "accuracy" in line for line in lines) == 1
    assert done.stderr == ""  # a framework's chatter would hide what matters


def test_the_comparison_has_every_promised_field(finished):
    comparison = read(finished[1] / "comparison.json")
    assert [row["model"] for row in comparison["rows"]] == list(MODELS)
    promised = """model accuracy accuracy_std macro_f1 weighted_f1 parameters trainable_parameters epochs
        seconds_per_epoch seconds_total peak_memory_mb texts_per_second collapsed overfitted failed"""
    for row in comparison["rows"]:
        assert set(promised.split()) <= set(row)
        assert set(row["texts_per_second"]) == {"1", "32", "256"}
        assert 0 < row["peak_memory_mb"] < 10_000
        assert 0.5 < row["estimated_memory_mb"] / row["peak_memory_mb"] < 2
        assert not row["failed"]
    data = comparison["data"]
    assert data["name"] == "sample"
    assert 0.4 < data["positive_share"] < 0.6
    assert data["samples"]["before"] == {"train": 160, "validation": 40, "test": 40}
    assert set(data["overlaps"]["after"].values()) == {0}
    assert comparison["missing"] == []


@pytest.mark.long
def test_every_other_network_is_trained_alike(others):
    done, run = others
    assert done.stderr == ""
    rows = read(run / "comparison.json")["rows"]
    assert [row["model"] for row in rows] == list(OTHERS)
    for row in rows:
        assert row["epochs"] == 2
        assert 0.5 < row["estimated_memory_mb"] / row["peak_memory_mb"] < 2
        assert (run / row["model"] / "0" / "model.keras").exists()


def test_the_run_folder_holds_all_it_takes_to_repeat_and_report(finished):
    run = finished[1]
    for name in ("settings.yaml", "environment.json", "data_card.json", "comparison.json", "report.md", "accuracy.svg"):
        assert (run / name).stat().st_size > 0
    for model in MODELS:
        for seed in ("0", "1"):
            rows = list(csv.DictReader((run / model / seed / "predictions.csv").open()))
            metrics = read(run / model / seed / "metrics.json")
            test = [row for row in rows if row["part"] == "test"]
            assert len(test) == metrics["test"]["n"]
            right = sum(row["label"] == row["predicted"] for row in test)
            assert right / len(test) == pytest.approx(metrics["test"]["accuracy"])
            assert (run / model / seed / "model.keras").exists() == CATALOG[model].is_network
    assert not list(run.rglob(".unfinished-*"))
    assert not list(run.rglob("checkpoint.npz"))


def test_splits_share_no_text_and_seeds_draw_their_own(finished):
    indices = {}
    for seed in ("0", "1"):
        lines = (finished[1] / "data" / seed / "texts.jsonl").read_text(encoding="utf-8").splitlines()
        parts = {}
        for record in map(json.loads, lines):
            parts.setdefault(record["part"], set()).add(record["cleaned"])
        assert not parts["train"] & parts["validation"]
        assert not (parts["train"] | parts["validation"]) & parts["test"]
        indices[seed] = parts
    assert indices["0"]["test"] != indices["1"]["test"]


def test_accuracy_is_given_for_each_phenomenon(finished):
    row = read(finished[1] / "comparison.json")["rows"][0]
    assert "negation" in row["accuracy_by_group"]
    tests = sum(trial["test"]["n"] for trial in row["by_seed"])
    assert sum(cell["n"] for cell in row["accuracy_by_group"].values()) == tests


def test_tensorboard_finds_the_curves_of_every_network_and_the_outcome_of_every_model(finished):
    from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

    events = EventMultiplexer().AddRunsFromDirectory(str(finished[1]))
    events.Reload()
    for model in NETWORKS:
        assert "epoch_loss" in events.GetAccumulator(f"{model}/0/validation").Tags()["tensors"]
        assert "epoch_gradient_norm" in events.GetAccumulator(f"{model}/0/train").Tags()["tensors"]
    for model in MODELS:
        tags = events.GetAccumulator(f"{model}/0").Tags()["tensors"]
        assert {"test/accuracy", "test/confusion matrix", "_hparams_/session_start_info"} <= set(tags)


def test_the_same_settings_give_the_same_numbers(finished, command, tmp_path):
    config = finished[1] / "settings.yaml"
    done = command("training.run", "--config", config, "--seeds", 1, "--models", "lstm", "linear", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    for model in ("lstm", "linear"):
        first, second = (read(run / model / "0" / "metrics.json") for run in (finished[1], tmp_path / "latest"))
        assert first["test"] == second["test"]
        assert first["validation"] == second["validation"]


def test_an_own_file_with_three_classes(command, tmp_path):
    table = tmp_path / "reviews.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["stars", "review"])
        for number in range(90):
            stars = number % 3
            writer.writerow([f"{stars} stars", f"{['awful', 'middling', 'splendid'][stars]} thing, item{number}"])
    columns = "--text-column review --label-column stars".split()
    small = "--models rnn linear --epochs 2 --sequence-length 8 --width 8 --formats --no-explain".split()
    done = command("training.run", "--data", table, *columns, *small, "--output", tmp_path / "runs")
    assert done.returncode == 0, done.stderr
    comparison = read(tmp_path / "runs" / "latest" / "comparison.json")
    assert comparison["data"]["class_names"] == ["0 stars", "1 stars", "2 stars"]
    assert comparison["data"]["positive_share"] is None
    assert comparison["rows"][1]["accuracy"] == 1
