"""Near-duplicates: found as an exhaustive search finds them, taken out of the evaluation side, and shown."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.cleaning import Cleaner
from data.corpus import Corpus
from data.preparing import leaked, load_leaked, prepare, save_texts
from data.splits.near_duplicates import KnownTexts, runs, without_near_duplicates
from data.splits.parts import clean_parts
from data.splits.split import Split, split
from data.splits.unlabelled import Unlabelled, choose_unlabelled

WORDS = [f"word{at}" for at in range(400)]


def a_text(seed, length=40):
    return " ".join(np.random.default_rng(seed).choice(WORDS, length))


def changed(text, at, word="other"):
    words = text.split()
    words[at] = word
    return " ".join(words)


def similarity(one, other):
    one, other = runs(one), runs(other)
    return len(one & other) / len(one | other)


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 39), st.integers(0, 3)), min_size=1, max_size=30))
def test_what_is_found_is_what_an_exhaustive_search_finds(edits):
    known = [a_text(seed) for seed in range(30)]
    later = []
    for seed, at, times in edits:
        text = a_text(seed)
        for step in range(times):
            text = changed(text, (at + step) % 40)
        later.append(text)
    index = KnownTexts(known, 0.8)
    for text in later:
        best = max(similarity(text, other) for other in known)
        found = index.nearest(text)
        assert (found.similarity if found else None) == (best if best >= 0.8 else None)
        assert found is None or similarity(text, known[found.at]) == found.similarity


@pytest.fixture
def corpus():
    """Texts of two classes, of which three of the test split stand nearly so in training or validation."""
    texts = [a_text(seed) for seed in range(60)]
    texts[40] = changed(texts[3], 0)
    texts[50] = changed(texts[7], 39)
    texts[51] = changed(texts[41], 10)
    return Corpus("tiny", "made up", texts, np.arange(60) % 2, ("bad", "good"))


SPLIT = Split(np.arange(40), np.arange(40, 50), np.arange(50, 60))


def test_they_are_taken_out_of_the_later_split_and_shown(corpus):
    parts = clean_parts(corpus, SPLIT, Cleaner())
    kept, card = without_near_duplicates(parts, 0.8)
    assert {name: part.index.tolist() for name, part in kept.items()} == {
        "train": list(range(40)),
        "validation": list(range(41, 50)),
        "test": list(range(52, 60)),
    }
    assert card["removed"] == {"train": 0, "validation": 1, "test": 2}
    assert [example["part"] for example in card["examples"]] == ["validation", "test", "test"]
    assert card["examples"][0]["earlier"] == corpus.texts[3][:199] + "…"
    again, card = without_near_duplicates(kept, 0.8)
    assert card["removed"] == {"train": 0, "validation": 0, "test": 0}
    assert [again[name].texts for name in again] == [kept[name].texts for name in kept]
    left, card = without_near_duplicates(parts, 0)
    assert left == parts
    assert card == {"threshold": 0, "removed": {"train": 0, "validation": 0, "test": 0}, "examples": []}


def test_no_unlabelled_text_is_nearly_one_of_validation_or_test(corpus):
    parts = clean_parts(corpus, SPLIT, Cleaner())
    near = [changed(corpus.texts[45], 5), changed(corpus.texts[55], 6), changed(corpus.texts[5], 7)]
    more = Corpus("tiny", "made up", corpus.texts, corpus.labels, ("bad", "good"), unlabelled=(*near, a_text(99)))
    found, counts = choose_unlabelled(more, parts, 100, True, 0, Cleaner(), 64, near=0.8)
    assert sorted(found.texts) == sorted([near[2], a_text(99)])  # nearly a training text: that may be
    assert counts["near"] == 2


def test_preparing_says_what_was_taken_out(corpus):
    drawn = clean_parts(corpus, split(corpus, None, 0), Cleaner())
    kept, card = prepare(corpus, drawn, None, 64, 0.8)
    removed = card["near_duplicates"]["removed"]
    assert sum(len(part.texts) for part in kept.values()) == 60 - sum(removed.values())
    assert card["samples"]["after"] == {name: len(part.texts) for name, part in kept.items()}


def test_what_is_taken_out_of_test_is_kept_apart(corpus, tmp_path):
    drawn = clean_parts(corpus, SPLIT, Cleaner())
    kept, _ = without_near_duplicates(drawn, 0.8)
    save_texts(kept, Unlabelled([], []), tmp_path, leaked(drawn, kept))
    found = load_leaked(tmp_path)
    assert found.index.tolist() == [50, 51]
    assert found.texts == [corpus.texts[50], corpus.texts[51]]
    save_texts(kept, Unlabelled([], []), tmp_path, leaked(drawn, drawn))
    assert load_leaked(tmp_path) is None
