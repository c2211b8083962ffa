"""The linear model of many texts: what it learns, that what is kept is what answers, and its weights of texts."""

import numpy as np
import pytest

from data.stored.texts import GrowingTexts
from models.linear.arrays import LinearModel
from training.trainers import linear_stream
from training.trainers.linear_stream import HashedFeatures, fit_streamed


def posts(count, classes=2, seed=0, others=30):
    """Texts of which two words in a row tell the class, and words that tell nothing."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, count)
    noise = generator.integers(0, others, (count, 3))
    return [f"w{a} very{label} good w{b} w{c}" for label, (a, b, c) in zip(labels, noise, strict=True)], labels


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3])
def test_it_learns_batch_by_batch_and_what_is_kept_answers(classes, monkeypatch, tmp_path):
    monkeypatch.setattr(linear_stream, "AT_ONCE", 64)
    texts, labels = posts(500, classes)
    growing = GrowingTexts(tmp_path, 0)
    for text in texts:
        growing.append(text)
    validation, validated = posts(200, classes, seed=1)
    fitted = [fit_streamed(found, labels, validation, validated, seed=3) for found in (texts, growing.finish())]
    pipeline, chosen = fitted[0]
    probabilities = pipeline.predict_proba(validation)
    assert (probabilities.argmax(axis=1) == validated).mean() == 1
    assert probabilities.shape == (200, classes)
    assert "hashed features, stochastic gradient" in chosen
    # The same whether the texts are in memory or in a file, and once the model has been saved.
    np.testing.assert_array_equal(fitted[1][0].predict_proba(validation), probabilities)
    LinearModel.from_pipeline(pipeline).save(tmp_path / "model.npz")
    loaded = LinearModel.load(tmp_path / "model.npz").pipeline()
    np.testing.assert_allclose(loaded.predict_proba(validation), probabilities, rtol=1e-12)


def test_a_kept_term_has_the_column_and_the_rarity_of_its_hash():
    texts, _ = posts(200, others=5)
    features = HashedFeatures(texts, 2, np.random.default_rng(0))
    hashed = features.of(texts)
    kept = features.vectorizer.transform(texts)
    # All terms seen twice are kept, and nearly all are: of a text without others both have the same numbers.
    seen = {term: at for at, term in enumerate(features.vectorizer.get_feature_names_out())}
    assert "very1 good" in seen
    assert len(seen) == len(features.columns)
    whole = [
        at
        for at in range(len(texts))
        if hashed[at].nnz == kept[at].nnz and len(set(features.columns[kept[at].indices])) == kept[at].nnz
    ]
    assert len(whole) > 50
    for at in whole[:20]:
        columns = features.columns[kept[at].indices]
        np.testing.assert_allclose(hashed[at].toarray()[0, columns], kept[at].data, rtol=1e-9)


def test_a_text_that_weighs_nothing_is_not_learned_from():
    texts, labels = posts(400)
    wrong, weights = np.where(np.arange(400) < 200, 1 - labels, labels), (np.arange(400) >= 200).astype(np.float32)
    validation, validated = posts(100, seed=1)
    pipeline, _ = fit_streamed(texts, wrong, validation, validated, weights=weights)
    assert (pipeline.predict(validation) == validated).mean() > 0.95
