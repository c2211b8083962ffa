"""What validation texts looked like, and what the model said of them: what later texts are held against.

It stands beside each export, so that who serves it needs nothing else.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.cleaning import Cleaner
from data.files import read_json, write_json
from data.preparing import load_texts
from models.monitoring.features import FEATURES, Measured, measure
from models.predictions import read_predictions
from models.run_folder import RunFolder

REFERENCE = "drift_reference.json"  # in an export folder
MOST_TEXTS, MOST_WORDS = 2_000, 20_000
LEAST_TEXTS = 20  # fewer tell nothing
SEED = 0  # of the choice among more texts


class NoReference(Exception):
    """An export has none; the message is one sentence."""


@dataclass(frozen=True)
class Reference:
    """The features of validation texts, and what it takes to measure those of others.

    Attributes:
        measured: of the validation texts.
        cleaner: how texts are cleaned.
        known: words of the training texts.
    """

    measured: Measured
    cleaner: Cleaner
    known: frozenset[str]

    def save(self, path: Path) -> None:
        """Writes the file, whole or not at all."""
        found: dict[str, Any] = {"cleaning": asdict(self.cleaner), "known": sorted(self.known)}
        write_json(path, found | {"features": self.measured.values})


def measure_validation(run: RunFolder, model: str, seed: int) -> Reference:
    """The reference of one trial."""
    card, parts = read_json(run.data_card), load_texts(run.prepared(seed))
    cleaner, class_names = Cleaner.of(card), card["class_names"]
    counts = Counter(word for text in parts["train"].cleaned for word in text.split())
    known = frozenset(word for word, _ in counts.most_common(MOST_WORDS))
    part, answers = parts["validation"], read_predictions(run.predictions(model, seed), class_names)["validation"]
    at = np.random.default_rng(SEED).permutation(len(part.texts))[:MOST_TEXTS]
    confidences = answers.probabilities.max(axis=1)
    measured = measure(
        [part.texts[place] for place in at],
        [class_names[answers.predicted[place]] for place in at],
        [float(confidences[place]) for place in at],
        cleaner,
        known,
    )
    return Reference(measured, cleaner, known)


def read_reference(export: Path) -> Reference:
    """The reference beside an export.

    Raises:
        NoReference: there is none, it is damaged, or of too few texts.
    """
    path = export / REFERENCE
    try:
        found = read_json(path)
        measured = Measured({feature.name: found["features"][feature.name] for feature in FEATURES})
        reference = Reference(measured, Cleaner.of(found), frozenset(found["known"]))
    except FileNotFoundError as error:
        raise NoReference(
            f"{export} does not say what validation texts looked like: export the model again to have drift watched."
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoReference(f"{path} is damaged ({error}): export the model again.") from error
    if len(measured) < LEAST_TEXTS:
        raise NoReference(f"{path} is of {len(measured)} texts; fewer than {LEAST_TEXTS} tell nothing of drift.")
    return reference
