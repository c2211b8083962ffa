"""From probabilities to metrics, and from a trained model to its speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from models.metrics import METRICS
from models.predictions import Answers

BATCH_SIZES = (1, 32, 256)
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
        Every metric of `models.metrics` by its name, precision, recall and F1 per class, the confusion matrix
        (rows are true classes), and whether the model collapsed to one class. Values are plain Python; a metric
        that these texts do not have is `None`.
    """
    from sklearn import metrics  # here, since the run itself, which imports this module, evaluates nothing

    predicted = probabilities.argmax(axis=1)
    classes = np.arange(len(class_names))
    answers = Answers(np.arange(len(labels)), labels, predicted, probabilities)
    per_class = metrics.precision_recall_fscore_support(labels, predicted, labels=classes, zero_division=0)
    return {
        "n": len(labels),
        **{metric.name: metric.value(answers) for metric in METRICS},
        "per_class": {
            class_name: {
                name: float(scores[at])
                for name, scores in zip(("precision", "recall", "f1", "n"), per_class, strict=True)
            }
            for at, class_name in enumerate(class_names)
        },
        "confusion_matrix": metrics.confusion_matrix(labels, predicted, labels=classes).tolist(),
        "largest_answer_share": float(np.bincount(predicted, minlength=len(classes)).max() / len(labels)),
        "collapsed": has_collapsed(predicted, labels),
    }


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


def accuracy_by_group(predicted: np.ndarray, labels: np.ndarray, groups: Sequence[str]) -> dict[str, dict]:
    """Accuracy and number of texts of each group."""
    belongs, right = np.asarray(groups), predicted == labels
    return {
        str(group): {"n": int((belongs == group).sum()), "accuracy": float(right[belongs == group].mean())}
        for group in np.unique(belongs)
    }


def texts_per_second(predict: Callable[[int], object], most_at_once: int | None = None) -> dict[str, float]:
    """Speed at batch 1, 32 and 256.

    Args:
        predict: answers a batch of the given size.
        most_at_once: texts that it answers at once, several times for a larger batch, which is as fast then; `None`
            for all of any batch.

    Returns:
        Texts per second by batch size, the median of repeated calls. One before them is not counted, in which code is
        compiled.
    """
    result: dict[str, float] = {}
    for size in BATCH_SIZES:
        if most_at_once is not None and size > most_at_once:
            result[str(size)] = result[str(most_at_once)]
            continue
        predict(size)
        taken: list[float] = []
        end = time.perf_counter() + MEASURE_SECONDS
        while not taken or time.perf_counter() < end:
            start = time.perf_counter()
            predict(size)
            taken.append(time.perf_counter() - start)
        result[str(size)] = size / float(np.median(taken))
    return result
