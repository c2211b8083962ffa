"""A streamed split is the split that is held in memory: the same texts, counts, words, ids and batches."""

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.card import digest
from data.cleaning import Cleaner
from data.corpus import Corpus, DataError
from data.deciding import fitting_length, fitting_vocabulary
from data.preparing import load_texts, prepare, save_texts
from data.splits.leakage import LeakageError, verify_separation
from data.splits.parts import clean_parts
from data.splits.split import PARTS, describe_rule, split
from data.splits.unlabelled import Unlabelled, choose_unlabelled
from data.stored.storage import HELD, Storage
from data.stored.texts import GrowingTexts, StoredTexts
from data.stored.training import load_training, sample_of, save_training
from data.words.arrays import load_ids, load_vocabulary, vectorize_parts

CLEANER = Cleaner(True, "en")
words = st.lists(st.sampled_from(["cats", "dogs", "birds", "fish", "the", "<b>", "not"]), max_size=5).map(" ".join)


def corpora(texts, folder):
    """The same corpus in memory and in a file; its last texts have no label."""
    labelled, unlabelled = texts[:-3], texts[-3:]
    labels = np.arange(len(labelled)) % 2
    held = Corpus("tiny", "made up", labelled, labels, ("bad", "good"), unlabelled=unlabelled)
    growing = [GrowingTexts(folder, 0), GrowingTexts(folder, 0)]
    for part, found in zip(growing, (labelled, unlabelled), strict=True):
        for text in found:
            part.append(text)
    stored = Corpus("tiny", "made up", growing[0].finish(), labels, ("bad", "good"), unlabelled=growing[1].finish())
    return held, stored


def prepared(corpus, storage, seed, near):
    drawn = clean_parts(corpus, split(corpus, None, seed), CLEANER, storage=storage)
    length = fitting_length(corpus, drawn["train"].cleaned)
    parts, card = prepare(corpus, drawn, None, length, near)
    unlabelled, counts = choose_unlabelled(corpus, drawn, 10, True, seed, CLEANER, length, near)
    known = fitting_vocabulary(corpus, [*parts["train"].cleaned, *unlabelled.cleaned])
    found = {
        name: [part.index.tolist(), list(part.texts), list(part.cleaned), part.labels.tolist()]
        for name, part in parts.items()
    }
    return [found, card, [*unlabelled.texts], counts, known, digest(corpus)]


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(words, min_size=27, max_size=40), st.integers(0, 3), st.sampled_from([0, 0.8]))
def test_the_same_split_wherever_the_texts_are(texts, seed, near):
    with tempfile.TemporaryDirectory() as folder:
        held, stored = corpora([f"{text} {at % 11}x{at % 7}y" for at, text in enumerate(texts)], Path(folder))
        try:
            expected = prepared(held, HELD, seed, near)
        except DataError as error:
            with pytest.raises(DataError, match="^" + str(error)[:20]):
                prepared(stored, Storage(Path(folder), "always"), seed, near)
            return
        assert prepared(stored, Storage(Path(folder), "always"), seed, near) == expected


@pytest.mark.slow
def test_the_same_words_and_ids_whether_training_texts_are_streamed(tmp_path):
    texts = [f"{('bad', 'good')[at % 2]} film number{at % 19} seen{at}" for at in range(120)]
    held, stored = corpora(texts, tmp_path)
    parts, _ = prepare(held, clean_parts(held, split(held, None, 0), CLEANER), None, 4)
    streamed, _ = prepare(
        stored, clean_parts(stored, split(stored, None, 0), CLEANER, storage=Storage(tmp_path, "always")), None, 4
    )
    assert isinstance(streamed["train"].cleaned, StoredTexts)
    folders = [tmp_path / name for name in ("held", "streamed")]
    for folder in folders:
        folder.mkdir()
    save_texts(parts, Unlabelled([], []), folders[0])
    save_training(streamed["train"], folders[1])
    sample = sample_of(streamed["train"], 10)
    save_texts(streamed | {"train": sample}, Unlabelled([], []), folders[1])
    for folder in folders:
        vectorize_parts(folder, 300, 4, None, 0)
    assert load_vocabulary(folders[0]) == load_vocabulary(folders[1])
    ids, training = load_ids(folders[0]), load_training(folders[1])
    assert load_training(folders[0]) is None
    np.testing.assert_array_equal(training.ids(training.folder)[:], ids["train"])
    np.testing.assert_array_equal(training.labels, parts["train"].labels)
    np.testing.assert_array_equal(training.index, parts["train"].index)
    assert list(training.cleaned) == list(parts["train"].cleaned)
    # What stands beside them is a sample, with its own ids.
    assert list(load_texts(folders[1])["train"].index) == list(sample.index)
    at = np.flatnonzero(np.isin(parts["train"].index, sample.index))
    np.testing.assert_array_equal(load_ids(folders[1])["train"], ids["train"][at])
    # A row of the test split among those that are streamed is found.
    row = np.array([[2, 3, 4, 0]], dtype=np.int32)
    with pytest.raises(LeakageError, match="1 rows of test also stand in train"):
        verify_separation(ids | {"test": row}, [training.ids(training.folder)[:], row])


def test_validation_and_test_are_bounded_and_the_rest_is_trained_on(make_corpus):
    corpus = make_corpus(300, 300)
    found = split(corpus, None, 0, most_evaluated=20)
    assert [len(getattr(found, name)) for name in PARTS] == [560, 20, 20]
    assert len(np.unique(np.concatenate([found.train, found.validation, found.test]))) == 600
    assert np.bincount(corpus.labels[found.test]).tolist() == [10, 10]
    assert describe_rule(corpus, None, 0, 20)["split_rule"].endswith("; validation and test have 20 texts at most")
    # Fewer than that are as they are without a bound.
    for name in PARTS:
        np.testing.assert_array_equal(
            getattr(split(corpus, None, 0, most_evaluated=100), name), getattr(split(corpus, None, 0), name)
        )
    # A published test split is sampled, the same texts for every seed, and none of it is trained on.
    published = make_corpus(300, 300, is_test=np.arange(600) % 2 == 0)
    first, second = (split(published, None, seed, most_evaluated=20) for seed in (0, 1))
    assert first.test.tolist() == second.test.tolist()
    assert published.is_test[first.test].all()
    assert not published.is_test[first.train].any()
    assert (len(first.train), len(first.validation)) == (280, 20)


def test_a_sample_has_each_class_in_its_share_and_keeps_the_order(make_corpus):
    corpus = make_corpus(90, 10)
    part = clean_parts(corpus, split(corpus, None, 0), CLEANER)["train"]
    found = sample_of(part, 20)
    assert np.bincount(found.labels).tolist() == [18, 2]
    order = [list(part.index).index(at) for at in found.index]
    assert order == sorted(order)
    assert sample_of(part, None) is part is sample_of(part, 1000)
    assert json.dumps(list(found.texts)) == json.dumps(list(sample_of(part, 20).texts))
