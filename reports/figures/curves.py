"""From answers to the series that figures show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.preparing import load_texts
from models.metrics import confidence_bins
from models.predictions import AllAnswers, Answers
from models.run_folder import RunFolder, RunFolderError

LENGTHS = (1, 16, 32, 64, 128)  # words; each range ends before the next begins
MOST_POINTS = 200  # of a curve: more cannot be seen


Line = tuple[list[float], list[float]]


@dataclass(frozen=True)
class Bin:
    """Texts of like confidence: how many, their mean confidence, and the share of them answered right."""

    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class OperatingCurves:
    """What a model does at every threshold.

    Attributes:
        roc, precision_recall: the curves.
        roc_auc, average_precision: the areas under them.
        positive_share: what chance gives for the latter.
    """

    roc: Line
    precision_recall: Line
    roc_auc: float
    average_precision: float
    positive_share: float


@dataclass(frozen=True)
class LengthRange:
    """Test texts of like length.

    Attributes:
        words: the range, in words.
        n: test answers of the model that has most.
        accuracy: by model; one that answered none of these texts is left out.
    """

    words: str
    n: int
    accuracy: dict[str, float]


def reliability(answers: Answers) -> list[Bin]:
    """Texts by confidence, in the bins of the expected calibration error; empty bins are left out."""
    confidence, bins = confidence_bins(answers.probabilities)
    return [
        Bin(
            int((bins == at).sum()),
            float(confidence[bins == at].mean()),
            float(answers.right[bins == at].mean()),
        )
        for at in np.unique(bins)
    ]


def operating_curves(answers: Answers) -> OperatingCurves | None:
    """ROC and precision-recall curve with the areas under them; `None` where only one class occurs.

    Of two classes the second is the positive one; of more, every class against the rest, all decisions taken together
    (micro-average).
    """
    from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_curve

    classes = answers.probabilities.shape[1]
    if classes == 2:
        truth, score = answers.labels == 1, answers.probabilities[:, 1]
    else:
        truth, score = np.eye(classes, dtype=bool)[answers.labels].ravel(), answers.probabilities.ravel()
    if truth.all() or not truth.any():
        return None
    false_positive, true_positive, _ = roc_curve(truth, score)
    precision, recall, _ = precision_recall_curve(truth, score)
    return OperatingCurves(
        roc=_thinned(false_positive, true_positive),
        precision_recall=_thinned(recall[::-1], precision[::-1]),
        roc_auc=float(auc(false_positive, true_positive)),
        average_precision=float(average_precision_score(truth, score)),
        positive_share=float(truth.mean()),
    )


def _thinned(xs: np.ndarray, ys: np.ndarray) -> Line:
    at = np.unique(np.linspace(0, len(xs) - 1, MOST_POINTS).round().astype(int))
    return xs[at].tolist(), ys[at].tolist()


def read_lengths(run: Path, seed: int) -> dict[int, int]:
    """Words of each cleaned test text by its place in the corpus; empty where the run folder lacks its texts.

    Raises:
        RunFolderError: the texts are damaged.
    """
    folder = RunFolder(run).prepared(seed)
    try:
        test = load_texts(folder)["test"]
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, IndexError) as error:
        raise RunFolderError(f"{folder / 'texts.jsonl'} is damaged: {error}.") from error
    return dict(zip(test.index.tolist(), (len(text.split(" ")) for text in test.cleaned), strict=True))


def accuracy_by_length(run: Path, answers: AllAnswers) -> list[LengthRange]:
    """Accuracy in each range of lengths, of the test texts of all seeds; ranges without texts are left out."""
    lengths = {seed: read_lengths(run, seed) for seed in {seed for found in answers.values() for seed in found}}
    right: dict[str, dict[int, list[bool]]] = {}
    for model, by_seed in answers.items():
        for seed, parts in by_seed.items():
            if "test" in parts and lengths[seed]:
                words = [lengths[seed].get(int(index), 0) for index in parts["test"].index]
                places = np.searchsorted(LENGTHS, words, side="right") - 1
                for place, is_right in zip(places.tolist(), parts["test"].right.tolist(), strict=True):
                    if place >= 0:
                        right.setdefault(model, {}).setdefault(place, []).append(is_right)
    return [
        LengthRange(
            words=f"{low}–{high - 1}" if high else f"{low} or more",
            n=max(len(found.get(place, [])) for found in right.values()),
            accuracy={model: sum(found[place]) / len(found[place]) for model, found in right.items() if place in found},
        )
        for place, (low, high) in enumerate(zip(LENGTHS, (*LENGTHS[1:], None), strict=True))
        if any(place in found for found in right.values())
    ]
