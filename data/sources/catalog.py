"""Every source of texts, once, and which of them a value of `--data` means.

To add a source, write its module beside this one, with a `SOURCE` in it, and give it a place in `SOURCES`. Settings of
its own become fields of `training.settings.Settings`. Nothing else compares the name of a source: what is known of its
texts stands on the `Corpus` that it loads, and travels in the data card.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from data.classes import arrange_classes
from data.corpus import Corpus, DataError, SourceUnavailable
from data.messages import shorten
from data.reading.packing import LONGEST_PATH
from data.sources import folders, newsgroups, sample, tables
from data.sources.labels import clean_label
from data.sources.source import Data, Source, values_of
from data.stored.storage import HELD, Storage

HOW_SPLIT = ("test", "split_column", "group_column", "time_column")  # settings that only some sources have a use for
SOURCES = (newsgroups.SOURCE, sample.SOURCE, folders.SOURCE, tables.SOURCE)  # the first that owns `--data` has it
AUTO = "auto"
FIRST_CHOICE, STAND_IN = newsgroups.SOURCE, sample.SOURCE  # what `auto` means, and where that is unavailable
HELP = "; ".join(
    [
        *(f"{source.name}: {source.title}" for source in SOURCES),
        f"{AUTO}: {FIRST_CHOICE.name}, or {STAND_IN.name} where it is not available",
    ]
)


class DataSettings(Protocol):
    """The settings of a run: these, and whatever the sources take by name (`Source.settings`)."""

    @property
    def data(self) -> Data:
        """The value of `--data`, or several."""

    @property
    def positive(self) -> str | None:
        """See `data.classes.arrange_classes`, as for the other two."""

    @property
    def min_class_size(self) -> int:
        """Texts that a class must have."""

    @property
    def rare(self) -> str:
        """What becomes of a class that has fewer."""

    @property
    def test(self) -> str | None:
        """See `data.sources.tables.load`, as for the other three."""

    @property
    def split_column(self) -> str | None:
        """Says in which split a text is."""

    @property
    def group_column(self) -> str | None:
        """Says which texts stay together."""

    @property
    def time_column(self) -> str | None:
        """Says which texts are later."""


def load(settings: DataSettings, storage: Storage = HELD) -> Corpus:
    """The corpus that `settings.data` means, its `source_name` what `auto` turned out to be.

    Args:
        settings: of the run.
        storage: what becomes of more texts than the memory should hold; by default all are held.

    Raises:
        DataError: no source has that name, or the data is not available or cannot be used.
    """
    if settings.data != AUTO:
        return _load(find(settings.data), settings, settings.data, storage)
    try:
        return _load(FIRST_CHOICE, settings, FIRST_CHOICE.name, storage)
    except SourceUnavailable as error:
        print(f"{error} Going on with {STAND_IN.title} instead.", flush=True)
        return _load(STAND_IN, settings, STAND_IN.name, storage)


def is_name(data: Data) -> bool:
    """Whether `data` is the name of a source, not of the user's files."""
    return find(data).name == data


def find(data: Data) -> Source:
    """The source that a value of `--data` means, or several.

    Raises:
        DataError: none does, or not one that takes several.
    """
    if len(values := values_of(data)) > 1:
        for value in values:
            if not (source := find(value)).several:
                raise DataError(
                    f"--data {shorten(value, LONGEST_PATH)} cannot stand beside others, only tables can: name one."
                )
        return source
    for source in SOURCES:
        if source.owns(values[0]):
            return source
    *names, last = (source.name for source in SOURCES)
    raise DataError(
        f"--data {shorten(values[0], LONGEST_PATH)} is neither {', '.join(names)}, nor {last} that is there: check the "
        "path."
    )


def _load(source: Source, settings: DataSettings, name: Data, storage: Storage) -> Corpus:
    for setting in HOW_SPLIT:
        if getattr(settings, setting) is not None and setting not in source.settings:
            given = shorten(" ".join(values_of(name)), LONGEST_PATH)
            raise DataError(
                f"--{setting.replace('_', '-')} is for tables, and --data {given} is none: leave it out, or "
                "name a table."
            )
    asked = {setting: getattr(settings, setting) for setting in source.settings}
    corpus = source.load(**asked, **({"storage": storage} if source.stores else {}))
    positive = settings.positive and clean_label(settings.positive)
    corpus = arrange_classes(corpus, positive, settings.min_class_size, settings.rare)
    return replace(corpus, source_name=name)
