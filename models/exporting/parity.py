"""The proof that an export answers as the trained model did: on the test split, and on texts no corpus holds.

The trained model's answers were written down by the process that trained it, on its own backend.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from data.files import read_json, write_json
from data.messages import reason_of
from data.preparing import load_texts
from models.classifier import Classifier
from models.exporting.exportable import ExportRefused
from models.peak_memory import peak_memory_mb
from models.predictions import read_predictions
from models.run_folder import RunFolder, RunFolderError
from models.serving.engines import ExportUnusable, load_engine, read_classifier
from models.serving.formats import FORMATS, LARGEST_DIFFERENCE, Format
from models.serving.speeds import texts_per_second

LATENCY_BATCHES = (1, 32)
MOST_REPEATS, FEWEST_REPEATS, ENOUGH_SECONDS = 51, 3, 1.0  # of each timed call
FEWEST_COMPARED = 5  # where two are timed in turn, and what comes out decides
ROUNDING = 1e-9
# Of the test split, which an encoder in full precision takes 30 ms a text for. What a conversion gets wrong shows in a
# few of them, and the texts that are difficult come on top.
ENCODER_TEXTS = 100
FASTER, AS_FAST = 1.05, 0.95  # times; what lies between them is noise of the measurement


@dataclass(frozen=True)
class Reference:
    """What the trained model said.

    Attributes:
        texts: n raw texts, those of a split first.
        probabilities: array of shape `(n, classes)`.
        labels: true classes of the split, integer array of shape `(m,)`, m ≤ n.
    """

    texts: Sequence[str]
    probabilities: np.ndarray
    labels: np.ndarray

    @property
    def accuracy(self) -> float:
        """Of the trained model, on the split."""
        return float(_right(self.probabilities, self.labels).mean())

    def first(self, most: int) -> Reference:
        """The first texts of the split, and all behind it."""
        end = len(self.labels)
        kept = np.r_[: min(most, end), end : len(self.texts)]
        return Reference([self.texts[at] for at in kept], self.probabilities[kept], self.labels[:most])


def read_reference(run: RunFolder, model: str, seed: int) -> tuple[Reference, Reference]:
    """The trained model's answers on the test split and `data.probes`, and on the validation split."""
    parts = load_texts(run.prepared(seed))
    answers = read_predictions(run.predictions(model, seed), read_json(run.data_card)["class_names"])
    probes = read_json(run.probes(model, seed)).values()
    test = Reference(
        [*parts["test"].texts, *(probe["text"] for probe in probes)],
        np.concatenate([answers["test"].probabilities, [probe["probabilities"] for probe in probes]]),
        parts["test"].labels,
    )
    return test, Reference(parts["validation"].texts, answers["validation"].probabilities, parts["validation"].labels)


def check(path: Path, model: str, seed: int, folder: Path, name: str, result: Path) -> None:
    """Loads one export, asks it everything and writes the outcome to `result` as JSON; to be run in a fresh process.

    `accuracy` and `validation_accuracy` are the export's own, each with its `..._change` from the trained model's. A
    format in full precision gives the trained model's answers, or is refused, and is spared the validation split.
    """
    entry = FORMATS[name]
    try:
        test, validation = read_reference(RunFolder(path), model, seed)
        started = time.perf_counter()
        classifier = Classifier(load_engine(folder, name), read_classifier(folder), name)
        seconds_to_load = time.perf_counter() - started
        may_change = entry.may_change_answers
        few = read_classifier(folder)["has_word_pieces"] and not may_change
        asked, split = test.first(ENCODER_TEXTS) if few else test, test.texts[: len(test.labels)]
        one, many = LATENCY_BATCHES
        if few:  # each text takes so long that those of the proof are the ones that are timed
            answers, milliseconds = timed_answers(classifier, asked.texts, many)
        else:
            answers, milliseconds = classifier.predict_proba(asked.texts), _latencies([classifier], split, many)[0]
        found = asdict(compare(asked, answers))
        found["accuracy"] = test.accuracy + found["accuracy_change"]
        found["latency_ms"] = {str(one): _latencies([classifier], split, one)[0], str(many): milliseconds}
        each = milliseconds / many / 1000
        found |= {"seconds_to_load": seconds_to_load, "peak_memory_mb": peak_memory_mb()}
        found["texts_per_second"] = texts_per_second(classifier, split, each)
        on_validation = classifier.predict_proba(validation.texts) if may_change else validation.probabilities
        found["validation_accuracy"] = float(_right(on_validation, validation.labels).mean())
        found["validation_accuracy_change"] = found["validation_accuracy"] - validation.accuracy
        if entry.made_from:
            original = Classifier(load_engine(folder, entry.made_from), read_classifier(folder), entry.made_from)
            found["times_faster"] = {
                str(size): times_faster(original, classifier, split, size) for size in LATENCY_BATCHES
            }
    except Exception as error:  # whatever keeps it from answering, it cannot be handed out
        known = isinstance(error, ExportUnusable | ExportRefused | RunFolderError)
        found = {"refused": reason_of(error) if known else f"it does not answer: {reason_of(error)}"}
    write_json(result, found)


@dataclass(frozen=True)
class Parity:
    """How an export's answers compare with the trained model's.

    Attributes:
        texts: how many were asked: the split and the probes.
        largest_difference: of any probability.
        label_agreement: share of the texts with the same answer, or with one that the trained model holds as likely,
            within 1e-4: where classes are level, a rounding decides.
        accuracy: of the export, on the split.
        accuracy_change: from the trained model's.
    """

    texts: int
    largest_difference: float
    label_agreement: float
    accuracy: float
    accuracy_change: float


def compare(reference: Reference, probabilities: np.ndarray) -> Parity:
    """Compares an export's answers, of shape `(n, classes)`, with the trained model's."""
    if not np.isfinite(probabilities).all():
        raise ExportRefused("it answers with numbers that are none")
    wanted, found = reference.probabilities.argmax(axis=1), probabilities.argmax(axis=1)
    rows = np.arange(len(found))
    behind = reference.probabilities[rows, wanted] - reference.probabilities[rows, found]
    accuracy = float(_right(probabilities, reference.labels).mean())
    return Parity(
        texts=len(reference.texts),
        largest_difference=float(np.abs(probabilities - reference.probabilities).max()),
        label_agreement=float((behind <= LARGEST_DIFFERENCE).mean()),
        accuracy=accuracy,
        accuracy_change=accuracy - reference.accuracy,
    )


def refusal(entry: Format, measured: dict) -> str | None:
    """Why an export with these figures of `check` is not handed out, `None` where it is what it should be."""
    if entry.largest_accuracy_loss is not None:
        lost = -measured["validation_accuracy_change"]
        if lost > entry.largest_accuracy_loss + ROUNDING:
            return f"it loses {100 * lost:.1f} points of accuracy on validation"
    else:
        if measured["largest_difference"] > LARGEST_DIFFERENCE:
            return f"its probabilities differ from the trained model's by up to {measured['largest_difference']:.1g}"
        if measured["label_agreement"] < 1:
            return f"it gives another label to {1 - measured['label_agreement']:.2%} of the texts"
    if entry.made_from:
        times = measured["times_faster"].values()
        if max(times) < FASTER or min(times) < AS_FAST:
            shown = ", ".join(f"{speed:.2f} times at {size}" for size, speed in measured["times_faster"].items())
            return f"it is not faster than {entry.made_from} ({shown} texts at once)"
    return None


def times_faster(original: Classifier, other: Classifier, texts: Sequence[str], size: int) -> float:
    """How many times as fast as `original` the `other` answers `size` texts; both in turn, so that they meet the same
    load of the machine.
    """
    before, after = _latencies([original, other], texts, size, FEWEST_COMPARED)
    return before / after


def timed_answers(classifier: Classifier, texts: Sequence[str], size: int) -> tuple[np.ndarray, float]:
    """Probabilities of all texts, asked `size` at a time, and the median milliseconds that took, all but the rest."""
    answers, taken = [], []
    for start in range(0, len(texts), size):
        began = time.perf_counter()
        answers.append(classifier.predict_proba(texts[start : start + size]))
        taken.append(time.perf_counter() - began)
    whole = taken[: len(texts) // size] or [taken[0] * size / len(texts)]
    return np.concatenate(answers), 1000 * float(np.median(whole))


def _latencies(
    classifiers: Sequence[Classifier], texts: Sequence[str], size: int, fewest: int = FEWEST_REPEATS
) -> list[float]:
    """Milliseconds from `size` raw texts to the answers of each classifier: the median over different texts."""
    taken: list[list[float]] = []
    while len(taken) < fewest or (len(taken) < MOST_REPEATS and np.sum(taken) < ENOUGH_SECONDS):
        batch = [texts[(len(taken) * size + at) % len(texts)] for at in range(size)]
        seconds = []
        for classifier in classifiers:
            started = time.perf_counter()
            classifier.predict_proba(batch)
            seconds.append(time.perf_counter() - started)
        taken.append(seconds)
    return (1000 * np.median(taken, axis=0)).tolist()


def _right(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Whether the most probable class is the label, for each of the m labelled texts that come first."""
    return probabilities[: len(labels)].argmax(axis=1) == labels
