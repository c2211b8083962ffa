"""TF-IDF with a linear model: what a user would pick instead, the reference every other model is held to.

It reads the whole cleaned text. Over words, or words and the pairs of words that were seen twice, are tried: logistic
regression; complement naive Bayes (Rennie et al. 2003), linear in the log counts; and NBSVM with logistic regression in
place of the SVM (Wang and Manning 2012, https://aclanthology.org/P12-2018). The validation split decides, and says how
sure the answers may be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.sparse import csr_matrix, diags
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import Pipeline, make_pipeline

from models.calibration import fit_temperature

Weights = np.ndarray | None  # of n texts, `(n,)`
TERMS = ((1, 1), (2, 2))  # words in a row at most, and the texts that must hold a term


class LinearClassifier(ClassifierMixin, BaseEstimator):
    """Answers with `softmax(features @ weights + bias)`.

    Args:
        weights: of shape `(features, classes)`.
        bias: of shape `(classes,)`.
        parameters: how many of these numbers were learned.
    """

    def __init__(self, weights: np.ndarray, bias: np.ndarray, parameters: int):
        self.weights, self.bias, self.parameters = weights, bias, parameters

    @classmethod
    def from_learned(cls, weights: np.ndarray, bias: np.ndarray | None = None) -> LinearClassifier:
        """From a column for each class, or from one alone: a sigmoid is a softmax against 0."""
        parameters = weights.size + (0 if bias is None else bias.size)
        bias = np.zeros(weights.shape[1]) if bias is None else bias
        if weights.shape[1] == 1:
            weights, bias = np.hstack([np.zeros_like(weights), weights]), np.array([0.0, *bias])
        return cls(weights, bias, parameters)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self, features: csr_matrix, labels: np.ndarray) -> LinearClassifier:  # noqa: ARG002
        """Nothing is left to learn; scikit-learn's pipeline asks for the method."""
        return self

    @property
    def classes_(self) -> np.ndarray:
        """The classes are numbered from 0."""
        return np.arange(len(self.bias))

    def cooled(self, temperature: float) -> LinearClassifier:
        """Itself with every score divided by a temperature."""
        return LinearClassifier(self.weights / temperature, self.bias / temperature, self.parameters)

    def decision_function(self, features: csr_matrix) -> np.ndarray:
        """Scores, of shape `(n, classes)`."""
        return features @ self.weights + self.bias

    def predict_proba(self, features: csr_matrix) -> np.ndarray:
        """Probabilities, of shape `(n, classes)`."""
        return softmax(self.decision_function(features), axis=1)

    def predict(self, features: csr_matrix) -> np.ndarray:
        """Classes, of shape `(n,)`."""
        return self.decision_function(features).argmax(axis=1)


def logistic_regression(
    features: csr_matrix, labels: np.ndarray, inverse: float, seed: int, weights: Weights = None
) -> LinearClassifier:
    """One softmax over all classes. By SAGA: L-BFGS is ten times slower on twenty classes, and holds many weights.

    Not where texts have weights: scikit-learn's SAGA takes no account of them in its step, and does not arrive (a class
    of 3 in 100, balanced: after 1,000 rounds a loss of 8,867 where L-BFGS has 2,484 after nine).
    """
    solver = "saga" if weights is None else "lbfgs"
    found = LogisticRegression(C=inverse, solver=solver, tol=1e-3, max_iter=1000, random_state=seed)
    found.fit(features, labels, sample_weight=weights)
    return LinearClassifier.from_learned(found.coef_.T, found.intercept_)


def complement_naive_bayes(
    features: csr_matrix, labels: np.ndarray, alpha: float, weights: Weights = None
) -> LinearClassifier:
    """Every class by the weights of the terms in all others; `alpha` is added to these."""
    learned = ComplementNB(alpha=alpha).fit(features, labels, sample_weight=weights).feature_log_prob_.T
    # What a term adds to every class changes no answer, and would cost digits.
    return LinearClassifier.from_learned(learned - learned.mean(axis=1, keepdims=True))


def nbsvm(
    features: csr_matrix, labels: np.ndarray, alpha: float, inverse: float = 10, weights: Weights = None
) -> LinearClassifier:
    """Logistic regression, each class against the rest, on features times the term's log-count ratio.

    The ratio is that of the share of the term among the terms of the class to its share among those of the rest, each
    term counted once a text and `alpha` times more.
    """
    present = csr_matrix((np.ones_like(features.data), features.indices, features.indptr), features.shape)
    classes = np.unique(labels)
    columns, bias = [], []
    for name in classes if len(classes) > 2 else classes[1:]:
        of_class = labels == name
        inside, outside = present.T @ of_class + alpha, present.T @ ~of_class + alpha
        ratios = np.log(inside / inside.sum()) - np.log(outside / outside.sum())
        # liblinear regularizes the intercept too; scaled by ten it is hardly held back.
        found = LogisticRegression(C=inverse, solver="liblinear", tol=1e-2, intercept_scaling=10)
        found.fit(features @ diags(ratios), of_class, sample_weight=weights)
        columns.append(ratios * found.coef_[0])
        bias.append(found.intercept_[0])
    return LinearClassifier.from_learned(np.stack(columns, axis=1), np.array(bias))


def candidates(seed: int) -> dict[str, Callable[..., LinearClassifier]]:
    """What is tried, by its name: functions of features, labels and, by name, `weights` of the texts."""
    return {
        **{f"logistic regression (C={c:g})": partial(logistic_regression, inverse=c, seed=seed) for c in (10.0, 100.0)},
        **{
            f"complement naive Bayes (alpha={a:g})": partial(complement_naive_bayes, alpha=a)
            for a in (1, 0.3, 0.1, 0.03)
        },
        **{f"NBSVM (alpha={a:g})": partial(nbsvm, alpha=a) for a in (1, 0.3, 0.1)},
    }


def make_vectorizer(ngrams: int, **settings) -> TfidfVectorizer:
    """What makes features of cleaned texts: up to so many words in a row are a term."""
    return TfidfVectorizer(
        token_pattern=r"[^ ]+",  # every word the cleaning left, as the other models have it
        ngram_range=(1, ngrams),
        sublinear_tf=True,
        **settings,
    )


def fit(
    texts: Sequence[str],
    labels: np.ndarray,
    validation_texts: Sequence[str],
    validation_labels: np.ndarray,
    seed: int = 0,
    weights: Weights = None,
    validation_weights: Weights = None,
) -> tuple[Pipeline, str]:
    """The pipeline from cleaned texts to classes that `search` finds, and its settings in words."""
    found = search(texts, labels, validation_texts, validation_labels, seed, weights, validation_weights)
    return make_pipeline(found.vectorizer, found.classifier), found.chosen


@dataclass(frozen=True)
class Found:
    """What was kept of all that was tried.

    Attributes:
        vectorizer: fitted; from cleaned texts to features.
        classifier: of these features, with the best temperature.
        candidate: fits its like on other features and labels, without the temperature.
        temperature: what scores are divided by.
        chosen: all of it in words.
    """

    vectorizer: TfidfVectorizer
    classifier: LinearClassifier
    candidate: Callable[..., LinearClassifier]
    temperature: float
    chosen: str


def search(
    texts: Sequence[str],
    labels: np.ndarray,
    validation_texts: Sequence[str],
    validation_labels: np.ndarray,
    seed: int = 0,
    weights: Weights = None,
    validation_weights: Weights = None,
) -> Found:
    """Fits every candidate on the training texts and keeps the one with the least validation log loss.

    Each is judged at its best temperature, and answers with it: complement naive Bayes is far too unsure of twenty
    classes, and the most accurate there.

    Args:
        texts: cleaned training texts, words separated by spaces.
        labels: their classes, integers from 0 to the last class, each at least once, array of shape `(n,)`.
        validation_texts: likewise.
        validation_labels: likewise.
        seed: of the solver.
        weights: of the training texts, array of shape `(n,)`; `None` for 1 each.
        validation_weights: likewise.

    Raises:
        ValueError: no text holds a word.
    """
    best_loss, best = np.inf, None
    for ngrams, seen in TERMS:
        vectorizer = make_vectorizer(ngrams, min_df=seen)
        try:
            features = vectorizer.fit_transform(texts)
        except ValueError:  # a few short texts may have no term in common
            continue
        validation_features = vectorizer.transform(validation_texts)
        for name, fit_candidate in candidates(seed).items():
            classifier = fit_candidate(features, labels, weights=weights)
            scores = classifier.decision_function(validation_features)
            temperature, loss = fit_temperature(scores, validation_labels, validation_weights)
            if loss < best_loss:
                best_loss = loss
                chosen = f"1- to {ngrams}-grams, {name}"
                best = Found(vectorizer, classifier.cooled(temperature), fit_candidate, temperature, chosen)
    if best is None:
        raise ValueError("The training texts hold no word to learn from.")
    return best
