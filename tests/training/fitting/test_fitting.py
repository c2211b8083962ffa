"""Fitting: the callbacks do what their numbers say, on every backend."""

import csv
from dataclasses import replace

import keras
import numpy as np
import pytest

from models.architectures import rnn
from models.architectures.sizes import Sizes
from models.framework import make_deterministic
from training.command_line import parse
from training.devices.divided_batches import LossOverTexts
from training.fitting.agreement import Agreement
from training.fitting.callbacks import EarlyEnd, EndAtNaN, EpochCurves, EpochSignals
from training.fitting.checkpoint import Checkpoint
from training.fitting.fit import TrainingDiverged, fit
from training.fitting.optimizers import TrackingAdam

TINY = Sizes(vocabulary_size=12, sequence_length=6, width=16)


def task(rows=96, seed=0):
    """Whether word 2 is there."""
    rng = np.random.default_rng(seed)
    ids = rng.integers(3, 12, (rows, 6)).astype("int32")
    labels = rng.integers(0, 2, rows)
    ids[labels == 1, rng.integers(0, 6)] = 2
    return ids, labels


def fitted(folder, *flags, rate=1e-2, **options):
    make_deterministic(0)
    model = rnn.build(TINY)
    history = fit(
        model,
        task(seed=0),
        task(seed=1),
        settings=parse(list(flags)),
        seed=0,
        epochs=parse(list(flags)).epochs,
        learning_rate=rate,
        batch_size=16,
        folder=folder,
        title="rnn",
        **options,
    )
    return model, history


@pytest.mark.slow
def test_it_learns_and_logs_every_signal(tmp_path, capsys):
    model, history = fitted(tmp_path, "--epochs", "6")
    assert max(history["val_accuracy"]) > 0.9
    rows = list(csv.DictReader((tmp_path / "history.csv").open()))
    assert len(rows) == len(history["loss"])
    for row in rows:
        assert float(row["accuracy_gap"]) == pytest.approx(float(row["accuracy"]) - float(row["val_accuracy"]))
        assert float(row["gradient_norm"]) > 0
        assert float(row["learning_rate"]) > 0
        assert float(row["seconds"]) > 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(" epoch " in line for line in lines) == len(rows)
    assert list((tmp_path / "validation").iterdir())


@pytest.mark.slow
def test_weights_count_a_text_as_often_as_they_say(tmp_path):
    """A text of weight 3 counts as three of it, in what training and validation lose."""
    ids, labels = task(rows=16)
    weights = np.where(labels == 1, 3, 1)
    often = np.repeat(np.arange(16), weights)
    settings = parse(["--epochs", "1"])
    losses = {}
    # Keras takes the mean over texts, whatever they weigh.
    for name, data in {
        "weighted": (ids, labels, (weights / weights.mean()).astype("float32")),
        "often": (ids[often], labels[often], None),
        "unweighted": (ids, labels),
    }.items():
        make_deterministic(0)
        model = rnn.build(replace(TINY, dropout=0.0))
        # With so small a step the weights stay what they are, so that both losses are those of the first ones.
        history = fit(
            model,
            data,
            data,
            settings=settings,
            seed=0,
            epochs=1,
            learning_rate=1e-12,
            batch_size=64,
            folder=tmp_path / name,
            title=name,
        )
        losses[name] = history["loss"][0], history["val_loss"][0]
    assert losses["weighted"] == pytest.approx(losses["often"], rel=1e-4)
    assert losses["unweighted"] != pytest.approx(losses["often"], rel=1e-3)


@pytest.mark.slow
def test_it_ends_with_the_weights_of_the_best_epoch(tmp_path):
    model, history = fitted(tmp_path, "--epochs", "8", rate=5e-2)
    ids, labels = task(seed=1)
    loss = model.evaluate(ids, keras.utils.to_categorical(labels, 2), verbose=0)[0]
    assert loss == pytest.approx(min(history["val_loss"]), abs=1e-5)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_numbers(tmp_path):
    runs = []
    for attempt in ("a", "b"):
        (tmp_path / attempt).mkdir()
        runs.append(fitted(tmp_path / attempt, "--epochs", "2")[1])
    assert runs[0]["loss"] == runs[1]["loss"]
    assert runs[0]["val_loss"] == runs[1]["val_loss"]


@pytest.mark.slow
def test_a_loss_that_is_no_number_is_said(tmp_path):
    with pytest.raises(TrainingDiverged, match="NaN in epoch 1: lower --learning-rate"):
        fitted(tmp_path, "--epochs", "3", "--clip-norm", "0", rate=float("nan"))


def test_the_gradient_norm_is_that_before_clipping():
    # one weight, loss 3 · w: the gradient is 3 whatever w, and clipped to 1 before the step
    weight = keras.Variable(np.ones(1, "float32"))
    optimizer = TrackingAdam(0.1, global_clipnorm=1.0)
    optimizer.build([weight])
    for _ in range(4):
        optimizer.apply([keras.ops.convert_to_tensor(np.array([3.0], "float32"))], [weight])
    assert float(optimizer.gradient_norm_sum) == pytest.approx(12.0)
    assert int(optimizer.iterations) == 4


def test_what_is_slowed_takes_a_share_of_the_step():
    # two weights, the same gradient of 1: Adam's first step is as long as the learning rate
    weights = [keras.Variable(np.ones(1, "float32"), name=name) for name in ("words", "others")]
    optimizer = TrackingAdam(0.1)
    optimizer.slow_down(weights[:1], 0.2)
    optimizer.build(weights)
    optimizer.apply([keras.ops.ones(1)] * 2, weights)
    np.testing.assert_allclose([float(1 - weight.numpy()[0]) for weight in weights], [0.02, 0.1], rtol=1e-4)
    assert int(optimizer.iterations) == 1


def test_overfitting_is_warned_of_once(capsys):
    class Model:
        class optimizer:  # noqa: N801
            iterations, gradient_norm_sum, learning_rate = 1, 1.0, 1e-3

    signals = EpochSignals("rnn", 3)
    signals.set_model(Model())
    for epoch, (train, validation) in enumerate([(0.84, 0.6), (0.86, 0.75), (0.9, 0.7)]):
        signals.on_epoch_begin(epoch)
        signals.on_epoch_end(epoch, {"loss": 0.5, "accuracy": train, "val_loss": 0.6, "val_accuracy": validation})
    lines = capsys.readouterr().out.splitlines()
    warnings = [line for line in lines if "warning: over-fitting: 86.0%" in line]
    assert len(warnings) == 1
    assert sum("warning" in line for line in lines) == 1


@pytest.mark.parametrize(
    ("taken", "epochs", "shown"),
    [
        ([9.0, 2.0, 4.0], 20, "  at most about 0:51 left"),  # 17 epochs of 3 s, the median without the first
        ([9.0, 30.0], 8, "  at most about 3:00 left"),
        ([9.0, 0.1], 6, ""),  # 0.4 s
        ([9.0], 6, ""),  # the first compiles
        ([9.0, 2.0], 2, ""),
    ],
)
def test_the_time_left_is_said_from_a_second_on(taken, epochs, shown):
    signals = EpochSignals("rnn", epochs)
    signals.taken = taken
    assert signals._left(len(taken) - 1) == shown


def test_answers_that_differ_count_in_the_loss():
    """Without dropout there is nothing but the cross-entropy; two given answers differ by what the paper says."""
    labels = keras.utils.to_categorical([0, 1], 2)
    one, other = np.array([[0.9, 0.1], [0.2, 0.8]], "float32"), np.array([[0.5, 0.5], [0.4, 0.6]], "float32")
    inputs = keras.Input((2, 2))
    answers = keras.Model(inputs, Agreement(3.0)([inputs[:, 0], inputs[:, 1]]))
    answers.compile(loss="categorical_crossentropy")
    entropy = -np.log([[0.9, 0.5], [0.8, 0.6]]).mean()
    apart = (((one - other) * np.log(one / other)).sum(axis=1) / 2).mean()
    loss = answers.evaluate(np.stack([one, other], axis=1), labels, verbose=0)
    assert loss == pytest.approx(entropy + 3 * apart, rel=1e-5)


@pytest.mark.slow
def test_what_has_to_agree_with_itself_learns_and_answers_as_one(tmp_path):
    model, history = fitted(tmp_path, "--epochs", "6", consistency=1.0)
    assert max(history["val_accuracy"]) > 0.9
    ids, labels = task(seed=1)
    smoothed = keras.losses.CategoricalCrossentropy(label_smoothing=parse([]).label_smoothing)
    loss = smoothed(keras.utils.to_categorical(labels, 2), model.predict(ids, verbose=0))
    assert float(loss) == pytest.approx(min(history["val_loss"]), abs=1e-5)


@pytest.mark.parametrize("callback", [EpochSignals, EndAtNaN, EpochCurves, Checkpoint, EarlyEnd, LossOverTexts])
def test_no_callback_waits_for_the_loss_of_a_step(callback):
    for name in ("on_batch_end", "on_train_batch_end", "on_test_batch_end"):
        assert getattr(callback, name) is getattr(keras.callbacks.Callback, name)
