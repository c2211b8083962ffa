"""TF-IDF with a linear model: what a user would pick instead, the reference every other model is held to.

It reads the whole cleaned text. Logistic regression and complement naive Bayes (linear in the log counts;
Rennie et al. 2003) over words, or words and pairs of words, are tried; the validation split decides.
Source: https://scikit-learn.org/stable/modules/feature_extraction.html.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import Pipeline, make_pipeline

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
    return best


def parameter_count(pipeline: Pipeline) -> int:
    """Weights and biases the classifier answers with."""
    vectorizer, classifier = pipeline.named_steps.values()
    if isinstance(classifier, ComplementNB):
        return classifier.feature_log_prob_.size
    return classifier.coef_.size + classifier.intercept_.size
