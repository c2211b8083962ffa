"""The table of models, for the terminal and for Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import fmean

from tabulate import tabulate

from models.metrics import Table
from reports.evaluation import Evaluation
from reports.numbers import MISSING, count_range, percent
from reports.reading.comparison import Comparison, Row
from reports.writing.columns import Column, columns


def render(evaluation: Evaluation, style: str, table: Table = Table.SUMMARY) -> str:
    """The rows in one of tabulate's styles (`simple`, or `pipe` for Markdown), with the table's caption below."""
    shown = escape if style == "pipe" else str
    shown_columns = columns(table, evaluation)
    body = [[shown(cell) for cell in line] for line in cells(evaluation, shown_columns)]
    written = tabulate(
        body,
        headings(shown_columns),
        tablefmt=style,
        colalign=["left" if column.left else "right" for column in shown_columns] if body else None,
        disable_numparse=True,
    )
    return f"{written}\n\n{shown(caption(evaluation.comparison))}"


def cells(evaluation: Evaluation, shown_columns: list[Column]) -> list[list[str]]:
    """What stands under the headings, a line for each model, those that failed or are missing among them."""
    return [
        [in_one_line(*column.cell(entry)) for column in shown_columns]
        if isinstance(entry, Row)
        else _absent(entry.model, entry.failed, shown_columns)
        for entry in evaluation.comparison.entries
    ]


def headings(shown_columns: list[Column]) -> list[str]:
    """What stands above the columns, in one line each."""
    return [in_one_line(column.title, column.second) for column in shown_columns]


def in_one_line(text: str, second: str) -> str:
    """A cell or a heading, its small print behind it in parentheses."""
    return f"{text} ({second})" if second else text


def _absent(model: str, failed: bool, shown_columns: list[Column]) -> list[str]:
    known = {"model": model, "remark": f"{'failed' if failed else 'missing'}: see below"}
    return [known.get(column.name, MISSING) for column in shown_columns]


def pipe_table(rows: Sequence[Sequence[object]], headers: Sequence[str]) -> str:
    """A table in Markdown, its cells as text."""
    body = [[escape(str(cell)) for cell in row] for row in rows]
    return tabulate(body, [escape(header) for header in headers], tablefmt="pipe", disable_numparse=True)


def escape(text: str) -> str:
    r"""Text as Markdown shows it, on one line, so that a class name neither ends a table's cell nor becomes HTML.

    >>> print(escape("a|b <i>"))
    a\|b \<i>
    """
    return re.sub(r"([\\`*\[<|&])", r"\\\1", " ".join(text.split()))


def caption(comparison: Comparison) -> str:
    """On what data, split, seeds and machine the numbers were measured."""
    data, run = comparison.data, comparison.run
    seeds = run.seeds
    several = f"{len(seeds)} folds" if run.settings.get("folds") else f"seeds {seeds[0]}–{seeds[-1]}"
    spread = f"mean ± standard deviation over {several}" if len(seeds) > 1 else f"seed {seeds[0]}"
    notes = "".join(f"; {note}" for note in data.notes)
    share = ""
    if len(data.class_names) == 2 and data.splits:
        positive = data.class_names[1]
        share = f", {percent(fmean(split.class_shares['test'][positive] for split in data.splits))} {positive}"
    return (
        f"Test split of {data.name} (n = {count_range(comparison.test_sizes)}{share}{notes}); {spread}; recipe "
        f"{run.recipe}; Keras on {run.environment.backend}, {run.environment.cores} cores"
        f"{f' and {run.environment.device}' if run.environment.device else ''}. Memory is the peak of the "
        "training process."
    )
