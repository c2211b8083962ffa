"""The linear reference: chosen on validation, for any number of classes."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from models.calibration import fit_temperature
from models.linear import tfidf


@pytest.mark.parametrize("classes", [2, 3])
def test_it_learns_words(classes):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, classes, 120)
    texts = [f"sign{label} filler{rng.integers(9)} filler{rng.integers(9)}" for label in labels]
    pipeline, chosen = tfidf.fit(texts[:80], labels[:80], texts[80:], labels[80:])
    assert pipeline.score(texts[80:], labels[80:]) == 1
    assert "grams" in chosen
    assert pipeline.predict_proba(["nothing known"]).shape == (1, classes)


def test_validation_decides_between_words_and_pairs_of_words():
    # "not good" and "not bad" are told apart by the pair only: both classes hold the same words equally often.
    texts = ["not good but bad", "not bad but good"] * 30
    labels = np.array([0, 1] * 30)
    pipeline, chosen = tfidf.fit(texts[:40], labels[:40], texts[40:], labels[40:])
    assert chosen.startswith("1- to 2-grams")
    assert pipeline.score(texts[40:], labels[40:]) == 1


def test_parameters_are_counted():
    texts, labels = ["a b", "c d", "a d", "c b"] * 4, np.array([0, 1, 0, 1] * 4)
    pipeline, _ = tfidf.fit(texts, labels, texts, labels)
    features = len(pipeline[0].vocabulary_)
    # one weight a feature and one bias, or a weight a feature and class
    assert pipeline[-1].parameters in (features + 1, 2 * features)


# NBSVM's ratios come from the shares of terms within a class and outside it, which weights leave alone.
@pytest.mark.parametrize("name", [name for name in tfidf.candidates(0) if not name.startswith("NBSVM")])
def test_weights_count_a_text_as_often_as_they_say(name):
    rng = np.random.default_rng(0)
    features = csr_matrix(rng.random((60, 5)) * (rng.random((60, 5)) < 0.6))
    labels = np.arange(60) % 3
    weights = np.where(labels == 1, 3, 1)
    often = np.repeat(np.arange(60), weights)
    candidate = tfidf.candidates(0)[name]
    weighted = candidate(features, labels, weights=weights).predict_proba(features)
    repeated = candidate(features[often], labels[often], weights=np.ones(len(often))).predict_proba(features)
    np.testing.assert_allclose(weighted, repeated, atol=0.02)


def test_balanced_weights_find_more_of_a_rare_class():
    rng = np.random.default_rng(0)
    labels = (rng.random(600) < 0.1).astype(int)
    # Half of the rare class's texts hold its sign, and one in twenty of the others.
    texts = [
        f"{'sign' if rng.random() < (0.5 if label else 0.05) else 'none'} filler{rng.integers(9)}" for label in labels
    ]
    weights = np.where(labels == 1, 600 / (2 * labels.sum()), 600 / (2 * (1 - labels).sum()))
    train, rest = slice(400), slice(400, None)
    plain, _ = tfidf.fit(texts[train], labels[train], texts[rest], labels[rest])
    balanced, _ = tfidf.fit(texts[train], labels[train], texts[rest], labels[rest], 0, weights[train], weights[rest])
    rare = [text for text, label in zip(texts, labels, strict=True) if label]
    assert balanced.predict(rare).mean() >= plain.predict(rare).mean()
    assert balanced.predict_proba(rare)[:, 1].mean() > plain.predict_proba(rare)[:, 1].mean() + 0.2


def test_a_term_that_both_sides_hold_equally_often_counts_for_nothing_in_nbsvm():
    # "good" is in two texts of class 1 and one of class 0, "bad" the other way around, "the" in all. With alpha = 1 the
    # ratio of "good" is log((2 + 1) / (1 + 1)), and that of "the" log(4 / 4) = 0, whatever is learned about it.
    features = csr_matrix([[1.0, 0, 1], [1, 0, 1], [0, 1, 1], [0, 1, 1], [1, 0, 1], [0, 1, 1]])
    fitted = tfidf.nbsvm(features, np.array([1, 1, 0, 0, 0, 1]), alpha=1)
    assert fitted.weights[2].tolist() == [0, 0]
    assert fitted.weights[0, 1] > 0 > fitted.weights[1, 1]
    assert fitted.weights[:, 0].tolist() == [0, 0, 0]  # of two classes, one is enough


def test_terms_of_no_other_text_are_enough():
    # No pair of words occurs in two texts, so that there is nothing but words to learn from.
    texts, labels = ["good film", "good", "bad film", "bad"], np.array([1, 1, 0, 0])
    pipeline, chosen = tfidf.fit(texts, labels, texts, labels)
    assert chosen.startswith("1- to ")
    assert pipeline.predict(["good", "bad"]).tolist() == [1, 0]
    with pytest.raises(ValueError, match="no word to learn from"):
        tfidf.fit(["", ""], labels[1:3], texts, labels)


def test_it_is_as_sure_as_validation_says():
    """One validation answer in five is wrong, and training knows nothing of that."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 400)
    texts = [f"sign{label} filler{rng.integers(9)}" for label in labels]
    said = np.where(rng.random(200) < 0.2, (labels[200:] + 1) % 3, labels[200:])
    pipeline, _ = tfidf.fit(texts[:200], labels[:200], texts[200:], said)
    confidence = pipeline.predict_proba(texts[200:]).max(axis=1)
    assert confidence.mean() == pytest.approx((said == labels[200:]).mean(), abs=0.02)
    assert fit_temperature(pipeline.decision_function(texts[200:]), said)[0] == pytest.approx(1, abs=0.01)
