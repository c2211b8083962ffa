"""From the name a user gives (`20newsgroups`, `sample`, a file) to a `Corpus`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from data.corpus import Corpus, DataError
from data.messages import shorten
from data.sources import newsgroups, sample, tables
from data.sources.text_files import LONGEST_PATH


def load(
    name: str,
    *,
    positive_groups: Sequence[str] = newsgroups.POSITIVE_GROUPS,
    keep_subject: bool = False,
    text_column: str = "text",
    label_column: str = "label",
    encoding: str = "utf-8",
) -> Corpus:
    """The corpus that `name` means.

    Args:
        name: `20newsgroups`; `sample`, the built-in one; the path of a table; or `auto`, which is
            20 Newsgroups where it can be had and the built-in sample, saying so, where it cannot.

    Raises:
        DataError: the data cannot be had or used.
    """
    if name == "auto":
        try:
            return newsgroups.load(positive_groups, keep_subject)
        except newsgroups.DownloadError as error:
            print(f"{error} Going on with the built-in sample instead.", flush=True)
            return sample.load()
    if name == newsgroups.NAME:
        return newsgroups.load(positive_groups, keep_subject)
    if name == "sample":
        return sample.load()
    path = Path(name)
    if path.suffix.lower() in tables.SUFFIXES or os.path.exists(name):  # unlike Path.exists it never raises
        return tables.load(path, text_column, label_column, encoding)
    raise DataError(
        f"--data {shorten(name, LONGEST_PATH)} is neither {newsgroups.NAME}, sample, nor a file "
        f"({', '.join(tables.SUFFIXES)}) that is there: check the path."
    )
