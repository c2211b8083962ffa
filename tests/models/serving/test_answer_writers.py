"""Any answer can be written in every style, and read again."""

import csv
import io
import json

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.reading.json_records import Unquoted
from data.sources.text_stream import stream_rows
from models.serving.answer_writers import STYLES, quoted, writer


@pytest.mark.parametrize("style", STYLES)
def test_any_text_and_any_class_name_can_be_written(style, tmp_path):
    file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    names = ['comma, "quote"', "line\nbreak"]
    text = 'He said "no",\r\nthen \ud800 left\t\x1b[31m\0'
    answer = {"text": text, "cells": {}, "label": names[1], "confidence": 0.75, "tokens_seen": 3, "correct": None}
    with writer(style, file, names, [], scored=False) as write:
        write(answer | {"probabilities": dict(zip(names, (0.25, 0.75), strict=True))})
    file.flush()
    if style == "parquet":
        (tmp_path / "a.parquet").write_bytes(file.buffer.getvalue())
        rows = duckdb.read_parquet(str(tmp_path / "a.parquet"))
        assert rows.columns == [
            "text",
            "label",
            "confidence",
            *(f"probability_{name}" for name in names),
            "tokens_seen",
        ]
        assert rows.fetchall() == [(text.replace("\ud800", "?"), names[1], 0.75, 0.25, 0.75, 3)]
        return
    written = file.buffer.getvalue().decode()
    if style in ("csv", "tsv"):
        (row,) = csv.DictReader(io.StringIO(written, newline=""), delimiter="\t" if style == "tsv" else ",")
        assert row["label"] == names[1]
        assert row["text"] == text.replace("\ud800", "?")
        assert float(row[f"probability_{names[0]}"]) == 0.25
    elif style == "jsonl":
        assert json.loads(written)["probabilities"] == {names[0]: 0.25, names[1]: 0.75}
        assert json.loads(written)["text"] == text
    else:
        assert "\x1b" not in written
        assert len(written.splitlines()) == 2
        assert "75.0%" in written


@given(st.lists(st.text(st.sampled_from('a",;\t\r\n \\\0é')), min_size=2, max_size=4), st.sampled_from(",\t"))
def test_cells_are_quoted_as_pythons_own_writer_quotes_them(cells, delimiter):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerow(cells)
    assert delimiter.join(quoted(cell, delimiter) for cell in cells) + "\r\n" == file.getvalue()


@pytest.mark.parametrize(
    ("classes", "written"),
    [(["false", "true"], True), (["-1", "2.50"], 2.5), (["1", "many"], "many"), (["1", "007"], "007")],
)
def test_classes_that_are_no_strings_in_json_are_none_in_answers(classes, written):
    file = io.StringIO()
    answer = {"text": "a", "label": classes[1], "confidence": 0.75, "tokens_seen": 3, "correct": None}
    answer["probabilities"] = dict(zip(classes, (0.25, 0.75), strict=True))
    # As a row of the user's own comes in: its number, truth and list as they were written.
    cells = {"id": Unquoted("1.50"), "seen": Unquoted("true"), "tags": Unquoted('[1, "x"]'), "code": "7", "none": None}
    with writer("jsonl", file, classes, list(cells), scored=False) as write:
        write(answer | {"cells": cells})
        write(answer | {"cells": cells, "label": "unsure"})
    first, second = map(json.loads, file.getvalue().splitlines())
    assert (first["label"], type(first["label"])) == (written, type(written))
    assert second["label"] == "unsure"
    assert [first[name] for name in cells] == [1.5, True, [1, "x"], "7", None]
    assert '"id": 1.50,' in file.getvalue()


def test_names_that_differ_in_case_alone_stay_apart(tmp_path):
    """As databases need them, DuckDB among them, which writes Parquet."""
    file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    cells = {"Text": "a film", "text": "another", "text_": "a third", "Label": "x"}
    classes = ["a", "A"]
    answer = {"text": "a film", "cells": cells, "label": "a", "confidence": 1, "tokens_seen": 2, "correct": None}
    with writer("parquet", file, classes, list(cells), scored=False) as write:
        write(answer | {"probabilities": {"a": 1, "A": 0}})
    file.flush()
    (tmp_path / "a.parquet").write_bytes(file.buffer.getvalue())
    rows = duckdb.read_parquet(str(tmp_path / "a.parquet"))
    ours = ["predicted_label", "confidence", "probability_a", "probability_A_", "tokens_seen"]
    assert rows.columns == ["Text", "text_", "text__", "Label", *ours]
    assert rows.fetchall() == [("a film", "another", "a third", "x", "a", 1, 1, 0, 2)]


@pytest.mark.parametrize("style", STYLES)
def test_an_index_without_a_name_comes_along(style, tmp_path):
    given, written = tmp_path / "given.csv", tmp_path / "written.parquet"
    given.write_text(",text,index\n7,a film,x\n")
    (row,) = stream_rows(str(given))
    file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    answer = {"text": row.text, "cells": row.cells, "label": "a", "confidence": 1, "tokens_seen": 2, "correct": None}
    with writer(style, file, ["a"], list(row.cells), scored=False) as write:
        write(answer | {"probabilities": {"a": 1}})
    file.flush()
    content = file.buffer.getvalue()
    if style == "parquet":
        written.write_bytes(content)
        rows = duckdb.read_parquet(str(written))
        assert rows.columns[:3] == ["predicted_index", "text", "index"]
        assert rows.fetchall()[0][:3] == ("7", "a film", "x")
    elif style == "jsonl":
        assert json.loads(content) | {"": "7", "text": "a film", "index": "x"} == json.loads(content)
    elif style != "table":
        head, first = csv.reader(io.StringIO(content.decode()), delimiter="\t" if style == "tsv" else ",")
        assert (head[:3], first[:3]) == (["", "text", "index"], ["7", "a film", "x"])


@pytest.mark.parametrize("style", ["parquet", "jsonl"])
def test_numbers_truth_and_times_of_parquet_come_back_as_such(style, tmp_path):
    given, written = tmp_path / "given.parquet", tmp_path / "written.parquet"
    values = {"id": "7::BIGINT", "share": "'nan'::DOUBLE", "price": "1.50::DECIMAL(9,2)", "day": "DATE '2024-01-31'"}
    values |= {"at": "TIMESTAMP '2024-01-31 10:00'", "seen": "true", "none": "NULL::INTEGER", "tags": "[1, 2]"}
    chosen = ", ".join(f"{value} AS {name}" for name, value in values.items())
    duckdb.sql(f"COPY (SELECT 'a film' AS text, {chosen}) TO '{given}'")
    (row,) = stream_rows(str(given))
    file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    answer = {"text": row.text, "cells": row.cells, "label": "a", "confidence": 1, "tokens_seen": 2, "correct": None}
    with writer(style, file, ["a"], list(row.cells), scored=False, types=row.types) as write:
        write(answer | {"probabilities": {"a": 1}})
    file.flush()
    content = file.buffer.getvalue()
    if style == "jsonl":
        found = json.loads(content)
        assert [found[name] for name in values] == [
            7,
            "nan",
            1.5,
            "2024-01-31",
            "2024-01-31 10:00:00",
            True,
            None,
            "[1, 2]",
        ]
        return
    written.write_bytes(content)
    (before,), (after,) = (
        duckdb.sql(f"SELECT * EXCLUDE (share, tags) FROM '{path}'").fetchall() for path in (given, written)
    )
    assert after[: len(before)] == before
    assert dict(duckdb.sql(f"SELECT share, tags FROM '{written}'").fetchnumpy())["tags"].tolist() == ["[1, 2]"]
