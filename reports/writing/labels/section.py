"""The section on labels that look wrong, of the page and of the Markdown report; nothing where none were judged."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from data.messages import shell_path, shorten
from reports.judging.suspicious_labels import HOW, UNSEEN, found
from reports.numbers import percent
from reports.reading.judged_labels import LabelFacts, read_label_facts
from reports.writing.table import escape, pipe_table
from reports.writing.templating import render

SHOWN = 160  # characters of a text


def render_html(run: Path) -> Markup:
    """The section as HTML.

    Raises:
        RunFolderError: `labels.json` is damaged.
    """
    facts = read_label_facts(run)
    if facts is None:
        return Markup("")
    return Markup(
        render("suspicious.html", sentences=found(facts), how=HOW, rows=_rows(facts), corrected=_how_to_correct(run))
    )


def render_markdown(run: Path, title: str) -> list[str]:
    """The section as parts of Markdown, its heading first.

    Raises:
        RunFolderError: `labels.json` is damaged.
    """
    facts = read_label_facts(run)
    if facts is None:
        return []
    rows = [
        [row["text"], row["place"], row["label"], row["looks_like"], f"{row['probability']} %", row["words"]]
        for row in _rows(facts)
    ]
    heads = ["text", "split and place", "labelled", "looks like", "probability of its label", "words that say so"]
    table = [pipe_table(rows, heads)] if rows else []
    return [f"## {title}", *map(escape, found(facts)), *table, escape(_how_to_correct(run)), escape(HOW)]


def _rows(facts: LabelFacts) -> list[dict[str, str]]:
    return [
        row
        | {
            "text": shorten(row["text"], SHOWN),
            "place": f"{row['split']}, {row['row'] or 'text ' + row['index']}",
            "probability": percent(float(row["probability_of_label"])).removesuffix(" %"),
        }
        for row in facts.most_suspicious
    ]


def _how_to_correct(run: Path) -> str:
    command = f"python -m reports.labels {shell_path(run.resolve())} --write corrected.csv"
    return (
        f"{UNSEEN} In column corrected_label of labels.csv, empty a cell to keep a label, or write another class; "
        f"{command} then writes the table with these labels exchanged, except in the test split."
    )
