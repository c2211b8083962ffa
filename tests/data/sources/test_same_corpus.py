"""The movie reviews in every form that people have them in are the same texts and labels."""

import csv
import gzip
import io
import json
import zipfile

import duckdb
import pytest

from data.card import digest
from data.sources import catalog
from data.stored.storage import Storage
from data.stored.texts import StoredTexts
from training.settings import Settings

REVIEWS = 400  # of the 2,000; every form is read in a second


@pytest.fixture(scope="module")
def reviews(shared):
    """Texts and labels, half of them negative; nothing in them stands for another letter."""
    with zipfile.ZipFile(shared / "nltk_data" / "corpora" / "movie_reviews.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".txt")]
        chosen = [name for label in ("neg", "pos") for name in [n for n in names if f"/{label}/" in n][: REVIEWS // 2]]
        return [
            (archive.read(name).decode("latin-1").strip().replace("&", "and"), name.split("/")[1]) for name in chosen
        ]


def table(rows, **dialect):
    file = io.StringIO(newline="")
    csv.writer(file, **dialect).writerows([["text", "label"], *rows])
    return file.getvalue()


def as_parquet(rows, path):
    connection = duckdb.connect(":memory:")
    connection.execute("CREATE TABLE reviews (text VARCHAR, label VARCHAR)")
    connection.executemany("INSERT INTO reviews VALUES (?, ?)", rows)
    connection.table("reviews").write_parquet(str(path))


def as_folder(rows, path):
    for at, (text, label) in enumerate(rows):
        (path / label).mkdir(parents=True, exist_ok=True)
        (path / label / f"{at:04}.txt").write_text(text, encoding="utf-8")


def as_text(content):
    return lambda rows, path: path.write_bytes(content(rows).encode())


def in_one_line(rows):
    """TSV has neither quotes nor line breaks."""
    return "".join("\t".join(row) + "\n" for row in [("text", "label"), *rows])


def json_lines(rows):
    return "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows)


FORMS = {
    "reviews.csv": as_text(table),
    "semicolons.csv": as_text(lambda rows: "sep=;\n" + table(rows, delimiter=";")),
    "bom.csv": lambda rows, path: path.write_bytes(table(rows).encode("utf-16")),
    "pipes.txt": as_text(lambda rows: table(rows, delimiter="|")),
    "reviews.tsv": as_text(in_one_line),
    "reviews.json": as_text(lambda rows: json.dumps([{"label": label, "text": text} for text, label in rows])),
    "reviews.jsonl.gz": lambda rows, path: path.write_bytes(gzip.compress(json_lines(rows).encode())),
    "reviews.parquet": as_parquet,
    "folder": as_folder,
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_texts_and_labels(form, reviews, tmp_path):
    reviews = [(" ".join(text.split()), label) for text, label in reviews]  # as TSV has them
    FORMS[form](reviews, tmp_path / form)
    corpus = catalog.load(Settings(data=str(tmp_path / form)))
    assert corpus.class_names == ("neg", "pos")
    assert corpus.texts == [text for text, _ in reviews]
    assert [corpus.class_names[label] for label in corpus.labels] == [label for _, label in reviews]
    reference = catalog.load(Settings(data=str(_reference(reviews, tmp_path))))
    assert digest(corpus) == digest(reference)
    stored = catalog.load(Settings(data=str(tmp_path / form)), Storage(tmp_path, "always"))
    assert isinstance(stored.texts, StoredTexts)
    assert list(stored.texts) == corpus.texts
    assert digest(stored) == digest(corpus)


def _reference(reviews, folder):
    path = folder / "reference.jsonl"
    path.write_text(json_lines(reviews))
    return path
