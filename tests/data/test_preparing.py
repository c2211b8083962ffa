"""A split prepared: what goes, what is counted, what is written, and that the vocabulary is training's alone."""

from collections import Counter

import numpy as np
import pytest

from data.card import coverage, describe_corpus, describe_split
from data.cleaning import Cleaner
from data.corpus import Corpus, DataError, Published
from data.preparing import (
    load_texts,
    load_unlabelled,
    prepare,
    save_texts,
)
from data.splits.leakage import LeakageError
from data.splits.parts import Part, clean_parts
from data.splits.split import PARTS, Split, split
from data.splits.unlabelled import Unlabelled
from data.words import arrays
from data.words.arrays import load_ids, load_vocabulary, vectorize_parts, vectors_of_width

NO_TEXTS = Unlabelled([], [])


def _part(texts, labels=None, groups=None, first=0):
    labels = np.zeros(len(texts), int) if labels is None else np.array(labels)
    return Part(np.arange(first, first + len(texts)), texts, [Cleaner().clean(text) for text in texts], labels, groups)


@pytest.fixture
def prepared(monkeypatch):
    """Thirteen texts in a split known beforehand, sequences of three words."""
    posts = {
        "train": [("Cats sleep", 0), ("cats SLEEP!", 1), ("Dogs bark", 1), ("the", 0), ("one two three four", 0)],
        "validation": [("<b>dogs</b> bark", 1), ("Birds sing", 0), ("Fish swim", 1), ("...", 0)],
        "test": [("birds sing?", 0), ("cats sleep", 0), ("one two three five", 1), ("Bees hum", 1), ("bats fly", 0)],
    }
    texts, labels = zip(*(post for part in PARTS for post in posts[part]), strict=True)
    groups = [f"group{at}" for at in range(len(texts))]
    corpus = Corpus("tiny", "made up", list(texts), np.array(labels), ("bad", "good"), groups)
    ends = np.cumsum([0, *(len(posts[part]) for part in PARTS)])
    known = Split(*(np.arange(start, end) for start, end in zip(ends, ends[1:], strict=False)))
    return prepare(corpus, clean_parts(corpus, known, Cleaner()), None, 3)


def test_what_is_left_of_each_split(prepared):
    parts, _ = prepared
    assert {name: part.cleaned for name, part in parts.items()} == {
        "train": ["cats sleep", "cats sleep", "dogs bark", "one two three four"],  # whole but for the empty "the"
        "validation": ["birds sing", "fish swim"],  # "dogs bark" is in training, "..." cleans to nothing
        "test": ["bees hum", "bats fly"],  # "one two three five" is training's in its first three words
    }
    assert parts["test"].texts == ["Bees hum", "bats fly"]
    assert parts["test"].labels.tolist() == [1, 0]
    assert parts["test"].index.tolist() == [12, 13]
    assert parts["test"].groups == ["group12", "group13"]


def test_what_is_counted(prepared):
    _, card = prepared
    assert card == {
        "samples": {
            "before": {"train": 5, "validation": 4, "test": 5},
            "after": {"train": 4, "validation": 2, "test": 2},
        },
        "empty_after_cleaning": {"train": 1, "validation": 1, "test": 0},
        "duplicates_within": {"train": 1, "validation": 0, "test": 0},
        "overlaps": {
            # "dogs bark"; "cats sleep" and "one two three"; "birds sing".
            "before": {"train-validation": 1, "train-test": 2, "validation-test": 1},
            "after": {"train-validation": 0, "train-test": 0, "validation-test": 0},
        },
        # "cats sleep" is 0 and 1 in training, "one two three" 0 in training and 1 in test.
        "label_conflicts": 2,
        "near_duplicates": {"threshold": 0, "removed": dict.fromkeys(PARTS, 0), "examples": []},
    }


def test_data_card_of_the_split(prepared):
    parts, removed = prepared
    card = describe_split(parts, removed, ("bad", "good"), ["", "[UNK]", "cats", "sleep", "birds"], sequence_length=3)
    assert card["samples"] == removed["samples"]
    # Of 8 texts: cats sleep (good once), dogs bark (good), fish swim (good), bees hum (good).
    assert card["positive_share"] == 4 / 8
    assert card["class_shares"]["train"] == {"bad": 0.5, "good": 0.5}
    assert card["words_in_vocabulary"] == 3
    # Training: 2 of "cats sleep" twice = 4 of 10 words. Validation: "birds" of 4. Test: none of 4.
    assert card["vocabulary_coverage"] == {"train": 0.4, "validation": 0.25, "test": 0.0}
    without = describe_split(parts, removed, ("bad", "good"), None, sequence_length=3)  # no model has a vocabulary
    assert set(card) - set(without) == {"words_in_vocabulary", "vocabulary_coverage"}
    # Lengths 2, 2, 2, 4: the median is 2, one text of four is longer than 3.
    assert card["length_percentiles"]["train"]["50"] == 2
    assert card["length_percentiles"]["train"]["100"] == 4
    assert card["longer_than_sequence"] == {"train": 0.25, "validation": 0.0, "test": 0.0}
    assert card["words_cut"] == {"train": 0.1, "validation": 0.0, "test": 0.0}  # one of training's ten words


def test_no_positive_share_among_three_classes():
    parts = {name: _part(["cats sleep", "dogs bark", "bees hum"], [0, 1, 2]) for name in PARTS}
    card = describe_split(parts, {}, ("a", "b", "c"), ["", "[UNK]", "cats"], 3)
    assert card["positive_share"] is None
    assert card["class_shares"]["test"] == pytest.approx({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3})


def test_data_card_of_the_corpus(make_corpus):
    slides = Published("rnn", 0.5643, "the slides", 64, 5000)
    corpus = make_corpus(3, 1, meaning="Nothing.", group_kind="genre", sentiment=True, published=(slides,))
    card = describe_corpus(corpus, Cleaner(True, "de"))
    assert card["texts"] == 4
    assert card["class_shares"] == {"class0": 0.75, "class1": 0.25}
    assert card["cleaning"] == {"keep_negations": True, "language": "de"}
    assert (card["meaning"], card["group_kind"], card["sentiment"]) == ("Nothing.", "genre", True)
    assert card["published"] == [
        {
            "model": "rnn",
            "accuracy": 0.5643,
            "source": "the slides",
            "sequence_length": 64,
            "vocabulary_size": 5000,
        }
    ]


@pytest.mark.parametrize(
    ("texts", "known", "expected"),
    [(["a b", "a c"], {"a"}, 0.5), (["a"], set(), 0.0), ([], {"a"}, 0.0), (["a b"], {"a", "b", "c"}, 1.0)],
)
def test_coverage(texts, known, expected):
    assert coverage(texts, known) == expected


def refusal(corpus, sample=None, sequence_length=3):
    with pytest.raises(DataError) as caught:
        prepare(corpus, clean_parts(corpus, split(corpus, sample, 0), Cleaner()), sample, sequence_length)
    return str(caught.value)


READ = "punctuation, markup, addresses, stop words and short English words are not read"


def test_texts_that_all_clean_to_nothing_are_refused(make_corpus):
    corpus = make_corpus(30, 30)
    corpus.texts[:] = ["..."] * 60
    assert refusal(corpus) == f"All 40 texts in train are empty once cleaned: {READ}; check --text-column."


def test_one_text_over_and_over_is_refused(make_corpus):
    corpus = make_corpus(30, 30)
    corpus.texts[:] = ["the same words"] * 60
    assert refusal(corpus) == (
        "Of 10 texts in validation 0 are left once empty and repeated ones are removed, of fewer than two classes: "
        "removed were 10 with the same words as a text of an earlier split; add texts that differ."
    )
    # A larger sample is advised only where there is more to draw.
    assert refusal(corpus, sample=60).endswith("; add texts that differ.")
    assert refusal(corpus, sample=59).endswith("; add texts that differ, or take a larger --sample.")


@pytest.mark.parametrize(("words", "helps"), [(3, 4), (4, 5), (9, 10)])
def test_texts_that_begin_alike_are_to_be_read_further(make_corpus, words, helps):
    # Three words are read. Six would be next, then twelve, but the longest text has only one more than they share.
    corpus = make_corpus(30, 30)
    alike = " ".join(f"shared{number}" for number in range(words))
    corpus.texts[:] = [f"{alike} {text}" for text in corpus.texts]
    message = refusal(corpus)
    assert message == (
        "Of 10 texts in validation 0 are left once empty and repeated ones are removed, of fewer than two classes: "
        "removed were 10 with the same first 3 words, all that is read, as a text of an earlier split; read more of "
        f"each text with --sequence-length {helps}."
    )
    prepare(corpus, clean_parts(corpus, split(corpus, None, 0), Cleaner()), None, helps)


def test_texts_in_other_letters_are_said_to_be_unread(make_corpus):
    # Half have a brand name in them, which is all that cleaning leaves.
    corpus = make_corpus(30, 30)
    corpus.texts[:] = ["\u0444" * at + " iphone" * (at % 2) for at in range(1, 61)]
    message = refusal(corpus)
    assert "clean to nothing and" in message
    assert "with the same words as a text of an earlier split, since " in message
    assert message.endswith(f"since {READ}; check --text-column, or use texts in English.")


def test_a_class_without_a_text_to_train_on_is_refused(make_corpus):
    # Two of three are left, and the linear model would answer with two probabilities.
    corpus = make_corpus(30, 30, 30)
    corpus.texts[60:] = ["..."] * 30
    message = f"Class 'class2' has no text left in train once cleaned, since {READ}: add texts, or merge or remove the "
    assert refusal(corpus) == f"{message}class."
    assert refusal(corpus, sample=60) == f"{message}class, or take a larger --sample."


def test_negations_are_kept_where_asked_for(make_corpus):
    corpus = make_corpus(30, 30)
    corpus.texts[:] = [f"not {text}" for text in corpus.texts]
    for keep_negations, words in ((True, 2), (False, 1)):
        parts, _ = prepare(corpus, clean_parts(corpus, split(corpus, None, 0), Cleaner(keep_negations)), None, 3)
        assert {len(text.split()) for text in parts["train"].cleaned} == {words}


@pytest.mark.parametrize("groups", [None, ["one", "two|three"]])
def test_texts_come_back_as_they_were(tmp_path, groups):
    dirty = ["NUL \0, emoji 😀, half a pair \ud83d, line\u2028separators\x85\r\n\x1e", '"quotes"\t\\ and é']
    parts = {name: _part(dirty, [0, 1], groups, first=10 * at) for at, name in enumerate(PARTS)}
    save_texts(parts, NO_TEXTS, tmp_path)
    loaded = load_texts(tmp_path)
    assert list(loaded) == list(PARTS)
    for name in PARTS:
        assert loaded[name].texts == dirty
        assert loaded[name].cleaned == parts[name].cleaned
        assert loaded[name].groups == groups
        np.testing.assert_array_equal(loaded[name].index, parts[name].index)
        np.testing.assert_array_equal(loaded[name].labels, parts[name].labels)


@pytest.fixture
def twelve_texts():
    train = ["cats sleep here", "cats purr", "dogs bark cats", "dogs sleep", "birds sing", "cats dogs birds"]
    return {
        "train": _part(train),
        "validation": _part(["zebra cats", "zebra zebra dogs", "sleep birds"]),
        "test": _part(["zebra sleep", "purr purr purr purr purr", "sing"]),
    }


@pytest.mark.slow
def test_arrays_of_a_dozen_texts(tmp_path, twelve_texts):
    save_texts(twelve_texts, NO_TEXTS, tmp_path)
    vectorize_parts(tmp_path, vocabulary_size=6, sequence_length=4, vector_width=None, seed=0)
    vocabulary, ids = load_vocabulary(tmp_path), load_ids(tmp_path)
    # Six in all with padding and unknown, so four words: those that training has most often.
    assert vocabulary[:2] == ["", "[UNK]"]
    counts = Counter(word for text in twelve_texts["train"].cleaned for word in text.split())
    assert counts == {"cats": 4, "dogs": 3, "sleep": 2, "birds": 2, "purr": 1, "bark": 1, "sing": 1}
    assert vocabulary[2:4] == ["cats", "dogs"]
    assert set(vocabulary[4:]) == {"sleep", "birds"}
    # "zebra" is the most frequent word of validation and test, and unknown all the same.
    assert ids["validation"][:2].tolist() == [[1, 2, 0, 0], [1, 1, 3, 0]]
    assert ids["test"][1].tolist() == [1, 1, 1, 1]  # cut at four
    assert {array.dtype for array in ids.values()} == {np.dtype("int32")}
    assert {name: array.shape for name, array in ids.items()} == {
        "train": (6, 4),
        "validation": (3, 4),
        "test": (3, 4),
        "unlabelled": (0, 4),
    }
    # Networks that read otherwise have a folder of their own, and leave the others theirs.
    vectorize_parts(tmp_path, 9, 5, None, 0, tmp_path / "9x5")
    assert load_vocabulary(tmp_path / "9x5")[: len(vocabulary) - 2] == vocabulary[:-2]
    assert len(load_vocabulary(tmp_path / "9x5")) == 9
    assert {array.shape[1] for array in load_ids(tmp_path / "9x5").values()} == {5}
    assert load_vocabulary(tmp_path) == vocabulary


@pytest.mark.slow
def test_further_texts_are_learned_from_and_not_answered(tmp_path, twelve_texts):
    more = Unlabelled(["Emus run"], ["emus run"], ["emus run far", "emus eat"])
    save_texts(twelve_texts, more, tmp_path)
    assert load_unlabelled(tmp_path) == more
    vectorize_parts(tmp_path, 20, 4, 1, 0)
    vocabulary, ids = load_vocabulary(tmp_path), load_ids(tmp_path)
    assert {"far", "eat"} < set(vocabulary)
    assert ids["unlabelled"].shape == (1, 4)
    assert vectors_of_width(tmp_path, 1, 0)[vocabulary.index("far")].any()  # it stands near "emus"
    # They are kept apart from validation and test like all others, or nothing is written.
    save_texts(twelve_texts, Unlabelled([], [], [twelve_texts["test"].cleaned[2]]), tmp_path)
    with pytest.raises(LeakageError, match="1 rows of test also stand in unlabelled"):
        vectorize_parts(tmp_path, 20, 4, 1, 0)
    (tmp_path / "further.jsonl").unlink()  # as in older runs
    assert load_unlabelled(tmp_path) == NO_TEXTS


@pytest.mark.slow
def test_arrays_that_share_a_row_are_not_written(tmp_path, twelve_texts):
    twelve_texts["test"] = _part(["cats purr"])
    save_texts(twelve_texts, NO_TEXTS, tmp_path)
    with pytest.raises(LeakageError, match="1 rows of test also stand in train"):
        vectorize_parts(tmp_path, vocabulary_size=20, sequence_length=4, vector_width=None, seed=0)
    assert not (tmp_path / arrays.ARRAYS).exists()
