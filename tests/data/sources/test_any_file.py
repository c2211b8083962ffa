"""Whatever bytes a file holds, it gives a corpus that can be trained on or one sentence: never another error."""

import bz2
import csv
import gzip
import io
import json
import lzma
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from data.card import describe_corpus, describe_split
from data.classes import RARE
from data.cleaning import Cleaner
from data.corpus import DataError
from data.deciding import choose_language
from data.messages import CONTROLS
from data.preparing import load_texts, prepare, save_texts
from data.reading.dialect import QUOTINGS
from data.reading.packing import zstd_module
from data.sources import catalog as sources
from data.splits.folds import Fold
from data.splits.parts import clean_parts
from data.splits.split import PARTS, split
from data.splits.unlabelled import choose_unlabelled
from training.settings import Settings

EXAMPLES = max(600, settings.default.max_examples)  # 10,000 with HYPOTHESIS_PROFILE=thorough

DIRT = [
    "",
    " ",
    '"',
    '""',
    "'",
    ",",
    ";",
    "\t",
    "\0",
    "\ufeff",
    "\u2028",
    "\x85",
    "\x1b[31m",
    "\u202e",
    "\r",
    "\n",
    "...",
]
DIRT += [
    "é",
    "мир",
    "😀",
    "<b>",
    "http://x",
    "[" * 30,
    "\\",
    "null",
    "NaN",
    "{}",
    "nan",
    "1e999",
    "-0",
    "_" * 300,
    "=1+1",
]
dirt = st.sampled_from(DIRT) | st.text(max_size=4)
words = st.lists(st.sampled_from(["good", "bad", "film", "the", "not"]) | dirt, max_size=4).map(" ".join)
names = st.lists(
    st.sampled_from(["pos", "neg", "Pos", " neg ", "very good", "1", "1.0"]) | dirt.map("x{}".format),
    min_size=2,
    max_size=3,
)
often, seldom = st.sampled_from([True] * 9 + [False]), st.sampled_from([False] * 9 + [True])
line_ends = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r\n", "\r", "\n\n", " \n"])
headers = st.sampled_from(
    [["label", "text"], ["text", "label", "text"], [" text ", "label"], ["txt", "label"], [], ["", ""], ["1", "2"]]
    + [["review", "stars"], ["text", "label", "", ""], ["x", "x"], ["sep=;"]]
)
values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "label", "x"]), inner),
    max_leaves=5,
)
BROKEN = ["{", "[" * 100_000, '{"a":}', "[]", "\ufeff{}", '{"text": 1, "text": 2}']
BROKEN += [
    '{"text": "a", "label": 1, "x": ' + "9" * 5000 + "}",
    '{"text": "a", "label": NaN}',
    '{"text": {}, "label": 1}',
]

# What stands in a third column, again and again: which split, group or time a row is of, or what cannot be read as one.
FITTING = {
    "split_column": [["train"] * 5 + ["test", "dev"], ["Train", "Train", "TEST "]],
    "group_column": [[f"author{at}" for at in range(13)], [f"author{at}" for at in range(17)] + [""]],
    "time_column": [[f"{at % 28 + 1}.{at % 12 + 1}.2024" for at in range(29)], [f"2024-0{at}" for at in range(1, 10)]],
}
anything = st.sampled_from([["a", "b", ""], ["2024-01", "2024-02", "soon"]]) | st.lists(dirt, min_size=1, max_size=4)
HOW = ["split_column", "group_column", "time_column", "folds", "test"]
# How the rows are to be split: mostly not at all, or in one way; the same wherever it is drawn for one file.
how_split = st.shared(
    st.sampled_from([frozenset()] * 5)
    | st.sampled_from([frozenset({flag}) for flag in HOW])
    | st.sampled_from([frozenset({"test", "group_column"}), frozenset({"group_column", "folds"})])
    | st.frozensets(st.sampled_from(HOW)),
    key="how",
)
besides = how_split.flatmap(
    lambda how: st.sampled_from([cells for flag in FITTING if flag in how for cells in FITTING[flag]] or [[""]])
)


@st.composite
def rows(draw):
    """Texts, labels and cells beside them, mostly as many of each label as a split needs; the texts are numbered and so
    all different.
    """
    found = draw(names)
    texts = draw(st.lists(words, min_size=1, max_size=4))
    count = draw(st.sampled_from([20] * 9 + [6, 1, 0]))
    beside = draw(anything if draw(seldom) else besides)
    found *= count
    return [(f"item{at} {texts[at % len(texts)]}", name, beside[at % len(beside)]) for at, name in enumerate(found)]


@st.composite
def delimited(draw, delimiter):
    """CSV or TSV; seldom with another header or delimiter, ragged rows or an open quote."""
    if draw(seldom):
        delimiter = draw(st.sampled_from(";|,\t"))
    buffer = io.StringIO()
    quoting = csv.QUOTE_ALL if draw(often) else csv.QUOTE_MINIMAL
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=draw(line_ends), quoting=quoting)
    if draw(seldom):
        buffer.write(f"sep={draw(st.sampled_from(';|,'))}\n")
    header = draw(headers) if draw(seldom) else ["text", "label", "beside"]
    writer.writerow(header)
    writer.writerows(row[: len(header) or 2] for row in draw(rows()))
    if draw(seldom):
        buffer.write("".join(draw(st.lists(dirt, max_size=4))))
    return buffer.getvalue()


@st.composite
def json_lines(draw):
    """JSON Lines; seldom with lines that are something else, some of them no JSON."""
    ascii_only, end = draw(st.booleans()), draw(line_ends)
    odd = draw(st.text(st.characters(exclude_categories=()), max_size=5))  # halves of surrogate pairs too
    lines = [{"text": text + odd, "label": name, "beside": beside, "more": odd} for text, name, beside in draw(rows())]
    if draw(seldom):
        lines += draw(st.lists(values, max_size=2))
    lines = [json.dumps(line, ensure_ascii=ascii_only) for line in lines]
    if draw(seldom):
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(BROKEN)))
    return end.join(lines) + end


@st.composite
def json_array(draw):
    """A JSON array, broken in lines or not; seldom with items that are something else."""
    odd = draw(values) if draw(seldom) else 1.0
    items = [
        {"text": text, "label": name if at else odd, "beside": beside}
        for at, (text, name, beside) in enumerate(draw(rows()))
    ]
    if draw(seldom):
        items += draw(st.lists(values, max_size=2))
    return json.dumps(items, indent=draw(st.sampled_from([None, 2]))) + draw(st.sampled_from(["", "\n", "]", "[{"]))


@st.composite
def parquet(draw):
    """The bytes of a Parquet file as Latin-1."""
    texts, labels, beside = zip(*(draw(rows()) or [("a", "b", "c")]), strict=True)
    number = draw(st.booleans())
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        labels = [len(label) for label in labels] if number else [label.replace("\0", "") for label in labels]
        texts, beside = ([text.replace("\0", "") for text in column] for column in (texts, beside))
        columns = "unnest(?) AS text, unnest(?) AS label, unnest(?) AS beside"
        connection.execute(f"CREATE TABLE t AS SELECT {columns}", [texts, labels, beside])
        connection.execute(f"COPY t TO '{folder}/a.parquet'")
        return (Path(folder) / "a.parquet").read_bytes().decode("latin-1")


ENCODINGS = ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "utf-7", "shift_jis"]
ASKED = ["auto", *ENCODINGS, "ascii", "unicode_escape", "idna", "utf-9", "utf-32-be", "hex"]
PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstd_module().compress}
edits = st.lists(st.tuples(st.integers(0, 2**20), st.binary(max_size=3), st.integers(0, 3)), min_size=1, max_size=2)
KINDS = {
    ".csv": delimited(","),
    ".tsv": delimited("\t"),
    ".jsonl": json_lines(),
    ".json": json_array(),
    ".parquet": parquet(),
    ".ndjson": st.binary(max_size=100).map(lambda content: content.decode("latin-1")),
}


@st.composite
def files(draw):
    """Bytes, suffix and the encoding asked for: mostly such that belong together, seldom overwritten in places."""
    kind = draw(st.sampled_from([".csv"] * 4 + [".tsv"] * 2 + [".jsonl"] * 4 + [".json"] * 2 + [".parquet", ".ndjson"]))
    written = draw(st.sampled_from(ENCODINGS) if draw(st.sampled_from([False, False, True])) else st.just("utf-8"))
    if kind == ".parquet":
        written = "latin-1"
    errors = "surrogatepass" if written.startswith("utf") and written != "utf-7" else "replace"
    content = bytearray(draw(KINDS[kind]).encode(written, errors))
    for at, put, instead_of in draw(edits) if draw(seldom) else []:
        at %= len(content) + 1
        content[at : at + instead_of] = put
    suffix = draw(st.sampled_from([*KINDS, ".txt"])) if draw(seldom) else kind
    if draw(seldom):
        pack, packed_suffix = draw(st.sampled_from(list(PACKERS.items())))[::-1]
        content, suffix = pack(bytes(content)), suffix + packed_suffix
        content = content[: len(content) - draw(st.sampled_from([0, 0, 1, 9]))]
    asked = draw(st.sampled_from(ASKED)) if draw(seldom) else written
    return bytes(content), suffix, asked if draw(st.booleans()) else "auto"


def check_sentence(error):
    """One line that a terminal shows as it is."""
    assert not CONTROLS.search(str(error))
    assert str(error).endswith(".")
    assert len(str(error)) < 1000 + 20 * 65  # twenty column names of 60 characters at most, besides


@pytest.mark.long
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    file=files(),
    sample=st.sampled_from([None, 24, 60]),
    length=st.sampled_from([1, 3, 64]),
    asked=st.just({})
    | st.just({})
    | st.fixed_dictionaries(
        {},
        optional={
            "delimiter": st.sampled_from(";,|\t"),
            "quoting": st.sampled_from(QUOTINGS),
            "bad_rows": st.sampled_from([0, 0.5]),
            "rare": st.sampled_from(RARE),
            "min_class_size": st.just(9),
            "text_column": st.sampled_from([["text"], ["text", "label"], ["x"], ["column 1"]]),
            "positive": st.sampled_from(["pos", "neg", "xé", "1"]),
            "language": st.sampled_from(["de", "tr", "zh", "none", "published"]),
        },
    ),
    how=how_split,
    near=st.sampled_from([0, 0, 0, 0.8]),
)
@example((b"", ".csv", "utf-8"), None, 64, {}, set(), 0)
@example((b"\xff\xfe", ".csv", "utf-8"), None, 64, {}, set(), 0)
@example((b'text,label\n"', ".csv", "utf-8"), None, 64, {}, set(), 0)
@example(
    (b'{"text": "\\ud83d", "label": "\\udc00"}\n{"text": "b", "label": "y"}', ".jsonl", "utf-8"), None, 64, {}, set(), 0
)
@pytest.mark.filterwarnings("ignore:invalid escape sequence")  # what unicode_escape says of such files
def test_any_file_gives_a_run_or_a_sentence(tmp_path, file, sample, length, asked, how, near):
    content, suffix, encoding = file
    path, other = tmp_path / f"any{suffix}", tmp_path / f"other{suffix}"
    path.write_bytes(content)
    other.write_bytes(content.replace(b"item", b"other").replace(b"author1", b"writer"))
    fold = Fold(1, 3, 0) if "folds" in how else None
    flags = {flag: str(other) if flag == "test" else "beside" for flag in how if flag != "folds"}
    chosen = Settings(data=str(path), encoding=encoding, **asked, **flags)
    try:
        corpus = sources.load(chosen)
        drawn = split(corpus, sample, 0, fold)
        language = choose_language(corpus, drawn.train) if chosen.language == "auto" else chosen.language
        cleaner = Cleaner(True, language)
        cleaned = clean_parts(corpus, drawn, cleaner)
        parts, removed = prepare(corpus, cleaned, sample, length, near)
        unlabelled, _ = choose_unlabelled(corpus, cleaned, 9, True, 0, cleaner, length, near)
    except DataError as error:
        check_sentence(error)
        event(f"refused {'+'.join(sorted(how))}")
        return
    event(f"run {'+'.join(sorted(how))}")
    assert set(corpus.labels) == set(range(len(corpus.class_names)))
    assert not any(CONTROLS.search(name) for name in (*corpus.class_names, *corpus.notes))
    assert set(parts["train"].labels) == set(range(len(corpus.class_names)))
    for part in parts.values():
        assert len(np.unique(part.labels)) > 1
        assert all(part.cleaned)
    save_texts(parts, unlabelled, tmp_path)
    assert load_texts(tmp_path)["test"].texts == parts["test"].texts
    card = describe_corpus(corpus, cleaner) | describe_split(parts, removed, corpus.class_names, ["", "[UNK]"], length)
    json.dumps(card, ensure_ascii=False, allow_nan=False).encode()
    assert list(parts) == list(PARTS)
