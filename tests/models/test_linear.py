"""The linear reference: chosen on validation, for any number of classes."""

import numpy as np
import pytest

from models import linear


@pytest.mark.parametrize("classes", [2, 3])
def test_it_learns_words(classes):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, classes, 120)
    texts = [f"sign{label} filler{rng.integers(9)} filler{rng.integers(9)}" for label in labels]
    pipeline, chosen = linear.fit(texts[:80], labels[:80], texts[80:], labels[80:])
    assert pipeline.score(texts[80:], labels[80:]) == 1
    assert "grams" in chosen
    assert pipeline.predict_proba(["nothing known"]).shape == (1, classes)


def test_validation_decides_between_words_and_pairs_of_words():
    # "not good" and "not bad" are told apart by the pair only: both classes hold the same words equally often.
    texts = ["not good but bad", "not bad but good"] * 30
    labels = np.array([0, 1] * 30)
    pipeline, chosen = linear.fit(texts[:40], labels[:40], texts[40:], labels[40:])
    assert chosen.startswith("1- to 2-grams")
    assert pipeline.score(texts[40:], labels[40:]) == 1


def test_parameters_are_counted():
    texts, labels = ["a b", "c d", "a d", "c b"] * 4, np.array([0, 1, 0, 1] * 4)
    pipeline, _ = linear.fit(texts, labels, texts, labels)
    features = len(pipeline[0].vocabulary_)
    # one weight a feature and one bias, or a weight a feature and class
    assert linear.parameter_count(pipeline) in (features + 1, 2 * features)
