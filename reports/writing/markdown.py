"""`report.md`: the table, what it means, the data it was measured on, and how to repeat it."""

from __future__ import annotations

from collections.abc import Sequence

from reports.evaluation import Evaluation
from reports.judging import more_labels, searched
from reports.judging.suspicious_labels import TITLE
from reports.measuring.leaked import leaked_scores
from reports.numbers import listed, percent
from reports.reading.comparison import Comparison, Row
from reports.reading.split_facts import SplitFacts
from reports.writing import evidence, repeating
from reports.writing.confusion import MOST_CLASSES, most_confused
from reports.writing.labels import section as labels_section
from reports.writing.labels.findings import findings_markdown
from reports.writing.table import escape, pipe_table, render

PARTS = ("train", "validation", "test")


def render_report(evaluation: Evaluation) -> str:
    """The whole report as Markdown."""
    comparison, seed = evaluation.comparison, evaluation.comparison.first_seed or 0
    many = len(comparison.data.class_names) > MOST_CLASSES
    sections = [
        f"# {comparison.run.name}",
        escape(evaluation.recommended.reason),
        *map(escape, evaluation.recommended.details),
        render(evaluation, "pipe"),
        "![Test accuracy of each model](accuracy.svg)",
        *(f"- {escape(sentence)}" for sentence in evaluation.verdicts),
        *_label_curve(evaluation),
        *_search(evaluation),
        *labels_section.render_markdown(comparison.run.path, TITLE),
        *findings_markdown(comparison.run.path),
        "## Data",
        *_data(comparison),
        "## Per class",
        f"Of the test texts of seed {seed}.",
        _per_class(comparison.rows, seed),
        *_per_group(comparison.rows),
        "## Confusion",
        f"Of the test texts of seed {seed}; "
        + ("the most frequent." if many else "rows are true classes, columns are answers."),
        *_confusion(comparison, seed),
        "## What each model read, and what was chosen on validation",
        *(
            f"- {escape(row.title)}: {escape(row.reads)}"
            + (f"; {escape(chosen)}" if (chosen := row.trial(seed).description.chosen) else "")
            for row in comparison.rows
        ),
        "## To repeat it",
        f"```\n{repeating.command(comparison.run)}\n```",
        escape(repeating.machine(comparison.run)),
        f"```yaml\n{repeating.settings_yaml(comparison.run)}\n```",
    ]
    text = ""
    for section in sections:
        # Items of one list stand together, everything else apart.
        together = section.startswith("- ") and text.rsplit("\n", 1)[-1].startswith("- ")
        text += section if not text else ("\n" if together else "\n\n") + section
    return text + "\n"


def _label_curve(evaluation: Evaluation) -> list[str]:
    if not evaluation.label_curve.wanted or not evaluation.comparison.rows:
        return []
    found = evidence.gather_labels(evaluation)
    sections = [f"## {more_labels.TITLE}", *map(escape, found["sentences"])]
    for table in found["tables"]:
        heads = [f"{table['part']} accuracy with so many labels", *found["sizes"], *table["heads"]]
        lines = [
            [line["name"], *(f"{cell.text} ({cell.second})" if cell.second else cell.text for cell in line["cells"])]
            for line in table["lines"]
        ]
        sections.append(pipe_table(lines, heads))
    return [*sections, *map(escape, found["notes"])]


def _search(evaluation: Evaluation) -> list[str]:
    if not evaluation.search.asked or not evaluation.comparison.rows:
        return []
    found = evidence.gather_search(evaluation)
    sections = [f"## {searched.TITLE}", *map(escape, found["sentences"])]
    for table in found["tables"]:
        heads = ["training, %", "validation, %", "training loss", "validation loss", "epochs", "s", "outcome"]
        lines = [
            [f"{line['name']} (chosen)" if line["chosen"] else line["name"], *line["cells"], line["outcome"]]
            for line in table["lines"]
        ]
        sections.append(pipe_table(lines, [f"{table['model']}, trial{table['which']}", *table["names"], *heads]))
    return [*sections, *map(escape, found["notes"])]


def _data(comparison: Comparison) -> list[str]:
    data = comparison.data
    sections = [
        f"{escape(data.source)}; {data.texts:,} texts.",
        *(f"Note: {escape(note)}." for note in data.notes),
        *([f"Splits: {escape(data.split_rule)}."] if data.split_rule else []),
    ]
    for split in data.splits:
        overlaps = [[pair, count, split.overlaps.after[pair]] for pair, count in split.overlaps.before.items()]
        sections += [
            f"Seed {split.seed}. Different texts that occur with more than one label: {split.label_conflicts:,}. "
            f"{split.unlabelled.sentence} {split.near_duplicates.sentence}".rstrip(),
            pipe_table(split_lines(split, comparison), ["", *PARTS]),
            pipe_table(overlaps, ["texts of the later split also in the earlier", "before", "after removal"]),
        ]
    if scores := leaked_scores(comparison):
        lines = [
            [escape(line.title), f"{line.n:,}", *map(percent, (line.without, line.together, line.alone))]
            for line in scores
        ]
        sections += [
            "What leakage would have been worth: the texts that were taken out of the test split, since they stand in "
            "an earlier one or nearly do.",
            pipe_table(lines, ["model", "texts", "accuracy without them", "with them", "on them alone"]),
        ]
    return sections


def _repeated(split: SplitFacts, part: str) -> int:
    """Texts of a split that were removed since an earlier one has them, empty ones aside."""
    others = split.empty_after_cleaning[part] + split.near_duplicates.removed.get(part, 0)
    return split.samples.before[part] - split.samples.after[part] - others


def split_lines(split: SplitFacts, comparison: Comparison) -> list[list]:
    """The facts of one split, each as its name and the values for train, validation and test."""
    rows = [
        ["texts before", *(split.samples.before[part] for part in PARTS)],
        ["empty once cleaned, dropped", *(split.empty_after_cleaning[part] for part in PARTS)],
        ["stand in an earlier split, removed", *(_repeated(split, part) for part in PARTS)],
        *(
            [["nearly a text of an earlier split, removed", *(near.removed[part] for part in PARTS)]]
            if (near := split.near_duplicates).threshold
            else []
        ),
        ["texts after", *(split.samples.after[part] for part in PARTS)],
        ["repeated within the split, kept", *(split.duplicates_within[part] for part in PARTS)],
        *(
            [f"share of {name}", *(percent(split.class_shares[part][name]) for part in PARTS)]
            for name in comparison.data.class_names
        ),
        ["words in the median text", *(f"{split.length_percentiles[part]['50']:.0f}" for part in PARTS)],
        ["longer than the sequence length", *(percent(split.longer_than_sequence[part]) for part in PARTS)],
        *([["running words not read", *(percent(split.words_cut[part]) for part in PARTS)]] if split.words_cut else []),
    ]
    if split.words_in_vocabulary is not None:
        known = (percent(split.vocabulary_coverage[part]) for part in PARTS)
        rows.append([f"running words in the vocabulary of {split.words_in_vocabulary:,}", *known])
    for read in split.read_by_others:
        found = {
            f"longer than {read.sequence_length:,} words": read.longer_than_sequence,
            "running words not read": read.words_cut,
            f"running words in the vocabulary of {read.words_in_vocabulary:,}": read.vocabulary_coverage,
        }
        names = listed(read.models)
        rows += [[f"{names}: {name}", *(percent(shares[part]) for part in PARTS)] for name, shares in found.items()]
    trials = [trial for row in comparison.rows for trial in row.by_seed if trial.seed == split.seed]
    pieces = next((trial.wordpiece for trial in trials if trial.wordpiece), None)
    if pieces:
        rows.append(["word pieces known to the encoder", *(percent(pieces["coverage"][part], 2) for part in PARTS)])
        rows.append(["cut at the encoder's length", *(percent(pieces["cut"][part]) for part in PARTS)])
    return rows


def _per_class(rows: Sequence[Row], seed: int) -> str:
    body = [
        [
            _titled(row, seed),
            name,
            f"{scores.precision:.3f}",
            f"{scores.recall:.3f}",
            f"{scores.f1:.3f}",
            f"{scores.n:.0f}",
        ]
        for row in rows
        for name, scores in row.trial(seed).test.per_class.items()
    ]
    return pipe_table(body, ["model", "class", "precision", "recall", "F1", "n"])


def _titled(row: Row, seed: int) -> str:
    return row.title + row.model_of(seed).removeprefix(row.model)


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
    return ["## Accuracy per group", "Over the test texts of all seeds.", pipe_table(body, ["group", "n", *found])]


def _confusion(comparison: Comparison, seed: int) -> list[str]:
    names = comparison.data.class_names
    tables = []
    for row in comparison.rows:
        test, title = row.trial(seed).test, _titled(row, seed)
        if len(names) > MOST_CLASSES:
            body = [[cell.true, cell.said, cell.n, percent(cell.share, 0)] for cell in most_confused(test, names)]
            tables.append(pipe_table(body, [f"{title}: true class", "taken for", "n", "of the class"]))
        else:
            body = [[name, *counts] for name, counts in zip(names, test.confusion_matrix, strict=True)]
            tables.append(pipe_table(body, [title, *names]))
    return tables
