"""Compiles and fits one Keras model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from models.architectures.word_vectors import word_embedding
from training.devices.copying import on_all_devices
from training.devices.device_set import device_set, leave_processes
from training.devices.divided_batches import DividedBatches, LossOverTexts, losses
from training.fitting.agreement import agreeing
from training.fitting.batches import OneHotRows, ShuffledBatches
from training.fitting.callbacks import EarlyEnd, EndAtNaN, EpochCurves, EpochSignals
from training.fitting.checkpoint import Checkpoint
from training.fitting.history import History, count_epochs
from training.fitting.optimizers import TrackingAdam
from training.settings import Settings

ANSWERED_AT_ONCE = 256  # texts, where nothing is learned: the mean over validation is the same whatever the batches
Arrays = tuple[Any, ...]  # inputs, labels, and the weights of the texts where they have any


class TrainingDiverged(Exception):
    """The loss is no longer a number."""


def fit(
    model: keras.Model,
    train: Arrays | keras.utils.PyDataset,
    validation: Arrays | keras.utils.PyDataset,
    *,
    settings: Settings,
    seed: int,
    epochs: int,
    learning_rate: float,
    batch_size: int,
    folder: Path,
    title: str,
    label_smoothing: float | None = None,
    word_dropout: float = 0,
    embedding_rate: float = 1,
    consistency: float = 0,
    before: History | None = None,
) -> History:
    """Trains `model` in place; it ends with the weights of its best epoch by validation loss.

    Where `folder` has the checkpoint of a process that was ended, training goes on from it, to the same numbers.
    A second phase counts its epochs on from those of the first, and keeps the weights it began with unless it finds
    better ones.

    Args:
        model: from inputs of shape `(batch, ...)` to probabilities `(batch, classes)`.
        train: inputs; integer labels `(n,)`, or probabilities `(n, classes)` to learn; and weights of the texts `(n,)`,
            or `None`, which may be left out. Or batches of the same with one-hot labels and a method `shuffle(epoch)`,
            as `training.fitting.batches` has it.
        validation: likewise, but always in the same order.
        settings: of the run.
        seed: decides the order of the texts in each epoch.
        epochs: the most there may be.
        learning_rate: of the first epoch.
        batch_size: texts per step; batches that come ready have their own.
        folder: gets `history.csv`, a checkpoint and TensorBoard's `train/` and `validation/`.
        title: at the start of each progress line.
        label_smoothing: in place of that of the settings.
        word_dropout: share of the words that are not shown in an epoch, where the inputs are word ids.
        embedding_rate: of the words' vectors, as a share of `learning_rate`; not 1 only where the model has them.
        consistency: what counts in the loss that two answers to a text differ, see `training.fitting.agreement`.
        before: the history of the first phase, where this is the second.

    Returns:
        The history, that of the first phase included.

    Raises:
        TrainingDiverged: the loss became NaN.
    """
    classes = model.output_shape[-1]
    smoothing = settings.label_smoothing if label_smoothing is None else label_smoothing
    batches = (
        train
        if isinstance(train, keras.utils.PyDataset)
        else ShuffledBatches(
            *_one_hot(train, classes, OneHotRows), batch_size=batch_size, seed=seed, word_dropout=word_dropout
        )
    )
    validated: Any = validation if isinstance(validation, keras.utils.PyDataset) else _one_hot(validation, classes)
    ordered: list[keras.callbacks.Callback] = []
    if device_set.count > 1:
        if not isinstance(validated, keras.utils.PyDataset):
            validated = ShuffledBatches(*validated, batch_size=ANSWERED_AT_ONCE, seed=None)
        batches, validated = (DividedBatches(divided, device_set) for divided in (batches, validated))
        ordered = [LossOverTexts()]
    stopping = keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=settings.early_stopping_patience, restore_best_weights=True
    )
    plateau = keras.callbacks.ReduceLROnPlateau(
        monitor="val_loss", factor=settings.plateau_factor, patience=settings.plateau_patience
    )
    checkpoint = Checkpoint(folder, before or {}, stopping, plateau)
    last = epochs + (count_epochs(before) if before else 0)
    with on_all_devices(model) as trained:
        slowed = word_embedding(trained).weights if embedding_rate != 1 else []
        trained = agreeing(trained, consistency) if consistency else trained
        _compile(trained, settings, learning_rate, smoothing)
        trained.optimizer.slow_down(slowed, embedding_rate)
        trained.fit(
            batches,
            shuffle=False,
            validation_data=validated,
            validation_batch_size=ANSWERED_AT_ONCE,
            initial_epoch=last if checkpoint.ended else checkpoint.epochs,
            epochs=last,
            verbose=0,
            callbacks=[
                keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.shuffle(epoch)),
                *ordered,
                EpochSignals(title, last),
                stopping,
                plateau,
                EndAtNaN(),
                *([EpochCurves(str(folder), write_graph=False)] if device_set.leads else []),
                checkpoint,
                EarlyEnd(),
            ],
        )
    leave_processes()
    history = checkpoint.history
    if not history or not np.isfinite(history["loss"][-1]):
        epoch = max(len(history.get("loss", [])), 1)
        raise TrainingDiverged(f"the loss became NaN in epoch {epoch}: lower --learning-rate or --clip-norm.")
    return history


def _compile(model: keras.Model, settings: Settings, learning_rate: float, label_smoothing: float) -> None:
    """Optimizer, loss and metrics, for batches as one device has them or as they are divided among several."""
    adam: type[keras.optimizers.Optimizer] = TrackingAdam
    if device_set.count > 1 and keras.backend.backend() == "tensorflow":
        from training.devices.mirrored_adam import MirroredAdam

        adam = MirroredAdam
    # Keras smooths labels only in the one-hot form of the loss.
    loss: Any = keras.losses.CategoricalCrossentropy(label_smoothing=label_smoothing)
    metrics: list = ["accuracy"]
    if device_set.count > 1:
        loss, metrics = losses(label_smoothing)
    model.compile(
        optimizer=adam(
            learning_rate, weight_decay=settings.weight_decay or None, global_clipnorm=settings.clip_norm or None
        ),
        loss=loss,
        metrics=metrics,
    )
    model.optimizer.build(model.trainable_variables)


def _one_hot(data: Arrays, classes: int, encode: Callable = keras.utils.to_categorical) -> Arrays:
    """The data with its labels one-hot, and without weights that are `None`."""
    inputs, labels, *weights = data
    labels = labels if labels.ndim == 2 else encode(labels, classes)
    return (inputs, labels, *(given for given in weights if given is not None))
