"""One model trained by two processes comes to the numbers of one."""

import os
import socket
import subprocess
import sys

import numpy as np
import pytest

from models.predictions import read_predictions
from models.run_folder import RunFolder
from training.devices.processes import VARIABLES, Processes, ProcessesUnusable

FLAGS = [
    *("--data", "sample", "--sample", "240", "--epochs", "2", "--sequence-length", "16", "--width", "8"),
    *("--vocabulary-size", "500", "--unlabelled-sample", "100", "--batch-size", "25", "--models", "rnn", "linear"),
    *("--class-weights", "balanced", "--formats", "--no-explain"),
]
TOLERANCE = 1e-4


def train(output, root, environment):
    return subprocess.Popen(
        [sys.executable, "-m", "training.run", *FLAGS, "--output", output],
        cwd=root, env=os.environ | {"PYTHONPATH": str(root), "KERAS_BACKEND": "jax"} | environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.mark.long
def test_two_processes_come_to_the_numbers_of_one(tmp_path, root):
    pytest.importorskip("jax", reason="JAX is not installed: pip install -e '.[jax]'")
    alone = train(tmp_path / "alone", root, {})
    lines = alone.communicate(timeout=600)[0]
    assert alone.returncode == 0, lines
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    both = [
        train(tmp_path / str(index), root, dict(zip(VARIABLES, (address, "2", str(index)), strict=True)))
        for index in range(2)
    ]
    try:
        written = [process.communicate(timeout=600)[0] for process in both]
    finally:
        for process in both:
            process.kill()
    assert [process.returncode for process in both] == [0, 0], written
    assert "epoch  2/2" in written[1]  # it has trained along
    assert not (tmp_path / "1").exists()  # and written nothing
    one, two = (RunFolder((tmp_path / name / "latest").resolve()) for name in ("alone", "0"))
    for model in ("rnn", "linear"):
        answers = [read_predictions(run.predictions(model, 0), ["negative", "positive"]) for run in (one, two)]
        for part in ("validation", "test"):
            np.testing.assert_allclose(
                answers[1][part].probabilities, answers[0][part].probabilities, rtol=0, atol=TOLERANCE
            )
    assert "trained on 2 devices" in (two.path / "report.md").read_text()


def test_what_the_environment_says_of_processes_is_complete_or_refused():
    said = dict(zip(VARIABLES, ("10.0.0.1:1234,10.0.0.2:1234", "2", "1"), strict=True))
    assert Processes.of(said) == Processes("10.0.0.1:1234", 2, 1)
    assert Processes.of(said).refusal("jax") is None
    assert "needs KERAS_BACKEND=jax" in Processes.of(said).refusal("tensorflow")
    for name, wrong in zip(VARIABLES * 2, ("", "", "", "here", "1", "2"), strict=True):
        with pytest.raises(ProcessesUnusable, match="have to be set together"):
            Processes.of(said | {name: wrong})
