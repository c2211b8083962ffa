"""`--search` as a user types it: whole runs, and what their files know."""

import csv
import json
import os
import signal
import subprocess
import sys
import zipfile

import pytest

from data.files import read_json
from data.preparing import load_texts
from models.catalog import Family, of_family
from models.run_folder import RunFolder
from training.environment import backend
from training.search import trial
from training.search.chosen import load_chosen

SMALL = (
    "--data sample --sample 240 --unlabelled-sample 200 --epochs 2 --sequence-length 16 --width 8 "
    "--vocabulary-size 300 --formats --no-explain"
).split()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run with a search that nobody disturbed."""
    output = tmp_path_factory.mktemp("whole")
    arguments = [*SMALL, "--models", "lstm", "--search", "3", "--seeds", "2", "--output", str(output)]
    subprocess.run([sys.executable, "-m", "training.run", *arguments], check=True, stdout=subprocess.DEVNULL)
    return RunFolder((output / "latest").resolve())


def _curve(folder):
    with (folder / "history.csv").open(encoding="utf-8", newline="") as file:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]


@pytest.mark.slow
def test_no_file_of_a_search_knows_a_test_text(whole):
    trials = sorted(whole.search.path.glob("*/*/metrics.json"))
    assert len(trials) == 3
    for path in trials:
        names = {file.name for file in path.parent.iterdir() if "tfevents" not in file.name}
        assert names == {"metrics.json", "model.json", "history.csv", "train", "validation"}
        found = json.loads(path.read_text(encoding="utf-8"))
        assert "test" not in path.read_text(encoding="utf-8")
        parts = load_texts(whole.prepared(0))
        assert found["validation"]["n"] == len(parts["validation"].texts)
        assert found["train"]["n"] == len(parts["train"].texts)


@pytest.mark.slow
def test_what_trains_in_a_search_is_not_given_the_test_texts(whole, monkeypatch):
    given = {}

    def train(task):
        given.update(task.parts)
        raise InterruptedError

    monkeypatch.setitem(trial.TRAINERS, trial.CATALOG["lstm"].family, train)
    with pytest.raises(InterruptedError):
        trial._train_and_validate(whole, "lstm", 0, 0, {"dropout": 0.1}, 0.0)
    assert set(given) == {"train", "validation"}


@pytest.mark.slow
def test_every_seed_is_trained_with_what_was_chosen_and_says_so(whole):
    chosen = load_chosen(whole, "lstm")
    for seed in (0, 1):
        description = read_json(whole.description("lstm", seed))
        assert description["chosen"] == chosen.sentence
        assert description["searched"] == chosen.settings
    # The same settings, split and first weights: the trial of the first seed is the one that was chosen again.
    assert _curve(whole.trial("lstm", 0)) == _curve(whole.search.trial("lstm", chosen.trial))


@pytest.mark.long
@pytest.mark.skipif(backend() == "torch", reason="torch repeats its numbers within one process only")
def test_a_search_that_is_interrupted_comes_to_the_same(whole, command, tmp_path):
    arguments = [*SMALL, "--models", "lstm", "--search", "3", "--seeds", "2", "--output", str(tmp_path)]
    for how, after in ((signal.SIGINT, "lstm: search trial 1 of 3"), (signal.SIGKILL, "lstm (search 3)")):
        run = subprocess.Popen(
            [sys.executable, "-m", "training.run", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        for line in run.stdout:
            if line.startswith(after):
                break
        os.killpg(run.pid, how)
        out, err = run.communicate(timeout=60)
        assert run.returncode == (130 if how == signal.SIGINT else -signal.SIGKILL), err
        assert "Traceback" not in out + err
        arguments = ["--resume", str(tmp_path / "latest")]
    done = command("training.run", *arguments)
    assert done.returncode == 0, done.stderr
    folder = RunFolder((tmp_path / "latest").resolve())
    assert load_chosen(folder, "lstm") == load_chosen(whole, "lstm")
    for number in range(3):
        assert _curve(folder.search.trial("lstm", number)) == _curve(whole.search.trial("lstm", number))
        found, expected = (read_json(place.search.metrics("lstm", number)) for place in (folder, whole))
        for name in ("settings", "train", "validation", "best_epoch"):
            assert found[name] == expected[name]
    for seed in (0, 1):
        assert folder.predictions("lstm", seed).read_text() == whole.predictions("lstm", seed).read_text()


@pytest.mark.slow
def test_the_trials_of_a_search_are_in_tensorboard(whole):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    for number in range(3):
        folder = whole.search.trial("lstm", number)
        events = EventAccumulator(str(folder)).Reload()
        value = float(make_ndarray(events.Tensors("search/validation_loss")[0].tensor_proto))
        assert value == pytest.approx(read_json(folder / "metrics.json")["validation"]["loss"])
        plugin = events.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
        assert b"search_trial" in plugin
        assert b"weight_decay" in plugin


@pytest.mark.long
def test_an_encoder_s_head_is_searched_without_the_test_texts(command, preset_folders, tmp_path):
    (model,) = of_family(Family.ENCODER)
    done = command(
        "training.run", *SMALL, "--models", model, "--backbone", preset_folders["bert"], "--backbone-length", "16",
        "--search", "head_dropout=0.1,0.5", "--output", tmp_path, SENTIMENT_ARCHITECTURES_CACHE=str(tmp_path / "cache"),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    run = RunFolder((tmp_path / "latest").resolve())
    dropouts = [read_json(run.search.metrics(model, number))["settings"]["head_dropout"] for number in (0, 1)]
    assert dropouts == [0.1, 0.5]
    chosen = load_chosen(run, model)
    assert _curve(run.trial(model, 0)) == _curve(run.search.trial(model, chosen.trial))
    assert _curve(run.trial(model, 0)) != _curve(run.search.trial(model, 1 - chosen.trial))
    head = zipfile.ZipFile(run.trial(model, 0) / "model.keras").read("config.json").decode()
    assert f'"rate": {chosen.settings["head_dropout"]}' in head
    # The texts of training and validation are encoded for the search, those of test afterwards.
    sizes = {part: len(found.texts) for part, found in load_texts(run.prepared(0)).items()}
    assert f"{sizes['train'] + sizes['validation']} new texts encoded" in done.stdout
