"""The proof that an export answers as the trained model did: on the whole test split, and on texts no corpus holds.

The trained model's answers were written down by the process that trained it, on its own backend.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from data.files import read_json, write_json
from data.preparing import load_texts
from models.classifier import Classifier
from models.exporting.exportable import ExportRefused
from models.peak_memory import peak_memory_mb
from models.predictions import read_predictions
from models.run_folder import RunFolder
from models.serving.engines import ExportUnusable, load_engine, read_classifier
from models.serving.formats import LARGEST_DIFFERENCE, Format

LATENCY_BATCHES = (1, 32)
MOST_REPEATS, FEWEST_REPEATS, ENOUGH_SECONDS = 15, 5, 2.0  # of each timed call


@dataclass(frozen=True)
class Reference:
    """What the trained model said.

    Attributes:
        texts: n raw texts, those of the test split first.
        probabilities: array of shape `(n, classes)`.
        labels: true classes of the test split, integer array of shape `(m,)`, m ≤ n.
    """

    texts: list[str]
    probabilities: np.ndarray
    labels: np.ndarray


def read_reference(run: RunFolder, model: str, seed: int) -> Reference:
    """The trained model's answers on the test split and on `data.probes`."""
    test = load_texts(run.prepared(seed))["test"]
    answers = read_predictions(run.predictions(model, seed), read_json(run.data_card)["class_names"])["test"]
    probes = read_json(run.probes(model, seed)).values()
    return Reference(
        [*test.texts, *(probe["text"] for probe in probes)],
        np.concatenate([answers.probabilities, [probe["probabilities"] for probe in probes]]),
        test.labels,
    )


def check(path: Path, model: str, seed: int, folder: Path, name: str, result: Path) -> None:
    """Loads one export, asks it everything and writes the outcome to `result` as JSON; to be run in a fresh process."""
    reference = read_reference(RunFolder(path), model, seed)
    started = time.perf_counter()
    try:
        classifier = Classifier(load_engine(folder, name), read_classifier(folder), name)
        seconds_to_load = time.perf_counter() - started
        found = asdict(compare(reference, classifier.predict_proba(reference.texts)))
    except Exception as error:  # whatever keeps it from answering, it cannot be handed out
        reason = str(error) if isinstance(error, ExportUnusable | ExportRefused) else f"it does not answer: {error}"
        write_json(result, {"refused": " ".join(reason.split())[:300]})
        return
    test = reference.texts[: len(reference.labels)]
    write_json(
        result,
        found
        | {
            "latency_ms": {str(size): _latency(classifier, test, size) for size in LATENCY_BATCHES},
            "seconds_to_load": seconds_to_load,
            "peak_memory_mb": peak_memory_mb(),
        },
    )


@dataclass(frozen=True)
class Parity:
    """How an export's answers compare with the trained model's.

    Attributes:
        texts: how many were asked: the test split and the probes.
        largest_difference: of any probability.
        label_agreement: share of the texts with the same answer, or with one that the trained model holds as likely,
            within 1e-4: where classes are level, a rounding decides.
        accuracy_change: of the accuracy on the test split.
    """

    texts: int
    largest_difference: float
    label_agreement: float
    accuracy_change: float


def compare(reference: Reference, probabilities: np.ndarray) -> Parity:
    """Compares an export's answers, of shape `(n, classes)`, with the trained model's."""
    if not np.isfinite(probabilities).all():
        raise ExportRefused("it answers with numbers that are none")
    wanted, found = reference.probabilities.argmax(axis=1), probabilities.argmax(axis=1)
    rows = np.arange(len(found))
    behind = reference.probabilities[rows, wanted] - reference.probabilities[rows, found]
    right, right_before = (answers[: len(reference.labels)] == reference.labels for answers in (found, wanted))
    return Parity(
        texts=len(reference.texts),
        largest_difference=float(np.abs(probabilities - reference.probabilities).max()),
        label_agreement=float((behind <= LARGEST_DIFFERENCE).mean()),
        accuracy_change=float(right.mean() - right_before.mean()),
    )


def refusal(entry: Format, parity: dict) -> str | None:
    """Why an export with these figures is not handed out, `None` where it is faithful."""
    if entry.largest_accuracy_loss is not None:
        lost = -parity["accuracy_change"]
        return f"it loses {100 * lost:.1f} points of accuracy on test" if lost > entry.largest_accuracy_loss else None
    if parity["largest_difference"] > LARGEST_DIFFERENCE:
        return f"its probabilities differ from the trained model's by up to {parity['largest_difference']:.1g}"
    if parity["label_agreement"] < 1:
        return f"it gives another label to {1 - parity['label_agreement']:.2%} of the texts"
    return None


def _latency(classifier: Classifier, texts: Sequence[str], size: int) -> float:
    """Milliseconds from `size` raw texts to their answers: the median over different texts of the test split."""
    taken: list[float] = []
    while len(taken) < FEWEST_REPEATS or (len(taken) < MOST_REPEATS and sum(taken) < ENOUGH_SECONDS):
        batch = [texts[(len(taken) * size + at) % len(texts)] for at in range(size)]
        started = time.perf_counter()
        classifier.predict_proba(batch)
        taken.append(time.perf_counter() - started)
    return 1000 * float(np.median(taken))
