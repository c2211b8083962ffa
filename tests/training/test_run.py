"""The command as a user types it, on small settings: what comes out, and what is said when something is wrong."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import pytest

SMALL = ("--sample", "240", "--epochs", "2", "--sequence-length", "16", "--width", "8", "--vocabulary-size", "300")
SETTINGS = ("--data", "sample", *SMALL)
MODELS = ("rnn", "lstm", "transformer", "linear")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One run of the four small models with two seeds."""
    output = tmp_path_factory.mktemp("output")
    arguments = [sys.executable, "-m", "training.run", *SETTINGS, "--seeds", "2", "--models", *MODELS]
    done = subprocess.run([*arguments, "--output", output], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done, output / "latest"


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_line_per_epoch_and_one_table(finished):
    done, _ = finished
    lines = done.stdout.splitlines()
    for model in MODELS[:3]:
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
        assert not row["failed"]
    data = comparison["data"]
    assert data["name"] == "sample"
    assert 0.4 < data["positive_share"] < 0.6
    assert data["samples"]["before"] == {"train": 160, "validation": 40, "test": 40}
    assert set(data["overlaps"]["after"].values()) == {0}
    assert comparison["missing"] == []


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
            assert (run / model / seed / "model.keras").exists() == (model != "linear")
    assert not list(run.rglob("*.unfinished"))


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


def test_tensorboard_finds_curves_and_hyperparameters_of_every_network(finished):
    from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

    events = EventMultiplexer().AddRunsFromDirectory(str(finished[1]))
    events.Reload()
    runs = events.Runs()
    for model in MODELS[:3]:
        assert "epoch_loss" in events.GetAccumulator(f"{model}/0/tensorboard/validation").Tags()["tensors"]
        assert "epoch_gradient_norm" in events.GetAccumulator(f"{model}/0/tensorboard/train").Tags()["tensors"]
        tags = events.GetAccumulator(f"{model}/0/tensorboard").Tags()["tensors"]
        assert "test/accuracy" in tags
        assert "_hparams_/session_start_info" in tags
    assert not any(run.startswith("linear") for run in runs)


def test_the_same_settings_give_the_same_numbers(finished, command, tmp_path):
    config = finished[1] / "settings.yaml"
    done = command("training.run", "--config", config, "--seeds", 1, "--models", "lstm", "linear", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    for model in ("lstm", "linear"):
        first, second = (read(run / model / "0" / "metrics.json") for run in (finished[1], tmp_path / "latest"))
        assert first["test"] == second["test"]
        assert first["validation"] == second["validation"]


def test_help_answers_at_once(command):
    started = time.perf_counter()
    done = command("training.run", "--help")
    assert time.perf_counter() - started < 0.5
    assert done.returncode == 0
    assert "--label-smoothing" in done.stdout


def test_an_own_file_with_three_classes(command, tmp_path):
    table = tmp_path / "reviews.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["stars", "review"])
        for number in range(90):
            stars = number % 3
            writer.writerow([f"{stars} stars", f"{['awful', 'middling', 'splendid'][stars]} thing, item{number}"])
    arguments = ("--text-column", "review", "--label-column", "stars", "--models", "lstm", "linear", "--epochs", "2")
    done = command("training.run", "--data", table, *arguments, "--output", tmp_path / "runs")
    assert done.returncode == 0, done.stderr
    comparison = read(tmp_path / "runs" / "latest" / "comparison.json")
    assert comparison["data"]["class_names"] == ["0 stars", "1 stars", "2 stars"]
    assert comparison["data"]["positive_share"] is None
    assert comparison["rows"][1]["accuracy"] == 1


BAD = {
    "no such file": (["--data", "nowhere.csv"], "could not be read"),
    "no such data": (["--data", "newsgroups"], "neither 20newsgroups, sample, nor a file"),
    "too few texts": (["--data", "sample", "--sample", "5"], "too few"),
    "unknown setting": (["--unknown"], "unrecognized arguments"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_sentence_and_leaves_no_folder(case, command, tmp_path):
    arguments, sentence = BAD[case]
    done = command("training.run", *arguments, "--output", tmp_path / "runs")
    assert done.returncode == 2
    assert sentence in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_an_unknown_backend_is_refused(command):
    done = command("training.run", KERAS_BACKEND="theano")
    assert done.returncode == 2
    assert "KERAS_BACKEND=theano is not one of tensorflow, jax, torch" in done.stderr


def test_a_place_that_cannot_be_written_is_refused(command, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    done = command("training.run", *SETTINGS, "--output", tmp_path / "file")
    assert done.returncode == 2
    assert "choose another with --output" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_network_the_sample_stands_in_and_is_named(command, tmp_path):
    nowhere = {"SCIKIT_LEARN_DATA": str(tmp_path / "empty"), "https_proxy": "http://127.0.0.1:9"}
    done = command("training.run", *SMALL, "--models", "linear", "--output", tmp_path / "runs", **nowhere)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("20 Newsgroups could not be had")
    assert "Going on with the built-in sample instead." in done.stdout.splitlines()[0]
    assert "Test split of sample" in done.stdout
    strict = command("training.run", "--data", "20newsgroups", "--output", tmp_path / "none", **nowhere)
    assert strict.returncode == 2
    assert "20 Newsgroups could not be had" in strict.stderr
    assert not (tmp_path / "none").exists()


def test_one_model_fails_and_the_others_go_on(command, tmp_path):
    done = command(
        "training.run", *SETTINGS, "--models", "rnn", "linear", "--learning-rate", "1e38", "--clip-norm", "0",
        "--output", tmp_path,
    )  # fmt: skip
    assert done.returncode == 1
    rnn, linear = read(tmp_path / "latest" / "comparison.json")["rows"]
    assert "the loss became NaN" in rnn["failed"]
    assert rnn["accuracy"] is None
    assert linear["accuracy"] is not None
    assert "Traceback" not in done.stdout + done.stderr


def test_weights_that_cannot_be_had_are_a_missing_row(command, tmp_path):
    done = command(
        "training.run", *SETTINGS, "--models", "distilbert", "linear", "--backbone", "./nowhere", "--output", tmp_path
    )
    assert done.returncode == 0, done.stderr
    comparison = read(tmp_path / "latest" / "comparison.json")
    assert [row["model"] for row in comparison["rows"]] == ["linear"]
    assert comparison["missing"][0]["model"] == "distilbert"
    assert "distilbert is missing: " in done.stdout


def test_ctrl_c_keeps_what_is_finished(tmp_path):
    arguments = [sys.executable, "-m", "training.run", *SETTINGS, "--epochs", "500", "--early-stopping-patience", "500"]
    child = subprocess.Popen(
        [*arguments, "--models", "linear", "rnn", "--output", tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # the terminal sends the signal to the whole group
    )
    for line in child.stdout:
        if "epoch" in line:
            break
    os.killpg(child.pid, signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Interrupted" in err
    assert "Traceback" not in out + err
    comparison = read(tmp_path / "latest" / "comparison.json")
    assert [row["model"] for row in comparison["rows"]] == ["linear"]


def test_a_killed_model_is_a_failed_row(tmp_path):
    arguments = [sys.executable, "-m", "training.run", *SETTINGS, "--epochs", "500", "--early-stopping-patience", "500"]
    run = subprocess.Popen(
        [*arguments, "--models", "rnn", "linear", "--output", tmp_path], stdout=subprocess.PIPE, text=True
    )
    for line in run.stdout:
        if "epoch" in line:
            break
    import psutil

    trainers = [child for child in psutil.Process(run.pid).children(recursive=True) if not child.children()]
    max(trainers, key=lambda child: child.cpu_times().user).kill()
    run.communicate(timeout=120)
    assert run.returncode == 1
    rnn, linear = read(tmp_path / "latest" / "comparison.json")["rows"]
    assert rnn["failed"] == "its process ended with SIGKILL"
    assert linear["failed"] is None
