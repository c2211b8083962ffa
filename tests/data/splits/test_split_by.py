"""Splits that the data decides: no group and no time on two sides, and nothing is learned from the side of the test."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from data.cleaning import Cleaner
from data.corpus import PARTS, Corpus, DataError, SplitBy, SplitKind
from data.splits.drawing import LEAST_SHARE
from data.splits.parts import clean_parts
from data.splits.split import describe_rule, split
from data.splits.unlabelled import choose_unlabelled

MANY = settings(max_examples=60, deadline=None)


def corpus_of(kind, values, labels=None, unlabelled=()):
    """Texts that are all different, with a value each, and texts without a label likewise."""
    values, unlabelled = np.asarray(values), np.asarray(unlabelled)
    labels = np.arange(len(values)) % 2 if labels is None else np.asarray(labels)
    return Corpus(
        "tiny",
        "made up",
        [f"word{letters(at)}" for at in range(len(values))],
        labels,
        ("x", "y"),
        unlabelled=tuple(f"further{letters(at)}" for at in range(len(unlabelled))),
        split_by=SplitBy(kind, "--flag column", "as said", values, unlabelled),
    )


def letters(number):
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:05}")


def parts_of(found):
    return [getattr(found, part) for part in PARTS]


def check_disjoint(found, pool_size):
    indices = np.concatenate(parts_of(found))
    assert len(indices) == len(set(indices.tolist())) == pool_size


# --- groups ---


@pytest.mark.slow
@MANY
@given(st.lists(st.integers(1, 6), min_size=40, max_size=80), st.integers(0, 2**31 - 1), st.booleans())
def test_groups_are_on_one_side_and_shares_are_near(sizes, seed, sampled):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(len(groups)) % 2)
    sample = len(groups) // 2 if sampled else None
    assume(not sampled or sample >= 40)
    found = split(corpus_of(SplitKind.GROUPED, groups, labels), sample, seed % 1000)
    size = sample or len(groups)
    check_disjoint(found, size)
    sides = [set(groups[part]) for part in parts_of(found)]
    assert sum(map(len, sides)) == len(set.union(*sides))
    # Groups of up to six among forty texts and more: a split misses its sixth by half of that at most.
    for part in parts_of(found)[1:]:
        assert abs(len(part) / size - 1 / 6) < 1 / 12


@pytest.mark.parametrize(
    ("groups", "sentence"),
    [
        ([0] * 60, "--flag column: there is 1 group of texts, and three splits need one each: name another column"),
        ([0, 0, 0, 1, 1, 1] * 10, "--flag column: there are 2 groups of texts, and three splits need one each"),
        ([0] * 197 + [1, 1, 2], "the largest of 3 groups has 197 of 200 texts, which leaves too few for the other"),
    ],
)
def test_groups_that_make_no_split(groups, sentence):
    with pytest.raises(DataError) as error:
        split(corpus_of(SplitKind.GROUPED, groups), None, 0)
    assert sentence in str(error.value)


def test_groups_of_one_class_each_are_refused_where_training_would_lack_it():
    # All of the second class are of one author.
    groups = [*(at % 20 for at in range(100)), *[99] * 30]
    with pytest.raises(DataError, match=r"of class 'y'|of class 'x'"):
        split(corpus_of(SplitKind.GROUPED, groups, [0] * 100 + [1] * 30), None, 0)


def test_three_equal_groups_are_a_split_each():
    found = split(corpus_of(SplitKind.GROUPED, np.arange(60) // 20), None, 0)
    assert [len(part) for part in parts_of(found)] == [20, 20, 20]


def test_a_large_group_leaves_the_others_for_validation_and_test():
    # Six of ten texts are of one author, who is learned from with others; of the rest is enough for a sixth each.
    groups = [0] * 600 + [1 + at // 10 for at in range(400)]
    found = split(corpus_of(SplitKind.GROUPED, groups), None, 0)
    assert 0 in np.asarray(groups)[found.train]
    for part in parts_of(found)[1:]:
        assert abs(len(part) - 1000 / 6) < 50


def test_seeds_draw_other_groups():
    corpus = corpus_of(SplitKind.GROUPED, np.arange(200) // 4)
    first, again, other = (split(corpus, None, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.test, again.test)
    assert set(first.test) != set(other.test)


def test_groups_beside_a_test_split_of_its_own_are_on_one_side():
    groups = np.append(np.arange(100) // 5, -1 - np.arange(20) // 4)
    corpus = corpus_of(SplitKind.GROUPED_BEFORE_TEST, groups)
    for sample in (None, 60):
        found = split(corpus, sample, 1)
        np.testing.assert_array_equal(found.test, np.arange(100, 120))
        assert not set(groups[found.train]) & set(groups[found.validation])
        assert len(found.train) + len(found.validation) == (sample or 100)
        assert abs(len(found.validation) - (sample or 100) / 5) <= 5
    assert describe_rule(corpus, None)["same_test"]
    with pytest.raises(DataError, match="there is 1 group of texts, and two splits need one each: name another"):
        split(corpus_of(SplitKind.GROUPED_BEFORE_TEST, [0] * 20 + [-1] * 4), None, 0)


# --- times ---


@MANY
@given(st.lists(st.integers(0, 50), min_size=60, max_size=200), st.integers(0, 1000), st.booleans())
def test_the_future_is_tested(times, seed, sampled):
    sample = len(times) // 2 if sampled else None
    corpus = corpus_of(SplitKind.CHRONOLOGICAL, np.array(times, dtype=float))
    try:
        found = split(corpus, sample, seed)
    except DataError as error:
        assert "--flag column" in str(error)  # noqa: PT017  # where chance gives every text of a split one class or time
        return
    size = sample or len(times)
    check_disjoint(found, size)
    moments = [corpus.split_by.values[part] for part in parts_of(found)]
    assert moments[0].max() < moments[1].min()
    assert moments[1].max() < moments[2].min()
    most = np.bincount(times).max()  # at one time: by so much can each border be off
    assert abs(len(found.test) - size / 6) <= most
    assert all(len(part) >= LEAST_SHARE * size for part in parts_of(found))


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        ([5] * 60, "--flag column: there is 1 time, and three splits need one each: name another column, or leave it"),
        ([1, 1, 2] * 20, "there are 2 different times, and three splits need one each"),
        ([1] * 98 + [2, 3], "so many texts have the same time that of 100 there would be 98 in train, 1 in validation"),
    ],
)
def test_times_that_make_no_split(times, sentence):
    with pytest.raises(DataError) as error:
        split(corpus_of(SplitKind.CHRONOLOGICAL, times), None, 0)
    assert sentence in str(error.value)


def test_a_class_that_is_new_in_the_end_is_refused():
    with pytest.raises(
        DataError, match=r"in train none is of class 'y', and every class is needed there: name another"
    ):
        split(corpus_of(SplitKind.CHRONOLOGICAL, np.arange(60), [0] * 40 + [0, 1] * 10), None, 0)


# --- what may be learned from ---


@pytest.mark.slow
@MANY
@given(
    st.sampled_from(list(SplitKind)),
    st.lists(st.integers(0, 20), min_size=60, max_size=120),
    st.lists(st.integers(0, 25), max_size=30),
    st.integers(0, 1000),
)
def test_nothing_is_learned_from_the_other_side(kind, values, others, seed):
    if kind is SplitKind.PREDEFINED:
        values, others = (
            [0 if value < 12 else 1 if value < 16 else 2 for value in found] for found in (values, others)
        )
    elif kind is SplitKind.GROUPED_BEFORE_TEST:
        values, others = ([value if value < 16 else -1 - value for value in found] for found in (values, others))
    corpus = corpus_of(kind, values, unlabelled=others)
    try:
        drawn = clean_parts(corpus, split(corpus, 40, seed), Cleaner(True))
    except DataError:
        assume(False)
    chosen, counts = choose_unlabelled(corpus, drawn, 1000, True, seed, Cleaner(True), 10)
    by = corpus.split_by
    value_of = dict(zip(corpus.texts, by.values, strict=True)) | dict(
        zip(corpus.unlabelled, by.unlabelled, strict=True)
    )
    learned = np.array([value_of[text] for text in chosen.texts])
    held_out = np.array([by.values[at] for part in PARTS[1:] for at in drawn[part].index])
    if kind is SplitKind.PREDEFINED:
        assert (learned == 0).all()
    elif kind is SplitKind.GROUPED_BEFORE_TEST:
        assert not set(learned) & set(held_out)
        assert (learned >= 0).all()
    elif kind is SplitKind.GROUPED:
        assert not set(learned) & set(held_out)
    else:
        assert len(learned) == 0 or learned.max() < held_out.min()
    assert counts["candidates"] == counts["taken"] == len(chosen.texts)


def test_texts_of_a_file_of_their_own_may_all_be_learned_from():
    for kind in SplitKind:
        values = np.arange(60) % 3 if kind is SplitKind.PREDEFINED else np.arange(60)
        if kind is SplitKind.GROUPED_BEFORE_TEST:
            values = np.where(values < 50, values, -1 - values)
        corpus = corpus_of(kind, values, unlabelled=[2]).with_unlabelled(["new", "newer"])
        drawn = clean_parts(corpus, split(corpus, None, 0), Cleaner(True))
        chosen, _ = choose_unlabelled(corpus, drawn, 10, True, 0, Cleaner(True), 10)
        assert set(chosen.texts) == {"new", "newer"}
