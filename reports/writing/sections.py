"""The sections of a run's page, from verdict to evidence."""

from __future__ import annotations

from typing import Any, NamedTuple

from markupsafe import Markup

from models.metrics import Table, shown_in
from reports.evaluation import Evaluation
from reports.figures import accuracy, diagrams
from reports.figures.axes import style_sheet
from reports.judging import more_labels, searched
from reports.judging.suspicious_labels import TITLE
from reports.measuring.costs import AS_TRAINED, pareto, read_exports
from reports.measuring.leaked import leaked_scores
from reports.numbers import count_range, listed
from reports.reading.comparison import Comparison
from reports.writing import evidence, inside, repeating
from reports.writing.columns import columns, remarks
from reports.writing.labels import section as labels_section
from reports.writing.labels.findings import findings_html
from reports.writing.markdown import split_lines
from reports.writing.templating import render

# Within the limits of each: how latency, memory and size were measured.
ALL_TRAINED = (
    "Latency starts from prepared input; memory is the peak of the training process; the model's size "
    "counts a frozen encoder with 4 bytes per parameter."
)
ALL_EXPORTED = (
    "Latency, memory and size, from raw text to label, are those of the quickest export that gives the trained model's "
    "answers."
)
MIXED = (
    f"{ALL_EXPORTED} Models marked “{AS_TRAINED}” have none: their latency starts from prepared input and their memory "
    "is that of training, so the two kinds are not directly comparable."
)


class Section(NamedTuple):
    """A part of a page; one without a body is left out."""

    name: str
    title: str
    body: Markup


def render_page(evaluation: Evaluation) -> str:
    """The whole page of a run as HTML."""
    comparison, run = evaluation.comparison, evaluation.comparison.run
    common = _common(evaluation)
    findings = [Section(*shown) for shown in findings_html(run.path)]
    sections = [Section("models", "The models", _filled("models.html", common | _models(evaluation)))]
    if comparison.rows:
        sections += [
            Section("choice", "Which to take", _filled("choice.html", common | _choice(evaluation))),
            Section("differences", "Are the differences significant?", _differences(evaluation, common)),
            Section("labels", more_labels.TITLE, _labels(evaluation)),
            Section("search", searched.TITLE, _search(evaluation)),
            Section("verdicts", "What stands out, and what to change", _filled("verdicts.html", common)),
            Section("evidence", "The evidence", _filled("evidence.html", evidence.gather(evaluation))),
            Section("inside", "Looking inside", Markup(inside.render(run.path))),
        ]
    sections += [
        *findings[:1],
        Section("suspicious", TITLE, labels_section.render_html(run.path)),
        *findings[1:],
        Section("data", "The data", _filled("data.html", _data(comparison))),
        Section("repeat", "To repeat it", _filled("repeat.html", {"run": run, "repeating": repeating})),
    ]
    return page(
        f"{run.name}: which model to take",
        f"Text classifiers compared on {comparison.data.name}",
        evaluation.recommended.reason,
        evaluation.recommended.details,
        f"Run {run.name}, recipe {run.recipe}. {common['where_short']} Trained with Keras on "
        f"{run.environment.backend}; {repeating.computed_on(run)}.",
        sections,
        "Every number was measured in this run; comparison.json, beside this file, has the same ones for programs.",
    )


def page(
    title: str, heading: str, lead: str, details: list[str], facts: str, sections: list[Section], footer: str
) -> str:
    """A page of sections under its verdict."""
    return render(
        "page.html",
        title=title,
        heading=heading,
        lead=lead,
        details=details,
        facts=facts,
        sections=[section for section in sections if section.body],
        footer=footer,
        css=Markup(style_sheet("colors.css", "page.css", "figures.css", "inside.css")),
    )


def _filled(template: str, values: dict[str, Any]) -> Markup:
    return Markup(render(template, **values))


def _common(evaluation: Evaluation) -> dict[str, Any]:
    """What several sections say: rows, n, split and seeds."""
    comparison, seeds = evaluation.comparison, evaluation.comparison.run.seeds
    several = len(seeds) > 1
    n = f"n = {count_range(comparison.test_sizes)}{' a seed' if several else ''}"
    spread = f"seeds {seeds[0]}–{seeds[-1]}" if several else f"seed {seeds[0]}"
    exported = [ways[0].form != AS_TRAINED for ways in evaluation.costs.values()]
    return {
        "comparison": comparison,
        "rows": comparison.rows,
        "costs": evaluation.costs,
        "guide": evaluation.guide,
        "recommended": evaluation.recommended,
        "test": evaluation.statistics.test,
        "verdicts": evaluation.verdicts,
        "seeds": len(seeds),
        "resamples": evaluation.statistics.test.resamples,
        "cost_note": MIXED if any(exported) and not all(exported) else ALL_EXPORTED if any(exported) else ALL_TRAINED,
        "where": f"Test split of {comparison.data.name}, {n}, {spread}"
        + ("; mean ± standard deviation over the seeds." if several else "."),
        "where_short": f"Test split, {n}, {spread}.",
    }


def _models(evaluation: Evaluation) -> dict[str, Any]:
    comparison = evaluation.comparison
    published = list(dict.fromkeys(entry.source for entry in accuracy.compared(evaluation)))
    return {
        "remarks": {row.model: remarks(row, len(comparison.run.seeds)) for row in comparison.rows},
        "accuracy_figure": accuracy.on_page(evaluation) if comparison.rows else None,
        "majority": comparison.majority_share,
        "published": listed(published) if published else "",
        "columns": columns(Table.PAGE, evaluation),
        "metrics": shown_in(Table.PAGE),
    }


def _choice(evaluation: Evaluation) -> dict[str, Any]:
    rows, words = evaluation.comparison.rows, evaluation.limits.words()
    latency = {model: ways[0].latency_ms for model, ways in evaluation.costs.items()}
    front = pareto({row.model: (row.accuracy, latency[row.model]) for row in rows})
    return {
        "limits": listed(words) if words else "",
        "front_figure": diagrams.front_diagram(rows, latency, front, evaluation.recommended.model)
        if len(rows) > 1
        else None,
        "front": front,
        "front_names": listed(front),
        "exports": [
            {"title": row.title, "format": name, "export": export}
            for row in rows
            for name, export in read_exports(evaluation.comparison.run.path, row.model).items()
        ],
    }


def _differences(evaluation: Evaluation, common: dict[str, Any]) -> Markup:
    test, seeds, data = evaluation.statistics.test, evaluation.comparison.run.seeds, evaluation.comparison.data
    if not test.pairs:
        return Markup("")
    by_seed = [
        {"pair": pair, "p": {entry.seed: entry.p for entry in pair.by_seed}} for pair in test.pairs if pair.across_seeds
    ]
    if len(seeds) < 3:
        sentence = f"{len(seeds)} seeds are too few for an interval over seeds: it takes three, and five say more."
    elif data.same_test:
        sentence = (
            "Another seed is other first weights, with the same test texts, so this spread leaves out what other test "
            "texts would bring."
        )
    else:
        sentence = (
            "Another seed is another split and other first weights, so this spread is what training again would bring. "
            "Splits drawn from one set of texts share some of them, which makes the interval somewhat too narrow."
        )
    different = f"{test.n:,} different texts over all seeds" if len(seeds) > 1 else f"n = {test.n:,}, seed {seeds[0]}"
    return _filled(
        "apart.html",
        common
        | {
            "by_seed": by_seed,
            "seeds_sentence": sentence,
            "n_range": count_range(evaluation.comparison.test_sizes),
            "n_different": different,
        },
    )


def _labels(evaluation: Evaluation) -> Markup:
    if not evaluation.label_curve.wanted:
        return Markup("")
    return _filled("labels.html", evidence.gather_labels(evaluation))


def _search(evaluation: Evaluation) -> Markup:
    if not evaluation.search.asked:
        return Markup("")
    return _filled("search.html", evidence.gather_search(evaluation))


def _data(comparison: Comparison) -> dict[str, Any]:
    splits = [
        {
            "seed": split.seed,
            "lines": [{"name": name, "cells": cells} for name, *cells in split_lines(split, comparison)],
            "overlap": ", ".join(f"{pair} {count:,}" for pair, count in split.overlaps.before.items()),
            "label_conflicts": split.label_conflicts,
            "unlabelled": split.unlabelled.sentence,
            "near_duplicates": split.near_duplicates,
        }
        for split in comparison.data.splits
    ]
    return {"data": comparison.data, "splits": splits, "leaked": leaked_scores(comparison)}
