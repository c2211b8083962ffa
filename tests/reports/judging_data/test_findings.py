"""Everything that is found of a run's data, from the command to the files and the terminal."""

import numpy as np
import pytest

from data.files import read_json
from models.run_folder import RunFolderError
from reports.explaining.readers import Reader
from reports.judging_data import commands, findings
from reports.reading.judged_data import read_findings


def _guess(texts):
    fine = np.array([0.9 if "not" in text else 0.2 for text in texts])
    return np.stack([fine, 1 - fine], axis=1)


@pytest.fixture
def finished(noisy):
    """A run whose linear model counts as trained; what it would answer is made up."""
    run, *_ = noisy("--models", "linear")
    run.trial("linear", 0).mkdir(parents=True)
    run.metrics("linear", 0).write_text("{}")
    return run


def test_models_are_asked_and_all_of_it_is_written_and_said(finished, monkeypatch, capsys):
    asked = []

    def load_readers(run, seeds, say):
        asked.append((run, seeds))
        say("rnn cannot be loaded: it is gone")
        return {"linear": Reader("linear", "all", 0, _guess, str)}, []

    monkeypatch.setattr(findings, "load_readers", load_readers)
    commands.judge(finished.path)
    assert asked == [(finished.path, {"linear": 0})]
    found = read_findings(finished.path)
    assert found.reactions.models == ["linear"]
    assert found.reactions.missing == ["rnn cannot be loaded: it is gone"]
    assert found.weaknesses is None  # it left no answers
    assert found.changes.quick
    said = capsys.readouterr().out
    assert "What changes an answer?\n" in said
    assert "Not asked: rnn cannot be loaded: it is gone" in said
    assert said.index("What changes an answer?") < said.index("What could raise accuracy?")


def test_models_that_cannot_be_loaded_are_no_error(finished, monkeypatch, capsys):
    def load_readers(*_):
        raise RunFolderError("No model can be loaded.")

    monkeypatch.setattr(findings, "load_readers", load_readers)
    commands.judge(finished.path)
    assert read_json(finished.judged_data)["reactions"]["missing"] == ["No model can be loaded."]
    assert "Not asked: No model can be loaded." in capsys.readouterr().out


@pytest.mark.slow
def test_a_run_without_trained_models_is_judged_by_its_texts(noisy, capsys):
    run, *_ = noisy("--models", "linear")
    commands.judge(run.path)
    found = read_findings(run.path)
    assert (found.weaknesses, found.reactions, found.counterfactuals) == (None, None, [])
    assert found.changes.changes
    assert "What could raise accuracy?" in capsys.readouterr().out
