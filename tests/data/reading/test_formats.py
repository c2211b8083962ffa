"""The same reviews in every format, packing and encoding give the same corpus."""

import bz2
import gzip
import io
import json
import lzma
import sys
import tracemalloc

import duckdb
import pytest

from data.card import digest
from data.corpus import DataError
from data.reading.json_records import to_json
from data.reading.packing import open_bytes, zstd_module
from data.reading.table import Reading, open_table
from data.sources import catalog
from data.sources.tables import load
from training.settings import Settings

from .conftest import REVIEWS

PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstd_module().compress}
RECORDS = [{"text": text, "label": label, "date": "2024-01-01"} for text, label in REVIEWS]


@pytest.fixture
def expected(write, delimited):
    return digest(load(write(delimited(REVIEWS), "expected.csv")))


@pytest.fixture
def parquet(tmp_path):
    """Writes a Parquet file with these columns, and gives its path."""

    def parquet(name="reviews.parquet", **columns):
        path = tmp_path / name
        with duckdb.connect() as connection:
            chosen = ", ".join(f'unnest(${at}) AS "{column}"' for at, column in enumerate(columns, start=1))
            connection.execute(f"CREATE TABLE t AS SELECT {chosen}", list(columns.values()))
            connection.execute(f"COPY t TO '{tmp_path}/written.parquet'")
        (tmp_path / "written.parquet").rename(path)
        return path

    return parquet


@pytest.mark.parametrize("indent", [None, 0, 4])
@pytest.mark.parametrize("name", ["reviews.json", "reviews.jsonl", "reviews.txt"])
def test_a_json_array(write, name, indent, expected):
    corpus = load(write("\ufeff" + json.dumps(RECORDS, indent=indent), name))
    assert digest(corpus) == expected
    assert "(JSON array, utf-8)" in corpus.source


@pytest.mark.parametrize("name", ["reviews.json", "reviews.ndjson", "reviews"])
def test_json_lines(write, name, expected):
    corpus = load(write("\n".join(map(json.dumps, RECORDS)), name))
    assert digest(corpus) == expected
    assert "(JSON Lines, utf-8)" in corpus.source


@pytest.mark.parametrize("name", ["reviews.parquet", "reviews.pq", "reviews", "it's [1]*.parquet", "reviews.csv"])
def test_parquet(parquet, name, expected):
    texts, labels = zip(*REVIEWS, strict=True)
    corpus = load(parquet(name, id=list(range(40)), text=list(texts), label=list(labels)))
    assert digest(corpus) == expected
    assert "(Parquet)" in corpus.source


def test_values_of_parquet(parquet):
    path = parquet(text=["a", None, "c", None], label=[True, False, None, None], n=[1.0, 2.0, 1.0, 2.0], tags=[[1]] * 4)
    corpus = load(path)
    assert (corpus.texts, corpus.class_names, corpus.unlabelled) == (["a", ""], ("false", "true"), ["c"])
    assert load(path, label_column="n").class_names == ("1.0", "2.0")
    with pytest.raises(DataError, match=r"reviews.parquet: column 'tags' holds lists or records: give it texts\.$"):
        load(path, text_column=["tags"])
    with pytest.raises(DataError, match=r"reviews.parquet, has no column 'x'; its columns are: 'text', 'label', 'n', "):
        load(path, text_column=["x"])


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("kind", [".csv", ".jsonl", ".json"])
def test_packed(write, delimited, suffix, kind, expected):
    content = {".csv": delimited(REVIEWS), ".jsonl": "\n".join(map(json.dumps, RECORDS)), ".json": json.dumps(RECORDS)}
    packed = PACKERS[suffix](content[kind].encode())
    corpus = load(write(packed, f"reviews{kind}{suffix}"))
    assert digest(corpus) == expected
    assert corpus.name == "reviews"
    assert digest(load(write(packed + PACKERS[suffix](b""), f"other{kind}"))) == expected  # in two parts, and no suffix
    with pytest.raises(DataError, match=r"cut\S* is packed and damaged \(.+\): pack it again\.$"):
        load(write(packed[:-9], f"cut{kind}{suffix}"))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("utf-32-be", "utf-32-be"),
        ("cp1252", "cp1252, guessed"),
    ],
)
def test_the_encoding_is_found_and_said(write, delimited, written, found):
    rows = [(f"naïve café “{text}”", label) for text, label in REVIEWS]
    corpus = load(write(delimited(rows).encode(written)))
    assert corpus.texts == [text for text, _ in rows]
    assert f"(separated by comma, {found})" in corpus.source


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1251", "Очень хороший фильм; смотреть всем"),
        ("koi8-r", "Очень хороший фильм; смотреть всем"),
        ("utf-16-le", "Очень хороший фильм; смотреть всем"),
        ("gb18030", "这部电影很好看，值得一看"),
        ("big5", "這部電影很好看，值得一看"),
        ("shift_jis", "この映画はとても面白い、良い"),
        ("euc_jp", "この映画はとても面白い、良い"),
        ("iso2022_jp", "この映画はとても面白い、良い"),
        ("euc_kr", "이 영화 정말 재미있다 좋은"),
        ("cp1253", "πολύ καλή ταινία, αξίζει"),
        ("cp1254", "İstanbul'da çok güzel bir gün, şahane ışık"),
    ],
)
def test_encodings_of_other_scripts_are_guessed(write, delimited, encoding, words):
    rows = [(f"{words} {at}", label) for at, (_, label) in enumerate(REVIEWS)]
    assert load(write(delimited(rows).encode(encoding))).texts == [text for text, _ in rows]


def test_an_encoding_that_is_named_wins(write, delimited):
    content = delimited([("naïve", label) for _, label in REVIEWS]).encode("cp1252")
    assert load(write(content), encoding="cp1250").texts[0] == "naďve"


def test_single_broken_bytes_are_damaged_rows(write, delimited):
    lines = [
        f"naïve {text},{label}\n".encode()
        for text, label in [(text.replace(",", ""), label) for text, label in REVIEWS * 5]
    ]
    lines[70] = lines[70].replace("ï".encode(), b"\xef")
    corpus = load(write(b"text,label\n" + b"".join(lines)))
    assert len(corpus.texts) == 199
    assert corpus.notes == ("1 damaged row was passed over (line 72: is not utf-8: byte 0xef; save it as UTF-8)",)
    with pytest.raises(DataError, match="line 72: is not utf-8: byte 0xef; save it as UTF-8.$"):
        load(write(b"text,label\n" + b"".join(lines)), bad_rows=0)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_damaged_rows_are_counted_and_shown(write, name):
    if name == "a.csv":
        lines = ["text,label\n", *(f"{text.replace(',', '')},{label}\n" for text, label in REVIEWS * 10)]
        broken = {100: "one\n", 200: "one,two,three\n", 250: '"open,x\n', 300: '"a"b,x\n'}
        reasons = "expected 2 fields as in the header, got 1; quote texts that"
    else:
        lines = ["\n", *(json.dumps(record) + "\n" for record in RECORDS * 10)]
        broken = {100: '{"text"\n', 200: "[1]\n", 250: '{"text": {}}\n', 300: "text\n"}
        reasons = "not JSON "
    for at, line in broken.items():
        lines.insert(at, line)
    corpus = load(write("".join(lines), name))
    assert len(corpus.texts) == 400
    assert corpus.notes[0].startswith(f"4 damaged rows were passed over (lines 101, 201, 251 ...: {reasons}")
    with pytest.raises(
        DataError, match="line 101: .*; 4 of 404 rows are damaged, and --bad-rows 0.005 allows a smaller"
    ):
        load(write("".join(lines), name), bad_rows=0.005)
    with pytest.raises(DataError, match="line 101: ") as caught:
        load(write("".join(lines), name), bad_rows=0)
    assert "rows are damaged" not in str(caught.value)


def test_an_open_quote_costs_one_row(write):
    lines = [f"film {at},{'xy'[at % 2]}\n" for at in range(300)]
    lines[150] = '"' + lines[150]
    corpus = load(write("text,label\n" + "".join(lines)))
    assert len(corpus.texts) == 299
    assert "(line 152: is not well-formed: unexpected end of data;" in corpus.notes[0]


def test_a_pattern_means_several_files(write, delimited, tmp_path, expected):
    write(delimited(REVIEWS[:20]), "part-1.csv")
    write(gzip.compress(delimited(REVIEWS[20:], ";").encode()), "part-2.csv.gz")
    corpus = catalog.load(Settings(data=f"{tmp_path}/part-*"))
    assert digest(corpus) == expected
    assert corpus.source.startswith(
        "part-*, 2 files (separated by comma, utf-8; separated by semicolon, utf-8): column"
    )
    write("text,class\none,pos\n", "part-3.csv")
    with pytest.raises(DataError, match="part-3.csv, line 1, has no column 'label'"):
        catalog.load(Settings(data=f"{tmp_path}/part-*"))
    with pytest.raises(DataError, match="parts-.*could not be read|is neither"):
        catalog.load(Settings(data=f"{tmp_path}/parts-*.csv"))


@pytest.mark.parametrize("form", ["csv", "json", "gz"])
def test_standard_input(monkeypatch, delimited, form, expected):
    content = {"csv": delimited(REVIEWS, ";").encode(), "json": json.dumps(RECORDS).encode()}
    content["gz"] = gzip.compress(content["csv"])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content[form])))
    corpus = catalog.load(Settings(data="-"))
    assert digest(corpus) == expected
    assert (corpus.name, corpus.source_name) == ("standard input", "-")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl", "a.json", "a.parquet"])
def test_memory_does_not_grow_with_the_file(write, parquet, delimited, name):
    rows = [(f"{at} {'word ' * 100}", "pos") for at in range(20_000)]  # 10 MB
    if name == "a.parquet":
        path = parquet(name, text=[text for text, _ in rows], label=[label for _, label in rows])
    elif name.startswith("a.csv"):
        content = delimited(rows).encode()
        path = write(gzip.compress(content, 1) if name.endswith("gz") else content, name)
    else:
        records = [{"text": text, "label": label} for text, label in rows]
        path = write(json.dumps(records) if name == "a.json" else "\n".join(map(json.dumps, records)), name)
    del rows
    tracemalloc.start()
    try:
        table = open_table(path, Reading())
        assert sum(1 for _ in table.rows(["text", "label"])) == 20_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8e6


def test_numbers_lists_and_truth_of_json_stay_as_they_are_written(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text(
        '{"text": "a", "n": 1.50, "big": 12345678901234567890, "ok": true, "list": [1.50, "x", {"a": 1e3}]}\n'
    )
    names = ["n", "big", "ok", "list", "text", "none"]
    ((_, cells),) = open_table(path, Reading()).rows(["text"], names)
    assert cells[1:] == ["1.50", "12345678901234567890", "true", '[1.50, "x", {"a": 1e3}]', "a", None]
    assert [to_json(cell) for cell in cells[1:]] == [*cells[1:5], '"a"', "null"]


def test_a_text_that_begins_like_the_name_of_a_database_is_a_text(tmp_path):
    path = tmp_path / "post.txt"
    path.write_text("SQLite for beginners")
    with open_bytes(path) as file:
        assert file.read() == b"SQLite for beginners"
