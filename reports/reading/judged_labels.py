"""What was found of the labels of a run, and what its user has made of `labels.csv`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from data.corpus import DataError
from data.reading.table import Reading, open_table
from data.sources.labels import UNKNOWN, class_finder
from models.run_folder import RunFolder, RunFolderError
from reports.reading.files import build, read_mapping, understood

SPLIT, INDEX, CORRECTED = "split", "index", "corrected_label"
COLUMNS = (
    *(SPLIT, INDEX, "row", "label", "looks_like", "probability_of_label", "probability_of_looks_like"),
    *("suspicious", CORRECTED, "words", "text"),
)


@dataclass(frozen=True)
class Recovery:
    """How many of the labels that were turned over on purpose are found again.

    Attributes:
        turned: training labels that were.
        first: texts at the head of the order.
        right: how many of these were turned ones.
        flagged: labels that then looked wrong, in all.
        flagged_right: how many of these were turned ones.
    """

    turned: int
    first: int
    right: int
    flagged: int
    flagged_right: int


@dataclass(frozen=True)
class LabelFacts:
    """What the report shows of the labels.

    Attributes:
        seed: whose split was judged.
        models: that were asked, in words.
        without_encoder: why only the linear model was, nothing where more were.
        texts: by split.
        suspicious: labels that look wrong, by split.
        recovery: of labels that were turned over on purpose.
        most_suspicious: rows of `labels.csv`, cells by column.
    """

    seed: int
    models: list[str]
    without_encoder: str
    texts: dict[str, int]
    suspicious: dict[str, int]
    recovery: Recovery
    most_suspicious: list[dict[str, str]]


def read_label_facts(run: Path) -> LabelFacts | None:
    """What was found of the labels, `None` where they were not judged.

    Raises:
        RunFolderError: the file is damaged.
    """
    path = RunFolder(run).judged_labels
    found = read_mapping(path)
    if found is None:
        return None
    with understood(path):
        return build(LabelFacts, found | {"recovery": build(Recovery, found["recovery"])})


def is_edited(run: Path) -> bool:
    """Whether `labels.csv` is another than what was written; also where nobody knows."""
    folder = RunFolder(run)
    if not folder.labels.exists():
        return False
    facts = read_mapping(folder.judged_labels) or {}
    return digest_of(folder.labels) != facts.get("digest")


def digest_of(path: Path) -> str:
    """Identity of what a file holds."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_corrections(run: Path, class_names: list[str]) -> dict[tuple[str, int], int]:
    """The corrected classes of `labels.csv`, by split and place in the corpus; a spreadsheet may have saved it anew.

    Raises:
        RunFolderError: it cannot be read, lacks a column, or a class is none of the run's.
    """
    path, find = RunFolder(run).labels, class_finder(class_names)
    corrections: dict[tuple[str, int], int] = {}
    wanted = (SPLIT, INDEX, CORRECTED)
    try:
        table = open_table(path, Reading(bad_rows=0), wanted)
        if missing := [name for name in wanted if name not in table.names]:
            raise RunFolderError(f"{path} has no column {missing[0]}: remove it, and judge the labels again.")
        for line, (split, index, corrected) in table.rows(wanted):
            new = find(corrected)
            if new == UNKNOWN:
                raise RunFolderError(
                    f"{path}, {table.damage.line} {line}: {corrected!r} is none of the classes: take one of "
                    f"{', '.join(class_names)}, or leave the cell empty."
                )
            if new is not None:
                corrections[split or "", int(index or "")] = new
    except DataError as error:
        raise RunFolderError(str(error)) from error
    except ValueError as error:
        raise RunFolderError(f"{path} has an index that is no number: judge the labels again.") from error
    return corrections
