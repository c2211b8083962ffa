"""The linear model's ONNX graph gives scikit-learn's answers, and takes memory for the terms that a text holds."""

import functools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline

from models.exporting.linear.onnx_graph import build
from models.linear import tfidf
from models.linear.arrays import LinearModel
from models.serving.runtimes import import_onnxruntime

WORDS = ["good", "bad", "cat", "dog", "not", "the"]
SMALL = LinearModel(
    ["bad", "good", "good bad", "not", "not good"],
    np.array([1.0, 2.0, 3.0, 1.5, 2.5]),
    np.array([[1.0, -1.0], [-2.0, 2.0], [3.0, 0.0], [0.5, 0.5], [4.0, -4.0]]),
    np.array([0.1, -0.1]),
)


def as_ids(texts, vocabulary):
    """Word ids as `tokenizer.json` gives them: 0 for padding, 1 for what is unknown."""
    rows = [[vocabulary.get(word, 1) for word in text.split()] for text in texts]
    ids = np.zeros((len(rows), max(1, *map(len, rows)) if rows else 1), np.int32)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = row
    return ids


def session(model):
    """Answers texts with the graph of a model, and one text without a single token for `None`."""
    words = sorted({word for term in model.terms for word in term.split()})
    vocabulary = {word: at + 2 for at, word in enumerate(words)}
    terms = np.array([[0, *(vocabulary[word] for word in term.split())][-2:] for term in model.terms])
    proto = build(model, terms, len(words) + 2).SerializeToString()
    found = import_onnxruntime().InferenceSession(proto, providers=["CPUExecutionProvider"])

    def answer(texts):
        ids = np.zeros((1, 0), np.int32) if texts is None else as_ids(texts, vocabulary)
        return found.run(None, {"token_ids": ids})[0]

    return answer


@pytest.fixture(scope="module", params=[(2, "1- to 2-grams"), (2, "1- to 1-grams"), (5, "1- to 2-grams")])
def pair(request):
    """A fitted pipeline and its graph: two and five classes, words alone and pairs of them."""
    classes, chosen = request.param
    rng = np.random.default_rng(classes)
    labels = np.arange(200) % classes
    if "2-grams" in chosen:  # the same words in another order
        texts = [" ".join([WORDS[label], "not", WORDS[(label + 1) % classes], "good", "bad"]) for label in labels]
    else:
        texts = [" ".join([WORDS[label], *rng.choice(WORDS[2:], 3)]) for label in labels]
    pipeline, found = tfidf.fit(texts[:150], labels[:150], texts[150:], labels[150:])
    assert found.startswith(chosen) or classes > 2
    return pipeline, session(LinearModel.from_pipeline(pipeline))


def test_it_gives_the_answers_of_scikit_learn(pair):
    pipeline, answer = pair
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice([*WORDS, "unknown"], length)) for length in [0, 1, 2, 3, 50, *rng.integers(0, 9, 300)]]
    np.testing.assert_allclose(answer(texts), pipeline.predict_proba(texts), atol=1e-6)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("name", tfidf.candidates(0))
def test_every_candidate_can_be_exported(name, classes):
    rng = np.random.default_rng(classes)
    texts = [" ".join(rng.choice([*WORDS, f"{WORDS[at % classes]}s"], 6)) for at in range(60)]
    vectorizer = TfidfVectorizer(token_pattern=r"[^ ]+", ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    features = vectorizer.fit_transform(texts)
    pipeline = make_pipeline(vectorizer, tfidf.candidates(0)[name](features, np.arange(60) % classes).cooled(0.5))
    np.testing.assert_allclose(
        session(LinearModel.from_pipeline(pipeline))(texts), pipeline.predict_proba(texts), atol=1e-6
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from([*WORDS, "unknown"]), max_size=12).map(" ".join), min_size=1, max_size=5))
def test_any_batch_gets_the_answers_of_its_texts_alone(texts):
    answer = small_session()
    for text, row in zip(texts, answer(texts), strict=True):
        np.testing.assert_allclose(answer([text])[0], row, atol=1e-7)
        np.testing.assert_allclose(row, by_hand(SMALL, text), atol=1e-6)


@functools.cache
def small_session():
    return session(SMALL)


def by_hand(model, text):
    """TF-IDF and softmax, as `LinearModel` says."""
    words = text.split()
    found = [*words, *(f"{one} {other}" for one, other in zip(words, words[1:], strict=False))]
    values = np.array(
        [
            (1 + np.log(found.count(term))) * inverse if term in found else 0.0
            for term, inverse in zip(model.terms, model.inverse_frequencies, strict=True)
        ]
    )
    length = np.sqrt((values**2).sum())
    scores = (values / length if length else values) @ model.weights + model.bias
    return np.exp(scores) / np.exp(scores).sum()


def test_no_texts_are_no_answers_and_a_text_without_tokens_has_one(pair):
    pipeline, answer = pair
    assert answer([]).shape[0] == 0
    np.testing.assert_allclose(answer([""]), pipeline.predict_proba([""]), atol=1e-6)
    np.testing.assert_allclose(answer(None), pipeline.predict_proba([""]), atol=1e-6)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_terms():
    """A matrix of 256 texts by 200,000 terms alone would be 200 MB, and the graph would hold several."""
    asked = """
import numpy as np
from models.exporting.linear.onnx_graph import build
from models.linear.arrays import LinearModel
from models.peak_memory import peak_memory_mb
from models.serving.runtimes import import_onnxruntime
terms, words = 200_000, 50_002
rng = np.random.default_rng(0)
pairs = rng.permutation(50_000**2 // 100)[: terms - 50_000]
ids = np.concatenate([np.stack([np.zeros(50_000, int), np.arange(50_000) + 2], 1),
                      np.stack([pairs // 50_000 + 2, pairs % 50_000 + 2], 1)])
model = LinearModel([], rng.random(terms), rng.random((terms, 2)), np.zeros(2))
proto = build(model, ids, words).SerializeToString()
session = import_onnxruntime().InferenceSession(proto, providers=["CPUExecutionProvider"])
before = peak_memory_mb()
session.run(None, {"token_ids": rng.integers(0, words, (256, 200)).astype(np.int32)})
print(peak_memory_mb() - before)
"""
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 60
