"""What the built-in sample is for: a model that reads word order solves it, a bag of words cannot."""

import numpy as np
import pytest

from data.cleaning import Cleaner
from data.preparing import prepare
from data.sources import sample
from data.splits.parts import clean_parts
from data.splits.split import split
from data.words.vectorizing import learn_vocabulary, vectorize
from models.architectures import lstm
from models.architectures.sizes import Sizes
from models.framework import make_deterministic
from models.linear import tfidf
from training.command_line import parse
from training.fitting.fit import fit

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def parts():
    corpus = sample.load()
    return prepare(corpus, clean_parts(corpus, split(corpus, 3000, 0), Cleaner(keep_negations=True)), 3000, 20)[0]


def test_a_bag_of_words_cannot_solve_it(parts):
    train, validation, test = parts["train"], parts["validation"], parts["test"]
    pipeline, _ = tfidf.fit(train.cleaned, train.labels, validation.cleaned, validation.labels)
    right = pipeline.predict(test.cleaned) == test.labels
    plain = np.array(test.groups) == "plain"
    assert right[plain].mean() > 0.9
    assert right[~plain].mean() < 0.8  # pairs of words give some of it away


def test_an_lstm_solves_it(parts, tmp_path):
    vocabulary = learn_vocabulary(parts["train"].cleaned, 5000)
    ids = {name: vectorize(part.cleaned, vocabulary, 20) for name, part in parts.items()}
    make_deterministic(0)
    model = lstm.build(Sizes(vocabulary_size=5000, sequence_length=20))
    fit(
        model,
        (ids["train"], parts["train"].labels),
        (ids["validation"], parts["validation"].labels),
        settings=parse([]),
        seed=0,
        epochs=20,
        learning_rate=1e-3,
        batch_size=32,
        folder=tmp_path,
        title="lstm",
    )
    answers = model.predict(ids["test"], verbose=0).argmax(axis=1)
    assert (answers == parts["test"].labels).mean() > 0.93
