"""The mean of several models' probabilities; validation picks which.

Sources: Caruana et al. 2004, https://doi.org/10.1145/1015330.1015432 (selection step by step); Hansen and Salamon 1990,
https://doi.org/10.1109/34.58871 (why models that err apart gain by it).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data.words.cutting import side_of
from models.description import Description
from training.measuring.evaluating import BATCH_SIZES
from training.trainers.others import Other, cost_of, find_others, validation_loss
from training.trainers.trained import Task, Trained

FEWEST = 2


def train(task: Task) -> Trained:
    """Picks the members and takes the mean of what they answered.

    Raises:
        OthersMissing: fewer than two other models are trained.
    """
    members = pick(find_others(task), task.parts["validation"].labels, task.weights("validation"))
    names = [member.description.title for member in members]
    print(f"{task.progress_title:<22} mean of {', '.join(names)}, chosen on validation", flush=True)
    parts = set.intersection(*(set(member.probabilities) for member in members))
    probes = mean([member.probes for member in members])
    cost = cost_of(members)
    return Trained(
        description=Description(
            name=task.architecture.name,
            title=f"{task.architecture.name} ({', '.join(member.description.name for member in members)})",
            family=task.architecture.family,
            seed=task.seed,
            reads="what its members read: " + "; ".join(member.description.reads for member in members),
            files={},
            cleaning=task.cleaner,
            truncation_side=side_of(member.description.truncation_side for member in members),
            chosen=f"mean of {', '.join(names)}",
            members=[member.description.name for member in members],
        ),
        probabilities={part: mean([member.probabilities[part] for member in members]) for part in parts},
        answer_texts=lambda *_: probes,
        parameters=sum(member.metrics["parameters"] for member in members),
        trainable_parameters=sum(member.metrics["trainable_parameters"] for member in members),
        texts_per_second={str(size): _speed(members, str(size)) for size in BATCH_SIZES},
        facts=cost | {"estimated_memory_mb": cost["memory_needed_mb"]},
    )


def pick(others: Sequence[Other], labels: np.ndarray, weights: np.ndarray | None = None) -> list[Other]:
    """The best model on validation, then whichever lowers the mean's loss there most, until none does.

    Args:
        others: best first, two or more.
        labels: of validation, integer array of shape `(n,)`.
        weights: of its texts, `(n,)`; `None` for 1 each.

    Returns:
        At least two of them, in the order in which they were picked.
    """
    picked, waiting = [others[0]], list(others[1:])
    best = np.inf
    while waiting:
        losses = [_loss([*picked, new], labels, weights) for new in waiting]
        at = int(np.argmin(losses))
        if len(picked) >= FEWEST and losses[at] >= best:
            break
        best = losses[at]
        picked.append(waiting.pop(at))
    return picked


def _loss(members: Sequence[Other], labels: np.ndarray, weights: np.ndarray | None) -> float:
    return validation_loss(mean([member.probabilities["validation"] for member in members]), labels, weights)


def mean(probabilities: Sequence[np.ndarray]) -> np.ndarray:
    """Of several arrays `(n, classes)`."""
    return np.mean(probabilities, axis=0)


def _speed(members: Sequence[Other], size: str) -> float:
    """Texts a second where each member is asked in turn: their seconds a text add up."""
    return 1 / sum(1 / member.metrics["texts_per_second"][size] for member in members)
