"""Tiny fits: each starts processes of its own and imports TensorFlow, so that there are few of them."""

import pytest

from data.sources.sample import load
from training.estimator import TextClassifier


@pytest.fixture(scope="session")
def tiny():
    """Parameters of a network that is trained in a second."""
    return {"epochs": 2, "sequence_length": 16, "width": 8, "vocabulary_size": 300}


@pytest.fixture(scope="session")
def sample():
    """Texts and labels of the built-in sample."""
    corpus = load(240)
    return corpus.texts, [corpus.class_names[label] for label in corpus.labels]


@pytest.fixture(scope="session")
def fitted_linear(sample):
    """The linear model, fitted once. Clone it before fitting it again."""
    texts, labels = sample
    return TextClassifier("linear").fit(texts[:180], labels[:180])


@pytest.fixture
def stand_in(fitted_linear, monkeypatch):
    """Has every fit end with the exports of the linear model at once; the calls that were made."""
    calls = []

    def fit(settings, model, given, verbose):
        calls.append((settings, model, given))
        return fitted_linear.fitted_

    monkeypatch.setattr("training.estimator.text_classifier.fit", fit)
    return calls
