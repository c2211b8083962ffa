"""The linear model as arrays: to save and load it takes nothing but NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data.files import whole

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


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
        """The arrays of what `tfidf.fit` returned."""
        vectorizer, classifier = pipeline.named_steps.values()
        return cls(list(vectorizer.get_feature_names_out()), vectorizer.idf_, classifier.weights, classifier.bias)

    def pipeline(self) -> Pipeline:
        """What `tfidf.fit` returned, from the arrays."""
        from sklearn.pipeline import make_pipeline

        from models.linear.tfidf import LinearClassifier, make_vectorizer

        vectorizer = make_vectorizer(max(term.count(" ") + 1 for term in self.terms), vocabulary=self.terms)
        vectorizer.idf_ = self.inverse_frequencies
        return make_pipeline(vectorizer, LinearClassifier(self.weights, self.bias, self.weights.size))

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
