"""The record of a run: its table with the command that gave it, for people and for programs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

from data.files import write_json, write_text
from models.metrics import Table
from reports.evaluation import Evaluation
from reports.reading.comparison import Comparison
from reports.writing.comparison_json import as_json
from reports.writing.repeating import begun_with, machine
from reports.writing.table import render

KEPT = ("run", "data", "rows", "missing", "recommended", "costs")  # of comparison.json
NOT_KEPT = ("history", "accuracy_by_group")  # of a trial: long, and of use beside its run folder only
OF_DATA = ("name", "source", "notes", "texts", "class_names", "splits")


def default_name(comparison: Comparison) -> str:
    """What its files are called: data, recipe and, where there are several, the seeds."""
    run = comparison.run
    seeds = f" {len(run.seeds)} seeds" if len(run.seeds) > 1 else ""
    return re.sub(r"[^a-z0-9]+", "-", f"{comparison.data.name} {run.recipe}{seeds}".lower()).strip("-")


def write_record(evaluation: Evaluation, folder: Path, name: str) -> str:
    """Writes `<name>.json` and `<name>.md`; the table, in Markdown with its caption."""
    comparison = evaluation.comparison
    run, data = comparison.run, comparison.data
    table, typed = render(evaluation, "pipe", Table.RECORD), without_folders(begun_with(run))
    write_text(
        folder / f"{name}.md",
        f"# {name}\n\n{table}\n\n{data.source}; {data.texts:,} texts. Begun on {run.environment.begun} with\n\n"
        f"```\n{typed}\n```\n\non {machine(run)}\n",
    )
    found = as_json(evaluation)
    kept: dict[str, Any] = {"begun": run.environment.begun, "command": typed, "machine": machine(run)}
    kept |= {key: found[key] for key in KEPT} | {"data": {key: found["data"][key] for key in OF_DATA}}
    for row in kept["rows"]:
        row["by_seed"] = [{key: trial[key] for key in trial if key not in NOT_KEPT} for trial in row["by_seed"]]
    write_json(folder / f"{name}.json", kept)
    return table


def without_folders(command: str) -> str:
    """The command with names in place of whole paths: whoever reads a record need not know where its files lie.

    >>> without_folders("python -m training.run --data '/home/me/my posts.csv' --sample 600")
    "python -m training.run --data 'my posts.csv' --sample 600"
    """
    words = shlex.split(command)
    return shlex.join([Path(word).name if Path(word).expanduser().is_absolute() else word for word in words])


def quote_in(readme: Path, name: str, table: str) -> bool:
    """Puts the table where the file quotes the record, between `<!-- NAME -->` and `<!-- end -->`; whether it does."""
    text = readme.read_text(encoding="utf-8")
    start, end = f"<!-- {name} -->\n", "\n<!-- end -->"
    before, found, rest = text.partition(start)
    if not found or end not in rest:
        return False
    write_text(readme, f"{before}{start}{table}{end}{rest.partition(end)[2]}")
    return True
