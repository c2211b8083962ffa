"""A file of test texts, and columns that say how rows are split: what is read of them, and what is refused."""

import csv
import io

import numpy as np
import pytest

from data.card import digest
from data.classes import arrange_classes
from data.corpus import DataError, SplitKind
from data.sources import catalog as sources
from data.sources.tables import load
from data.splits.split import describe_rule, split
from training.settings import Settings


def table(rows, names=("text", "label", "beside")):
    buffer = io.StringIO()
    csv.writer(buffer).writerows([names, *rows])
    return buffer.getvalue()


def rows(n, beside, prefix="film"):
    return [(f"{prefix}{at}", "xy"[at % 2], beside(at)) for at in range(n)]


def refused(sentence, *arguments, **keywords):
    with pytest.raises(DataError) as error:
        load(*arguments, **keywords)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


# --- a file of test texts ---


@pytest.fixture
def train_and_test(write):
    train = write(table(rows(40, lambda at: ""), ("text", "label", "note")), "train.csv")
    return train, write(table(rows(10, lambda at: "", "other"), ("text", "label", "note")), "test.csv")


def test_every_row_of_the_file_is_tested_whatever_the_sample(train_and_test):
    train, test = train_and_test
    corpus = load(train, test=test)
    for sample in (12, 20, None):
        found = split(corpus, sample, seed=1)
        assert [corpus.texts[at] for at in found.test] == [f"other{at}" for at in range(10)]
        drawn = sample or 40
        assert (len(found.train), len(found.validation)) == (drawn - round(drawn / 5), round(drawn / 5))
    assert describe_rule(corpus, 12)["split_rule"].startswith(
        "test: all of test.csv; validation: a fifth of the other texts"
    )
    assert "; test split: test.csv (" in corpus.source


def test_labels_of_both_files_are_the_same_classes(write):
    train = write(table([(f"film{at}", at % 2, "") for at in range(20)]), "train.csv")
    test = write(table([(f"other{at}", f"{at % 2}.0", "") for at in range(4)]), "test.csv")
    assert load(train, test=test).class_names == ("0", "1")


def test_columns_guessed_in_the_one_are_looked_for_in_the_other(write):
    train = write(table(rows(20, lambda at: ""), ("review", "stars", "note")), "train.csv")
    test = write(table(rows(4, lambda at: "", "other"), ("text", "label", "note")), "test.csv")
    refused("test.csv, line 1, has no column 'review'; its columns are: 'text', 'label', 'note'", train, test=test)


def test_a_class_that_training_lacks_is_refused_and_can_be_dropped(write):
    train = write(table(rows(20, lambda at: "")), "train.csv")
    test = write(table([*rows(8, lambda at: "", "other"), ("new", "z", "")]), "test.csv")
    corpus = load(train, test=test)
    with pytest.raises(DataError, match=r"Class 'z' has 0 texts to learn from: each needs at least 6; add texts, or"):
        arrange_classes(corpus)
    dropped = arrange_classes(corpus, rare="drop")
    assert dropped.class_names == ("x", "y")
    assert "new" not in dropped.texts
    assert len(split(dropped, None, 0).test) == 8


def test_unlabelled_rows_of_the_file_are_not_learned_from(write):
    train = write(table([*rows(20, lambda at: ""), ("extra of training", "", "")]), "train.csv")
    test = write(table([*rows(4, lambda at: "", "other"), ("extra of test", "", "")]), "test.csv")
    corpus = load(train, test=test)
    assert dict(zip(corpus.unlabelled, corpus.split_by.unlabelled, strict=True)) == {
        "extra of training": 0,
        "extra of test": 2,
    }


def test_a_test_file_without_labels_is_refused(train_and_test, write):
    test = write(table([(f"other{at}", "", "") for at in range(4)]), "unlabelled.csv")
    refused("unlabelled.csv: none of 4 texts has a label in column 'label'", train_and_test[0], test=test)


def test_the_card_knows_another_test_file(train_and_test, write):
    train, test = train_and_test
    before = digest(load(train, test=test))
    assert digest(load(train, test=test)) == before
    everything = write(table(rows(40, lambda at: "") + rows(10, lambda at: "", "other")), "all.csv")
    assert digest(load(everything)) != before  # the same texts, otherwise split
    test.write_text(test.read_text().replace("other3,", "another,"))
    assert digest(load(train, test=test)) != before


@pytest.mark.parametrize("flag", ["test", "split_column", "group_column", "time_column"])
def test_only_tables_are_split_so(flag):
    with pytest.raises(DataError, match=rf"--{flag.replace('_', '-')} is for tables, and --data sample is none: leave"):
        sources.load(Settings(data="sample", **{flag: "x"}))


def test_two_ways_to_split_are_refused(train_and_test):
    train, test = train_and_test
    refused(
        "--split-column and --test each say how the texts are split: name one of them.",
        train,
        test=test,
        split_column="note",
    )


# --- a file of test texts, and a column of groups ---


def test_test_texts_whose_group_is_learned_from_are_left_out(write):
    train = write(table([*rows(70, lambda at: f"ann{at % 7}"), ("extra", "", "bob8")]), "train.csv")
    test = write(table(rows(20, lambda at: ["ann6", "bob8", "bob9", ""][at // 5], "other")), "later.csv")
    corpus = load(train, test=test, group_column="beside")
    found = split(corpus, None, 0)
    assert [corpus.texts[at] for at in found.test] == [f"other{at}" for at in range(10, 20)]
    assert len({corpus.groups[at] for at in found.train} & {corpus.groups[at] for at in found.validation}) == 0
    assert corpus.notes == ("10 rows of later.csv, whose 'beside' is learned from too, are left out",)
    assert describe_rule(corpus, None)["same_test"]
    assert not load(train, test=write(table(rows(4, lambda at: "new")), "b.csv"), group_column="beside").notes


def test_test_texts_of_which_each_group_is_learned_from_are_refused(write):
    train = write(table(rows(40, lambda at: f"ann{at % 7}")), "train.csv")
    refused(
        "and --group-column beside: the beside of every row of train.csv stands in the table to learn from too, so "
        "that none is left to test on: leave out --group-column, or test on others.",
        train,
        test=train,
        group_column="beside",
    )


def test_groups_of_a_test_file_that_are_learned_from_are_noted_where_nobody_asks(write):
    names = ("text", "label", "author")
    train = write(table(rows(100, lambda at: f"ann{at % 25}"), names), "train.csv")
    test = write(table(rows(20, lambda at: f"ann{at}" if at < 11 else f"bob{at}", "other"), names), "later.csv")
    assert load(train, test=test).notes == (
        "11 of 20 texts of later.csv have their 'author' in common with those to learn from, which may make every "
        "number too good: --group-column author leaves them out",
    )


# --- a column of parts ---


def test_parts_in_any_spelling(write):
    names = ["Train", "training", " TRAIN ", "train", "dev", "Val", "test", "TEST"]
    corpus = load(write(table(rows(80, lambda at: names[at // 10]))), split_column="beside")
    found = split(corpus, None, 0)
    np.testing.assert_array_equal(found.train, np.arange(40))
    np.testing.assert_array_equal(found.validation, np.arange(40, 60))
    np.testing.assert_array_equal(found.test, np.arange(60, 80))
    assert describe_rule(corpus, None) == {"split_rule": "as column 'beside' says", "same_test": True}
    sampled = split(corpus, 30, 0)
    assert len(sampled.train) + len(sampled.validation) == 30
    assert max(sampled.train) < 40 <= min(sampled.validation)
    assert len(sampled.test) == 20


def test_a_fifth_validates_where_no_row_is_for_it(write):
    corpus = load(write(table(rows(60, lambda at: "train" if at < 50 else "test"))), split_column="beside")
    found = split(corpus, None, 0)
    assert (len(found.train), len(found.validation), len(found.test)) == (40, 10, 10)
    assert "a fifth of its training texts" in describe_rule(corpus, None)["split_rule"]


@pytest.mark.parametrize(
    ("beside", "sentence"),
    [
        (lambda at: ["train", "test", "unsup", ""][at % 4], "and here are also 'unsup', '': write one of those"),
        (lambda at: ["train", "dev"][at // 30], "no row with a label is for test, there are only 'train', 'dev': mark"),
        (lambda at: ["dev", "test"][at // 30], "no row with a label is for train, there are only 'dev', 'test'"),
    ],
)
def test_columns_that_say_no_split(write, beside, sentence):
    refused(sentence, write(table(rows(60, beside))), split_column="beside")


def test_test_rows_of_one_class_are_refused(write):
    path = write(table(rows(60, lambda at: "test" if at > 50 and at % 2 else "train")))
    with pytest.raises(DataError, match=r"^--split-column beside: of 5 texts in test none is of class 'x', and two"):
        split(load(path, split_column="beside"), None, 0)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("besides", "has no column 'besides' (did you mean 'beside'?); its columns are"),
        ("label", "--group-column is 'label', which holds the texts or labels: name another column."),
    ],
)
def test_columns_that_are_not_there_or_taken(write, name, sentence):
    asked = {"label_column": "label"} if name == "label" else {}
    refused(sentence, write(table(rows(20, str))), group_column=name, **asked)


def test_the_column_is_not_taken_for_the_labels(write):
    path = write(table(rows(60, lambda at: f"author{at % 7}"), ("text", "verdict", "by")))
    assert load(path, group_column="by").class_names == ("x", "y")


# --- a column of groups ---


def test_few_groups_are_reported_one_by_one(write):
    corpus = load(write(table(rows(60, lambda at: f"author{at % 7}"))), group_column="beside")
    assert corpus.split_by.kind is SplitKind.GROUPED
    assert corpus.group_kind == "beside"
    assert corpus.groups[8] == "author1"


def test_many_groups_are_not(write):
    corpus = load(write(table(rows(120, lambda at: f"author{at % 40}"))), group_column="beside")
    assert corpus.groups is None
    assert corpus.group_kind is None
    assert "whose 40 groups are each in one split only" in corpus.split_by.rule


def test_rows_that_name_no_group_stand_alone(write):
    corpus = load(write(table(rows(60, lambda at: f"author{at % 7}" if at < 50 else ""))), group_column="beside")
    assert len(set(corpus.split_by.values[50:])) == 10
    assert "(10 texts that name none stand alone)" in corpus.split_by.rule


# --- a column of times ---


def test_times_order_the_texts(write):
    corpus = load(write(table(rows(60, lambda at: f"2024-01-{at % 30 + 1:02}"))), time_column="beside")
    found = split(corpus, None, 0)
    times = corpus.split_by.values
    assert times[found.train].max() < times[found.validation].min()
    assert times[found.validation].max() < times[found.test].min()
    assert (len(found.train), len(found.validation), len(found.test)) == (40, 10, 10)


def test_few_rows_without_a_time_are_left_out_and_said(write):
    path = write(table(rows(120, lambda at: "soon" if at == 5 else f"2024-01-{at % 30 + 1:02}")))
    corpus = load(path, time_column="beside")
    assert len(corpus.texts) == 119
    assert corpus.notes == ("1 row without a time that can be read in column 'beside', such as 'soon', is left out",)


def test_many_rows_without_a_time_are_refused_unless_allowed(write):
    path = write(table(rows(60, lambda at: "" if at < 6 else f"2024-01-{at % 30 + 1:02}")))
    refused(
        "--time-column beside: of 60 rows 6 have no time that can be read (ISO 8601 elsewhere), such as '': mend them, "
        "or raise --bad-rows above 0.1 to leave them out.",
        path,
        time_column="beside",
    )
    assert len(load(path, time_column="beside", bad_rows=0.2).texts) == 54


# --- several files ---


def test_several_files_are_read_one_after_another(write):
    first = write(table(rows(8, lambda at: "")), "first.csv")
    second = write(table(rows(8, lambda at: "", "other")), "second.csv")
    corpus = load([str(first), str(second), str(first)])
    assert corpus.texts[::8] == ["film0", "other0"]
    assert len(corpus.texts) == 16
    assert corpus.name == "first+second"
    assert corpus.source.startswith("first.csv and second.csv, 2 files (")


def test_a_file_with_other_columns_is_refused(write):
    first = write(table(rows(8, lambda at: "")), "first.csv")
    second = write(table(rows(8, lambda at: ""), ("text", "stars", "beside")), "second.csv")
    refused("second.csv, line 1, has no column 'label'", [str(first), str(second)])


def test_only_tables_are_several(write):
    path = str(write(table(rows(16, lambda at: ""))))
    with pytest.raises(DataError, match=r"--data sample cannot stand beside others, only tables can: name one\."):
        sources.load(Settings(data=[path, "sample"]))
    with pytest.raises(DataError, match=r"--data missing is neither"):
        sources.load(Settings(data=[path, "missing"]))
    corpus = sources.load(Settings(data=[path, path]))
    assert corpus.source_name == [path, path]
