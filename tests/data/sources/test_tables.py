"""The user's own file: what is read, and one helpful sentence for everything that cannot be."""

import csv
import io
import json
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.corpus import DataError
from data.sources.labels import MISSING, clean_label
from data.sources.table_rows import decode_entities
from data.sources.tables import load

TWO = "text,label\na,x\nb,y\n"
ROWS = [
    ("Good, very good", "pos"),
    ('She said "no"', "neg"),
    ("two\nlines", "neg"),
    ("tab\there", "pos"),
    ("naïve 😀", "neg"),
    ("", "pos"),
]


def is_a_label(text):
    """A name of a class that comes back as it is: something visible, and no number."""
    label = clean_label(text)
    return label and label.casefold() not in MISSING and not any(letter.isdigit() for letter in text)


def _delimited(rows, delimiter=",", end="\n"):
    buffer = io.StringIO()
    # All in quotes: by itself the writer leaves a lone carriage return without them.
    csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(
        [("text", "label"), *rows]
    )
    return buffer.getvalue()


def _json_lines(rows):
    return "".join(json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n" for text, label in rows)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", _delimited(ROWS)),
        ("a.csv", _delimited(ROWS, end="\r\n")),
        ("a.csv", "\ufeff" + _delimited(ROWS)),
        ("A.CSV", _delimited(ROWS)),
        ("a.tsv", _delimited(ROWS, "\t")),
        ("a.jsonl", _json_lines(ROWS)),
        ("a.ndjson", "\ufeff" + _json_lines(ROWS).replace("\n", "\r\n\r\n")),
    ],
)
def test_rows_come_back_as_they_were_written(write, name, content):
    corpus = load(write(content, name))
    assert corpus.texts == [text for text, _ in ROWS]
    assert corpus.class_names == ("neg", "pos")
    assert [corpus.class_names[label] for label in corpus.labels] == [label for _, label in ROWS]
    assert corpus.labels.dtype == np.int64
    assert corpus.name == name.rpartition(".")[0]
    assert corpus.sentiment


def test_other_columns_and_any_number_of_classes(write):
    path = write("id, review ,stars\n1,a,5\n2,b, 1 \n3,c,3\n4,d,5\n")
    corpus = load(path, text_column=["review"], label_column="stars")
    assert corpus.class_names == ("1", "3", "5")
    assert corpus.labels.tolist() == [2, 0, 1, 2]
    assert "column 'review' labeled by column 'stars'" in corpus.source


def test_json_values_become_text(write):
    corpus = load(write('{"text": 7, "label": 1}\n{"text": null, "label": true}\n', "a.jsonl"))
    assert corpus.texts == ["7", ""]
    assert corpus.class_names == ("1", "true")


def test_half_a_surrogate_pair_is_replaced(write):
    # JSON may escape what no UTF-8 file can hold: neither the report nor a tokenizer could take it.
    corpus = load(write('{"text": "a\\ud83d", "label": "x\\udc00"}\n{"text": "b", "label": "y"}\n', "a.jsonl"))
    assert corpus.texts == ["a?", "b"]
    assert corpus.class_names == ("x?", "y")


def test_labels_that_differ_only_in_a_nul_stay_apart(write):
    # A numpy array of strings would take both for "a"; a terminal would show both as "a".
    assert load(write("text,label\none,a\ntwo,a\0\n")).class_names == ("a", "a\\x00")


def test_labels_that_differ_only_in_case_width_or_spaces_stay_apart_and_are_noted(write):
    corpus = load(write("text,label\na,Pos\nb, pos \nc,ｐｏｓ\nd,very good\ne,very  good\nf,bad\n"))
    assert corpus.class_names == ("Pos", "bad", "pos", "very  good", "very good", "ｐｏｓ")
    assert corpus.notes == (
        "labels that differ only in case, width or spaces count as different classes: 'Pos', 'pos', 'ｐｏｓ', "
        "and 1 more such",
    )
    assert load(write(TWO)).notes == ()


def test_a_label_cannot_steer_the_terminal(write):
    corpus = load(write('text,label\na,"\x1b[31mred\nline"\nb,\u202eevil\nc,caf\u00e9\u200d\u00a0x\n'))
    # Escapes are shown; a joiner between no letters that it could join goes, and a no-break space stays.
    assert corpus.class_names == ("\\u202eevil", "\\x1b[31mred\\nline", "caf\u00e9\u00a0x")


def test_texts_named_as_labels_are_refused_and_take_no_memory(write):
    # One long post among 1,000 short ones. An array of strings is as wide as its longest: 4 bytes each, 400 MB.
    path = write("text,label\n" + "".join(f"x,{number}\n" for number in range(1000)) + f"x,{'word ' * 20_000}\n")
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="line 1002: the label 'word word .*…' has more than 1,000 characters"):
            load(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20e6


def test_other_encodings(write):
    content = "text,label\nnaïve,a\ncafé,b\n"
    for encoding in ("latin-1", "cp1252", "utf-16", "utf-16-le"):
        assert load(write(content.encode(encoding)), encoding=encoding).texts == ["naïve", "café"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("written", ["utf-8-sig", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_byte_order_mark_says_what_the_encoding_is(write, written, encoding):
    mark = "" if written == "utf-8-sig" else "\ufeff"
    assert load(write((mark + TWO).encode(written)), encoding=encoding).texts == ["a", "b"]


def test_line_ends_may_be_mixed(write):
    rows = b'text,label\r\n"one\rline",x\rtwo,y\n"three\r\nlines",x\r\n\n'
    assert load(write(rows)).texts == ["one\rline", "two", "three\r\nlines"]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_line_of_100_mb_is_refused_at_once_in_little_memory(tmp_path, name):
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(b"text,label\n" if name == "a.csv" else b'{"text": "a", "label": "b"}\n')
        for _ in range(100):
            file.write(b"long " * 200_000)
    started = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="line 2, is longer than 10,000,000 characters: break it up"):
            load(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.process_time() - started < 5
    assert peak < 60e6


def test_a_post_longer_than_the_limit_of_csv(write):
    long = "x" * 200_000
    assert load(write(f"text,label\n{long},a\nb,b\n")).texts[0] == long


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.text(), st.text(min_size=1).filter(is_a_label)), min_size=2, max_size=20).filter(
        lambda rows: len({clean_label(label) for _, label in rows}) > 1
    ),
    st.sampled_from([".csv", ".tsv", ".jsonl"]),
)
def test_any_rows_survive_the_round_trip(tmp_path, rows, suffix):
    path = tmp_path / f"rows{suffix}"
    content = _json_lines(rows) if suffix == ".jsonl" else _delimited(rows, {".csv": ",", ".tsv": "\t"}[suffix])
    path.write_bytes(content.encode())
    corpus = load(path)
    assert corpus.texts == [decode_entities(text) for text, _ in rows]
    assert [corpus.class_names[label] for label in corpus.labels] == [clean_label(label) for _, label in rows]


def test_a_lone_quote_far_below_the_head_swallows_no_rows(write):
    rows = [f"film number {at} was fine and long,{'pos' if at % 2 else 'neg'}" for at in range(1000)]
    rows[500], rows[700] = '"film that opens,neg', 'that closes",pos'
    corpus = load(write("text,label\n" + "\n".join(rows) + "\n"))
    assert len(corpus.texts) == 999
    assert corpus.notes[0].startswith(
        "1 damaged row was passed over (line 502: is not well-formed: its quote is closed 200 lines below;"
    )
    recipe = "\n".join(f"{at} cups, item {at}" for at in range(30))  # rows of two cells, of which none comes again
    corpus = load(write("text,label\n" + f'"{recipe}",pos\n' + "\n".join(rows[:400]) + "\n"))
    assert len(corpus.texts) == 401
    assert corpus.texts[0] == recipe
