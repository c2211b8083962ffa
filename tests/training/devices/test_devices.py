"""Several devices come to the numbers of one."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from training.devices.device_set import DeviceSet
from training.devices.divided_batches import LOSS, DividedBatches, losses
from training.fitting.batches import ShuffledBatches
from training.run import main

TOLERANCE = 1e-4


@pytest.mark.long
@pytest.mark.skipif(keras.backend.backend() == "torch", reason="Keras divides no batches among devices on torch")
def test_every_architecture_learns_on_two_devices_what_it_learns_on_one(tmp_path, root):
    """Weighted texts, batches that do not divide, one that has fewer texts than there are devices, and the first
    architecture interrupted and continued.
    """
    script, result = Path(__file__).with_name("train_on_devices.py"), tmp_path / "found.npz"
    done = subprocess.run(
        [sys.executable, script, result],
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "2 virtual devices of the processor stand in for real ones" in done.stdout
    with np.load(result) as found:
        pairs = {key[:-2]: (found[key], found[f"{key[:-2]}/2"]) for key in found if key.endswith("/1")}
    assert len(pairs) >= 5 * 6
    for key, (one, two) in pairs.items():
        np.testing.assert_allclose(two, one, rtol=0, atol=TOLERANCE, err_msg=key)


def divided(rows, count, processes=1, process=0):
    labels = np.eye(2, dtype="float32")[np.arange(rows) % 2]
    weights = 1 + np.arange(rows, dtype="float32")
    batches = ShuffledBatches(np.arange(rows), labels, weights, batch_size=8, seed=None)
    devices = DeviceSet([f"d{at}" for at in range(count)], processes=processes, process=process)
    return DividedBatches(batches, devices)


def test_a_batch_is_filled_up_with_rows_that_count_nothing():
    # 10 texts: a batch of 8 becomes 9 rows for 3 devices, each text counting 9/8; one of 2 becomes 3
    batches = divided(10, 3)
    inputs, described = batches[0]
    assert inputs.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 0]
    np.testing.assert_allclose(described[:, -1], [9 / 8] * 8 + [0])
    assert described[:, -2].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 1]
    assert [len(batches[at][0]) for at in range(len(batches))] == [9, 3]


def test_processes_have_shares_that_are_the_batch_together():
    whole = divided(10, 4)
    shares = [divided(10, 4, processes=2, process=at) for at in range(2)]
    for index in range(len(whole)):
        for part in range(2):
            np.testing.assert_array_equal(np.concatenate([share[index][part] for share in shares]), whole[index][part])


def test_loss_and_metrics_are_those_of_the_texts():
    loss, (accuracy, mean) = losses(0.1)
    batches, answers = divided(10, 3), np.array([[0.7, 0.3], [0.6, 0.4]], "float32")
    labels, weights = np.eye(2)[np.arange(10) % 2], 1 + np.arange(10)
    smoothed = 0.9 * labels + 0.05
    each = -(smoothed * np.log(answers[np.arange(10) % 2])).sum(axis=1) * weights
    for index, texts in enumerate((slice(0, 8), slice(8, 10))):
        inputs, described = batches[index]
        given = answers[inputs % 2]
        assert float(np.mean(loss(described, given))) == pytest.approx(each[texts].mean(), rel=1e-5)
        accuracy.update_state(described, given)
        mean.update_state(described, given)
    assert float(accuracy.result()) == 0.5  # always the first class
    assert float(mean.result()) == pytest.approx(each.mean(), rel=1e-5)
    assert (accuracy.name, mean.name) == ("accuracy", LOSS)


def test_torch_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)  # also where torch is not installed
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert main(["--devices", "2"]) == 2
    assert capsys.readouterr().err == (
        "error: --devices 2 needs KERAS_BACKEND=jax or tensorflow: Keras divides no batches among devices on torch.\n"
    )
