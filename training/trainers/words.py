"""Trains a network over words on the token ids, from labels alone or taught by another model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from data.preparing import load_ids, load_vocabulary, vectors_of_width
from data.splits.leakage import UNLABELLED
from data.stored.arrays import StoredRows
from models.architectures.sizes import Sizes
from models.catalog import CATALOG
from models.description import Description
from training.measuring import memory
from training.trainers.others import cost_of, find_others
from training.trainers.trained import Task, Trained, predict, rows, save_weights, trainable_count

TEACHERS_SHARE = 0.5  # of the target of a labelled text; the rest is its label


@dataclass(frozen=True)
class Lesson:
    """What a network learns from.

    Attributes:
        ids: token ids `(n, sequence_length)`.
        targets: labels `(n,)`, or probabilities `(n, classes)`.
        batch_size: texts per step.
        label_smoothing: `None` for that of the settings.
        title: of the network's row.
        weights: of the texts `(n,)`, `None` where all weigh the same.
        taught_by: title of the teacher.
        facts: what the teacher cost.
    """

    ids: np.ndarray | StoredRows
    targets: np.ndarray
    batch_size: int
    title: str
    weights: np.ndarray | None = None
    label_smoothing: float | None = None
    taught_by: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def train(task: Task) -> Trained:
    """Trains the network from the first weight on.

    Raises:
        OthersMissing: it is to be taught, and no other model is trained.
    """
    from data.vectorizing import vectorize
    from models.architectures.word_vectors import start_from_vectors
    from models.framework import make_deterministic
    from training.fitting.fit import fit

    settings, run, seed, parts = task.settings, task.run, task.seed, task.parts
    network = CATALOG[settings.student] if task.architecture.taught else task.architecture
    make_deterministic(seed)
    ids = load_ids(run.prepared(seed))
    vocabulary = load_vocabulary(run.prepared(seed))
    lesson = _taught(task, ids) if task.architecture.taught else _labelled(task, ids)
    sizes = Sizes(
        task.classes,
        settings.words_known,
        settings.length_read,
        settings.width,
        settings.dropout,
        settings.mask,
        settings.initialization,
        settings.norm_first,
        settings.block_dropout,
    )
    model = network.build(sizes)
    vectors = vectors_of_width(run.prepared(seed), settings.width, seed)
    if vectors is not None:
        start_from_vectors(model, vectors * settings.word_vector_scale)
    estimate = memory.network_mb(
        model.count_params(),
        lesson.batch_size,
        settings.length_read,
        settings.width,
        heads=network.heads,
        blocks=network.blocks,
    )
    memory.require(estimate, settings, "--batch-size, --sequence-length or --width")
    history = fit(
        model,
        (lesson.ids, lesson.targets, lesson.weights),
        (ids["validation"], parts["validation"].labels, task.weights("validation")),
        settings=settings,
        seed=seed,
        epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        batch_size=lesson.batch_size,
        folder=task.folder,
        title=task.progress_title,
        label_smoothing=lesson.label_smoothing,
    )
    file = save_weights(model, network.build(sizes), task.folder)
    return Trained(
        description=Description(
            name=task.architecture.name,
            title=lesson.title,
            family=task.architecture.family,
            seed=seed,
            reads=f"the first {settings.length_read} cleaned words",
            files={"model": file},
            cleaning=task.cleaner,
            recurrent=network.recurrent,
            sequence_length=settings.length_read,
            taught_by=lesson.taught_by,
        ),
        probabilities=predict(model, {part: ids[part] for part in task.cleaned}),
        answer=lambda size: model.predict_on_batch(rows(ids["test"], size)),
        answer_texts=lambda _, cleaned: model.predict_on_batch(vectorize(cleaned, vocabulary, settings.length_read)),
        parameters=model.count_params(),
        trainable_parameters=trainable_count(model),
        history=history,
        facts=lesson.facts
        | {
            "estimated_memory_mb": max(estimate, lesson.facts.get("memory_needed_mb", 0)),
            "epochs_allowed": settings.epochs,
            "epochs_setting": "--epochs",
        },
    )


def _labelled(task: Task, ids: dict[str, np.ndarray]) -> Lesson:
    """The labels of the training texts."""
    return Lesson(
        task.stored.ids if task.stored else ids["train"],
        task.learned.labels,
        task.settings.batch_size,
        task.architecture.name,
        task.learned_weights,
    )


def _taught(task: Task, ids: dict[str, np.ndarray]) -> Lesson:
    """The answers of the model that is best on validation to training and unlabelled texts, and the labels.

    Source: Hinton, Vinyals and Dean 2015, https://arxiv.org/abs/1503.02531; on unlabelled texts Tang et al. 2019,
    https://arxiv.org/abs/1903.12136.

    Raises:
        OthersMissing: no other model is trained.
    """
    teacher = find_others(task)[0]
    labels = np.eye(task.classes, dtype=np.float32)[task.parts["train"].labels]
    answers = TEACHERS_SHARE * teacher.probabilities["train"] + (1 - TEACHERS_SHARE) * labels
    learned, targets = [ids["train"]], [answers]
    texts, weights = len(task.unlabelled.cleaned), task.weights("train")
    if texts:
        learned.append(ids[UNLABELLED])
        targets.append(teacher.probabilities[UNLABELLED])
    sample = f"{len(labels):,} training and " if task.stored else ""
    title = (
        f"{task.architecture.name} ({task.settings.student} taught by {teacher.description.name}, {sample}{texts:,} "
        "unlabelled texts)"
    )
    return Lesson(
        np.concatenate(learned),
        np.concatenate(targets),
        task.settings.student_batch_size,
        title,
        # The teacher's answers to unlabelled texts are as balanced as its training was.
        None if weights is None else np.concatenate([weights, np.ones(texts, np.float32)]),
        label_smoothing=0.0,
        taught_by=teacher.description.name,
        facts=cost_of([teacher]),
    )
