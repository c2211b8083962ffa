"""TF-IDF with a linear model: what a user would pick instead, the reference every other model is held to.

It reads the whole cleaned text. Logistic regression and complement naive Bayes (linear in the log counts;
Rennie et al. 2003) over words, or words and pairs of words, are tried; the validation split decides.
Source: https://scikit-learn.org/stable/modules/feature_extraction.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import Pipeline, make_pipeline

from data.files import whole

NGRAMS = (1, 2)


def candidates(seed: int) -> list[ClassifierMixin]:
    """The untrained classifiers that are tried, from the most to the least regularized of each kind."""
    logistic = [LogisticRegression(C=inverse, max_iter=1000, random_state=seed) for inverse in (1.0, 10.0, 100.0)]
    return logistic + [ComplementNB(alpha=alpha) for alpha in (1.0, 0.3, 0.1, 0.03)]


def fit(
    texts: Sequence[str],
    labels: np.ndarray,
    validation_texts: Sequence[str],
    validation_labels: np.ndarray,
    seed: int = 0,
) -> tuple[Pipeline, str]:
    """Fits every candidate on the training texts and keeps the one with the least validation log loss.

    Args:
        texts: cleaned training texts, words separated by spaces.
        labels: their classes, integer array of shape `(n,)`.
        validation_texts: likewise.
        validation_labels: likewise.
        seed: of the solver.

    Returns:
        The pipeline from cleaned texts to classes, and its settings in words.
    """
    best_loss, best = np.inf, None
    for ngrams in NGRAMS:
        vectorizer = TfidfVectorizer(
            token_pattern=r"[^ ]+",  # every word the cleaning left, as the other models have it
            ngram_range=(1, ngrams),
            sublinear_tf=True,
        )
        features = vectorizer.fit_transform(texts)
        validation_features = vectorizer.transform(validation_texts)
        for classifier in candidates(seed):
            classifier.fit(features, labels)
            probabilities = classifier.predict_proba(validation_features)
            loss = log_loss(validation_labels, probabilities, labels=classifier.classes_)
            if loss < best_loss:
                best_loss = loss
                best = make_pipeline(vectorizer, classifier), f"1- to {ngrams}-grams, {classifier}"
    if best is None:
        raise ValueError("No candidate gives validation texts a probability.")
    return best


@dataclass(frozen=True)
class LinearModel:
    """A fitted pipeline as plain arrays: all it takes to answer, in any language.

    The count of each term in a text becomes `1 + ln(count)`, is multiplied by the term's inverse frequency, and the
    text's vector is brought to length 1; `softmax(vector @ weights + bias)` are the probabilities.

    Attributes:
        terms: V words, and pairs of words with a space between them.
        inverse_frequencies: of the terms, `float64` array of shape `(V,)`.
        weights: `float64` array of shape `(V, classes)`.
        bias: `float64` array of shape `(classes,)`.
    """

    terms: list[str]
    inverse_frequencies: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    @classmethod
    def from_pipeline(cls, pipeline: Pipeline) -> LinearModel:
        """The arrays of what `fit` returned."""
        vectorizer, classifier = pipeline.named_steps.values()
        if isinstance(classifier, ComplementNB):
            weights, bias = classifier.feature_log_prob_.T, np.zeros(len(classifier.classes_))
        else:
            weights, bias = classifier.coef_.T, classifier.intercept_
        if weights.shape[1] == 1:  # two classes of logistic regression: a sigmoid is a softmax against 0
            weights, bias = np.hstack([np.zeros_like(weights), weights]), np.array([0.0, *bias])
        return cls(list(vectorizer.get_feature_names_out()), vectorizer.idf_, weights, bias)

    def save(self, path: Path) -> None:
        """Writes the arrays as an `.npz` without pickle; the terms as UTF-8, one a line."""
        terms = np.frombuffer("\n".join(self.terms).encode(), np.uint8)
        with whole(path) as aside:
            np.savez(
                aside,
                terms=terms,
                inverse_frequencies=self.inverse_frequencies,
                weights=self.weights,
                bias=self.bias,
            )

    @classmethod
    def load(cls, path: Path) -> LinearModel:
        """What `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            terms = arrays["terms"].tobytes().decode().split("\n")
            return cls(terms, arrays["inverse_frequencies"], arrays["weights"], arrays["bias"])


def parameter_count(pipeline: Pipeline) -> int:
    """Weights and biases the classifier answers with."""
    vectorizer, classifier = pipeline.named_steps.values()
    if isinstance(classifier, ComplementNB):
        return classifier.feature_log_prob_.size
    return classifier.coef_.size + classifier.intercept_.size
