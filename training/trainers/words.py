"""Trains a network over words on the token ids."""

from __future__ import annotations

from data.preparing import load_ids, load_vectors, load_vocabulary
from models.architectures.sizes import Sizes
from models.description import Description
from training import memory
from training.trainers.trained import Task, Trained, predict, rows, save_weights, trainable_count


def train(task: Task) -> Trained:
    """Trains the network from the first weight on."""
    from data.vectorizing import vectorize
    from models.architectures.word_vectors import start_from_vectors
    from models.framework import make_deterministic
    from training.fitting.fit import fit

    architecture, settings, run, seed, parts = task.architecture, task.settings, task.run, task.seed, task.parts
    make_deterministic(seed)
    ids = load_ids(run.prepared(seed))
    vocabulary = load_vocabulary(run.prepared(seed))
    sizes = Sizes(
        task.classes,
        settings.words_known,
        settings.length_read,
        settings.width,
        settings.dropout,
        settings.mask,
        settings.initialization,
    )
    model = architecture.build(sizes)
    vectors = load_vectors(run.prepared(seed))
    if vectors is not None:
        start_from_vectors(model, vectors * settings.word_vector_scale)
    estimate = memory.network_mb(
        model.count_params(),
        settings.batch_size,
        settings.length_read,
        settings.width,
        heads=architecture.heads,
        blocks=architecture.blocks,
    )
    memory.require(estimate, settings, "--batch-size, --sequence-length or --width")
    history = fit(
        model,
        (ids["train"], parts["train"].labels),
        (ids["validation"], parts["validation"].labels),
        settings=settings,
        seed=seed,
        epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        batch_size=settings.batch_size,
        folder=task.folder,
        title=task.progress_title,
    )
    file = save_weights(model, architecture.build(sizes), task.folder)
    return Trained(
        description=Description(
            name=architecture.name,
            title=architecture.name,
            family=architecture.family,
            seed=seed,
            reads=f"the first {settings.length_read} cleaned words",
            files={"model": file},
            keep_negations=task.keep_negations,
            recurrent=architecture.recurrent,
            sequence_length=settings.length_read,
        ),
        probabilities=predict(model, ids),
        answer=lambda size: model.predict_on_batch(rows(ids["test"], size)),
        answer_texts=lambda _, cleaned: model.predict_on_batch(vectorize(cleaned, vocabulary, settings.length_read)),
        parameters=model.count_params(),
        trainable_parameters=trainable_count(model),
        history=history,
        facts={
            "estimated_memory_mb": estimate,
            "epochs_allowed": settings.epochs,
            "epochs_setting": "--epochs",
        },
    )
