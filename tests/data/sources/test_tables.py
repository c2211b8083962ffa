"""The user's own file: what is read, and one helpful sentence for everything that cannot be."""

import csv
import io
import json
import os
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.corpus import DataError
from data.messages import CONTROLS, printable
from data.sources import catalog as sources
from data.sources.tables import load
from training.settings import Settings

ROWS = [
    ("Good, very good", "pos"),
    ('She said "no"', "neg"),
    ("two\nlines", "neg"),
    ("tab\there", "pos"),
    ("naïve 😀", "neg"),
    ("", "pos"),
]


@pytest.fixture
def write(tmp_path):
    def write(content, name="reviews.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


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
    corpus = sources.load(Settings(data=str(path), text_column="review", label_column="stars"))
    assert corpus.class_names == ("1", "3", "5")
    assert corpus.labels.tolist() == [2, 0, 1, 2]
    assert "column 'review' labeled by column 'stars'" in corpus.source


def test_json_values_become_text(write):
    corpus = load(write('{"text": 7, "label": 1}\n{"text": null, "label": true}\n', "a.jsonl"))
    assert corpus.texts == ["7", ""]
    assert corpus.class_names == ("1", "True")


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
    # Escapes are shown; a joiner and a no-break space are letters' business.
    assert corpus.class_names == ("\\u202eevil", "\\x1b[31mred\\nline", "caf\u00e9\u200d\u00a0x")


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


TWO = "text,label\na,x\nb,y\n"


def check_sentence(error):
    """One line that a terminal shows as it is, and no longer than three of its lines and two paths."""
    assert not CONTROLS.search(str(error))
    assert str(error).endswith(".")
    assert len(str(error)) < 1000


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("a.csv", TWO.replace("text", "txt"), r"no column 'text' \(did you mean 'txt'\?\)", id="typo"),
        pytest.param(
            "a.csv", TWO.replace("label", "y"), "no column 'label'; its columns are: 'text', 'y'", id="no column"
        ),
        pytest.param(
            "a.jsonl", '{"text": "a", "label": 1}\n{"text": "b"}\n', "line 2, has no column 'label'", id="key"
        ),
        pytest.param("a.jsonl", '{"text": "a", "label": 1}\n{"tex\n', "line 2: not JSON", id="no JSON"),
        pytest.param("a.jsonl", "[1]\n", "line 1: expected a JSON object, got list", id="no object"),
        pytest.param("a.jsonl", "[" * 200_000, "line 1: not JSON", id="nested too deep"),
        pytest.param("a.csv", "text,label,text\na,x,b\n", "column twice .*'text'", id="column twice"),
        pytest.param("a.csv", "text,label,,\na,x,,\n", "column twice .*''", id="two columns without a name"),
        pytest.param("a.csv", TWO + "c\n", "line 4: expected 2 fields", id="short row"),
        pytest.param("a.csv", TWO + "c,d,x\n", "line 4: expected 2 fields", id="long row"),
        pytest.param("a.csv", 'text,label\n"a"b,x\n', "line 2, is not well-formed", id="text after a quote"),
        pytest.param("a.csv", TWO + '"c,x\n', "line 4, is not well-formed: unexpected end", id="open quote"),
        pytest.param("a.csv", TWO + "c, \n", "line 4: no label in column 'label'", id="blank label"),
        pytest.param("a.jsonl", '{"text": "a", "label": null}\n', "line 1: no label", id="null label"),
        pytest.param("a.csv", "", "holds no rows", id="empty file"),
        pytest.param("a.jsonl", "\n\n", "holds no rows", id="blank lines"),
        pytest.param("a.csv", "text,label\n", "holds no rows", id="only a header"),
        pytest.param("a.csv", "text,stars\n", "line 1, has no column 'label'", id="only a header, and a wrong one"),
        pytest.param("a.csv", "text,label\na,x\nb,x\n", "all 2 texts have the label 'x'", id="one class"),
        pytest.param("a.xlsx", TWO, r"is none of \.csv, \.tsv, \.jsonl, \.ndjson", id="unknown suffix"),
        pytest.param("a.xlsx", b"PK\x03\x04..", "is a zip archive or an Excel workbook: unpack", id="workbook"),
        pytest.param("a.csv.gz", b"\x1f\x8b\x08..", "is packed with gzip: unpack it", id="packed"),
        pytest.param("a.csv", b"\x1f\x8b\x08..", "is packed with gzip: unpack it", id="packed, named as if not"),
        pytest.param(
            "a.csv", TWO.replace(",", ";"), "to be separated by ';' where .csv has ','; save", id="semicolons"
        ),
        pytest.param("a.tsv", TWO, r"to be separated by ',' where .tsv has '\\t'; save", id="commas"),
        pytest.param("a.csv", TWO.encode("utf-16-le"), "not UTF-8 but utf-16-le, by its first bytes: add", id="UTF-16"),
        pytest.param("a.jsonl", b"\0{\0}", "not UTF-8 but utf-16-be", id="UTF-16, big end first"),
        pytest.param("a.csv", TWO.encode("utf-32-le"), "not UTF-8 but utf-32-le", id="UTF-32"),
        pytest.param("a.csv", "мир,label\n".encode("utf-16-le"), "NUL characters in its header", id="Cyrillic UTF-16"),
        pytest.param("a.csv", "a," * 2000, "has 2,001 columns", id="columns without end"),
        pytest.param(
            "a.jsonl", '{"text": ["a"], "label": 1}', "'text' holds a JSON array; give", id="text of an array"
        ),
        pytest.param(
            "a.jsonl", '{"text": "a", "label": {}}', "'label' holds a JSON object; give", id="label of an object"
        ),
        pytest.param("a.jsonl", '{"text": NaN}', "not JSON .NaN is no JSON; write null", id="NaN"),
        pytest.param("a.jsonl", '{"a": 1, "a": 2}', "the name 'a' stands twice in one object", id="key twice"),
        pytest.param(
            "a.jsonl", '{"text": ' + "9" * 5000 + "}", "line 1: not JSON .Exceeds the limit", id="endless number"
        ),
        pytest.param(
            "a.csv", f'text,label\n"{"a" * 10_000_001}",x\n', "line 2, is longer than 10,000,000", id="long line"
        ),
        pytest.param(
            "a.csv", 'text,label\n"' + 2_001 * f"{'a' * 5000}\n", "field larger than field limit", id="open quote"
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(write, name, content, message):
    path = write(content, name)
    with pytest.raises(DataError, match=message) as caught:
        sources.load(Settings(data=str(path)))
    check_sentence(caught.value)


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("rows", [1, 10_000])
def test_a_wrong_byte_is_found_where_it_is_in_the_file(write, bom, rows):
    # 10,000 rows are more than is decoded at a time when a file is read as text.
    before = bom + b"text,label\n" + b"good,x\n" * rows + b"caf"
    path = write(before + b"\xe9,y\n")
    with pytest.raises(DataError, match=f"line {rows + 2:,}, byte {len(before):,} of the file, is 0xe9; save it as"):
        load(path)


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("utf-9", "--encoding utf-9 is no text encoding"),
        ("base64", "--encoding base64 is no text encoding"),
        ("utf-32", "is not utf-32"),
        ("ascii", "is not ascii: line 2, byte 13"),
        ("idna", "--encoding idna is no text encoding"),
        ("utf-8\0", "is no text encoding"),
    ],
)
def test_a_wrong_encoding_is_a_sentence(write, encoding, message):
    with pytest.raises(DataError, match=message):
        load(write("text,label\nnaïve,x\nb,y\n"), encoding=encoding)


def test_names_that_are_no_file(tmp_path):
    with pytest.raises(DataError, match=r"missing.csv could not be read: No such file or directory; check the path\.$"):
        sources.load(Settings(data=str(tmp_path / "missing.csv")))
    with pytest.raises(DataError, match="^--data 20newsgroup is neither 20newsgroups, sample, nor a file"):
        sources.load(Settings(data="20newsgroup"))
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    for name, kind in {"": "a folder", "folder.csv": "a folder", "pipe.csv": "a pipe", "zero.csv": "a device"}.items():
        with pytest.raises(DataError, match=f"is {kind}: name a file"):
            sources.load(Settings(data=str(tmp_path / name)))
    with pytest.raises(DataError, match="embedded null byte; check the path"):
        sources.load(Settings(data="a\0b.csv"))
    with pytest.raises(DataError, match="is neither"):
        sources.load(Settings(data="x" * 5000))  # longer than a file's name may be


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(write):
    path = write(TWO)
    path.chmod(0)
    with pytest.raises(DataError, match="Permission denied"):
        load(path)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.text(), st.text(min_size=1).filter(str.strip)), min_size=2).filter(
        lambda rows: len({label.strip() for _, label in rows}) > 1
    ),
    st.sampled_from([".csv", ".tsv", ".jsonl"]),
)
def test_any_rows_survive_the_round_trip(tmp_path, rows, suffix):
    path = tmp_path / f"rows{suffix}"
    content = _json_lines(rows) if suffix == ".jsonl" else _delimited(rows, {".csv": ",", ".tsv": "\t"}[suffix])
    path.write_bytes(content.encode())
    corpus = load(path)
    assert corpus.texts == [text for text, _ in rows]
    assert [corpus.class_names[label] for label in corpus.labels] == [printable(label.strip()) for _, label in rows]
