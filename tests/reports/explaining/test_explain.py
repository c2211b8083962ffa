"""The command, on a tiny run with real models, and the gathering of explanations on made up ones."""

import dataclasses
import json
import shutil
import sys

import numpy as np
import pytest

from data.cleaning import Cleaner
from data.files import read_json
from data.words.cutting import LEFT
from models.catalog import Family
from models.description import Description
from models.run_folder import RunFolder, RunFolderError
from reports import explain
from reports.explaining import readers as reading
from reports.explaining import run_explanations as explaining
from reports.explaining.readers import Reader
from reports.writing import inside

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}  # the command sets it where nothing else did; JAX, once imported here, has


@pytest.fixture
def run(tiny_run, tmp_path):
    shutil.copytree(tiny_run[0], tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.mark.slow
def test_the_whole_command_explains_texts_of_the_run(run, command):
    done = command("reports.explain", run, **QUIET)
    assert (done.returncode, done.stderr) == (0, "")
    found = read_json(run / "explanations.json")
    assert set(found["models"]) == {"lstm", "transformer", "linear"}
    assert found["seed"] == 3
    for text in found["texts"]:
        for model, answer in text["answers"].items():
            # what was trained answers here as it did then
            line = next(
                line.split(",")
                for line in (run / model / "3" / "predictions.csv").read_text().splitlines()
                if line.startswith(f"test,{text['index']},")
            )
            assert answer["probabilities"] == pytest.approx([float(value) for value in line[4:]], abs=2e-5)
            assert len(answer["log_odds"]) == len(text["words"]) == text["total_words"]
            unread = [at for at, reason in answer["unread"].items() if reason == "cleaned away"]
            assert all(answer["log_odds"][int(at)] == pytest.approx(0, abs=1e-4) for at in unread)
    with np.load(run / "attention.npz", allow_pickle=False) as arrays:
        for at, read in enumerate(found["attention"]):
            tokens = len(read["tokens"])
            assert arrays[str(at)].shape == (2, 4, tokens, tokens)
            np.testing.assert_allclose(arrays[str(at)].sum(axis=-1), 1, atol=5e-3)  # kept in 16 bits
    assert "Which words moved each model" in inside.render(run)


@pytest.mark.slow
def test_ones_own_text_by_some_models(run, command, tmp_path):
    page = tmp_path / "page.html"
    done = command("reports.explain", run, "aaaa cccc <i>", "--model", "linear", "--output", page, **QUIET)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("linear: ")
    assert "\x1b" not in done.stdout  # not a terminal
    assert "lstm" not in done.stdout
    assert "&lt;i&gt;" in page.read_text(encoding="utf-8")
    assert not (run / "explanations.json").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nowhere"], "nowhere is no run folder: settings.yaml is not in it."),
        (["RUN", "  \n "], "The text is empty: give some words."),
        (["RUN", "-"], "The text is empty: give some words."),
        (["RUN", "words", "--model", "rnn"], "has no trained rnn: choose from lstm, transformer, linear."),
        (["RUN", "--output", "x.html"], "--output is for a text of your own"),
        (["RUN", "words", "--output", "no/where/x.html"], "no/where is no folder."),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(run, arguments, expected, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", type("Empty", (), {"buffer": type("", (), {"read": lambda: b" \xff"[:1]})}))
    assert explain.main([str(run) if argument == "RUN" else argument for argument in arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1
    assert expected in said


def test_a_run_without_a_trained_model_is_refused(run, capsys):
    for model in ("lstm", "transformer", "linear"):
        shutil.rmtree(run / model)
    assert explain.main([str(run), "words"]) == 2
    assert "has no trained model: train some with python -m training.run." in capsys.readouterr().err


def reader(answer):
    return Reader("made up", "all words", 3, answer, str.lower)


def test_a_model_that_cannot_work_is_left_out_and_said(run, monkeypatch):
    def load(_, model, *__):
        if model == "lstm":
            raise RunFolderError("lstm (seed 3) cannot be loaded: no weights")
        return reader(lambda texts: np.tile([0.3, 0.7], (len(texts), 1)))

    said = []
    monkeypatch.setattr(explaining, "load_reader", load)
    readers, missing = explaining.load_readers(run, {"lstm": 3, "linear": 3}, said.append)
    assert list(readers) == ["linear"]
    assert missing == [{"model": "lstm", "reason": said[0]}]
    with pytest.raises(RunFolderError, match="No model of .* can be loaded"):
        explaining.load_readers(run, {"lstm": 3}, said.append)


@pytest.mark.parametrize(("seed", "expected"), [(3, [0.4, 0.6]), (4, [0.1, 0.9])])
def test_the_mean_of_models_that_are_loaded_asks_these(tmp_path, monkeypatch, seed, expected):
    """Those of another seed are not its members: it then answers by itself."""
    folder = RunFolder(tmp_path)
    folder.trial("ensemble", seed).mkdir(parents=True)
    made_of = Description(
        name="ensemble",
        title="ensemble (lstm, linear)",
        family=Family.COMBINED,
        seed=seed,
        reads="what its members read",
        files={},
        cleaning=Cleaner(),
        members=["lstm", "linear"],
    )
    made_of.save(folder.description("ensemble", seed))
    monkeypatch.setattr(reading, "_trained", lambda *_: lambda texts: np.tile([0.1, 0.9], (len(texts), 1)))
    others = {
        "lstm": reader(lambda texts: np.tile([0.2, 0.8], (len(texts), 1))),
        "linear": reader(lambda texts: np.tile([0.6, 0.4], (len(texts), 1))),  # the mean is 0.4 and 0.6
    }
    found = reading.load_reader(tmp_path, "ensemble", seed, others)
    np.testing.assert_allclose(found.answer(["a text"]), [expected])


def test_models_that_others_are_made_of_are_loaded_first_and_shown_in_their_order(run, monkeypatch):
    loaded = []

    def load(_, model, __, others):
        loaded.append((model, list(others)))
        return reader(lambda texts: np.tile([0.3, 0.7], (len(texts), 1)))

    monkeypatch.setattr(explaining, "load_reader", load)
    readers, _ = explaining.load_readers(run, {"ensemble": 3, "lstm": 3}, print)
    assert loaded == [("lstm", []), ("ensemble", ["lstm"])]
    assert list(readers) == ["ensemble", "lstm"]


def test_a_text_is_explained_by_every_model_in_json():
    always = reader(lambda texts: np.tile([0.25, 0.75], (len(texts), 1)))
    found = explaining.explain_text(f"One {'w' * 50} three", {"always": always}, 2)
    assert json.loads(json.dumps(found)) == {
        "words": ["One", "w" * 40 + "…"],
        "total_words": 3,
        "skipped": 0,
        "answers": {
            "always": {
                "probabilities": [0.25, 0.75],
                "answer": 1,
                "without": [0.75, 0.75],
                "log_odds": [0.0, 0.0],
                "unread": {},
            }
        },
    }


def test_the_last_words_are_looked_at_where_a_model_reads_the_end():
    always = reader(lambda texts: np.tile([0.25, 0.75], (len(texts), 1)))
    of_end = dataclasses.replace(always, length=2, side=LEFT)
    found = explaining.explain_text("One two three four", {"always": always, "of_end": of_end}, 3)
    assert (found["words"], found["total_words"], found["skipped"]) == (["two", "three", "four"], 4, 1)
    assert found["answers"]["always"]["unread"] == {}
    assert found["answers"]["of_end"]["unread"] == {"0": "too early"}


@pytest.mark.slow
def test_help_comes_at_once(command):
    done = command("reports.explain", "--help", timeout=5)
    assert "--model" in done.stdout
