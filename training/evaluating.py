"""From probabilities to metrics, and from a trained model to its speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

BATCH_SIZES = (1, 32, 256)
BINS = 15
MEASURE_SECONDS = 0.5  # of predicting, at each batch size
COLLAPSE_SHARE, COLLAPSE_MARGIN = 0.85, 0.05
OVERFIT_ACCURACY, OVERFIT_GAP = 0.85, 0.10


def evaluate(probabilities: np.ndarray, labels: np.ndarray, class_names: Sequence[str]) -> dict:
    """All metrics of one model on one split.

    Args:
        probabilities: of shape `(n, classes)`.
        labels: integer array of shape `(n,)`.
        class_names: names of the classes.

    Returns:
        Accuracy, precision, recall and F1 (macro, weighted, per class), confusion matrix (rows are true
        classes), ROC AUC (one class against the rest, averaged, beyond two), log loss in nats,
        expected calibration error, and whether the model collapsed to one class. Values are plain
        Python; ROC AUC is `None` where a class does not occur.
    """
    from sklearn import metrics  # here, since the run itself, which imports this module, evaluates nothing

    predicted = probabilities.argmax(axis=1)
    classes = np.arange(len(class_names))
    result: dict = {"n": len(labels), "accuracy": float(metrics.accuracy_score(labels, predicted))}
    per_class = metrics.precision_recall_fscore_support(labels, predicted, labels=classes, zero_division=0)
    for average in ("macro", "weighted"):
        scores = metrics.precision_recall_fscore_support(
            labels, predicted, labels=classes, average=average, zero_division=0
        )
        for name, score in zip(("precision", "recall", "f1"), scores[:3], strict=True):
            result[f"{average}_{name}"] = float(score)
    result["per_class"] = {
        class_name: {
            name: float(scores[at]) for name, scores in zip(("precision", "recall", "f1", "n"), per_class, strict=True)
        }
        for at, class_name in enumerate(class_names)
    }
    result["confusion_matrix"] = metrics.confusion_matrix(labels, predicted, labels=classes).tolist()
    result["roc_auc"] = _roc_auc(probabilities, labels, classes)
    result["log_loss"] = float(metrics.log_loss(labels, probabilities, labels=classes))
    result["expected_calibration_error"] = expected_calibration_error(probabilities, labels)
    result["largest_answer_share"] = float(np.bincount(predicted, minlength=len(classes)).max() / len(labels))
    result["collapsed"] = has_collapsed(predicted, labels)
    return result


def has_collapsed(predicted: np.ndarray, labels: np.ndarray) -> bool:
    """Whether a model says (nearly) one class to everything: 85 % of its answers, at a mean recall within 5 points of
    guessing.

    Recall is averaged over the classes that occur, and guessing is among these. Where only one occurs nothing can be
    told.

    >>> has_collapsed(np.array([0, 0, 0, 0]), np.array([0, 0, 0, 1]))
    True
    >>> has_collapsed(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 1]))
    False
    """
    from sklearn import metrics

    present = np.unique(labels)
    if len(present) < 2:
        return False
    largest = np.bincount(predicted).max() / len(predicted)
    recall = metrics.recall_score(labels, predicted, labels=present, average="macro", zero_division=0)
    return bool(largest >= COLLAPSE_SHARE and recall <= 1 / len(present) + COLLAPSE_MARGIN)


def overfits(train_accuracy: float, validation_accuracy: float) -> bool:
    """Whether the training texts are known better than they are understood: over 85 % with a gap over 10 points."""
    return train_accuracy > OVERFIT_ACCURACY and train_accuracy - validation_accuracy > OVERFIT_GAP


def expected_calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """How far confidence and accuracy lie apart, weighted over 15 equal bins of confidence.

    Source: Guo et al. 2017, https://arxiv.org/abs/1706.04599.

    >>> round(expected_calibration_error(np.array([[0.9, 0.1], [0.9, 0.1]]), np.array([0, 1])), 3)
    0.4
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=BINS)
    return float(np.abs(gaps).sum() / len(labels))


def _roc_auc(probabilities: np.ndarray, labels: np.ndarray, classes: np.ndarray) -> float | None:
    from sklearn import metrics

    if len(np.unique(labels)) < len(classes):
        return None
    if len(classes) == 2:
        return float(metrics.roc_auc_score(labels, probabilities[:, 1]))
    normalized = probabilities / probabilities.sum(axis=1, keepdims=True)  # float32 rows miss 1 by more than it allows
    return float(metrics.roc_auc_score(labels, normalized, multi_class="ovr"))


def accuracy_by_group(predicted: np.ndarray, labels: np.ndarray, groups: Sequence[str]) -> dict[str, dict]:
    """Accuracy and number of texts of each group."""
    groups = np.asarray(groups)
    right = predicted == labels
    return {
        str(group): {"n": int((groups == group).sum()), "accuracy": float(right[groups == group].mean())}
        for group in np.unique(groups)
    }


def texts_per_second(predict: Callable[[int], object]) -> dict[str, float]:
    """Speed at batch 1, 32 and 256.

    Args:
        predict: answers a batch of the given size.

    Returns:
        Texts per second by batch size, the median of repeated calls after one that is not counted.
    """
    result = {}
    for size in BATCH_SIZES:
        predict(size)
        taken: list[float] = []
        end = time.perf_counter() + MEASURE_SECONDS
        while not taken or time.perf_counter() < end:
            start = time.perf_counter()
            predict(size)
            taken.append(time.perf_counter() - start)
        result[str(size)] = size / float(np.median(taken))
    return result
