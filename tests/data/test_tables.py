"""The user's own file: what is read, and one helpful sentence for everything that cannot be."""

import csv
import io
import json
import os
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import sources
from data.corpus import Corpus, DataError
from data.tables import load

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
    corpus = sources.load(str(path), text_column="review", label_column="stars")
    assert corpus.class_names == ("1", "3", "5")
    assert corpus.labels.tolist() == [2, 0, 1, 2]
    assert "column 'review' labelled by column 'stars'" in corpus.source


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
    # A numpy array of strings would take both for "a".
    assert load(write("text,label\none,a\ntwo,a\0\n")).class_names == ("a", "a\0")


def test_texts_named_as_labels_do_not_take_all_memory(write):
    # One long post among 1,000 short ones. An array of strings is as wide as its longest: 4 bytes each, 400 MB.
    path = write("text,label\n" + "".join(f"x,{number}\n" for number in range(1000)) + f"x,{'word ' * 20_000}\n")
    tracemalloc.start()
    try:
        corpus = load(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(corpus.class_names) == 1001
    assert peak < 20e6


def test_other_encodings(write):
    content = "text,label\nnaïve,a\ncafé,b\n"
    for encoding in ("latin-1", "cp1252", "utf-16"):
        assert load(write(content.encode(encoding)), encoding=encoding).texts == ["naïve", "café"]


def test_a_post_longer_than_the_limit_of_csv(write):
    long = "x" * 200_000
    assert load(write(f"text,label\n{long},a\nb,b\n")).texts[0] == long


TWO = "text,label\na,x\nb,y\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("a.csv", TWO.replace("text", "txt"), r"no column 'text' \(did you mean 'txt'\?\)", id="typo"),
        pytest.param("a.csv", TWO.replace("label", "y"), "no column 'label'; its columns are: text, y", id="no column"),
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
        pytest.param("a.csv", "", "has 0 classes among its 0 texts", id="empty file"),
        pytest.param("a.jsonl", "\n\n", "has 0 classes", id="blank lines"),
        pytest.param("a.csv", "text,label\n", "has 0 classes", id="only a header"),
        pytest.param("a.csv", "text,label\na,x\nb,x\n", "has 1 class among its 2 texts", id="one class"),
        pytest.param("a.xlsx", TWO, r"is none of \.csv, \.tsv, \.jsonl, \.ndjson", id="unknown suffix"),
        pytest.param(
            "a.csv", b"\xff\xfe" + TWO.encode("utf-16-le"), "line 1, byte 0 of the file, is 0xff", id="UTF-16"
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(write, name, content, message):
    path = write(content, name)
    with pytest.raises(DataError, match=message) as caught:
        sources.load(str(path))
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


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
        ("idna", "is not idna"),
    ],
)
def test_a_wrong_encoding_is_a_sentence(write, encoding, message):
    with pytest.raises(DataError, match=message):
        load(write("text,label\nnaïve,x\nb,y\n"), encoding=encoding)


def test_names_that_are_no_file(tmp_path):
    with pytest.raises(DataError, match=r"missing.csv could not be read: No such file or directory\.$"):
        sources.load(str(tmp_path / "missing.csv"))
    with pytest.raises(DataError, match="^--data 20newsgroup is neither 20newsgroups, sample, nor a file"):
        sources.load("20newsgroup")
    with pytest.raises(DataError, match="is none of .csv"):
        sources.load(str(tmp_path))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataError, match=r"could not be read: Is a directory\.$"):
        sources.load(str(tmp_path / "folder.csv"))
    with pytest.raises(DataError, match="is neither"):
        sources.load("x" * 5000)  # longer than a file's name may be


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(write):
    path = write(TWO)
    path.chmod(0)
    with pytest.raises(DataError, match="Permission denied"):
        load(path)


fields = st.sampled_from(["text", "label", "a", "b", "", " ", '"', '""', '"a', "\0", "\ufeff", "é", "1", "null", "{}"])
separators = st.sampled_from(
    [",", "\t", "\n", "\r\n", "\r", ",,", ":", '{"text": "a", "label": "b"}\n', "text,label\n"]
)
pieces = st.lists(st.one_of(fields, separators, st.text(max_size=4)), max_size=30).map("".join)
contents = st.one_of(
    pieces.map(lambda text: text.encode("utf-8", "surrogatepass")),
    pieces.map(lambda text: ("text,label\n" + text).encode("utf-8", "surrogatepass")),
    pieces.map(lambda text: text.encode("utf-16", "surrogatepass")),
    st.binary(max_size=60),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(exclude_categories=())),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["text", "label", "x"]), inner),
        max_leaves=8,
    ).map(lambda value: (json.dumps(value) + "\n").encode()),
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents, st.sampled_from([".csv", ".tsv", ".jsonl"]), st.sampled_from(["utf-8-sig", "latin-1", "utf-16"]))
def test_any_file_is_a_corpus_or_a_sentence(tmp_path, content, suffix, encoding):
    path = tmp_path / f"any{suffix}"
    path.write_bytes(content)
    try:
        corpus = load(path, encoding=encoding)
    except DataError:
        return
    assert isinstance(corpus, Corpus)
    assert len(corpus.texts) == len(corpus.labels)
    assert set(corpus.labels) == set(range(len(corpus.class_names)))
    json.dumps(corpus.class_names, ensure_ascii=False).encode()


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
    assert [corpus.class_names[label] for label in corpus.labels] == [label.strip() for _, label in rows]
