"""Trains `rnn`, `lstm` or `transformer` on the token ids."""

from __future__ import annotations

import importlib

from data.preparing import Part, load_ids, load_vocabulary
from models.architectures.sizes import Architecture
from models.run_folder import RunFolder
from training import memory
from training.settings import Settings
from training.trainers.trained import Trained, predict, progress_title, rows, save_weights, trainable_count


def train(name: str, settings: Settings, run: RunFolder, seed: int, parts: dict[str, Part], classes: int) -> Trained:
    """Trains the architecture `name` from the first weight on."""
    from data.vectorizing import vectorize
    from models.framework import make_deterministic
    from training.fitting.fit import fit

    make_deterministic(seed)
    ids = load_ids(run.prepared(seed))
    vocabulary = load_vocabulary(run.prepared(seed))
    architecture = Architecture(
        classes,
        settings.vocabulary_size,
        settings.sequence_length,
        settings.width,
        settings.dropout,
        settings.mask,
        settings.initialization,
    )
    module = importlib.import_module(f"models.architectures.{name}")
    model = module.build(architecture)
    folder = run.trial(name, seed)
    estimate = memory.network_mb(
        model.count_params(),
        settings.batch_size,
        settings.sequence_length,
        settings.width,
        heads=getattr(module, "HEADS", 0),
        blocks=getattr(module, "BLOCKS", 1),
    )
    memory.require(estimate, settings)
    history = fit(
        model,
        (ids["train"], parts["train"].labels),
        (ids["validation"], parts["validation"].labels),
        settings=settings,
        seed=seed,
        epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        batch_size=settings.batch_size,
        folder=folder,
        title=progress_title(name, settings, seed),
    )
    save_weights(model, module.build(architecture), folder)
    return Trained(
        title=name,
        probabilities=predict(model, ids),
        answer=lambda size: model.predict_on_batch(rows(ids["test"], size)),
        answer_texts=lambda _, cleaned: model.predict_on_batch(
            vectorize(cleaned, vocabulary, settings.sequence_length)
        ),
        parameters=model.count_params(),
        trainable_parameters=trainable_count(model),
        history=history,
        facts={"estimated_memory_mb": estimate, "reads": f"the first {settings.sequence_length} cleaned words"},
    )
