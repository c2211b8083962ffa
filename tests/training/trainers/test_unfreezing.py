"""`--unfreeze`, from the command to the export: two phases of one training."""

import csv
import json
import math
import time

import numpy as np
import pytest

from data.cleaning import Cleaner
from data.preparing import load_texts
from data.splits.unlabelled import Unlabelled
from models.catalog import CATALOG, Family, of_family
from models.description import Description
from models.run_folder import RunFolder
from training import command_line
from training.ending import Ending
from training.trainers import encoder
from training.trainers.trained import Task

pytestmark = pytest.mark.long
(ENCODER,) = of_family(Family.ENCODER)
FLAGS = "--data sample --sample 240 --sequence-length 16 --backbone-length 16 --epochs 3 --unfreeze 1 --no-explain"
SECOND = "--unfreeze-epochs 2 --unfreeze-learning-rate 0.01"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def run(command, preset_folders, tmp_path_factory, cache):
    """A run of a tiny encoder alone, exported."""
    output = tmp_path_factory.mktemp("runs")
    done = command(
        "training.run", *FLAGS.split(), *SECOND.split(), "--models", ENCODER, "--backbone", preset_folders["bert"],
        "--output", output, SENTIMENT_ARCHITECTURES_CACHE=str(cache),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return RunFolder(output / "latest")


def test_both_phases_are_one_history(run):
    metrics = json.loads(run.metrics(ENCODER, 0).read_text())
    rows = list(csv.DictReader((run.trial(ENCODER, 0) / "history.csv").open()))
    assert [float(row["phase"]) for row in rows] == [1, 1, 1, 2, 2]
    assert metrics["epochs"] == metrics["epochs_allowed"] == len(rows)
    losses = [float(row["val_loss"]) for row in rows]
    assert metrics["best_epoch"] == np.argmin(losses) + 1
    assert metrics["learning_rate_moved"] == (len({(row["phase"], row["learning_rate"]) for row in rows}) > 2)
    assert metrics["seconds_per_epoch"] == pytest.approx(np.median([float(row["seconds"]) for row in rows[3:]]))
    assert metrics["epochs_setting"] == "--unfreeze-epochs"
    assert not list(run.path.rglob("*checkpoint.npz"))
    assert 0.5 < metrics["estimated_memory_mb"] / metrics["peak_memory_mb"] < 2


def test_what_was_trained_is_exported_and_reported(run):
    described = Description.load(run.description(ENCODER, 0))
    assert described.unfrozen == 1
    assert "last 1 block trained" in described.title
    assert {path.name for path in run.trial(ENCODER, 0).glob("*.h5")} == set(described.files.values())
    formats = json.loads((run.export(ENCODER) / "parity.json").read_text())["formats"]
    assert {found["refused"] for found in formats.values()} == {None}
    assert "last 1 block trained" in (run.path / "report.html").read_text(encoding="utf-8")


def test_the_curves_of_both_phases_are_one_in_tensorboard(run):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(run.trial(ENCODER, 0) / "validation")).Reload()
    assert [event.step for event in events.Tensors("epoch_loss")] == [0, 1, 2, 3, 4]


def test_the_second_phase_does_not_begin_once_the_time_is_up(run, tmp_path, monkeypatch, cache):
    monkeypatch.setenv("SENTIMENT_ARCHITECTURES_CACHE", str(cache))  # which has every feature
    short = RunFolder(tmp_path)
    command_line.save(command_line.load(run.settings), short.settings)
    short.trial(ENCODER, 0).mkdir(parents=True)
    ending = Ending(deadline=time.monotonic() - 1)
    for module in ("training.trainers.encoder", "training.fitting.callbacks"):
        monkeypatch.setattr(f"{module}.ending", ending)
    parts, settings = load_texts(run.prepared(0)), command_line.load(short.settings)
    task = Task(CATALOG[ENCODER], settings, short, 0, parts, Unlabelled([], []), 2, Cleaner())
    trained = encoder.train(task)
    assert ending.cut_short
    assert len(trained.history["loss"]) == 1
    assert "phase" not in trained.history
    assert trained.description.unfrozen == 0
    assert (short.trial(ENCODER, 0) / trained.description.files["model"]).exists()
    assert math.isclose(trained.probabilities["test"].sum(), len(task.parts["test"].texts), rel_tol=1e-4)

    # Once there is time it goes on where it was, to what it would have been.
    for module in ("training.trainers.encoder", "training.fitting.callbacks"):
        monkeypatch.setattr(f"{module}.ending", Ending())
    trained = encoder.train(task)
    assert trained.description.unfrozen == 1
    assert trained.history["phase"] == [1, 1, 1, 2, 2]
