"""Tables that are one JSON object, and objects that are none."""

import gzip
import json
import re

import pytest

from data.card import digest
from data.corpus import DataError
from data.reading.table import Reading, open_table
from data.sources.tables import load

from .conftest import REVIEWS

RECORDS = [{"text": text, "label": label, "date": "2024-01-01"} for text, label in REVIEWS]
ROWS = [str(at) for at in range(len(REVIEWS))]
DOCUMENTS = {  # the first five are pandas', by the name of the orientation
    "columns": {name: {at: record[name] for at, record in zip(ROWS, RECORDS, strict=True)} for name in RECORDS[0]},
    "index": dict(zip(ROWS, RECORDS, strict=True)),
    "split": {"columns": [*RECORDS[0]], "index": [*range(40)], "data": [[*record.values()] for record in RECORDS]},
    "table": {"schema": {"fields": [{"name": "text"}], "primaryKey": ["index"]}, "data": RECORDS},
    "list": {name: [record[name] for record in RECORDS] for name in RECORDS[0]},
    "rows under a name": {"version": 2, "licence": None, "tags": ["a"], "reviews": RECORDS},
}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("form", DOCUMENTS)
@pytest.mark.parametrize("name", ["reviews.json", "reviews.json.gz", "reviews"])
def test_a_table_that_is_one_json_object(write, delimited, form, name, indent):
    content = ("\ufeff" + json.dumps(DOCUMENTS[form], indent=indent)).encode()
    corpus = load(write(gzip.compress(content) if name.endswith(".gz") else content, name))
    assert digest(corpus) == digest(load(write(delimited(REVIEWS), "expected.csv")))
    assert "(JSON object, utf-8)" in corpus.source


@pytest.mark.parametrize(
    ("document", "texts"),
    [
        # Columns of objects beside the texts are none of the rows.
        ({"text": ["a", "b"], "label": ["x", "y"], "parent": [{"text": "c"}, {"text": "d"}]}, ["a", "b"]),
        ({"content": {"post": "a", "image": "b"}, "score": {"post": 1, "image": 2}}, ["a", "b"]),
        ({"status": "success", "message": "OK", "data": [{"text": "a"}, {"text": "b"}]}, ["a", "b"]),
        ({"k0": {"review_text": "a", "stars": 1}, "k1": {"review_text": "b", "stars": 2}}, ["a", "b"]),
        ({"text": ["a", "b"], "columns": ["x", "y"], "data": ["x", "y"]}, ["a", "b"]),
        ({"columns": ["text"], "index": True, "data": [["a"], ["b"]]}, ["a", "b"]),
    ],
)
def test_which_side_the_columns_are_on(write, document, texts):
    table = open_table(write(json.dumps(document), "reviews.json"), Reading())
    column = next(name for name in table.names if name in ("text", "content", "review_text"))
    assert [text for _, (text,) in table.rows([column])] == texts


def test_a_name_that_is_asked_for_says_where_the_columns_are(write):
    document = {"x7": {"Satz": "a", "Urteil": "b"}, "x3": {"Satz": "c", "Urteil": "d"}}
    table = open_table(write(json.dumps(document), "reviews.json"), Reading(), ["Satz"])
    assert table.names == ["index", "Satz", "Urteil"]


def test_rows_by_their_numbers_have_columns_of_any_name(write):
    document = {at: {"Satz": text, "Urteil": label} for at, (text, label) in zip(ROWS, REVIEWS, strict=True)}
    table = open_table(write(json.dumps(document), "reviews.json"), Reading())
    assert table.names == ["Satz", "Urteil"]
    assert [tuple(cells) for _, cells in table.rows(table.names)] == REVIEWS


@pytest.mark.parametrize("form", ["columns", "index", "split"])
def test_an_index_that_is_more_than_numbers_of_rows_is_a_column(write, form):
    document = json.loads(json.dumps(DOCUMENTS[form]).replace('"7"', '"x7"').replace(" 7,", ' "x7",'))
    table = open_table(write(json.dumps(document), "reviews.json"), Reading())
    assert table.names == ["index", *RECORDS[0]]
    rows = dict(cells for _, cells in table.rows(["index", "text"]))
    assert len(rows) == len(REVIEWS)
    assert rows["x7"] == REVIEWS[7][0]


@pytest.mark.parametrize(
    "content",
    [
        '{"text": "a good film", "tags": ["a", "b"], "words": [{"at": 1}]}',
        '{"review_text": "a film", "spans": [{"text": "film", "label": "product"}]}',
        '{"input": "a film that is good enough", "spans": [{"text": "film", "label": "product"}]}',
        '{"train": [{"text": "a"}], "test": [{"text": "b"}, null]}',
        '{"columns": ["text"], "data": [["a", "b"]]}',
        '{"0": {"0": "a", "1": "b"}, "1": {"0": "x", "1": "y"}}',  # either may be the columns
        '{"text": "a film"',
    ],
)
def test_an_object_that_is_no_table_is_a_line(write, content):
    assert "JSON Lines" in open_table(write(content, "reviews.json"), Reading()).form


def test_a_name_of_two_columns_is_refused(write):
    path = write('{"columns": ["text", "label", "text"], "data": [["a", "b", "c"]]}', "a.json")
    with pytest.raises(
        DataError, match=re.escape("line 1, names a column twice ('text'): give each column its own name.")
    ):
        open_table(path, Reading())


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("NaN", "line 1: not JSON (NaN is no JSON; write null for what is not known)."),
        ('"x" "y"', "line 3: not JSON (Expecting ',' delimiter: line 3 column 11 (char 48))."),
    ],
)
def test_what_is_wrong_with_an_indented_object_is_said(write, value, wrong):
    path = write(f'{{\n "text": {{"0": "a film", "1": "b"}},\n "x": {value}\n}}\n', "a.json")
    with pytest.raises(DataError, match=re.escape(wrong)):
        open_table(path, Reading())
