"""A second phase of training continues the history of the first, and is interrupted and continued like it."""

import csv

import keras
import numpy as np
import pytest

from models.framework import make_deterministic
from training.command_line import parse
from training.fitting.callbacks import EarlyEnd
from training.fitting.fit import fit

pytestmark = pytest.mark.slow
FLAGS = ("--early-stopping-patience", "2", "--plateau-patience", "1")
MEASURED = {"seconds"}


def points(seed, rows=40):
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(rows, 4)).astype("float32")
    return inputs, (inputs[:, 0] + rng.normal(size=rows) > 0).astype(int)


def phase(model, folder, epochs, rate, before=None):
    return fit(
        model, points(0), points(1), settings=parse(list(FLAGS)), seed=3, epochs=epochs, learning_rate=rate,
        batch_size=8, folder=folder, title="points", before=before,
    )  # fmt: skip


def both(folder, second_rate=5e-2):
    """A head, then a layer below it together with the head: the model, and the history of one phase and of both."""
    make_deterministic(3)
    head = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.2), keras.layers.Dense(2, activation="softmax")])
    first = phase(head, folder, 3, 1e-2)
    make_deterministic(3)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, kernel_initializer="identity"), head])
    return model, first, phase(model, folder, 4, second_rate, before=first)


def read(folder):
    return list(csv.DictReader((folder / "history.csv").open()))


def test_the_second_phase_continues_the_history_of_the_first(tmp_path, capsys):
    model, first, history = both(tmp_path)
    assert {name: values[:3] for name, values in history.items() if name != "phase"} == first
    rows = read(tmp_path)
    assert [row["epoch"] for row in rows] == [str(at) for at in range(len(history["loss"]))]
    assert [float(row["phase"]) for row in rows] == history["phase"] == [1, 1, 1] + [2] * (len(rows) - 3)
    assert [float(row["val_loss"]) for row in rows] == history["val_loss"]
    assert "epoch  4/7" in capsys.readouterr().out
    loss = model.evaluate(points(1)[0], keras.utils.to_categorical(points(1)[1]), verbose=0)[0]
    assert loss == pytest.approx(min(history["val_loss"]), abs=0.02)  # but for the smoothing of the labels


def test_a_second_phase_that_finds_nothing_better_leaves_what_it_began_with(tmp_path):
    model, first, history = both(tmp_path, second_rate=5.0)
    assert min(history["val_loss"][3:]) > min(first["val_loss"])
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], np.eye(4))
    ended_by_early_stopping = len(history["loss"]) - 3
    assert ended_by_early_stopping == 2  # its patience counts from the best of the first phase


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="on torch training starts over")
def test_interrupted_in_either_phase_it_comes_to_the_same_numbers(tmp_path, monkeypatch):
    for name in ("whole", "pieces"):
        (tmp_path / name).mkdir()
    model, _, history = both(tmp_path / "whole")
    assert len(history["loss"]) > 5

    go_on = EarlyEnd.on_epoch_end

    def leave(self, epoch, logs=None):
        go_on(self, epoch, logs)
        if epoch in (1, 2, 3, 4):
            raise SystemExit

    monkeypatch.setattr(EarlyEnd, "on_epoch_end", leave)
    for _ in range(4):
        with pytest.raises(SystemExit):
            both(tmp_path / "pieces")
    for _ in range(2):  # the second time nothing is left to train
        resumed, _, resumed_history = both(tmp_path / "pieces")
        for name in history.keys() - MEASURED:
            assert resumed_history[name] == history[name], name
        for one, other in zip(model.get_weights(), resumed.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
    assert [row["val_loss"] for row in read(tmp_path / "pieces")] == [
        row["val_loss"] for row in read(tmp_path / "whole")
    ]
