"""What quick models say of texts whose labels they have not seen: of training texts out of fold, of others outright."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from data.splits.leakage import UNLABELLED
from models.calibration import fit_temperature
from models.linear import tfidf
from models.linear.tfidf import LinearClassifier
from reports.reading.run_texts import Features, RunTexts

FOLDS = 5
INVERSES = (0.001, 0.003, 0.01, 0.03, 0.1)  # of the head's regularization, to choose from on validation
Matrix: TypeAlias = Any  # an array or a sparse matrix, a text a row


@dataclass(frozen=True)
class Voice:
    """One of the models that are asked.

    Attributes:
        name: in words.
        features: of the texts of each split and of the unlabelled ones, as far as they are known.
        fit: from features and labels to a classifier that knows all classes.
        redraw: features as `features`, of the splits alone, where only the training texts at some places are known.
        terms: what the features stand for; none where no one can say.
    """

    name: str
    features: Mapping[str, Matrix]
    fit: Callable[[Matrix, np.ndarray], LinearClassifier]
    redraw: Callable[[np.ndarray], Mapping[str, Matrix]]
    terms: Sequence[str] = ()


@dataclass(frozen=True)
class Opinion:
    """What one model says of n training texts, of each as one that has not seen it.

    Attributes:
        probabilities: of shape `(n, classes)`.
        classifiers: one of each fold.
        fold: of each text, the number of the classifier that has not seen it, `(n,)`.
    """

    probabilities: np.ndarray
    classifiers: list[LinearClassifier]
    fold: np.ndarray


def voices_of(texts: RunTexts) -> list[Voice]:
    """The linear model, and a head on the encoder's features where these are known; validation chooses their settings.

    Raises:
        ValueError: no training text holds a word.
    """
    found = [_linear(texts)]
    return [*found, _head(texts, texts.features)] if texts.features else found


def ask_out_of_fold(voice: Voice, labels: np.ndarray, seed: int) -> Opinion:
    """Five models, each fitted on four fifths of the training texts and asked about the last.

    Args:
        voice: which kind of model.
        labels: of the training texts, `(n,)`.
        seed: of the folds, which have the same shares of every class.
    """
    features = voice.features["train"]
    fold = np.zeros(len(labels), dtype=np.int64)
    folds = StratifiedKFold(min(FOLDS, np.bincount(labels).max()), shuffle=True, random_state=seed)
    classifiers, probabilities = [], np.zeros((len(labels), 0))
    with warnings.catch_warnings(action="ignore"):  # of a class with fewer texts than folds
        pairs = list(folds.split(labels, labels))
    for number, (fitted, asked) in enumerate(pairs):
        classifiers.append(voice.fit(features[fitted], labels[fitted]))
        said = classifiers[-1].predict_proba(features[asked])
        if not probabilities.size:
            probabilities = np.zeros((len(labels), said.shape[1]))
        probabilities[asked], fold[asked] = said, number
    return Opinion(probabilities, classifiers, fold)


def mean_of(probabilities: Sequence[np.ndarray]) -> np.ndarray:
    """The mean of what several models say, of shape `(n, classes)`."""
    return np.mean(probabilities, axis=0)


def _linear(texts: RunTexts) -> Voice:
    train, validation = texts.parts["train"], texts.parts["validation"]
    found = tfidf.search(train.cleaned, train.labels, validation.cleaned, validation.labels, texts.seed)
    cleaned = {name: part.cleaned for name, part in texts.parts.items()} | {UNLABELLED: texts.unlabelled.cleaned}

    def fit(features: Matrix, labels: np.ndarray) -> LinearClassifier:
        return _fit_all(found.candidate, features, labels, len(texts.class_names)).cooled(found.temperature)

    def redraw(places: np.ndarray) -> dict[str, Matrix]:
        drawn = [train.cleaned[at] for at in places]
        vectorizer = clone(found.vectorizer).fit(drawn)
        others = {name: vectorizer.transform(part.cleaned) for name, part in texts.parts.items() if name != "train"}
        return {"train": vectorizer.transform(drawn), **others}

    return Voice(
        f"linear ({found.chosen})",
        {name: found.vectorizer.transform(part) for name, part in cleaned.items() if part},
        fit,
        redraw,
        list(found.vectorizer.get_feature_names_out()),
    )


def _head(texts: RunTexts, features: Features) -> Voice:
    """Logistic regression on the features: as good as a trained head, and fitted in a fraction of a second."""
    train, validation = texts.parts["train"], texts.parts["validation"]
    center, scale = features.by_part["train"].mean(axis=0), features.by_part["train"].std(axis=0) + 1e-6
    scaled = {name: (part - center) / scale for name, part in features.by_part.items()}
    best_loss, best = np.inf, (INVERSES[0], 1.0)
    for inverse in INVERSES:
        classifier = _fit_all(_logistic(inverse), scaled["train"], train.labels, len(texts.class_names))
        scores = np.log(np.maximum(classifier.predict_proba(scaled["validation"]), np.finfo(float).tiny))
        temperature, loss = fit_temperature(scores, validation.labels)
        if loss < best_loss:
            best_loss, best = loss, (inverse, temperature)
    inverse, temperature = best

    def fit(features: Matrix, labels: np.ndarray) -> LinearClassifier:
        return _fit_all(_logistic(inverse), features, labels, len(texts.class_names)).cooled(temperature)

    def redraw(places: np.ndarray) -> dict[str, Matrix]:
        return {name: part[places] if name == "train" else part for name, part in scaled.items()}

    return Voice(f"logistic regression on the features of {features.encoder}", scaled, fit, redraw)


def _logistic(inverse: float) -> Callable[[Matrix, np.ndarray], LinearClassifier]:
    def fit(features: Matrix, labels: np.ndarray) -> LinearClassifier:
        found = LogisticRegression(C=inverse, max_iter=300, tol=1e-3).fit(features, labels)
        return LinearClassifier.from_learned(found.coef_.T, found.intercept_)

    return fit


def _fit_all(
    fit: Callable[[Matrix, np.ndarray], LinearClassifier], features: Matrix, labels: np.ndarray, classes: int
) -> LinearClassifier:
    """A classifier that knows all classes, also those of which it was given no text: these it never answers."""
    present, numbers = np.unique(labels, return_inverse=True)
    found = fit(features, numbers)
    if len(present) == classes:
        return found
    weights, bias = np.zeros((features.shape[1], classes)), np.full(classes, -np.inf)
    weights[:, present], bias[present] = found.weights, found.bias
    return LinearClassifier(weights, bias, found.parameters)
