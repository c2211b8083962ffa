"""What scikit-learn's users hand over: texts and labels in any sequence, checked and made plain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from data.messages import shorten
from data.reading.cells import is_missing
from data.sources.table_rows import decode_entities

ONE_COLUMN = "Expected a one-dimensional sequence of texts"


def texts_of(given: Any, name: str = "X") -> list[str]:
    """The texts of a list, an array or a column of a data frame, as they would be read from a table.

    Args:
        given: n texts.
        name: what the caller calls them.

    Raises:
        TypeError: it holds something else than texts.
        ValueError: it has more than one dimension, or a text is missing.
    """
    if isinstance(given, str | bytes) or not hasattr(given, "__iter__"):
        what = "one text: write [text]" if isinstance(given, str | bytes) else f"a {type(given).__name__}"
        raise TypeError(f"{ONE_COLUMN} as {name}, got {what}.")
    dimensions = getattr(given, "ndim", 1)
    if dimensions != 1 or hasattr(given, "columns") or isinstance(given, Mapping):
        shape = getattr(given, "shape", "")
        raise ValueError(
            f"{ONE_COLUMN} as {name}, got {type(given).__name__} {shape}".rstrip() + ": hand over one column of texts."
        )
    return [_text(cell, at, name) for at, cell in enumerate(given)]


def classes_and_labels(given: Any, texts: int, name: str = "y") -> tuple[np.ndarray, np.ndarray]:
    """The classes of n labels in their order, and of each label the index into them, integer array of shape `(n,)`.

    Raises:
        ValueError: they are no classes, of fewer than two, or not as many as there are texts.
    """
    labels = labels_of(given, texts, name)
    classes, numbers = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"{name} has one class, {shorten(classes[0])!r}: a classifier needs texts of at least two.")
    if len({str(label) for label in classes}) < len(classes):
        raise ValueError(f"{name} has classes that are written alike: rename one of them.")
    return classes, numbers


def labels_of(given: Any, texts: int, name: str = "y") -> np.ndarray:
    """The labels as an array of shape `(n,)`.

    Raises:
        ValueError: they are no classes, one is missing, or they are not as many as there are texts.
    """
    if given is None:
        raise ValueError(f"This estimator requires {name} to be passed, but the target {name} is None.")
    labels = column_or_1d(given, warn=True)
    if len(labels) != texts:
        raise ValueError(f"Found input variables with inconsistent numbers of samples: {[texts, len(labels)]}.")
    if not texts:
        raise ValueError(f"There are no texts and no labels in {name}: hand over some of each class.")
    if missing := [at for at, label in enumerate(labels) if is_missing(label)]:
        raise ValueError(f"{name}[{missing[0]}] is missing: hand over texts without a label as `unlabelled`.")
    check_classification_targets(labels)
    return labels


def weights_of(sample_weight: Any, class_weight: Any, classes: np.ndarray, labels: np.ndarray) -> np.ndarray | None:
    """What each of n texts weighs, array of shape `(n,)`; `None` where all weigh the same.

    Args:
        sample_weight: of the texts, or `None`.
        class_weight: of the classes, by their names; anything else is left to the settings.
        classes: in their order.
        labels: of the texts, indices into `classes`, array of shape `(n,)`.

    Raises:
        ValueError: the weights are not as many as the texts, or some are below 0, or one is of no class.
    """
    weights = None
    if sample_weight is not None:
        weights = np.asarray(sample_weight, dtype=np.float64)
        if weights.shape != labels.shape:
            raise ValueError(f"sample_weight has the shape {weights.shape}: expected a number a text, {labels.shape}.")
        if not np.isfinite(weights).all() or (weights < 0).any() or not weights.sum():
            raise ValueError("sample_weight must be finite numbers, none below 0 and not all of them 0.")
    if isinstance(class_weight, Mapping):
        if unknown := [name for name in class_weight if name not in classes]:
            raise ValueError(f"class_weight names {unknown[0]!r}, which is no class: there are {classes.tolist()}.")
        by_class = np.array([class_weight.get(name, 1.0) for name in classes.tolist()], dtype=np.float64)
        weights = by_class[labels] if weights is None else weights * by_class[labels]
    return weights


def _text(cell: Any, at: int, name: str) -> str:
    if isinstance(cell, str):
        return decode_entities(str(cell)).encode("utf-8", "replace").decode("utf-8")
    if getattr(cell, "ndim", 0) or isinstance(cell, list | tuple):
        raise ValueError(f"{ONE_COLUMN} as {name}, got a {type(cell).__name__} at {at}: hand over one column of texts.")
    if is_missing(cell):
        raise ValueError(f'{name}[{at}] is missing: leave the text out, or write "" for it.')
    raise TypeError(f"{ONE_COLUMN} as {name}, got a {type(cell).__name__} at {at}: write it as a str.")
