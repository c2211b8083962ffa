"""`report.md`: the table, what it means, the data it was measured on, and how to repeat it."""

from __future__ import annotations

from collections.abc import Sequence

import yaml
from tabulate import tabulate

from reports.evaluation import Evaluation
from reports.numbers import percent
from reports.reading.comparison import Comparison, Row
from reports.reading.facts import SplitFacts
from reports.writing.table import escape, render

PARTS = ("train", "validation", "test")


def render_report(evaluation: Evaluation) -> str:
    """The whole report as Markdown."""
    comparison, environment = evaluation.comparison, evaluation.comparison.run.environment
    sections = [
        f"# {comparison.run.name}",
        escape(evaluation.recommended.reason),
        render(evaluation, "pipe"),
        "![Test accuracy of each model](accuracy.svg)",
        *(f"- {escape(sentence)}" for sentence in evaluation.verdicts),
        "## Data",
        *_data(comparison),
        "## Per class",
        "Of the first seed's test texts.",
        _per_class(comparison.rows),
        *_per_group(comparison.rows),
        "## Confusion",
        "Of the first seed's test texts; rows are true classes, columns answers.",
        *_confusion(comparison),
        "## What each model read, and what was chosen on validation",
        *(
            f"- {escape(row.title)}: {escape(row.reads)}"
            + (f"; {escape(chosen)}" if (chosen := row.by_seed[0].description.chosen) else "")
            for row in comparison.rows
        ),
        "## To repeat it",
        f"```\nKERAS_BACKEND={environment.backend} python -m training.run --config settings.yaml\n```",
        f"Python {environment.python}, {environment.system}, {environment.processor}, "
        f"{environment.cores} cores; "
        + ", ".join(f"{name} {version}" for name, version in environment.packages.items())
        + ".",
        "```yaml\n" + yaml.safe_dump(comparison.run.settings, sort_keys=False, allow_unicode=True).strip() + "\n```",
    ]
    text = ""
    for section in sections:
        # Items of one list stand together, everything else apart.
        together = section.startswith("- ") and text.rsplit("\n", 1)[-1].startswith("- ")
        text += section if not text else ("\n" if together else "\n\n") + section
    return text + "\n"


def _data(comparison: Comparison) -> list[str]:
    data = comparison.data
    sections = [
        f"{escape(data.source)}; {data.texts:,} texts.",
        *(f"Note: {escape(note)}." for note in data.notes),
    ]
    for split in data.splits:
        overlaps = [[pair, count, split.overlaps.after[pair]] for pair, count in split.overlaps.before.items()]
        sections += [
            f"Seed {split.seed}; {split.label_conflicts} texts stand with more than one label.",
            _table(split_lines(split, comparison), ["", *PARTS]),
            _table(overlaps, ["texts of the later split also in the earlier", "before", "after removal"]),
        ]
    return sections


def split_lines(split: SplitFacts, comparison: Comparison) -> list[list]:
    """The facts of one split, each as its name and the values for train, validation and test."""
    rows = [
        ["texts before", *(split.samples.before[part] for part in PARTS)],
        ["empty once cleaned, dropped", *(split.empty_after_cleaning[part] for part in PARTS)],
        ["texts after", *(split.samples.after[part] for part in PARTS)],
        ["repeated within the split, kept", *(split.duplicates_within[part] for part in PARTS)],
        *(
            [f"share of {name}", *(percent(split.class_shares[part][name]) for part in PARTS)]
            for name in comparison.data.class_names
        ),
        ["words in the median text", *(f"{split.length_percentiles[part]['50']:.0f}" for part in PARTS)],
        ["longer than the sequence length", *(percent(split.longer_than_sequence[part]) for part in PARTS)],
        [
            f"running words in the vocabulary of {split.words_in_vocabulary:,}",
            *(percent(split.vocabulary_coverage[part]) for part in PARTS),
        ],
    ]
    trials = [trial for row in comparison.rows for trial in row.by_seed if trial.seed == split.seed]
    pieces = next((trial.wordpiece for trial in trials if trial.wordpiece), None)
    if pieces:
        rows.append(["word pieces known to the encoder", *(percent(pieces["coverage"][part], 2) for part in PARTS)])
        rows.append(["cut at the encoder's length", *(percent(pieces["cut"][part]) for part in PARTS)])
    return rows


def _per_class(rows: Sequence[Row]) -> str:
    body = [
        [
            row.title,
            name,
            f"{scores.precision:.3f}",
            f"{scores.recall:.3f}",
            f"{scores.f1:.3f}",
            f"{scores.n:.0f}",
        ]
        for row in rows
        for name, scores in row.by_seed[0].test.per_class.items()
    ]
    return _table(body, ["model", "class", "precision", "recall", "F1", "n"])


def _per_group(rows: Sequence[Row]) -> list[str]:
    # A model that failed on some seeds has answered fewer texts, perhaps none of a rare group.
    found = {row.title: row.accuracy_by_group for row in rows if row.accuracy_by_group}
    if not found:
        return []
    body = [
        [
            group,
            max(cells[group].n for cells in found.values() if group in cells),
            *(percent(cells[group].accuracy) if group in cells else "–" for cells in found.values()),
        ]
        for group in sorted(set().union(*found.values()))
    ]
    return ["## Accuracy per group", "Over the test texts of all seeds.", _table(body, ["group", "n", *found])]


def _confusion(comparison: Comparison) -> list[str]:
    names = comparison.data.class_names
    return [
        _table(
            [[name, *counts] for name, counts in zip(names, row.by_seed[0].test.confusion_matrix, strict=True)],
            [row.title, *names],
        )
        for row in comparison.rows
    ]


def _table(rows: list[list], headers: list[str]) -> str:
    body = [[escape(str(cell)) for cell in row] for row in rows]
    return tabulate(body, [escape(header) for header in headers], tablefmt="pipe", disable_numparse=True)
