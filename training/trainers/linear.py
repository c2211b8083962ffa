"""Fits the linear reference on the whole cleaned texts."""

from __future__ import annotations

import numpy as np

from models.description import Description
from training.measuring import memory
from training.trainers.trained import Task, Trained, rows

FILE = "model.npz"


def train(task: Task) -> Trained:
    """Fits every candidate; validation chooses."""
    from models.linear import tfidf
    from models.linear.arrays import LinearModel

    parts = task.parts
    train, validation, test = (parts[part] for part in ("train", "validation", "test"))
    title = task.architecture.name
    if task.stored:
        from training.trainers import linear_stream

        fit, title = linear_stream.fit_streamed, f"{title} ({linear_stream.TITLE})"
        estimate = memory.held_mb() + linear_stream.memory_mb(task.classes)
    else:
        fit, estimate = tfidf.fit, memory.linear_mb(train.cleaned)
    memory.require(estimate, task.settings, "--sample")
    pipeline, chosen = fit(
        task.learned.cleaned,
        task.learned.labels,
        validation.cleaned,
        validation.labels,
        task.seed,
        task.learned_weights,
        task.weights("validation"),
    )
    print(f"{task.progress_title:<22} TF-IDF of {chosen}, chosen on validation", flush=True)
    LinearModel.from_pipeline(pipeline).save(task.folder / FILE)
    parameters = pipeline[-1].parameters
    return Trained(
        description=Description(
            name=task.architecture.name,
            title=title,
            family=task.architecture.family,
            seed=task.seed,
            reads="the whole cleaned text",
            files={"model": FILE},
            cleaning=task.cleaner,
            chosen=chosen,
        ),
        probabilities={part: pipeline.predict_proba(found) for part, found in task.cleaned.items()},
        answer=lambda size: pipeline.predict_proba(rows(np.array(test.cleaned, dtype=object), size)),
        answer_texts=lambda _, cleaned: pipeline.predict_proba(cleaned),
        parameters=parameters,
        trainable_parameters=parameters,
        facts={"estimated_memory_mb": estimate},
    )
