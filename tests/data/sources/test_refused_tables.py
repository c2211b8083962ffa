"""One helpful sentence for every file that cannot be read."""

import os

import pytest

from data.corpus import DataError
from data.messages import CONTROLS
from data.sources import catalog as sources
from data.sources.tables import load
from training.settings import Settings

TWO = "text,label\na,x\nb,y\n"


def check_sentence(error):
    """One line that a terminal shows as it is, and no longer than three of its lines and two paths."""
    assert not CONTROLS.search(str(error))
    assert str(error).endswith(".")
    assert len(str(error)) < 1000


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param(
            "a.csv",
            "txt,a,b,label\none,1,2,x\n",
            r"line 1, has no column 'text' \(did you mean 'txt'\?\); its columns are: 'txt', 'a', 'b', 'label'. Name",
            id="no column that must be the text",
        ),
        pytest.param(
            "a.csv",
            "text,a,b\none,1,2\n",
            "line 1, has no column 'label'; its columns are: 'text', 'a', 'b'",
            id="label",
        ),
        pytest.param("a.jsonl", '{"text": "a"}\n{"text": "b"}\n', "line 1, has no column 'label'", id="key"),
        pytest.param("a.jsonl", '{"text": "a", "label": 1}\n{"tex\n', "line 2: not JSON", id="no JSON"),
        pytest.param("a.jsonl", "[1]\n", "line 1: expected a JSON object, got list", id="no object"),
        pytest.param("a.jsonl", "[" * 200_000, "line 1: not JSON", id="nested too deep"),
        pytest.param("a.csv", "text,label,text\na,x,b\n", "column twice .*'text'", id="column twice"),
        pytest.param("a.csv", TWO + "c\n", "line 4: expected 2 fields", id="short row"),
        pytest.param("a.csv", TWO + "c,d,x\n", "line 4: expected 2 fields", id="long row"),
        pytest.param("a.csv", 'text,label\n"a"b,x\n', "line 2, is not well-formed", id="text after a quote"),
        pytest.param("a.csv", TWO + '"c,x\n', "line 4, is not well-formed: unexpected end", id="open quote"),
        pytest.param("a.csv", "text,label\na,\nb, \n", "none of 2 texts has a label in column 'label'", id="no label"),
        pytest.param("a.jsonl", '{"text": "a", "label": null}\n', "none of 1 texts has a label in", id="null label"),
        pytest.param("a.csv", "", "holds no rows", id="empty file"),
        pytest.param("a.jsonl", "\n\n", "holds no rows", id="blank lines"),
        pytest.param("a.csv", "text,label\n", "holds no rows", id="only a header"),
        pytest.param("a.json", '{"text": {}, "label": {}}', "holds no rows", id="a frame of pandas without rows"),
        pytest.param("a.csv", "text,a,b\n", "line 1, has no column 'label'", id="only a header, and a wrong one"),
        pytest.param("a.csv", "text,label\na,x\nb,x\n", "all 2 texts have the label 'x'", id="one class"),
        pytest.param("a.xlsx", b"PK\x03\x04..", "is a zip archive or an Excel workbook: unpack", id="workbook"),
        pytest.param("a.7z", b"7z\xbc\xaf\x27\x1c..", "is a 7z archive: unpack it", id="7z"),
        pytest.param("a.db", b"SQLite format 3\0..", "is a database: save the table as CSV", id="SQLite"),
        pytest.param("a.feather", b"ARROW1\0\0..", "is an Arrow file: save the table as Parquet", id="Arrow"),
        pytest.param("a.jsonl", "null\n", "line 1: expected a JSON object, got null; each", id="null"),
        pytest.param(
            "a.csv",
            "text:label\na:x\n",
            "its columns are: 'text:label'.* or say with --delimiter what sep",
            id="a colon",
        ),
        pytest.param("a.csv.gz", b"\x1f\x8b\x08..", r"is packed and damaged \(.*\): pack it again", id="gzip cut off"),
        pytest.param(
            "a.csv", b"\x1f\x8b..", r"is packed and damaged \(.*\): pack it again", id="packed, named as if not"
        ),
        pytest.param("a.csv.zst", b"\x28\xb5\x2f\xfd..", r"is packed and damaged \(.*\): pack", id="Zstandard cut off"),
        pytest.param("a.csv.xz", b"\xfd7zXZ..", r"is packed and damaged \(.*\): pack", id="xz cut off"),
        pytest.param("a.csv.bz2", b"BZh9..", r"is packed and damaged \(.*\): pack", id="bzip2 cut off"),
        pytest.param(
            "a.parquet", b"PAR1....PAR1", r"is Parquet that cannot be read \(.*\): write", id="broken Parquet"
        ),
        pytest.param("a.csv", "te\0xt,la\0bel\na,b\n", "NUL characters in its header", id="NUL"),
        pytest.param("a.csv", "a," * 2000 + "\n" + "b," * 2000, "has 2,001 columns", id="columns without end"),
        pytest.param("a.csv", b"text,label\n\x81\x8d\x8f\xff,x\n", "add --encoding|", id="no encoding at all"),
        pytest.param(
            "a.json", '[{"text": "a", "label": 1}, {"tex', "line 1: not JSON .*; what follows", id="array cut"
        ),
        pytest.param(
            "a.json",
            '[{"text": "a", "label": 1},\n3]',
            "line 2: expected a JSON object, got a text or a n",
            id="number",
        ),
        pytest.param(
            "a.jsonl", '{"text": ["a"], "label": 1}', "'text' holds a JSON array; give", id="text of an array"
        ),
        pytest.param(
            "a.jsonl", '{"text": "a", "label": {}}', "'label' holds a JSON object; give", id="label of an object"
        ),
        pytest.param("a.jsonl", '{"text": NaN}', "not JSON .NaN is no JSON; write null", id="NaN"),
        pytest.param("a.jsonl", '{"a": 1, "a": 2}', "the name 'a' stands twice in one object", id="key twice"),
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
        load(path, encoding="utf-8")


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


@pytest.mark.parametrize("written", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_an_encoding_that_its_first_bytes_deny(write, written):
    with pytest.raises(DataError, match=f"not UTF-8 but {written}, by its first bytes: add --encoding {written}"):
        load(write(TWO.encode(written)), encoding="utf-8")


def test_names_that_are_no_file(tmp_path):
    with pytest.raises(DataError, match=r"missing.csv could not be read: No such file or directory; check the path\.$"):
        sources.load(Settings(data=str(tmp_path / "missing.csv")))
    with pytest.raises(DataError, match="^--data 20newsgroup is neither 20newsgroups, sample, a folder, nor a file"):
        sources.load(Settings(data="20newsgroup"))
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    with pytest.raises(DataError, match="holds no folders of texts"):
        sources.load(Settings(data=str(tmp_path)))
    with pytest.raises(DataError, match="folder.csv is a folder: name a file"):
        load(tmp_path / "folder.csv")
    for name, kind in {"pipe.csv": "a pipe", "zero.csv": "a device"}.items():
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
