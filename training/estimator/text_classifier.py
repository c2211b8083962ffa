"""The estimator: scikit-learn's contract around a model that is trained as a run trains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from models.classifier import Classifier
from models.influence import looked_at, measure, split_words
from training.estimator.fitted import Fitted, fit
from training.estimator.handed_over import HandedOver
from training.estimator.inputs import classes_and_labels, labels_of, texts_of, weights_of
from training.estimator.pairs import Explanation, PairedScore, score_pair
from training.estimator.parameters import Parameters

MOST_EXPLAINED = 200  # words of a text


class TextClassifier(ClassifierMixin, Parameters):
    """Any architecture of the catalog as a scikit-learn classifier of texts.

    It is trained in processes of its own, by the code and the settings of `python -m training.run`: cleaning,
    vocabulary, what validation chooses, memory and time limits. With one thread the same texts, settings and seed give
    the same model, to the last bit, as the command gives for a table of these texts with a `--test` file beside it.
    What is kept and answers is the export (ONNX by default): a fitted estimator can be pickled and needs no TensorFlow.

    Attributes:
        classes_: array of the classes, sorted.
        fitted_: the exports, and in `fitted_.metrics` what was measured in training and on validation.

    Example:
        >>> from training.estimator import TextClassifier
        >>> classifier = TextClassifier("cnn", epochs=5)
        >>> classifier.get_params()["epochs"], classifier.settings().models
        (5, ['cnn'])
    """

    classes_: np.ndarray
    fitted_: Fitted

    def fit(
        self,
        X: Any,
        y: Any,
        X_val: Any = None,
        y_val: Any = None,
        unlabelled: Any = None,
        sample_weight: Any = None,
    ) -> TextClassifier:
        """Trains, and exports what was trained.

        Args:
            X: n texts: a list, an array of objects, a column of a data frame.
            y: their n labels.
            X_val: texts to validate on; without them a fifth of `X` is drawn, by class, with the `random_state`. Those
                that repeat a text of `X` are left out.
            y_val: their labels.
            unlabelled: texts without a label, which small networks learn words from and a student learns from too.
            sample_weight: what each text of `X` weighs in training and in what validation chooses, n numbers. A weight
                of 0 is not the same as leaving the text out: its words are still known.

        Raises:
            TypeError, ValueError: texts, labels or parameters cannot be used.
            RuntimeError: the model could not be trained or exported.
        """
        settings = self.settings()
        texts = texts_of(X)
        classes, labels = classes_and_labels(y, len(texts))
        weights = weights_of(sample_weight, self.class_weight, classes, labels)
        validation = texts_of(X_val, "X_val") if X_val is not None else []
        if validation or y_val is not None:
            validating = labels_of(y_val, len(validation), "y_val")
            if unknown := set(validating.tolist()) - set(classes.tolist()):
                raise ValueError(f"y_val has {unknown.pop()!r}, which is no class of y: there are {classes.tolist()}.")
            labels = np.concatenate([labels, np.searchsorted(classes, validating)])
            if weights is not None:
                weights = np.concatenate([weights, np.full(len(validation), weights.mean())])
        given = HandedOver(
            class_names=[str(name) for name in classes],
            texts=[*texts, *validation],
            labels=labels.tolist(),
            validating=len(validation),
            weights=None if weights is None else weights.tolist(),
            unlabelled=[] if unlabelled is None else texts_of(unlabelled, "unlabelled"),
        )
        self.fitted_ = fit(settings, self.model, given, bool(self.verbose))
        self.classes_ = classes
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities of n texts, `float32` array of shape `(n, classes)`."""
        return self._classifier.predict_proba(texts_of(X))

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of each of n texts, array of shape `(n,)`."""
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def explain(self, text: str) -> Explanation:
        """What each of the first 200 words of a text does to the answer, measured by leaving it out; of the last 200
        where long texts are cut on the left.
        """
        (text,) = texts_of([text])
        side = self._classifier.truncation_side
        found = measure(self._classifier.predict_proba, text, MOST_EXPLAINED, side)
        words = list(looked_at(split_words(text), MOST_EXPLAINED, side))
        return Explanation(self.classes_[found.answer], float(found.probabilities[found.answer]), words, found.log_odds)

    def compare(self, others: Mapping[str, Any] | Sequence[Any], X: Any, y: Any) -> list[PairedScore]:
        """Its answers beside those of other fitted classifiers, on the same texts, which none of them has learned from.

        To train several models and have the whole comparison, see `reports.comparing.compare`.

        Args:
            others: classifiers of texts that are fitted, by names of their own or in a list.
            X: n texts.
            y: their labels.

        Returns:
            For each of the others how right both are, and McNemar's exact test, not corrected for their number.
        """
        texts = texts_of(X)
        labels = labels_of(y, len(texts))
        mine = self.predict(texts) == labels
        named = others if isinstance(others, Mapping) else {f"{other}": other for other in others}
        return [score_pair(name, mine, np.asarray(other.predict(texts)) == labels) for name, other in named.items()]

    def export(self, path: str | Path, format: str | None = None) -> Path:
        """Writes the model into a new or empty folder, for `models.classifier`, `models.predict` and `models.serve`.

        Args:
            path: of the folder.
            format: one of `formats`, by default the first.

        Raises:
            ValueError: the model was not exported in that format when it was fitted.
            FileExistsError: there is something in the folder.
        """
        check_is_fitted(self)
        folder = Path(path)
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FileExistsError(f"{folder} is not empty: name a new folder.")
        self.fitted_.write(folder, format or self.fitted_.formats[0])
        return folder

    @property
    def _classifier(self) -> Classifier:
        check_is_fitted(self)
        return self.fitted_.classifier

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "fitted_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.one_d_array, tags.input_tags.two_d_array = True, True, False
        return tags

    def _more_tags(self) -> dict[str, Any]:
        """What scikit-learn 1.5 asks for in place of the tags above."""
        return {"X_types": ["string"], "requires_y": True}
