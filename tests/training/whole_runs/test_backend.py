"""Which backend a run takes, and that it stays with it."""

import importlib.util
import json
import os

import pytest
import yaml

from training import environment
from training.environment import BackendUnusable, choose_backend

SMALL = "--data sample --sample 240 --sequence-length 16 --width 8 --vocabulary-size 300 --formats --no-explain"


@pytest.fixture
def installed(monkeypatch):
    """Has these backends be installed, and none be named by the user's shell."""

    def have(*names):
        monkeypatch.delenv("KERAS_BACKEND", raising=False)
        monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: name in names or None)

    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")  # is put back after the test
    return have


def test_auto_is_the_fastest_that_is_installed(installed):
    installed("tensorflow", "jax", "torch")
    assert choose_backend("auto") == os.environ["KERAS_BACKEND"] == environment.backend() == "jax"
    installed("tensorflow", "torch")
    assert choose_backend("auto") == "tensorflow"


def test_the_shells_choice_wins_and_that_is_said(installed, monkeypatch, capsys):
    installed("tensorflow", "jax", "torch")
    assert choose_backend("torch") == "torch"
    assert choose_backend("torch") == "torch"
    assert capsys.readouterr().out == ""
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert choose_backend("jax") == "tensorflow"
    assert capsys.readouterr().out == "KERAS_BACKEND=tensorflow is set and wins over --backend jax.\n"


def test_what_is_not_installed_is_refused_as_it_was_named(installed):
    installed("tensorflow")
    with pytest.raises(BackendUnusable, match=r"^--backend torch is not installed: pip install -e '.\[torch\]'"):
        choose_backend("torch")


@pytest.mark.long
@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
def test_a_run_continues_on_the_backend_it_was_begun_on(command, tmp_path, monkeypatch):
    """It is begun without any setting, killed by a limit of time, and continued in a shell that says nothing."""
    monkeypatch.delenv("KERAS_BACKEND")
    cached = {"SENTIMENT_ARCHITECTURES_CACHE": str(tmp_path / "kept")}
    whole = ("--models", "lstm", "linear", "--epochs", "4", "--output")
    done = command("training.run", *SMALL.split(), *whole, tmp_path / "whole", **cached)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Keras on jax; ")
    run = tmp_path / "whole" / "latest"
    assert yaml.safe_load((run / "settings.yaml").read_text())["backend"] == "jax"
    assert json.loads((run / "environment.json").read_text())["backend"] == "jax"
    assert list((tmp_path / "kept" / "compiled").glob("*/*-cache"))
    predictions = (run / "lstm" / "0" / "predictions.csv").read_bytes()
    (run / "lstm" / "0" / "metrics.json").unlink()
    (run / "lstm" / "0" / "predictions.csv").unlink()
    # Trained again with what was compiled before: the same numbers, to the last digit.
    done = command("training.run", "--resume", run, **cached)
    assert done.returncode == 0, done.stderr
    assert (run / "lstm" / "0" / "predictions.csv").read_bytes() == predictions
