"""Training that goes on from a checkpoint ends with the very numbers of training that was never interrupted."""

import csv

import keras
import numpy as np
import pytest

from models.architectures.sizes import Sizes
from models.catalog import CATALOG, Family, distinct, of_family
from models.framework import make_deterministic
from training.command_line import parse
from training.fitting import checkpoint
from training.fitting.batches import ShuffledBatches
from training.fitting.callbacks import EarlyEnd
from training.fitting.fit import fit

NETWORKS = distinct(of_family(Family.WORDS))
SETTINGS = Sizes(vocabulary_size=12, sequence_length=6, width=8, dropout=0.3)
# Validation is noise, so that within eight epochs the learning rate falls and early stopping comes or nearly comes.
FLAGS = ("--epochs", "8", "--plateau-patience", "1", "--early-stopping-patience", "4")


def noise(seed, rows=50):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 12, (rows, 6)).astype("int32"), rng.integers(0, 2, rows)


def trained(name, folder):
    """Weights and history, as a new process would come by them."""
    make_deterministic(3)
    model = CATALOG[name].build(SETTINGS)
    settings = parse(list(FLAGS))
    history = fit(
        model, noise(0), noise(1), settings=settings, seed=3, epochs=settings.epochs, learning_rate=3e-2,
        batch_size=16, folder=folder, title=name,
    )  # fmt: skip
    return model.get_weights(), {key: values for key, values in history.items() if key != "seconds"}


@pytest.mark.long
@pytest.mark.skipif(keras.backend.backend() == "torch", reason="on torch training starts over")
@pytest.mark.parametrize(
    ("name", "ends", "more"), [(name, (0, 4) if at == 0 else (2,), at == 0) for at, name in enumerate(NETWORKS)]
)
def test_interrupted_it_comes_to_the_same_numbers(name, ends, more, tmp_path, monkeypatch):
    """The first one again and again, and once more when nothing is left to train."""
    (tmp_path / "whole").mkdir()
    (tmp_path / "pieces").mkdir()
    weights, history = trained(name, tmp_path / "whole")
    assert len(set(history["learning_rate"])) > 1  # the plateau rule had something to remember

    go_on = EarlyEnd.on_epoch_end

    def leave(self, epoch, logs=None):
        go_on(self, epoch, logs)
        if epoch in ends:
            raise SystemExit

    monkeypatch.setattr(EarlyEnd, "on_epoch_end", leave)
    for _ in ends:
        with pytest.raises(SystemExit):
            trained(name, tmp_path / "pieces")
    for _ in range(2 if more else 1):  # the second time early stopping's best weights are found again
        resumed_weights, resumed_history = trained(name, tmp_path / "pieces")
        assert resumed_history == history
        for one, other in zip(weights, resumed_weights, strict=True):
            np.testing.assert_array_equal(one, other)
    for folder in ("whole", "pieces"):
        rows = list(csv.DictReader((tmp_path / folder / "history.csv").open()))
        assert [row["epoch"] for row in rows] == [str(epoch) for epoch in range(len(history["loss"]))]
        assert [float(row["val_loss"]) for row in rows] == history["val_loss"]


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() == "torch", reason="on torch training starts over")
def test_with_a_damaged_checkpoint_it_starts_over(tmp_path):
    history = trained("rnn", tmp_path)[1]
    saved = tmp_path / "checkpoint.npz"
    saved.write_bytes(saved.read_bytes()[:-500])
    assert trained("rnn", tmp_path)[1] == history
    rows = list(csv.DictReader((tmp_path / "history.csv").open()))
    assert [row["epoch"] for row in rows] == [str(epoch) for epoch in range(len(history["loss"]))]
    assert [float(row["val_loss"]) for row in rows] == history["val_loss"]


def test_everything_that_callbacks_remember_is_kept(tmp_path):
    # Whatever an epoch changes in them must be in the table, or a later Keras would be resumed wrongly in silence.
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy")
    for kind, remembered in checkpoint.REMEMBERED.items():
        callback = kind(monitor="loss", patience=1, min_delta=9.0)
        callback.set_model(model)
        callback.on_train_begin()
        before = dict(vars(callback))
        for epoch, loss in enumerate((5.0, 5.0, 5.0)):
            callback.on_epoch_end(epoch, {"loss": loss})
        changed = {name for name, value in vars(callback).items() if value is not before[name]}
        assert changed - {"best_weights", "monitor_op", "min_delta"} <= set(remembered)


def test_each_epoch_has_every_text_once_in_an_order_of_its_own():
    batches = ShuffledBatches(np.arange(10), np.eye(10), batch_size=4, seed=1)
    seen = []
    for epoch in (0, 1, 0):
        batches.shuffle(epoch)
        seen.append(np.concatenate([batches[at][0] for at in range(len(batches))]).tolist())
    assert [len(batches[at][0]) for at in range(3)] == [4, 4, 2]
    assert sorted(seen[0]) == sorted(seen[1]) == list(range(10))
    assert seen[0] == seen[2] != seen[1]
    assert seen[0] != ShuffledBatches(np.arange(10), np.eye(10), batch_size=4, seed=2).order.tolist()
