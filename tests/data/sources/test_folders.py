"""One folder a class: as aclImdb, as scikit-learn reads them, and what is in the way in real folders."""

import gzip

import pytest

from data.corpus import DataError
from data.sources import catalog
from data.splits.split import split
from data.stored.storage import Storage
from training.settings import Settings


@pytest.fixture
def make(tmp_path):
    """Writes files, as many as are asked for, into folders, and gives the path of all."""

    def make(**counts):
        for folder, count in counts.items():
            path = tmp_path / "reviews" / folder.replace("__", "/")
            path.mkdir(parents=True)
            for at in range(count):
                (path / f"{at:02}_7.txt").write_text(f"{folder} text {at} is caf&eacute;<br />")
        return tmp_path / "reviews"

    return make


def load(path, **settings):
    return catalog.load(Settings(data=str(path), **settings))


def test_one_folder_a_class(make):
    path = make(pos=8, neg=7)
    corpus = load(path)
    assert corpus.class_names == ("neg", "pos")
    assert corpus.texts[:2] == ["neg text 0 is café<br />", "neg text 1 is café<br />"]
    assert corpus.labels.tolist() == [0] * 7 + [1] * 8
    assert (corpus.is_test, corpus.unlabelled, corpus.name) == (None, [], "reviews")
    assert corpus.source == "reviews (folders): one folder a class"


def test_train_and_test_and_unlabelled_as_in_aclimdb(make):
    path = make(train__pos=8, train__neg=8, train__unsup=5, test__pos=6, test__neg=6)
    (path / "imdb.vocab").write_text("the\n")
    (path / "train" / "urls_pos.txt").write_text("http://\n")
    (path / "train" / "pos" / ".DS_Store").write_bytes(b"\0")
    corpus = load(path)
    assert corpus.class_names == ("neg", "pos")
    assert corpus.is_test.tolist() == [False] * 16 + [True] * 12
    assert [text.split("__")[0] for text in corpus.texts] == ["train"] * 16 + ["test"] * 12
    assert len(corpus.unlabelled) == 5
    assert corpus.source == (
        "reviews (folders): one folder a class, 12 of them in its test folder; 5 further texts have no label"
    )
    found = split(corpus, None, 0)
    assert sorted(found.test) == list(range(16, 28))


def test_unlabelled_texts_beside_the_parts_and_numbers_as_classes(make):
    corpus = load(make(train__10=6, train__9=6, unsup=2))
    assert (corpus.class_names, corpus.is_test, len(corpus.unlabelled)) == (("9", "10"), None, 2)


def test_a_class_that_only_the_test_folder_has_is_refused(make):
    corpus = load(make(train__pos=8, train__neg=8, test__pos=6, test__other=6))
    with pytest.raises(
        DataError,
        match=r"^As the data is split: of 13 texts in train none is of class 'other', and every class is needed there: "
        r"add such texts, or remove the class\.$",
    ):
        split(corpus, None, 0)


def test_packed_files_and_names_with_marks_apart(make):
    path = make(**{"gut": 6, "scho\u0308n": 6})
    (path / "gut" / "more.txt.gz").write_bytes(gzip.compress("café".encode()))
    corpus = load(path)
    assert corpus.class_names == ("gut", "sch\u00f6n")
    assert "café" in corpus.texts


def test_encodings_of_files(make):
    path = make(pos=6, neg=6)
    (path / "pos" / "00_7.txt").write_bytes("naïve café".encode("cp1252"))
    (path / "pos" / "01_7.txt").write_bytes("naïve café".encode("utf-16"))
    (path / "pos" / "02_7.txt").write_bytes("naïve café".encode("utf-8-sig"))
    corpus = load(path)
    assert corpus.texts[6:9] == ["naïve café"] * 3
    assert corpus.source.startswith("reviews (folders, 1 files in cp1252, guessed): ")
    stored = catalog.load(Settings(data=str(path)), Storage(path.parent, "always"))
    assert (list(stored.texts), stored.source) == (corpus.texts, corpus.source)
    (path / "pos" / "00_7.txt").unlink()
    with pytest.raises(DataError, match="pos/01_7.txt is not ascii: save it so, or name its encoding with --encoding"):
        load(path, encoding="ascii")
    with pytest.raises(DataError, match="--encoding utf-9 is no text encoding"):
        load(path, encoding="utf-9")


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({}, "is neither"),
        (
            {"pos": 0},
            "reviews holds no folders of texts: make one folder a class and one file a text",
        ),
        ({"pos": 6}, "reviews: of folders with texts there is the class 'pos', and a classifier needs two: make one"),
        ({"unsup": 6}, "reviews: of folders with texts there is none, and a classifier needs two"),
        ({"pos": 6, "neg": 2}, "Class 'neg' has 2 texts: each needs at least 6"),
    ],
)
def test_folders_that_are_refused(make, counts, message):
    with pytest.raises(DataError, match=message):
        load(make(**counts))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.bin", b"\0\1\2", r"pos/a.bin is no text: remove it\.$"),
        (
            "a.csv",
            b"text,label\n",
            r"pos/a.csv is a table: name it with --data, or several as '\*.csv'",
        ),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "pos/a.png is neither UTF-8 nor in another enc"),
        ("a.pdf", b"%PDF-1.7", r"pos/a.pdf is a PDF: save the table as CSV\.$"),
        ("a.txt", b"a" * 10_000_001, r"pos/a.txt is longer than 10,000,000 bytes: break it up, or remove it\.$"),
    ],
)
def test_files_that_are_no_texts(make, name, content, message):
    path = make(pos=6, neg=6)
    (path / "pos" / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        load(path)
