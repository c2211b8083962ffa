"""Trains a network over words on the token ids, from labels alone or taught by another model."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from data.preparing import load_unlabelled
from data.splits.leakage import UNLABELLED
from data.stored.arrays import StoredRows
from data.words.arrays import load_ids, load_vocabulary, vectors_of_width
from data.words.cutting import KEPT
from models.architectures.sizes import Sizes
from models.catalog import CATALOG, Architecture
from models.description import Description
from training.measuring import memory
from training.setting_values import AUTO, FLOAT32
from training.settings import Settings
from training.tensorboard.projector import save_vectors
from training.trainers.others import cost_of, find_others, lesson_of
from training.trainers.trained import Task, Trained, answer_some, predict, rows, save_weights, trainable_count

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
        word_dropout: share of the words that are not shown in an epoch.
        smaller: the settings to lower so that it takes less memory.
        weights: of the texts `(n,)`, `None` where all weigh the same.
        taught_by: title of the teacher.
        facts: what the teacher cost.
    """

    ids: np.ndarray | StoredRows
    targets: np.ndarray
    batch_size: int
    title: str
    word_dropout: float
    smaller: str = "--batch-size, --sequence-length or --width"
    weights: np.ndarray | None = None
    label_smoothing: float | None = None
    taught_by: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def train(task: Task) -> Trained:
    """Trains the network from the first weight on.

    Raises:
        OthersMissing: it is to be taught, and no other model is trained.
    """
    from data.words.vectorizing import vectorize
    from models.architectures.word_vectors import start_from_vectors
    from models.backends.precision import training_precision
    from models.framework import make_deterministic
    from training.fitting.fit import fit

    settings, run, seed, parts = task.settings, task.run, task.seed, task.parts
    network = CATALOG[settings.student] if task.architecture.taught else task.architecture
    make_deterministic(seed)
    texts, read = run.prepared(seed), settings.arrays_of(task.architecture.name)
    ids, vocabulary = load_ids(texts / read.folder), load_vocabulary(texts / read.folder)
    lesson = _taught(task, ids) if task.architecture.taught else _labelled(task, ids)
    sizes = Sizes(
        task.classes,
        read.vocabulary_size,
        read.sequence_length,
        settings.width,
        settings.dropout,
        settings.mask,
        settings.initialization,
        settings.norm_first,
        settings.block_dropout,
    )
    with training_precision(settings.precision):
        model = network.build(sizes)
    vectors = vectors_of_width(texts / read.folder, settings.width, seed, texts)
    if vectors is not None:
        start_from_vectors(model, vectors * settings.word_vector_scale)
    estimate = memory.network_mb(
        model.count_params(),
        lesson.batch_size * (2 if settings.consistency else 1),
        read.sequence_length,
        settings.width,
        heads=network.heads,
        blocks=network.blocks,
        devices=task.devices,
    )
    memory.require(estimate, settings, lesson.smaller)
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
        word_dropout=lesson.word_dropout,
        embedding_rate=1 if vectors is None else vector_rate(network, settings, texts, len(parts["train"].labels)),
        consistency=settings.consistency,
    )
    untrained = network.build(sizes)
    files = {
        "model": save_weights(model, untrained, task.folder),
        "word_vectors": save_vectors(model, len(vocabulary), task.folder),
    }
    answers = model if settings.precision == FLOAT32 else untrained  # it has the weights by now
    return Trained(
        description=Description(
            name=task.architecture.name,
            title=lesson.title,
            family=task.architecture.family,
            seed=seed,
            reads=f"the {KEPT[read.side]} {read.sequence_length} cleaned words",
            files=files,
            cleaning=task.cleaner,
            recurrent=network.recurrent,
            sequence_length=read.sequence_length,
            truncation_side=read.side,
            vocabulary_size=read.vocabulary_size,
            arrays=read.folder,
            taught_by=lesson.taught_by,
        ),
        probabilities=predict(answers, {part: ids[part] for part in task.cleaned}),
        answer=lambda size: answers.predict_on_batch(rows(ids["test"], size)),
        answer_texts=lambda _, cleaned: answer_some(
            answers, vectorize(cleaned, vocabulary, read.sequence_length, read.side)
        ),
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


def vector_rate(network: Architecture, settings: Settings, texts: Path, labelled: int) -> float:
    """The learning rate of known word vectors, as a share of that of all other weights.

    Args:
        network: what is trained.
        settings: of the run.
        texts: the folder of the texts that the vectors were learned from.
        labelled: how many of them the network learns from.
    """
    if settings.word_vector_rate != AUTO:
        return float(settings.word_vector_rate)
    if network.relearns_vectors:
        return 1.0
    return labelled / (labelled + len(load_unlabelled(texts).words_learned_from))


def _labelled(task: Task, ids: dict[str, np.ndarray]) -> Lesson:
    """The labels of the training texts."""
    return Lesson(
        task.stored.ids(task.run.prepared(task.seed)) if task.stored else ids["train"],
        task.learned.labels,
        task.settings.batch_size,
        task.architecture.name,
        task.settings.word_dropout,
        weights=task.learned_weights,
    )


def _taught(task: Task, ids: dict[str, np.ndarray]) -> Lesson:
    """The answers of the model that is best on validation to training and unlabelled texts, at the temperature that
    suits it there, and the labels.

    Source: Hinton, Vinyals and Dean 2015, https://arxiv.org/abs/1503.02531; on unlabelled texts Tang et al. 2019,
    https://arxiv.org/abs/1903.12136.

    Raises:
        OthersMissing: no other model is trained.
    """
    teacher = find_others(task)[0]
    answers = lesson_of(teacher, task)
    labels = np.eye(task.classes, dtype=np.float32)[task.parts["train"].labels]
    learned, targets = [ids["train"]], [TEACHERS_SHARE * answers["train"] + (1 - TEACHERS_SHARE) * labels]
    texts, weights = len(task.unlabelled.cleaned), task.weights("train")
    if texts:
        learned.append(ids[UNLABELLED])
        targets.append(answers[UNLABELLED])
    sample = f"{len(labels):,} training and " if task.stored else ""
    said = [f"{task.settings.student} taught by {teacher.description.name}", f"{sample}{texts:,} unlabelled texts"]
    if (read := task.settings.arrays_of(task.architecture.name)).folder:  # not what the other networks read
        said.append(f"reads {read.vocabulary_size:,} words and {read.sequence_length:,} tokens")
    return Lesson(
        np.concatenate(learned),
        np.concatenate(targets),
        task.settings.student_batch_size,
        f"{task.architecture.name} ({', '.join(said)})",
        task.settings.student_word_dropout,
        "--student-batch-size, --student-sequence-length or --width",
        # The teacher's answers to unlabelled texts are as balanced as its training was.
        None if weights is None else np.concatenate([weights, np.ones(texts, np.float32)]),
        label_smoothing=0.0,
        taught_by=teacher.description.name,
        facts=cost_of([teacher]),
    )
