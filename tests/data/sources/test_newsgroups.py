"""20 Newsgroups as it is, where it is at hand; and every way in which it can be out of reach."""

import os
import pickle
import socket
import threading
import time
import urllib.error
import zlib
from pathlib import Path

import numpy as np
import pytest

from data.corpus import DataError, SourceUnavailable
from data.sources import catalog as sources
from data.sources import newsgroups
from training.settings import Settings


@pytest.fixture
def cached(monkeypatch, newsgroups_home):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(newsgroups_home))


@pytest.fixture(scope="module")
def corpus(newsgroups_home):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCIKIT_LEARN_DATA", str(newsgroups_home))
        return newsgroups.load()


@pytest.fixture
def empty_home(monkeypatch, tmp_path):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def no_network(monkeypatch):
    """Downloads fail at once, as on a machine that can resolve no names."""

    def refuse(*_, **__):
        raise urllib.error.URLError(socket.gaierror(-2, "Name or service not known"))

    monkeypatch.setattr("sklearn.datasets._base.urlretrieve", refuse)


@pytest.mark.slow
def test_posts_and_shares(corpus):
    assert len(corpus.texts) == 18_846
    assert corpus.labels.mean() == pytest.approx(0.417, abs=0.0005)
    assert corpus.class_names == ("other", "technical")
    assert not corpus.sentiment
    assert corpus.notes == ("the labels are topics, not sentiment",)


@pytest.mark.slow
def test_technical_groups(corpus):
    groups = np.array(corpus.groups)
    positive = set(groups[corpus.labels == 1])
    assert positive == {
        "comp.graphics",
        "comp.os.ms-windows.misc",
        "comp.sys.ibm.pc.hardware",
        "comp.sys.mac.hardware",
        "comp.windows.x",
        "sci.crypt",
        "sci.electronics",
        "sci.space",
    }
    assert positive.isdisjoint(groups[corpus.labels == 0])
    assert "sci.med" in set(groups[corpus.labels == 0])


@pytest.mark.slow
def test_by_date_split(corpus):
    # The sizes that http://qwone.com/~jason/20Newsgroups/ gives.
    assert (~corpus.is_test).sum() == 11_314
    assert corpus.is_test.sum() == 7_532


@pytest.mark.slow
def test_headers_footers_and_quotes_are_gone(corpus):
    # 515 posts are nothing but headers, footers and quotes.
    assert sum(not text.strip() for text in corpus.texts) == 515


@pytest.mark.slow
@pytest.mark.usefixtures("cached")
def test_other_positive_groups():
    corpus = newsgroups.load(positive_groups=["rec.sport.*", "sci.med"])
    positive = {group for group, label in zip(corpus.groups, corpus.labels, strict=True) if label}
    assert positive == {"rec.sport.baseball", "rec.sport.hockey", "sci.med"}
    assert corpus.class_names == ("other", "positive")
    assert "rec.sport.*, sci.med" in corpus.source


@pytest.mark.slow
@pytest.mark.usefixtures("cached")
@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (
            ["comp.*", "sci.medicine"],
            r"^No newsgroup matches 'sci.medicine'; there are: alt.atheism, .*religion.misc\.$",
        ),
        (["*"], r"^\* makes every newsgroup positive: leave some out\.$"),
    ],
)
def test_groups_that_make_no_two_classes(groups, message):
    with pytest.raises(DataError, match=message):
        newsgroups.load(positive_groups=groups)


@pytest.mark.slow
@pytest.mark.usefixtures("cached")
def test_subjects_in_front(corpus):
    subjects = newsgroups.load(keep_subject=True)
    assert subjects.name == "20newsgroups-subject"
    assert any("reply threads cross a random split" in note for note in subjects.notes)
    for text, plain in zip(subjects.texts[:500], corpus.texts, strict=False):
        subject, _, rest = text.partition("\n")
        assert rest == plain
        assert not subject.startswith("Subject:")
    # Hardly a post is without a subject.
    assert sum(text.startswith("\n") for text in subjects.texts) < 20


@pytest.mark.slow
@pytest.mark.usefixtures("cached")
def test_quotes_kept(corpus):
    quotes = newsgroups.load(keep_quotes=True)
    assert quotes.name == "20newsgroups-quotes"
    assert "without headers and footers; positive" in quotes.source
    assert any("both may stand in different splits" in note for note in quotes.notes)
    longer = [len(text) > len(plain) for text, plain in zip(quotes.texts, corpus.texts, strict=True)]
    assert 0.3 < sum(longer) / len(longer) < 0.7


@pytest.mark.parametrize(
    ("post", "subject"),
    [
        ("From: a\nSubject: Re: cats \nLines: 2\n\nText", "Re: cats"),
        ("From: a\n\nSubject: of the text, not the header", ""),
        ("Subject:\n\nText", ""),
        ("", ""),
    ],
)
def test_subject_line(post, subject):
    assert newsgroups._subject(post) == subject


@pytest.mark.usefixtures("no_network")
def test_no_network_is_one_sentence_at_once(empty_home, capsys):
    start = time.monotonic()
    with pytest.raises(SourceUnavailable) as caught:
        newsgroups.load()
    assert time.monotonic() - start < 2
    assert str(caught.value) == (
        "20 Newsgroups could not be had ([Errno -2] Name or service not known): connect to the internet, or put "
        f"scikit-learn's 20news-bydate_py3.pkz into {empty_home}."
    )
    assert capsys.readouterr() == ("", "")


@pytest.mark.slow
@pytest.mark.usefixtures("empty_home")
def test_a_download_that_hangs_is_given_up(monkeypatch):
    from sklearn.datasets import _twenty_newsgroups

    with socket.create_server(("127.0.0.1", 0)) as server:
        connections = []
        # Takes calls and never answers them.
        threading.Thread(target=lambda: connections.extend(server.accept()[0] for _ in range(2)), daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/20news.tar.gz"
        monkeypatch.setattr(_twenty_newsgroups, "ARCHIVE", _twenty_newsgroups.ARCHIVE._replace(url=url))
        monkeypatch.setattr(newsgroups, "DOWNLOAD_TIMEOUT", 0.5)
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        start = time.monotonic()
        with pytest.raises(SourceUnavailable, match="timed out"):
            newsgroups.load()
        assert 0.5 < time.monotonic() - start < 4  # two tries of half a second each
        for connection in connections:
            connection.close()
    assert socket.getdefaulttimeout() is None


def test_half_a_download_is_not_left_as_a_cache(empty_home, monkeypatch):
    def interrupted(*, data_home, **_):
        (Path(data_home) / newsgroups.CACHE).write_bytes(b"half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr("sklearn.datasets.fetch_20newsgroups", interrupted)
    with pytest.raises(KeyboardInterrupt):
        newsgroups.load()
    assert not list(empty_home.iterdir())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>404</html>", id="a page"),
        pytest.param(zlib.compress(pickle.dumps({}))[:-4], id="cut off"),
        pytest.param(zlib.compress(pickle.dumps({"train": 1})), id="something else"),
    ],
)
@pytest.mark.usefixtures("no_network")
def test_a_broken_cache_is_said_to_be_deleted(empty_home, content, capsys):
    cache = empty_home / "20news-bydate_py3.pkz"
    cache.write_bytes(content)
    with pytest.raises(DataError) as caught:
        newsgroups.load()
    assert not isinstance(caught.value, SourceUnavailable)  # a run with --data auto must not hide it behind the sample
    assert str(caught.value) == (
        f"{cache} is not the 20 Newsgroups that scikit-learn keeps there: delete it so that it is downloaded again."
    )
    assert cache.read_bytes() == content
    assert capsys.readouterr() == ("", "")


class Hostile:
    """Unpickled, it makes a folder."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return os.mkdir, (self.path,)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_a_cache_that_would_run_code_is_refused_and_does_not_run_it(empty_home, protocol):
    cache = empty_home / "20news-bydate_py3.pkz"
    cache.write_bytes(zlib.compress(pickle.dumps({"train": Hostile(empty_home / "made")}, protocol)))
    with pytest.raises(DataError, match="is not the 20 Newsgroups that scikit-learn keeps there: delete it"):
        newsgroups.load()
    assert not (empty_home / "made").exists()


def test_a_data_home_that_cannot_be_made(monkeypatch, tmp_path):
    # get_data_home makes the folder, and so raises, before there is anything to fetch.
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "file"))
    with pytest.raises(SourceUnavailable, match="SCIKIT_LEARN_DATA to a folder that can be written"):
        newsgroups.load()


@pytest.mark.usefixtures("no_network", "empty_home")
def test_auto_falls_back_on_the_sample_and_says_so(capsys):
    corpus = sources.load(Settings(data="auto"))
    assert corpus.name == "sample"
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    assert line.startswith("20 Newsgroups could not be had (")
    assert line.endswith(" Going on with the built-in sample instead.\n")


@pytest.mark.usefixtures("no_network", "empty_home")
def test_asked_for_by_name_it_is_never_replaced(capsys):
    with pytest.raises(SourceUnavailable):
        sources.load(Settings(data="20newsgroups"))
    assert capsys.readouterr().out == ""


@pytest.mark.slow
@pytest.mark.usefixtures("cached")
def test_auto_is_20_newsgroups_where_it_can_be_had(corpus, capsys):
    found = sources.load(Settings(data="auto"))
    assert found.texts == corpus.texts
    np.testing.assert_array_equal(found.labels, corpus.labels)
    assert capsys.readouterr().out == ""
