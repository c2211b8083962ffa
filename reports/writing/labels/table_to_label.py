"""A table of unlabelled texts to fill in, with the columns of the user's own, so that both can be read together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from data.reading.columns import LABEL, TEXT
from data.sources.source import values_of
from data.sources.whole_rows import WholeRow
from data.splits.leakage import UNLABELLED
from data.splits.unlabelled import Unlabelled
from models.run_folder import RunFolderError
from reports.reading.facts import read_data
from reports.reading.run_texts import RunTexts
from reports.reading.source_table import is_table, read_source_table
from reports.writing.labels.user_tables import Cells, encode_entities, write_table


@dataclass(frozen=True)
class TableToLabel:
    """What can be suggested, and how it is written.

    Attributes:
        texts: of the run; its unlabelled texts are those that can be suggested.
        labelled: how many unlabelled texts were left out, since the user's table has a label for them.
        undrawn: how many texts with a label the run did not draw; some may be among the unlabelled ones.
        names: of the columns.
        text_columns: those of the texts.
        label_column: that of the labels.
        rows: the cells of the user's table, by text.
    """

    texts: RunTexts
    labelled: int
    undrawn: int
    names: list[str]
    text_columns: Sequence[str]
    label_column: str
    rows: Mapping[str, Cells]

    def write(self, output: Path, chosen: Sequence[int]) -> None:
        """Writes some of the texts, without their labels."""
        write_table(output, self.names, (self._row(self.texts.unlabelled.texts[at]) for at in chosen))

    def _row(self, text: str) -> Cells:
        if text in self.rows:
            return {**self.rows[text], self.label_column: None}
        split = self.texts.plan.settings.get("split_column")
        return {self.text_columns[0]: encode_entities(text)} | ({split: "train"} if split else {})


def table_to_label(texts: RunTexts) -> TableToLabel:
    """What can be suggested of a run.

    Raises:
        RunFolderError: nothing, or the user's table cannot be read again.
    """
    if not texts.unlabelled.texts:
        raise RunFolderError(
            f"{texts.plan.path} has no unlabelled texts to choose from: train with rows without a label in the table, "
            "or with --unlabelled FILE."
        )
    data = read_data(texts.plan.path)
    drawn = next(sum(split.samples.before.values()) for split in data.splits if split.seed == texts.seed)
    if not is_table(texts.plan):
        undrawn = data.texts - drawn if texts.plan.settings.get("unlabelled") == "auto" else 0
        return TableToLabel(texts, 0, undrawn, [TEXT, LABEL], [TEXT], LABEL, {})
    rows = list(read_source_table(texts.plan))
    if not rows:
        raise RunFolderError("The table behind the run has no rows any more: bring them back.")
    choice = rows[0].choice
    left, labelled = _without_labelled(texts, rows)
    if not left.unlabelled.texts:
        raise RunFolderError(
            f"All {labelled:,} unlabelled texts of the run have labels in {_shown(texts)}: a larger --sample uses them."
        )
    names = list(dict.fromkeys(name for row in rows for name in row.cells))
    own = {row.text: row.cells for row in rows}
    return TableToLabel(left, labelled, 0, names, choice.texts, choice.label or "", own)


def _without_labelled(texts: RunTexts, rows: Sequence[WholeRow]) -> tuple[RunTexts, int]:
    """The run without the unlabelled texts whose label it only did not draw, and how many these are."""
    known = {row.text for row in rows if row.label.strip()}
    kept = np.array([at for at, text in enumerate(texts.unlabelled.texts) if text not in known], dtype=np.int64)
    unlabelled = Unlabelled(
        *([found[at] for at in kept] for found in (texts.unlabelled.texts, texts.unlabelled.cleaned))
    )
    features = texts.features
    if features and UNLABELLED in features.by_part:
        by_part = features.by_part | {UNLABELLED: features.by_part[UNLABELLED][kept]}
        features = replace(features, by_part=by_part)
    return replace(texts, unlabelled=unlabelled, features=features), len(texts.unlabelled.texts) - len(kept)


def _shown(texts: RunTexts) -> str:
    return " ".join(values_of(texts.plan.settings["data"]))
