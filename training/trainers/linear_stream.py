"""The linear model of more texts than the memory should hold: hashed features and stochastic gradient descent.

Terms are words and pairs of words. While it learns, each stands in the column that its hash says, so that memory does
not grow with the number of terms; scikit-learn's `partial_fit` takes the texts batch by batch. What is kept are the
terms that were seen twice in some of the training texts, each with the weight of its column: a model as any other
linear one, that can be exported and explained. Validation decides how strongly weights are held back, and judges what
is kept.

Source: Weinberger et al. 2009, https://arxiv.org/abs/0902.2206 (feature hashing).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import normalize

from data.stored.texts import take_texts
from models.calibration import fit_temperature
from models.linear.tfidf import LinearClassifier, Weights, make_vectorizer

TITLE = "hashed features, stochastic gradient"
NGRAMS, SEEN = 2, 2
MOST_WEIGHTS = 2**22  # columns times classes, 32 MB for each candidate
MOST_COLUMNS = 2**20
COUNTED = 100_000  # training texts that say how rare a term is, and which terms are kept
COUNTED_MB = 500  # of memory that their terms take
AT_ONCE = 10_000  # texts
PASSES = 2  # over the training texts
ALPHAS = (1e-5, 1e-6, 1e-7)  # of the penalty


def fit_streamed(
    texts: Sequence[str],
    labels: np.ndarray,
    validation_texts: Sequence[str],
    validation_labels: np.ndarray,
    seed: int = 0,
    weights: Weights = None,
    validation_weights: Weights = None,
) -> tuple[Pipeline, str]:
    """The pipeline from cleaned texts to classes, as `models.linear.tfidf.fit` returns it, and its settings in words.

    Args:
        texts: cleaned training texts, words separated by spaces.
        labels: their classes, integers from 0 to the last class, each at least once, array of shape `(n,)`.
        validation_texts: likewise.
        validation_labels: likewise.
        seed: of the order of the texts.
        weights: of the training texts, array of shape `(n,)`; `None` for 1 each.
        validation_weights: likewise.

    Raises:
        ValueError: no term was seen twice.
    """
    classes = int(labels.max()) + 1
    generator = np.random.default_rng(seed)
    features = HashedFeatures(texts, classes, generator)
    candidates = {alpha: SGDClassifier(loss="log_loss", alpha=alpha, random_state=seed) for alpha in ALPHAS}
    for _ in range(PASSES):
        order = generator.permutation(len(texts))
        for start in range(0, len(order), AT_ONCE):
            rows = order[start : start + AT_ONCE]
            found = features.of(take_texts(texts, rows))
            of_rows = None if weights is None else weights[rows]
            for candidate in candidates.values():
                candidate.partial_fit(found, labels[rows], np.arange(classes), of_rows)
    best_loss, best = np.inf, None
    validated = features.vectorizer.transform(validation_texts)
    for alpha, candidate in candidates.items():
        classifier = LinearClassifier.from_learned(candidate.coef_.T[features.columns], candidate.intercept_)
        scores = classifier.decision_function(validated)
        temperature, loss = fit_temperature(scores, validation_labels, validation_weights)
        if loss < best_loss:
            best_loss, best = loss, (alpha, classifier.cooled(temperature))
    if best is None:
        raise ValueError("No answer to a validation text is a number.")
    alpha, classifier = best
    chosen = f"1- to {NGRAMS}-grams, {TITLE} (alpha={alpha:g}, {len(features.columns):,} terms kept)"
    return make_pipeline(features.vectorizer, classifier), chosen


def memory_mb(classes: int) -> float:
    """What learning adds to the memory of the process, in MB: weights, and the terms of the texts that are counted."""
    return COUNTED_MB + len(ALPHAS) * min(MOST_WEIGHTS, MOST_COLUMNS * classes) * 8 / 2**20


class HashedFeatures:
    """Features of cleaned texts in a fixed number of columns: as those of `models.linear`, terms put together by hash.

    Attributes:
        vectorizer: of the terms that are kept, fitted; from cleaned texts to features.
        columns: of these terms, integer array of shape `(terms,)`.
    """

    def __init__(self, texts: Sequence[str], classes: int, generator: np.random.Generator):
        count = min(MOST_COLUMNS, 2 ** int(np.log2(MOST_WEIGHTS / classes)))
        self._hashing = HashingVectorizer(
            token_pattern=r"[^ ]+", ngram_range=(1, NGRAMS), norm=None, alternate_sign=False, n_features=count
        )
        drawn = take_texts(texts, np.sort(generator.permutation(len(texts))[:COUNTED]))
        self._inverse_frequencies = self._measure(drawn, count)
        self.vectorizer = make_vectorizer(NGRAMS, min_df=SEEN).fit(drawn)
        terms = self.vectorizer.get_feature_names_out()
        hasher = FeatureHasher(count, input_type="string", alternate_sign=False)
        self.columns = hasher.transform([term] for term in terms).indices
        self.vectorizer.idf_ = self._inverse_frequencies[self.columns]

    def of(self, texts: Sequence[str]) -> csr_matrix:
        """The features of n texts, `(n, columns)`."""
        found = self._hashing.transform(texts)
        found.data = (1 + np.log(found.data)) * self._inverse_frequencies[found.indices]
        return normalize(found, copy=False)

    def _measure(self, texts: Sequence[str], count: int) -> np.ndarray:
        """How rare what stands in each column is, as `TfidfVectorizer` has it."""
        holding = np.zeros(count, np.int64)
        for start in range(0, len(texts), AT_ONCE):
            holding += np.bincount(self._hashing.transform(texts[start : start + AT_ONCE]).indices, minlength=count)
        return np.log((1 + len(texts)) / (1 + holding)) + 1
