"""Columns that look as if texts came in groups: named in a note where most texts share a value, and only there."""

import json

import pytest

from data.sources.group_hints import group_columns
from data.sources.tables import load


def lines(n, **columns):
    return "".join(
        json.dumps({"text": f"film{at}", "label": "xy"[at % 2]} | {name: value(at) for name, value in columns.items()})
        + "\n"
        for at in range(n)
    )


@pytest.mark.parametrize(
    "name",
    ["user", "user_id", "userId", "reviewerID", "Author", "author name", "asin", "thread", "conversation_id", "id"],
)
def test_names_of_groups(name):
    assert group_columns([name]) == [name]


@pytest.mark.parametrize("name", ["user_age", "valid", "video", "title", "users_count", "split", "", "12", "авто"])
def test_other_names(name):
    assert group_columns([name]) == []


def test_a_column_that_most_texts_share_is_noted(write):
    corpus = load(write(lines(100, **{"user name": lambda at: f"ann{at % 20}", "id": lambda at: at}), "a.jsonl"))
    assert corpus.notes == (
        "100 of 100 texts have their 'user name' in common with others, which may be in another split and make every "
        "number too good: --group-column 'user name' keeps them together",
    )


@pytest.mark.parametrize(
    "value",
    [
        lambda at: at,  # everyone wrote once
        lambda at: at % 3,  # too few to split by
        lambda at: at if at > 60 else 0,  # one has most of the texts
        lambda at: at // 2 if at < 40 else at,  # few wrote twice
        lambda at: "",
        lambda at: None,
    ],
)
def test_others_are_not(write, value):
    assert load(write(lines(100, user=value), "a.jsonl")).notes == ()


def test_rows_are_not_damaged_by_what_such_a_column_holds(write):
    corpus = load(write(lines(100, user=lambda at: {"name": f"ann{at % 20}"}), "a.jsonl"))
    assert len(corpus.texts) == 100
    assert "'user' in common" in corpus.notes[0]


def test_nothing_is_noted_where_the_user_says_how_texts_are_split(write):
    path = write(lines(100, user=lambda at: at % 20), "a.jsonl")
    assert load(path, group_column="user").notes == ()


def test_columns_that_only_some_files_have(write, tmp_path):
    write(lines(60, user=lambda at: at % 20, thread=lambda at: at % 15), "a1.jsonl")
    write(lines(60, thread=lambda at: at % 15), "a2.jsonl")
    assert "'thread'" in load(tmp_path / "a*.jsonl").notes[0]


def test_parquet_with_records_beside(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "a.parquet"
    duckdb.sql(
        "COPY (SELECT 'film' || i AS text, i % 2 AS label, {'n': i % 20} AS user FROM range(100) t(i)) TO "
        f"'{path}' (FORMAT parquet)"
    )
    corpus = load(path)
    assert len(corpus.texts) == 100
    assert "'user' in common" in corpus.notes[0]
