"""The second phase of training an encoder: its last blocks learn too, together with the head trained before."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from data.files import UNFINISHED, whole
from training.fitting.history import History
from training.trainers.trained import Task

if TYPE_CHECKING:
    import keras

    from models.encoder.backbones import Backbone


def train_blocks(
    task: Task,
    backbone: Backbone,
    learning: Backbone,
    head: keras.Model,
    texts: dict[str, list[str]],
    before: History,
) -> tuple[keras.Model, History]:
    """Trains the last `--unfreeze` blocks and the head.

    Args:
        task: what is to be trained.
        backbone: the encoder, which stays as it is.
        learning: the same with the precision of training.
        head: trained on its features.
        texts: by split, as the encoder reads them.
        before: the history of the head.

    Returns:
        The whole model, of the best epoch of both phases, and the history of both.
    """
    import keras

    from models.encoder.unfreezing import StateBatches, compute_states, join_split, split_at, stack_head
    from models.framework import make_deterministic
    from training.fitting.fit import fit

    settings = task.settings
    make_deterministic(task.seed)  # the head may have been trained by an earlier process
    lower, upper = split_at(learning, settings.blocks_trained, settings.pooling)
    model = stack_head(upper, head)
    with tempfile.TemporaryDirectory(dir=task.folder, prefix=UNFINISHED) as folder:

        def batches(part: str) -> StateBatches:
            path = Path(folder) / f"{part}.npy"
            states = compute_states(learning, lower, texts[part], settings.backbone_length, path)
            labels = keras.utils.to_categorical(task.parts[part].labels, task.classes)
            return StateBatches(states, labels, settings.unfreeze_batch_size, task.seed, task.weights(part))

        history = fit(
            model,
            batches("train"),
            batches("validation"),
            settings=settings,
            seed=task.seed,
            epochs=settings.unfreeze_epochs,
            learning_rate=settings.unfreeze_learning_rate,
            batch_size=settings.unfreeze_batch_size,
            folder=task.folder,
            title=f"{task.progress_title} +{counted_blocks(settings.blocks_trained)}",
            before=before,
        )
    if learning is not backbone:
        trained = upper.get_weights()
        lower, upper = split_at(backbone, settings.blocks_trained, settings.pooling)
        upper.set_weights(trained)
    return join_split(lower, upper, head), history


def save_unfrozen(model: keras.Model, path: Path) -> None:
    """Saves the weights of the whole model, whole or not at all."""
    with whole(path) as aside:
        model.save_weights(aside)


def counted_blocks(blocks: int) -> str:
    """How many blocks, in words.

    >>> counted_blocks(1), counted_blocks(2)
    ('1 block', '2 blocks')
    """
    return "1 block" if blocks == 1 else f"{blocks} blocks"
