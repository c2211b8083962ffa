"""The generated corpus: reproducible, balanced, dirty, and out of reach of a bag of words."""

import hashlib
import random
import re
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from data.cleaning import Cleaner
from data.corpus import DataError
from data.sources.sample import PHENOMENA, load, write_post
from data.sources.sample_phrases import BLAME, EMPTY, PATTERNS, PLAIN, PRAISE

ORDER_PHENOMENA = [phenomenon for phenomenon in PHENOMENA if phenomenon not in (PLAIN, EMPTY)]


@pytest.fixture(scope="module")
def corpus():
    return load()


@pytest.fixture(scope="module")
def cleaned(corpus):
    clean = Cleaner(keep_negations=True).clean
    return [clean(text) for text in corpus.texts]


def test_same_posts_for_the_same_size_and_seed(corpus):
    again = load()
    assert again.texts == corpus.texts
    assert again.groups == corpus.groups
    np.testing.assert_array_equal(again.labels, corpus.labels)
    assert load(seed=1).texts != corpus.texts


@pytest.mark.slow
def test_same_posts_in_another_process_with_other_hashes(corpus):
    code = (
        "import sys; from data.sources.sample import load; sys.stdout.buffer.write('\\0'.join(load().texts).encode())"
    )
    environment = {"PYTHONHASHSEED": "12345", "PYTHONPATH": ":".join(path or "." for path in sys.path)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment)
    assert result.stdout.decode().split("\0") == corpus.texts


@pytest.mark.parametrize("size", [2 * len(PHENOMENA), 100, 301, 3000])
def test_any_size_holds_every_phenomenon_with_both_labels(size):
    corpus = load(size)
    assert len(corpus.texts) == len(corpus.labels) == len(corpus.groups) == size
    assert set(zip(corpus.groups, corpus.labels.tolist(), strict=True)) == {(p, y) for p in PHENOMENA for y in (0, 1)}


def test_too_small_a_size_is_refused():
    with pytest.raises(DataError, match=f"at least {2 * len(PHENOMENA)}"):
        load(2 * len(PHENOMENA) - 1)


def test_each_phenomenon_is_balanced(corpus):
    groups = np.array(corpus.groups)
    for phenomenon in PHENOMENA:
        assert corpus.labels[groups == phenomenon].mean() == pytest.approx(0.5, abs=0.05), phenomenon
    assert 0.25 < np.mean(groups == PLAIN) < 0.35


def test_the_corpus_says_what_it_is(corpus):
    assert corpus.name == "sample"
    assert corpus.sentiment
    assert corpus.class_names == ("negative", "positive")


@pytest.mark.parametrize("phenomenon", ORDER_PHENOMENA)
def test_labels_differ_in_nothing_but_the_order_of_the_words(phenomenon):
    clean = Cleaner(keep_negations=True).clean
    for seed in range(200):
        negative, positive = (clean(write_post(random.Random(seed), phenomenon, label)) for label in (0, 1))
        assert negative != positive
        assert Counter(negative.split()) == Counter(positive.split())


@pytest.mark.parametrize("phenomenon", ORDER_PHENOMENA)
def test_the_verdict_comes_first_as_often_as_last(phenomenon):
    patterns = [pattern.lower() for pattern in PATTERNS[phenomenon]]
    first = sum(pattern.index("{win") < pattern.index("{lose") for pattern in patterns)
    assert 2 * first == len(patterns)


def test_a_worked_negation_keeps_its_meaning():
    # "not ... <one word>; it is <other word>": the label is the polarity of the other word.
    pattern = re.compile(r"is not, .* time, (\w+); it is (\w+)\.")
    seen = 0
    for seed in range(200):
        for label in (0, 1):
            found = pattern.search(write_post(random.Random(seed), "negation", label))
            if found and found[1] in PRAISE + BLAME:
                seen += 1
                assert (found[2] in PRAISE) == (label == 1)
                assert (found[1] in PRAISE) == (label == 0)
    assert seen > 10


def test_articles_fit_the_word_after_them():
    texts = [write_post(random.Random(seed), "contrast", 0) for seed in range(300)]
    assert any("an awful" in text for text in texts)
    assert not any(re.search(r"\ba [aeiou]|\ban [^aeiou]", text, re.IGNORECASE) for text in texts)
    assert not any("{" in text or "}" in text for text in texts)


@pytest.mark.parametrize("dirt", ["<br", "<p>", "&amp;", "https://", "www.", "@example.com", "!!!", "🤷"])
def test_dirt_of_real_posts_is_there(corpus, dirt):
    assert any(dirt in text for text in corpus.texts)


def test_about_one_post_in_eight_is_dirty(corpus):
    dirty = [re.search(r"<|&\w+;|https?:|www\.|@|!!!|\?\?\?|[^\x00-\x7f]", text) is not None for text in corpus.texts]
    assert 0.10 < np.mean(dirty) < 0.18
    assert any(text.isupper() and len(text) > 40 for text in corpus.texts)


def test_dirt_does_not_reach_the_model(cleaned):
    rubbish = {"http", "https", "www", "nbsp", "quot", "amp", "div", "class", "example", "forum"}
    assert not rubbish & set(" ".join(cleaned).split())


def test_some_posts_clean_to_nothing(corpus, cleaned):
    empty = [group for group, text in zip(corpus.groups, cleaned, strict=True) if not text]
    assert 0.005 < len(empty) / len(cleaned) < 0.01
    assert set(empty) == {EMPTY}
    assert corpus.groups.count(EMPTY) == len(empty)


def test_some_posts_become_equal_once_cleaned_and_the_rest_do_not(corpus, cleaned):
    labels = {}
    for text, label in zip(cleaned, corpus.labels.tolist(), strict=True):
        if text:
            labels.setdefault(text, []).append(label)
    repeats = [both for both in labels.values() if len(both) > 1]
    assert 0.005 < len(repeats) / len(cleaned) < 0.015
    assert all(len(set(both)) == 1 for both in repeats), "the same words with two labels"


def test_a_bag_of_words_cannot_solve_it(corpus, cleaned):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    features = TfidfVectorizer().fit(cleaned[:2000]).transform(cleaned)
    groups = np.array(corpus.groups[2000:])
    overall, on_plain = 0.0, 0.0
    for strength in (0.1, 1, 10, 100):
        model = LogisticRegression(C=strength, max_iter=1000).fit(features[:2000], corpus.labels[:2000])
        correct = model.predict(features[2000:]) == corpus.labels[2000:]
        overall = max(overall, correct.mean())
        on_plain = max(on_plain, correct[groups == PLAIN].mean())
    assert overall < 0.75
    # What it misses is the order, not the words.
    assert on_plain > 0.9


def test_its_texts_are_cleaned_as_in_every_record_of_it():
    corpus = load()
    assert corpus.cleaned_as_published
    cleaned = "\n".join(map(Cleaner(keep_negations=True).clean, corpus.texts))
    assert hashlib.sha256(cleaned.encode()).hexdigest().startswith("138f152c3f14076c")
