"""Texts to be answered: whatever a model can be trained on, and one text a line, from a file or standard input."""

import gzip
import io
import json
import sys

import pytest

from data.corpus import DataError
from data.reading.columns import Choice
from data.reading.table import Reading
from data.sources.text_stream import read_texts, stream_rows
from data.sources.whole_rows import whole_rows

TEXTS = ["good thing", "not a bad, thing at all", "Caf&eacute; <br />"]
READ = ["good thing", "not a bad, thing at all", "Café <br />"]
FORMS = {
    "lines": ("a.txt", "\n".join(TEXTS)),
    "lines with other ends": ("a", "\r\n".join(TEXTS) + "\r\n"),
    "CSV": ("a.csv", "id,text\n" + "".join(f'{at},"{text}"\n' for at, text in enumerate(TEXTS))),
    "CSV without labels": (
        "a.csv",
        "id,review,label\n" + "".join(f'{at},"{text}",\n' for at, text in enumerate(TEXTS)),
    ),
    "pipes": ("a.txt", "id|text|stars\n" + "".join(f"{at}|{text}|{at}\n" for at, text in enumerate(TEXTS))),
    "JSON": ("a.json", json.dumps([{"text": text, "id": 1} for text in TEXTS], indent=1)),
    "JSON Lines": ("a.log", "\n".join(json.dumps({"text": text, "id": 1}) for text in TEXTS)),
    "packed": ("a.jsonl.gz", gzip.compress("\n".join(json.dumps({"text": text}) for text in TEXTS).encode())),
}


@pytest.fixture
def standard_input(monkeypatch):
    """Puts bytes into standard input."""

    def standard_input(content):
        content = content if isinstance(content, bytes) else content.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(content))))

    return standard_input


@pytest.mark.parametrize("form", FORMS)
def test_texts_of_a_file(form, write):
    name, content = FORMS[form]
    assert list(read_texts(str(write(content, name)), reading=Reading(bad_rows=0))) == READ


@pytest.mark.parametrize("form", [form for form in FORMS if form != "CSV without labels"])
def test_texts_of_standard_input(form, standard_input):
    standard_input(FORMS[form][1])
    assert list(read_texts("-", reading=Reading(bad_rows=0))) == READ


def test_a_table_on_standard_input_that_is_longer_than_what_is_looked_at(standard_input):
    rows = [f"text {at}, {'word ' * 20}" for at in range(5000)]
    standard_input("id;text\n" + "".join(f"{at};{row}\n" for at, row in enumerate(rows)))
    assert list(read_texts("-")) == rows


@pytest.mark.parametrize("indent", [None, 1])
def test_an_object_on_standard_input_that_is_longer_than_what_is_looked_at(standard_input, indent):
    texts = [f"text {at}, {'word ' * 20}" for at in range(500)]
    document = {"text": dict(enumerate(texts)), "label": dict.fromkeys(range(500), "x")}
    standard_input(json.dumps(document, indent=indent))
    assert list(read_texts("-")) == texts


def test_lines_on_standard_input_come_as_they_are_written(monkeypatch):
    class Slow(io.RawIOBase):
        given = 0

        def readable(self):
            return True

        def readinto(self, buffer):
            self.given += 1
            line = f"text {self.given}\n".encode()
            buffer[: len(line)] = line
            return len(line)

    slow = Slow()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(slow)))
    texts = read_texts("-")
    assert [next(texts), next(texts)] == ["text 1", "text 2"]
    assert slow.given < 5000


@pytest.mark.parametrize(
    "content", ["text, of one line\nanother, line\n", "{not json}\n", "text\nanother\n", "a,text\n"]
)
def test_what_only_looks_like_a_table_stays_lines(content, write, standard_input):
    lines = content.splitlines()
    if content == "a,text\n":
        lines = []  # the header of a table without rows
    assert list(read_texts(str(write(content, "a.txt")))) == lines
    standard_input(content)
    assert list(read_texts("-")) == lines


def test_columns_are_joined_and_missed(write):
    path = write("title,body\nGood,It was\nBad,It was not\n")
    assert list(read_texts(str(path), ["title", "body"])) == ["Good\nIt was", "Bad\nIt was not"]
    with pytest.raises(DataError, match=r"has no column 'text'; its columns are: 'title', 'body'.*--text-column\.$"):
        list(read_texts(str(path), ["text"]))
    with pytest.raises(DataError, match=r"line 4: expected 2 fields as in the header, got 1; quote"):
        list(read_texts(str(write("title,body\nGood,It was\nBad,It was not\nx\n")), ["title"], Reading(bad_rows=0)))


ROWS = [(0, "good", "x"), (1, None, None), (2, "bad", "y"), (3, "", ""), (4, None, "x")]


def parquet(path):
    import duckdb

    values = ", ".join(str(row).replace("None", "NULL") for row in ROWS)
    duckdb.sql(f"SELECT * FROM (VALUES {values}) AS rows(n, text, kind)").write_parquet(str(path))


def delimited(path):
    path.write_text("text,kind\n" + "".join(f"{text or ''},{kind or ''}\n" for _, text, kind in ROWS))


def objects(path):
    rows = [{"text": text, "kind": kind} for _, text, kind in ROWS]
    lines = "\n".join(map(json.dumps, rows))
    path.write_text(json.dumps(rows) if path.suffix == ".json" else lines)


@pytest.mark.parametrize(
    ("name", "write_to"), [("a.csv", delimited), ("a.json", objects), ("a.jsonl", objects), ("a.parquet", parquet)]
)
def test_no_row_is_left_out_whatever_it_lacks(tmp_path, name, write_to):
    write_to(tmp_path / name)
    rows = list(stream_rows(str(tmp_path / name), label_column="kind"))
    assert [row.text for row in rows] == [text or "" for _, text, _ in ROWS]
    assert [row.label for row in rows] == [kind or "" for _, _, kind in ROWS]


def test_an_index_comes_along_and_delimiters_behind_the_last_column_do_not(write):
    (row,) = stream_rows(str(write(",text,note,,\n7,good,x,,\n", "a.csv")))
    assert dict(row.cells) == {"": "7", "text": "good", "note": "x"}


def test_of_two_columns_of_one_name_both_come_along(write):
    (row,) = stream_rows(str(write("score,text,score\n1,good,2\n", "a.csv")))
    assert dict(row.cells) == {"score": "1", "text": "good", "score.1": "2"}


def test_a_whole_table_has_both_columns_of_one_name(write):
    path = write("score,text,label,score\n1,good,x,2\n", "a.csv")
    (row,) = whole_rows([str(path)], Reading(), Choice(("text",), "label", guessed=False))
    assert dict(row.cells) == {"score": "1", "text": "good", "label": "x", "score.1": "2"}
