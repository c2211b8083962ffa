"""Compiles and fits one Keras model."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from training.callbacks import EpochSignals
from training.optimizers import TrackingAdam
from training.settings import Settings


class TrainingDiverged(Exception):
    """The loss is no longer a number."""


def fit(
    model: keras.Model,
    train: tuple[np.ndarray, np.ndarray] | keras.utils.PyDataset,
    validation: tuple[np.ndarray, np.ndarray] | keras.utils.PyDataset,
    *,
    settings: Settings,
    epochs: int,
    learning_rate: float,
    batch_size: int,
    folder: Path,
    title: str,
) -> dict[str, list[float]]:
    """Trains `model` in place; it ends with the weights of its best epoch by validation loss.

    Args:
        model: from inputs of shape `(batch, ...)` to probabilities `(batch, classes)`.
        train: inputs and integer labels `(n,)`, or batches of inputs and one-hot labels.
        validation: likewise.
        settings: of the run.
        epochs: the most there may be.
        learning_rate: of the first epoch.
        batch_size: texts per step; batches that come ready have their own.
        folder: gets `history.csv` and `tensorboard/`.
        title: at the start of each progress line.

    Returns:
        The history: for each name a value per epoch.

    Raises:
        TrainingDiverged: the loss became NaN.
    """
    classes = model.output_shape[-1]
    model.compile(
        optimizer=TrackingAdam(
            learning_rate, weight_decay=settings.weight_decay or None, global_clipnorm=settings.clip_norm or None
        ),
        # Keras smooths labels only in the one-hot form of the loss.
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
        metrics=["accuracy"],
    )
    history = model.fit(
        **_inputs(train, classes, batch_size),
        validation_data=validation if isinstance(validation, keras.utils.PyDataset) else _one_hot(validation, classes),
        epochs=epochs,
        verbose=0,
        callbacks=[
            EpochSignals(title, epochs),
            keras.callbacks.EarlyStopping(
                monitor="val_loss", patience=settings.early_stopping_patience, restore_best_weights=True
            ),
            keras.callbacks.ReduceLROnPlateau(
                monitor="val_loss", factor=settings.plateau_factor, patience=settings.plateau_patience
            ),
            keras.callbacks.TerminateOnNaN(),
            keras.callbacks.CSVLogger(str(folder / "history.csv")),
            keras.callbacks.TensorBoard(str(folder / "tensorboard"), write_graph=False),
        ],
    ).history
    if not history or not np.isfinite(history["loss"][-1]):
        epoch = max(len(history.get("loss", [])), 1)
        raise TrainingDiverged(f"the loss became NaN in epoch {epoch}: lower --learning-rate or --clip-norm.")
    return history


def _inputs(data: tuple[np.ndarray, np.ndarray] | keras.utils.PyDataset, classes: int, batch_size: int) -> dict:
    if isinstance(data, keras.utils.PyDataset):
        return {"x": data}
    inputs, labels = _one_hot(data, classes)
    return {"x": inputs, "y": labels, "batch_size": batch_size}


def _one_hot(data: tuple[np.ndarray, np.ndarray], classes: int) -> tuple[np.ndarray, np.ndarray]:
    return data[0], keras.utils.to_categorical(data[1], classes)
