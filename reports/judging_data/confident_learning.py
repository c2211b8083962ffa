"""Confident learning: which labels are probably wrong, from probabilities that were made without seeing them.

A label is doubted where the model is sure of another class: as sure as it is, on average, of the texts that carry that
other class's label. Classes that a model is unsure of thus need less.

Source: Northcutt, Jiang and Chuang 2021, https://doi.org/10.1613/jair.1.12125. The authors' package, cleanlab, finds
the same labels, which a test looks after; it would bring pandas, 84 MB, to everybody who installs this.
"""

from __future__ import annotations

import numpy as np


def class_thresholds(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """The mean probability of each class over the texts labelled so, `(classes,)`; infinite where there are none.

    Args:
        labels: integer array of shape `(n,)`.
        probabilities: of shape `(n, classes)`.

    >>> class_thresholds(np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]))
    array([0.7, 0.8])
    """
    sums = np.bincount(labels, probabilities[np.arange(len(labels)), labels], minlength=probabilities.shape[1])
    counts = np.bincount(labels, minlength=probabilities.shape[1])
    return np.divide(sums, counts, out=np.full(len(counts), np.inf), where=counts > 0)


def confident_class(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """The likeliest class among those that a text reaches the threshold of, `(n,)`; -1 where there is none.

    >>> confident_class(np.array([[0.75, 0.25], [0.6, 0.4]]), np.array([0.7, 0.8]))
    array([ 0, -1])
    """
    reached = np.where(probabilities >= thresholds - 1e-9, probabilities, -1.0)
    best = reached.argmax(axis=1)
    return np.where(reached.max(axis=1) < 0, -1, best)


def is_doubted(labels: np.ndarray, probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Whether the model is confident of another class than the label, boolean array of shape `(n,)`.

    These are the texts off the diagonal of the paper's confident joint, as far as the label is not the likeliest class.
    """
    confident = confident_class(probabilities, thresholds)
    return (confident >= 0) & (confident != labels) & (probabilities.argmax(axis=1) != labels)
