"""The comparison as a table, for the terminal and for Markdown."""

from __future__ import annotations

import re

from tabulate import tabulate

from reports.numbers import decimals, percent
from reports.reading.comparison import Absent, Comparison, Row

COLUMNS = {
    "model": "model",
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "weighted_f1": "weighted F1",
    "roc_auc": "ROC AUC",
    "log_loss": "log loss",
    "calibration": "ECE",
    "epochs": "epochs",
    "seconds_per_epoch": "s/epoch",
    "seconds_total": "s in all",
    "memory": "peak MB (estimated)",
    "speed": "texts/s at 1 · 32 · 256",
    "parameters": "parameters (trained)",
    "remark": "remark",
}


def render(comparison: Comparison, style: str) -> str:
    """The table in one of tabulate's styles (`simple`, or `pipe` for Markdown), with its caption below."""
    shown = escape if style == "pipe" else str
    cells = [
        _cells(entry, len(comparison.run.seeds)) if isinstance(entry, Row) else _absent(entry)
        for entry in comparison.entries
    ]
    body = [[shown(row.get(name, "–")) for name in COLUMNS] for row in cells]
    align = ["left" if name in ("model", "remark") else "right" for name in COLUMNS]
    table = tabulate(
        body, list(COLUMNS.values()), tablefmt=style, colalign=align if body else None, disable_numparse=True
    )
    return f"{table}\n\n{shown(caption(comparison))}"


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
    spread = f"mean ± standard deviation over seeds {seeds[0]}–{seeds[-1]}" if len(seeds) > 1 else f"seed {seeds[0]}"
    notes = "".join(f"; {note}" for note in data.notes)
    positive = data.splits[0].positive_share if data.splits else None
    share = "" if positive is None else f", {percent(positive)} {data.class_names[1]}"
    return (
        f"Test split of {data.name} (n = {sizes(comparison)}{share}{notes}); {spread}; recipe {run.recipe}; "
        f"Keras on {run.environment.backend}, {run.environment.cores} cores. Memory is the highest of the training "
        "process."
    )


def sizes(comparison: Comparison) -> str:
    """How many texts the test split has, from the smallest to the largest over the seeds."""
    tests = comparison.test_sizes
    fewest, most = min(tests, default=0), max(tests, default=0)
    return f"{fewest:,}" if fewest == most else f"{fewest:,}–{most:,}"


def remarks(row: Row, seeds: int) -> list[str]:
    """What a reader must know of a trained row before believing its numbers."""
    found = [name for name, shown in (("collapsed", row.collapsed), ("over-fitted", row.overfitted)) if shown]
    if len(row.by_seed) < seeds:
        found.append(f"{len(row.by_seed)} seed{'s' if len(row.by_seed) > 1 else ''} only")
    found += sorted({f"stopped by {trial.stopped_by}" for trial in row.by_seed if trial.stopped_by})
    cached = sum(trial.cached_texts for trial in row.by_seed)
    if cached:  # seconds would otherwise look like those of a first run
        found.append(f"{cached:,} texts encoded earlier")
    return found


def _absent(entry: Absent) -> dict[str, str]:
    return {"model": entry.model, "remark": f"{'failed' if entry.failed else 'missing'}: see below"}


def _cells(row: Row, seeds: int) -> dict[str, str]:
    deviation = "" if row.accuracy_std is None else f" ± {100 * row.accuracy_std:.1f}"
    return {
        "model": row.title,
        "accuracy": f"{100 * row.accuracy:.1f}{deviation} %",
        "macro_f1": decimals(row.metrics["macro_f1"], 3),
        "weighted_f1": decimals(row.metrics["weighted_f1"], 3),
        "roc_auc": decimals(row.metrics["roc_auc"], 3),
        "log_loss": decimals(row.metrics["log_loss"], 3),
        "calibration": decimals(row.metrics["expected_calibration_error"], 3),
        "epochs": "–" if row.epochs is None else f"{row.epochs:.3g}",
        "seconds_per_epoch": "–" if row.seconds_per_epoch is None else f"{row.seconds_per_epoch:.2g}",
        "seconds_total": f"{row.seconds_total:.0f}",
        "memory": f"{row.peak_memory_mb:,.0f}"
        + (f" ({row.estimated_memory_mb:,.0f})" if row.estimated_memory_mb else ""),
        "speed": " · ".join(f"{speed:,.0f}" for speed in row.texts_per_second.values()),
        "parameters": f"{row.parameters:,} ({row.trainable_parameters:,})",
        "remark": ", ".join(remarks(row, seeds)),
    }
