"""The user's own table behind a run, read again with all its cells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from data.corpus import DataError
from data.reading.columns import Choice
from data.reading.table import BAD_ROWS, Reading
from data.reading.text_encoding import AUTO
from data.sources import catalog as sources
from data.sources.source import values_of
from data.sources.split_columns import GROUP, SPLIT, TIME
from data.sources.table_rows import STANDARD_INPUT, Beside, files_of
from data.sources.whole_rows import WholeRow, whole_rows
from models.run_folder import RunFolderError
from reports.reading.facts import Plan

BESIDE = {"split_column": SPLIT, "group_column": GROUP, "time_column": TIME}


def is_table(plan: Plan) -> bool:
    """Whether a run was trained on tables of the user that can be read again, where they are still there."""
    data = plan.settings.get("data", AUTO)
    try:
        return "label_column" in sources.find(data).settings and STANDARD_INPUT not in values_of(data)
    except DataError:  # only files can be gone; who reads them says so
        return True


def source_files(plan: Plan) -> list[Path]:
    """The user's files that a run was trained and tested on, as far as they are there."""
    others = [plan.settings.get(name) for name in ("test", "unlabelled")]
    named = [*values_of(plan.settings.get("data", AUTO)), *(other for other in others if other)]
    with files_of([name for name in named if name != STANDARD_INPUT]) as files:
        return [file for file in files if file.is_file()]


def read_source_table(plan: Plan) -> Iterator[WholeRow]:
    """The rows of the tables that a run was trained on, read as it read them.

    Raises:
        RunFolderError: they cannot be read.
    """
    settings = plan.settings
    reading = Reading(
        settings.get("encoding", AUTO),
        settings.get("delimiter", AUTO),
        settings.get("quoting", AUTO),
        settings.get("bad_rows", BAD_ROWS),
    )
    beside = next((Beside(flag, settings[name]) for name, flag in BESIDE.items() if settings.get(name)), None)
    choice = Choice(tuple(settings.get("text_column", [AUTO])), settings.get("label_column", AUTO), False)
    try:
        yield from whole_rows(values_of(settings["data"]), reading, choice, beside)
    except DataError as error:
        raise RunFolderError(f"The table behind the run cannot be read again: {error}") from error
