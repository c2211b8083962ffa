"""The benchmark: what it plans, what it refuses, and one small measurement from the command to the table."""

import json
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from training.benchmark import __main__ as benchmark
from training.benchmark.cases import AXES, Case, plan
from training.benchmark.measurement import texts


def test_each_case_once_with_one_size_that_varies():
    cases = plan(["lstm", "cnn"], ["jax"], [16, 32], ["texts", "batch"])
    assert len(cases) == len(set(cases)) == 2 * (2 + len(AXES["texts"]) - 1 + len(AXES["batch"]) - 1)
    base = Case("cnn", "jax", 16)
    for case in cases[len(cases) // 2 + 1 :]:
        differing = {name for name in AXES if getattr(case, name) != getattr(base, name)}
        assert len(differing) <= 1


def test_texts_are_padded_behind_their_words():
    ids, labels = texts(300, 64, 50)
    assert ids.shape == (300, 64)
    assert set(np.unique(labels)) == {0, 1}
    assert ids.max() < 50
    real = ids > 0
    assert (real.sum(axis=1) >= 1).all()
    assert (np.diff(real.astype(int), axis=1) <= 0).all()  # never a word behind padding
    assert 0.2 < (real.sum(axis=1) == 64).mean() < 0.5


def test_bad_input_is_one_sentence(tmp_path, capsys, monkeypatch):
    output = tmp_path / "there.jsonl"
    output.write_text("", encoding="utf-8")
    usual = ["--models", "rnn", "--backends", "tensorflow"]
    assert benchmark.main([*usual, "--output", str(output)]) == 2
    assert "there.jsonl is there already: name another file with --output." in capsys.readouterr().err
    assert benchmark.main([*usual, "--peer", str(tmp_path / "nobody")]) == 2
    assert capsys.readouterr().err.endswith("nobody is not there: name a file of JSON lines.\n")
    monkeypatch.setattr(benchmark.importlib.util, "find_spec", lambda name: None if name == "jax" else True)
    assert benchmark.main(["--backends", "jax"]) == 2
    assert "jax is not installed: leave it out of --backends" in capsys.readouterr().err


@pytest.mark.long
def test_a_measurement_becomes_a_line_and_a_table(command, tmp_path):
    output = tmp_path / "speeds.jsonl"
    flags = "--models rnn --backends tensorflow --batch 64 128 --epochs 1 --repeats 1".split()
    done = command("training.benchmark", *flags, "--output", output)
    assert done.returncode == 0, done.stderr
    first, *rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert first["environment"]["backend"] == "tensorflow"
    assert [row["batch"] for row in rows] == [64, 128]
    for row in rows:
        assert len(row["epoch_seconds"]) == 1
        assert row["seconds_per_epoch"] == row["epoch_seconds"][0] > 0
        assert set(row["texts_per_second"]) == {"1", "32", "256"}
        assert row["start_seconds"] > 0.5  # Keras and TensorFlow were imported
        assert row["peak_memory_mb"] > 100
    assert "| rnn     | tensorflow | 2,000" in (tmp_path / "speeds.md").read_text(encoding="utf-8")
    assert (tmp_path / "speeds-batch.svg").exists()
    assert "1 of 2: rnn on tensorflow, 2,000 texts of 64 tokens, vocabulary 5,000, batch 64: " in done.stdout


@pytest.mark.slow
def test_a_measurement_ends_with_the_command(tmp_path):
    flags = "--models rnn --backends tensorflow --batch 1 --epochs 50 --repeats 1".split()
    process = subprocess.Popen(
        [sys.executable, "-m", "training.benchmark", *flags, "--output", tmp_path / "b.jsonl"],
        stdout=subprocess.DEVNULL,
    )
    ends, children = time.monotonic() + 60, []
    while not children and time.monotonic() < ends:
        time.sleep(0.2)
        children = psutil.Process(process.pid).children(recursive=True)
    time.sleep(2)  # it has begun by then
    process.kill()
    process.wait()
    assert children
    assert not psutil.wait_procs(children, timeout=20)[1]
