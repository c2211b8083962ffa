"""`report.md`: the table, what it means, the data it was measured on, and how to repeat it."""

from __future__ import annotations

import yaml
from tabulate import tabulate

from reports.numbers import percent
from reports.writing.table import escape, render

PARTS = ("train", "validation", "test")


def render_report(comparison: dict, sentences: list[str], settings: dict, environment: dict) -> str:
    """The whole report as Markdown."""
    sections = [
        f"# {comparison['run']['name']}",
        escape(comparison["recommended"]["reason"]),
        render(comparison, "pipe"),
        "![Test accuracy of each model](accuracy.svg)",
        *(f"- {escape(sentence)}" for sentence in sentences),
        "## Data",
        *_data(comparison["data"]),
        "## Per class",
        "Of the first seed's test texts.",
        _per_class(comparison),
        *_per_group(comparison),
        "## Confusion",
        "Of the first seed's test texts; rows are true classes, columns answers.",
        *_confusion(comparison),
        "## What each model read, and what was chosen on validation",
        *(
            f"- {escape(row['title'])}: {escape(row['reads'])}"
            + (f"; {row['by_seed'][0]['chosen']}" if row["model"] == "linear" else "")
            for row in comparison["rows"]
            if row["by_seed"]
        ),
        "## To repeat it",
        f"```\nKERAS_BACKEND={environment['backend']} python -m training.run --config settings.yaml\n```",
        f"Python {environment['python']}, {environment['system']}, {environment['processor']}, "
        f"{environment['cores']} cores; "
        + ", ".join(f"{name} {version}" for name, version in environment["packages"].items())
        + ".",
        "```yaml\n" + yaml.safe_dump(settings, sort_keys=False, allow_unicode=True).strip() + "\n```",
    ]
    text = ""
    for section in sections:
        # Items of one list stand together, everything else apart.
        together = section.startswith("- ") and text.rsplit("\n", 1)[-1].startswith("- ")
        text += section if not text else ("\n" if together else "\n\n") + section
    return text + "\n"


def _data(data: dict) -> list[str]:
    sections = [
        f"{escape(data['source'])}; {data['texts']:,} texts.",
        *(f"Note: {escape(note)}." for note in data["notes"]),
    ]
    for split in data["splits"]:
        rows = split_lines(split, data["class_names"])
        overlaps = [
            [pair, split["overlaps"]["before"][pair], split["overlaps"]["after"][pair]]
            for pair in split["overlaps"]["before"]
        ]
        sections += [
            f"Seed {split['seed']}; {split['label_conflicts']} texts stand with more than one label.",
            _table(rows, ["", *PARTS]),
            _table(overlaps, ["texts of the later split also in the earlier", "before", "after removal"]),
        ]
    return sections


def split_lines(split: dict, class_names: list[str]) -> list[list]:
    """The facts of one split, each as its name and the values for train, validation and test."""
    rows = [
        ["texts before", *(split["samples"]["before"][part] for part in PARTS)],
        ["empty once cleaned, dropped", *(split["empty_after_cleaning"][part] for part in PARTS)],
        ["texts after", *(split["samples"]["after"][part] for part in PARTS)],
        ["repeated within the split, kept", *(split["duplicates_within"][part] for part in PARTS)],
        *(
            [f"share of {name}", *(percent(split["class_shares"][part][name]) for part in PARTS)]
            for name in class_names
        ),
        ["words in the median text", *(f"{split['length_percentiles'][part]['50']:.0f}" for part in PARTS)],
        ["longer than the sequence length", *(percent(split["longer_than_sequence"][part]) for part in PARTS)],
        [
            f"running words in the vocabulary of {split['words_in_vocabulary']:,}",
            *(percent(split["vocabulary_coverage"][part]) for part in PARTS),
        ],
    ]
    if "wordpiece" in split:
        pieces = split["wordpiece"]
        rows.append(["word pieces known to the encoder", *(percent(pieces["coverage"][part], 2) for part in PARTS)])
        rows.append(["cut at the encoder's length", *(percent(pieces["cut"][part]) for part in PARTS)])
    return rows


def _per_class(comparison: dict) -> str:
    rows = [
        [
            row["title"],
            name,
            f"{scores['precision']:.3f}",
            f"{scores['recall']:.3f}",
            f"{scores['f1']:.3f}",
            f"{scores['n']:.0f}",
        ]
        for row in comparison["rows"]
        if row["by_seed"]
        for name, scores in row["by_seed"][0]["test"]["per_class"].items()
    ]
    return _table(rows, ["model", "class", "precision", "recall", "F1", "n"])


def _per_group(comparison: dict) -> list[str]:
    rows = [row for row in comparison["rows"] if row["by_seed"] and row["accuracy_by_group"]]
    if not rows:
        return []
    # A model that failed on some seeds has answered fewer texts, perhaps none of a rare group.
    found = [row["accuracy_by_group"] for row in rows]
    body = [
        [
            group,
            max(cells[group]["n"] for cells in found if group in cells),
            *(percent(cells[group]["accuracy"]) if group in cells else "–" for cells in found),
        ]
        for group in sorted(set().union(*found))
    ]
    return [
        "## Accuracy per group",
        "Over the test texts of all seeds.",
        _table(body, ["group", "n", *(row["title"] for row in rows)]),
    ]


def _confusion(comparison: dict) -> list[str]:
    names = comparison["data"]["class_names"]
    return [
        _table(
            [
                [name, *counts]
                for name, counts in zip(names, row["by_seed"][0]["test"]["confusion_matrix"], strict=True)
            ],
            [row["title"], *names],
        )
        for row in comparison["rows"]
        if row["by_seed"]
    ]


def _table(rows: list[list], headers: list[str]) -> str:
    body = [[escape(str(cell)) for cell in row] for row in rows]
    return tabulate(body, [escape(header) for header in headers], tablefmt="pipe", disable_numparse=True)
