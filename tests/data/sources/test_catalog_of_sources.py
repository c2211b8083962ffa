"""Every source of the catalog: the names that are its own, what its corpus says of itself, and files named like it."""

from dataclasses import fields, replace

import pytest

from data.card import describe_corpus
from data.cleaning import Cleaner
from data.corpus import DataError, SourceUnavailable
from data.sources import catalog, folders, newsgroups, sample, tables
from training.settings import Settings

TABLE = "".join(f"film{at},{'xy'[at % 2]}\n" for at in range(12))
NAMED = [source for source in catalog.SOURCES if source not in (folders.SOURCE, tables.SOURCE)]


@pytest.fixture
def write_table(tmp_path, monkeypatch):
    """Writes a table under a name in the current folder."""
    monkeypatch.chdir(tmp_path)

    def write(name):
        (tmp_path / name).write_text("text,label\n" + TABLE, encoding="utf-8")

    return write


@pytest.fixture(
    params=[
        pytest.param(source, id=source.name, marks=[pytest.mark.slow] * (source is newsgroups.SOURCE))
        for source in catalog.SOURCES
    ]
)
def data(request, write_table):
    """A value of `--data` for every source."""
    if request.param is tables.SOURCE:
        write_table("films.csv")
        return "films.csv"
    if request.param is folders.SOURCE:
        for at in range(12):
            path = request.getfixturevalue("tmp_path") / "films" / "xy"[at % 2] / f"{at}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"film{at}")
        return "films"
    if request.param is newsgroups.SOURCE:
        home = request.getfixturevalue("newsgroups_home")
        request.getfixturevalue("monkeypatch").setenv("SCIKIT_LEARN_DATA", str(home))
    return request.param.name


def test_what_a_source_loads_says_what_it_is(data):
    corpus = catalog.load(Settings(data=data))
    assert corpus.source_name == data
    card = describe_corpus(corpus, Cleaner())
    assert card["meaning"].endswith(".")
    assert (card["group_kind"] is None) == (corpus.groups is None)
    assert isinstance(card["sentiment"], bool)
    assert all(0 < figure["accuracy"] < 1 and figure["source"] for figure in card["published"])


@pytest.mark.parametrize("source", catalog.SOURCES, ids=lambda source: source.name)
def test_every_setting_of_a_source_is_one_of_a_run(source):
    assert set(source.settings) <= {entry.name for entry in fields(Settings)}


@pytest.mark.parametrize("source", NAMED, ids=lambda source: source.name)
def test_a_name_has_one_owner(source, write_table):
    write_table(source.name)  # a file of the same name is ./name
    assert catalog.find(source.name) is source
    assert catalog.find(f"./{source.name}") is tables.SOURCE
    assert [other for other in NAMED if other.owns(source.name)] == [source]


@pytest.mark.parametrize("source", NAMED, ids=lambda source: source.name)
@pytest.mark.parametrize("suffix", tables.SUFFIXES)
def test_a_table_named_like_a_source_is_the_users(source, suffix, write_table):
    name = f"{source.name}{suffix}"
    assert catalog.find(name) is tables.SOURCE  # before it is there: the sentence is then about the file
    if suffix != ".csv":
        return
    write_table(name)
    corpus = catalog.load(Settings(data=name))
    assert corpus.texts[0] == "film0"
    assert corpus.source_name == name
    assert corpus.meaning == "The labels are those of column 'label'; the project gives them no other meaning."
    assert (corpus.groups, corpus.group_kind, corpus.published) == (None, None, ())


def test_a_file_without_a_known_suffix_is_a_file_where_it_is_there(write_table):
    with pytest.raises(
        DataError, match=r"^--data films is neither 20newsgroups, sample, a folder, nor a file \(.*check"
    ):
        catalog.find("films")
    write_table("films")
    assert catalog.find("films") is tables.SOURCE


def test_help_names_every_source():
    assert catalog.HELP == (
        "20newsgroups: posts of twenty newsgroups, the technical ones against the rest; sample: the built-in sample; "
        "a folder: your own texts, one folder a class, train/ and test/ above it if there are, unsup/ without labels; "
        "a file (.csv, .tsv, .jsonl, .ndjson, .json, .parquet, also with .gz, .zst, .bz2, .xz behind it): your own "
        "texts and labels; several files, a pattern in quotes, or - for standard input; "
        "auto: 20newsgroups, or sample where it is not available"
    )


@pytest.fixture
def unavailable(monkeypatch):
    """The first choice of `auto` cannot be had."""

    def refuse(**_):
        raise SourceUnavailable("No network.")

    monkeypatch.setattr(catalog, "FIRST_CHOICE", replace(newsgroups.SOURCE, load=refuse))


@pytest.mark.usefixtures("unavailable")
def test_auto_says_what_it_turned_out_to_be(capsys):
    corpus = catalog.load(Settings(data="auto"))
    assert corpus.source_name == sample.NAME
    assert capsys.readouterr().out == "No network. Going on with the built-in sample instead.\n"
    # Written down, it is found again whatever the network does.
    assert catalog.load(Settings(data=corpus.source_name)).texts == corpus.texts


def test_auto_hides_no_other_error(monkeypatch):
    def refuse(**_):
        raise DataError("The cache is broken.")

    monkeypatch.setattr(catalog, "FIRST_CHOICE", replace(newsgroups.SOURCE, load=refuse))
    with pytest.raises(DataError, match="The cache is broken"):
        catalog.load(Settings(data="auto"))


@pytest.mark.slow
@pytest.mark.parametrize("keep_subject", [False, True])
def test_newsgroups_keep_their_meaning_with_subject_lines(keep_subject, newsgroups_home, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(newsgroups_home))
    corpus = catalog.load(Settings(data="20newsgroups", keep_subject=keep_subject))
    assert corpus.source_name == "20newsgroups"
    assert "a topic, not a sentiment" in corpus.meaning
    assert not corpus.sentiment
    assert corpus.group_kind == "newsgroup"
    published = {figure.model: figure.accuracy for figure in corpus.published}
    assert published == {"rnn": 0.5643, "lstm": 0.5643, "transformer": 0.741, "distilbert": 0.6145}
    assert {(figure.sequence_length, figure.vocabulary_size) for figure in corpus.published} == {(64, 5000)}


@pytest.mark.slow
def test_nothing_was_published_on_other_classes(newsgroups_home, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(newsgroups_home))
    corpus = catalog.load(Settings(data="20newsgroups", positive_groups=["rec.*"]))
    assert corpus.published == ()
    assert "'positive' is rec.*, 'other' every other group" in corpus.meaning
