"""20 Newsgroups, made binary by topic: technical posts (`comp.*` and `sci.*` without `sci.med`) against the rest.

The labels say what a post is about, not how its writer feels. Source: http://qwone.com/~jason/20Newsgroups/
"""

from __future__ import annotations

import fnmatch
import functools
import io
import pickle
import socket
import tempfile
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.corpus import Corpus, DataError, Published, SourceUnavailable
from data.files import UNFINISHED
from data.sources.source import Source

if TYPE_CHECKING:
    from sklearn.utils import Bunch

NAME = "20newsgroups"
CACHE = "20news-bydate_py3.pkz"  # as scikit-learn names it
POSITIVE_GROUPS = ("comp.*", "sci.crypt", "sci.electronics", "sci.space")
CACHED_CLASSES = {("sklearn", "Bunch"), ("numpy", "_reconstruct"), ("numpy", "ndarray"), ("numpy", "dtype")}
DOWNLOAD_TIMEOUT = 10  # seconds without a byte
SUBSETS = ("train", "test")
SLIDES = tuple(
    Published(model, accuracy, "the published course slides (another split, n = 498)", 64, 5000)
    for model, accuracy in {"rnn": 0.5643, "lstm": 0.5643, "transformer": 0.7410, "distilbert": 0.6145}.items()
)


def load(
    positive_groups: Sequence[str] = POSITIVE_GROUPS, keep_subject: bool = False, keep_quotes: bool = False
) -> Corpus:
    """All 18,846 posts without headers, footers and quotes, from scikit-learn's cache or its download.

    Args:
        positive_groups: names or shell patterns of the newsgroups that make the positive class.
        keep_subject: put the subject line in front of the text.
        keep_quotes: leave what a post quotes of another.

    Raises:
        SourceUnavailable: the posts are neither in the cache nor can they be downloaded.
        DataError: the cache is broken, or a pattern in `positive_groups` names no newsgroup.
    """
    import numpy as np  # only once there is something to load: --help asks the sources for no more than their names

    bunches, subjects = _fetch(keep_subject, keep_quotes)
    names = bunches[0].target_names
    texts = [text for bunch in bunches for text in bunch.data]
    targets = np.concatenate([bunch.target for bunch in bunches])
    positive = _matching(names, positive_groups)
    if len(positive) == len(names):
        raise DataError(f"{' '.join(positive_groups)} makes every newsgroup positive: leave some out.")
    notes = ["the labels are topics, not sentiment"]
    if keep_subject:
        texts = [f"{subject}\n{text}" for subject, text in zip(subjects, texts, strict=True)]
        notes.append("subject lines kept: replies share theirs, and reply threads cross a random split")
    if keep_quotes:
        notes.append("quotes kept: a reply holds the text it answers, and both may stand in different splits")
    without = "headers and footers" if keep_quotes else "headers, footers and quotes"
    as_published = tuple(positive_groups) == POSITIVE_GROUPS
    class_names = ("other", "technical" if as_published else "positive")
    return Corpus(
        name=NAME + "-subject" * keep_subject + "-quotes" * keep_quotes,
        source=f"20 Newsgroups (by date) through scikit-learn, without {without}; "
        f"positive: {', '.join(positive_groups)}",
        texts=texts,
        labels=np.isin(targets, [names.index(name) for name in positive]).astype(np.int64),
        class_names=class_names,
        groups=[names[target] for target in targets],
        cleaned_as_published=True,
        is_test=np.repeat([False, True], [len(bunch.data) for bunch in bunches]),
        notes=tuple(notes),
        meaning="The label says which newsgroup a post was sent to: a topic, not a sentiment. "
        f"{class_names[1]!r} is {', '.join(positive_groups)}, {class_names[0]!r} every other group. A model that does "
        "well here knows subjects; nothing follows for how well it would read opinions.",
        group_kind="newsgroup",
        published=SLIDES if as_published else (),
    )


SOURCE = Source(
    name=NAME,
    title="posts of twenty newsgroups, the technical ones against the rest",
    owns=lambda data: data == NAME,
    load=load,
    settings=("positive_groups", "keep_subject", "keep_quotes"),
)


def _fetch(with_subjects: bool, with_quotes: bool) -> tuple[list[Bunch], list[str]]:
    """What scikit-learn has of each of `SUBSETS`, and all subject lines in the same order where they are asked for."""
    from sklearn.datasets import fetch_20newsgroups, get_data_home

    try:
        cache = Path(get_data_home()) / CACHE
    except OSError as error:
        raise SourceUnavailable(
            f"20 Newsgroups could not be had ({error.strerror}: {error.filename}): set SCIKIT_LEARN_DATA to a folder "
            "that can be written."
        ) from error
    fetch = functools.partial(fetch_20newsgroups, shuffle=False, download_if_missing=False)
    try:
        # scikit-learn warns of its retries, and prints what is wrong with a cache before it raises.
        with (
            _socket_timeout(DOWNLOAD_TIMEOUT),
            warnings.catch_warnings(action="ignore"),
            redirect_stdout(io.StringIO()),
        ):
            if not cache.exists():
                _download(cache)
            _inspect(cache)
            removed = ("headers", "footers") if with_quotes else ("headers", "footers", "quotes")
            bunches = [fetch(subset=subset, remove=removed) for subset in SUBSETS]
            complete = [fetch(subset=subset) for subset in SUBSETS if with_subjects]
    except Exception as error:  # scikit-learn lets URL, socket, pickle, zlib and tar errors through alike
        if cache.exists():
            raise DataError(
                f"{cache} is not the 20 Newsgroups that scikit-learn keeps there: delete it so that it is downloaded "
                "again."
            ) from error
        raise SourceUnavailable(
            f"20 Newsgroups could not be had ({_reason(error)}): connect to the internet, or put scikit-learn's "
            f"{CACHE} into {cache.parent}."
        ) from error
    return bunches, [_subject(post) for bunch in complete for post in bunch.data]


def _inspect(cache: Path) -> None:
    """Looks through scikit-learn's cache, which is a pickle, before scikit-learn loads it and runs what is in it.

    Raises:
        UnpicklingError: it holds more than lists and arrays.
    """
    _ArraysOnly(io.BytesIO(zlib.decompress(cache.read_bytes()))).load()


class _ArraysOnly(pickle.Unpickler):
    """Source: https://docs.python.org/3/library/pickle.html#restricting-globals."""

    def find_class(self, module: str, name: str) -> Any:
        if (module.partition(".")[0], name) not in CACHED_CLASSES:
            raise pickle.UnpicklingError(f"{module}.{name} has no business here")
        return super().find_class(module, name)


def _download(cache: Path) -> None:
    """Has scikit-learn download and convert the posts aside: a process killed meanwhile would leave half a cache."""
    from sklearn.datasets import fetch_20newsgroups

    with tempfile.TemporaryDirectory(dir=cache.parent, prefix=UNFINISHED) as aside:
        fetch_20newsgroups(data_home=aside, n_retries=1, delay=0.1)
        (Path(aside) / CACHE).replace(cache)


@contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    """scikit-learn's download has no time limit of its own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", error)) or type(error).__name__


def _matching(names: list[str], patterns: Sequence[str]) -> set[str]:
    found = set()
    for pattern in patterns:
        matches = fnmatch.filter(names, pattern)
        if not matches:
            raise DataError(f"No newsgroup matches {pattern!r}; there are: {', '.join(names)}.")
        found.update(matches)
    return found


def _subject(post: str) -> str:
    for line in post.splitlines():
        if line.startswith("Subject:"):
            return line.removeprefix("Subject:").strip()
        if not line.strip():
            break  # the header ends here
    return ""
