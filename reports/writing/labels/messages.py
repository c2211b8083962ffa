"""What `python -m reports.labels` says of the tables that it writes."""

from __future__ import annotations

import shlex
from pathlib import Path

from data.messages import shell_path
from data.sources.source import values_of
from models.run_folder import RunFolder
from reports.judging import changes, reactions, weaknesses
from reports.judging.suspicious_labels import UNSEEN
from reports.numbers import count, listed, plural
from reports.reading.judged_data import DataFindings
from reports.reading.source_table import is_table
from reports.writing.labels.corrected_table import TEST, Corrected
from reports.writing.labels.table_to_label import TableToLabel


def findings(found: DataFindings) -> list[str]:
    """What was found of the data beside its labels, each answer under its question."""
    said = []
    if found.weaknesses is not None:
        said += ["", weaknesses.TITLE, *weaknesses.answer(found.weaknesses)]
    if reacted := reactions.answer(found):
        said += ["", reactions.TITLE, *reacted]
    return [*said, "", changes.TITLE, *changes.answer(found), ""]


def corrected(written: Corrected, run: Path, output: Path, looked_through: bool) -> list[str]:
    """What a corrected table holds, and how to see what that is worth."""
    total = sum(written.changed.values())
    of_each = (
        listed([f"{count(changed)} of {part}" for part, changed in written.changed.items() if changed]) if total else ""
    )
    lines = [f"{output}: {plural(total, 'label')} corrected{f', {of_each}' if total else ''}."]
    if total and not looked_through:
        lines.append(f"labels.csv is as it was written, so that these are guesses that nobody has seen. {UNSEEN}")
    if written.changed[TEST]:
        lines.append(
            "Labels of the test split were changed (--include-test): scores on it can no longer be compared with those "
            "of the run."
        )
    if written.left:
        lines.append(
            f"{plural(written.left, 'correction')} of the test split left out, so that scores stay comparable: "
            "--include-test takes them."
        )
    if written.unwritten:
        lines.append(
            f"{plural(written.unwritten, 'correction')} left out: no label of the table stands for the class that rare "
            "ones were merged into."
        )
    same = "on the same splits" if written.same_split else "on splits made as before, which may differ"
    return [
        *lines,
        f"What that is worth, {same}: {written.command}",
        f"and then: python -m reports.page {shlex.quote(str(run.resolve()))} {written.new_run}",
    ]


def suggested(table: TableToLabel, chosen: int, voices: list[str], output: Path) -> list[str]:
    """Which texts were chosen, and how they become part of the data."""
    texts, settings = table.texts, table.texts.plan.settings
    lines = [
        f"{output}: {plural(chosen, 'text')} of {count(len(texts.unlabelled.texts))} unlabelled ones, "
        f"those that teach most: much to read, uncertain, none like another. Asked: {listed(voices)}."
    ]
    if texts.without:
        lines.append(f"{texts.without}: only the linear model was asked.")
    if table.labelled:
        lines.append(
            f"{plural(table.labelled, 'unlabelled text')} left out: the table has a label for "
            f"{'it' if table.labelled == 1 else 'them'}, which a larger --sample uses."
        )
    if table.undrawn:
        lines.append(
            f"The source has labels for {count(table.undrawn)} texts that the run did not draw, and these may be among "
            "them: a larger --sample uses those."
        )
    run = texts.plan.path.resolve()
    data = shlex.join(values_of(settings["data"]))
    if not is_table(texts.plan):
        data = "texts.csv"
        lines.append(
            "The run's source is no table, to which others could be added; its texts as one: "
            f"python -m reports.labels {shell_path(run)} --write {data}"
        )
    return [
        *lines,
        f"Fill in its column {table.label_column!r} (rows left empty stay unlabelled), and train with both: "
        f"python -m training.run --config {shell_path(RunFolder(run).settings)} --data {data} {shell_path(output)}",
    ]
