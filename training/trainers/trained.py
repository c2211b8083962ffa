"""What every trainer hands to evaluation, and what the trainers share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from data.files import whole
from training.settings import Settings


@dataclass(frozen=True)
class Trained:
    """A trained model, as far as evaluation needs to know it.

    Attributes:
        title: its name beside a number; where weights stood in for others, it names them.
        probabilities: for each split, an array of shape `(n, classes)`.
        answer: answers a batch of the given number of test texts, from prepared input.
        answer_texts: probabilities for texts as they came and as they were cleaned, which were in no split.
        parameters: all weights.
        trainable_parameters: those that were trained.
        history: a value per epoch for each name, empty where there are no epochs.
        facts: what else a reader should know.
    """

    title: str
    probabilities: dict[str, np.ndarray]
    answer: Callable[[int], object]
    answer_texts: Callable[[list[str], list[str]], np.ndarray]
    parameters: int
    trainable_parameters: int
    history: dict[str, list[float]] = field(default_factory=dict)
    facts: dict = field(default_factory=dict)


def progress_title(name: str, settings: Settings, seed: int) -> str:
    """What a trial's progress lines begin with."""
    return f"{name} (seed {seed})" if settings.seeds > 1 else name


def rows(array: np.ndarray, size: int) -> np.ndarray:
    """`size` rows, from the start again where there are fewer."""
    return array[np.arange(size) % len(array)]


def predict(model, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Probabilities for each split."""
    return {part: model.predict(array, batch_size=256, verbose=0) for part, array in inputs.items()}


def trainable_count(model) -> int:
    """Weights that training changed."""
    return sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)


def save_weights(model, untrained, folder: Path) -> None:
    """Saves without optimizer and loss, so that loading needs nothing of `training`."""
    untrained.set_weights(model.get_weights())
    with whole(folder / "model.keras") as aside:
        untrained.save(aside)
