"""The sections of a run's page, from verdict to evidence."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import yaml
from markupsafe import Markup

from models.predictions import AllAnswers
from reports.figures import diagrams
from reports.figures.accuracy import SLIDES
from reports.judging.recommendation import Limits
from reports.measuring.costs import AS_TRAINED, pareto, read_exports
from reports.numbers import listed
from reports.reading.comparison import read_environment, read_settings
from reports.writing import evidence, inside
from reports.writing.markdown import split_lines
from reports.writing.table import remarks, sizes
from reports.writing.templating import TEMPLATES, render

# Within the limits of each: how latency, memory and size were measured.
ALL_TRAINED = (
    "Latency and texts/s start from prepared input; memory is the peak of the training process; the model's size "
    "counts a frozen encoder with 4 bytes a parameter."
)
ALL_EXPORTED = "Latency, memory and size are those of the quickest export, from raw text to label."
MIXED = (
    f"{ALL_EXPORTED} Of models marked “{AS_TRAINED}” there is none: their latency starts from prepared input and "
    "their memory is that of training, so the two kinds do not compare exactly."
)


class Section(NamedTuple):
    """A part of a page; one without a body is left out."""

    name: str
    title: str
    body: Markup


def render_page(run: Path, comparison: dict, answers: AllAnswers, limits: Limits) -> str:
    """The whole page as HTML.

    Args:
        run: folder.
        comparison: of `reports.evaluation.evaluate`.
        answers: likewise.
        limits: what the recommendation had to meet.
    """
    settings, environment = read_settings(run), read_environment(run)
    common = _common(comparison)
    sections = [Section("models", "The models", _filled("models.html", common | _models(comparison)))]
    if common["rows"]:
        sections += [
            Section("choice", "Which to take", _filled("choice.html", common | _choice(run, comparison, limits))),
            Section("differences", "Can they be told apart?", _differences(comparison, common)),
            Section("verdicts", "What stands out, and what to change", _filled("verdicts.html", common)),
            Section("evidence", "The evidence", _filled("evidence.html", evidence.gather(run, comparison, answers))),
            Section("inside", "Looking inside", Markup(inside.render(run))),
        ]
    sections += [
        Section("data", "The data", _filled("data.html", {"data": _data(comparison["data"])})),
        Section("repeat", "To repeat it", _filled("repeat.html", _repeat(settings, environment))),
    ]
    return page(
        f"{comparison['run']['name']}: which model to take",
        f"Text classifiers compared on {comparison['data']['name']}",
        comparison["recommended"]["reason"],
        comparison["recommended"]["details"],
        f"Run {comparison['run']['name']}, recipe {settings['recipe']}. {common['where_short']} Trained with Keras on "
        f"{environment['backend']}; {environment['processor']}, {environment['cores']} cores.",
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
        css=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8") + inside.style()),
    )


def _filled(template: str, values: dict) -> Markup:
    return Markup(render(template, **values))


def _common(comparison: dict) -> dict:
    """What several sections say: rows, n, split and seeds."""
    seeds = comparison["run"]["seeds"]
    several = len(seeds) > 1
    n = f"n = {sizes(comparison)}{' a seed' if several else ''}"
    spread = f"seeds {seeds[0]}–{seeds[-1]}" if several else f"seed {seeds[0]}"
    exported = [found[0]["form"] != AS_TRAINED for found in comparison["costs"].values()]
    return {
        "comparison": comparison,
        "rows": [row for row in comparison["rows"] if row["by_seed"]],
        "recommended": comparison["recommended"],
        "seeds": len(seeds),
        "resamples": comparison["statistics"]["test"]["resamples"],
        "exported": any(exported),
        "cost_note": MIXED if any(exported) and not all(exported) else ALL_EXPORTED if any(exported) else ALL_TRAINED,
        "where": f"Test split of {comparison['data']['name']}, {n}, {spread}"
        + ("; mean ± standard deviation over the seeds." if several else "."),
        "where_short": f"Test split, {n}, {spread}.",
    }


def _models(comparison: dict) -> dict:
    rows = [row for row in comparison["rows"] if row["by_seed"]]
    intervals = comparison["statistics"]["test"]["intervals"]
    unknown = dict.fromkeys(("accuracy", "macro_f1", "log_loss", "expected_calibration_error"))
    published = comparison["data"]["name"] == "20newsgroups"
    shares = [
        max(cell["n"] for cell in trial["test"]["per_class"].values()) / trial["test"]["n"]
        for trial in (rows[0]["by_seed"] if rows else [])
    ]
    majority = sum(shares) / len(shares) if shares else None
    return {
        "remarks": {
            row["model"]: remarks(row, len(comparison["run"]["seeds"])) if row["by_seed"] else ["failed"]
            for row in comparison["rows"]
        },
        "intervals": {row["model"]: unknown | intervals.get(row["model"], {}) for row in rows},
        "accuracy_figure": diagrams.accuracies(rows, intervals, majority, published) if rows else None,
        "majority": majority,
        "published": published and any(row["model"] in SLIDES for row in rows),
        "classes": len(comparison["data"]["class_names"]),
        "chance_loss": math.log(max(len(comparison["data"]["class_names"]), 1)),
    }


def _choice(run: Path, comparison: dict, limits: Limits) -> dict:
    rows = [row for row in comparison["rows"] if row["by_seed"]]
    latency = {model: found[0]["latency_ms"] for model, found in comparison["costs"].items()}
    front = pareto({row["model"]: (row["accuracy"], latency[row["model"]]) for row in rows})
    words = limits.words()
    exports = [
        {
            "title": row["title"],
            "format": name,
            "latency_1": (found.get("latency_ms") or {}).get("1"),
            "latency_32": (found.get("latency_ms") or {}).get("32"),
            **{key: found.get(key) for key in ("megabytes", "peak_memory_mb", "largest_difference", "label_agreement")},
            "refused": found.get("refused"),
        }
        for row in rows
        for name, found in read_exports(run, row["model"]).items()
    ]
    return {
        "limits": listed(words) if words else "",
        "front_figure": diagrams.front_diagram(rows, latency, front, comparison["recommended"]["model"])
        if len(rows) > 1
        else None,
        "front": front,
        "front_names": listed(front),
        "exports": exports,
    }


def _differences(comparison: dict, common: dict) -> Markup:
    test, seeds = comparison["statistics"]["test"], comparison["run"]["seeds"]
    if not test["pairs"]:
        return Markup("")
    by_seed = [pair for pair in test["pairs"] if pair["across_seeds"]]
    if len(seeds) < 3:
        sentence = f"{len(seeds)} seeds are too few for an interval over seeds: one needs three, and five say more."
    else:
        sentence = (
            "Another seed is another split and other first weights, so this spread is what a new training would bring. "
            "Splits drawn from one set of texts share some of them, which makes the interval somewhat too narrow."
        )
    several = len(seeds) > 1
    return _filled(
        "apart.html",
        common
        | {
            "test": test,
            "by_seed": by_seed,
            "seeds_sentence": sentence,
            "n_range": sizes(comparison),
            "n_different": f"{test['n']:,} different texts over all seeds"
            if several
            else f"n = {test['n']:,}, seed {seeds[0]}",
        },
    )


def _data(data: dict) -> dict:
    splits = [
        {
            "seed": split["seed"],
            "lines": [{"name": name, "cells": cells} for name, *cells in split_lines(split, data["class_names"])],
            "overlap": ", ".join(f"{pair} {count:,}" for pair, count in split["overlaps"]["before"].items()),
            "label_conflicts": split["label_conflicts"],
        }
        for split in data["splits"]
    ]
    return data | {"splits": splits}


def _repeat(settings: dict, environment: dict) -> dict:
    packages = ", ".join(f"{name} {version}" for name, version in environment["packages"].items())
    return {
        "command": f"KERAS_BACKEND={environment['backend']} python -m training.run --config settings.yaml",
        "machine": f"Python {environment['python']}, {environment['system']}, {environment['processor']}, "
        f"{environment['cores']} cores; {packages}.",
        "settings": yaml.safe_dump(settings, sort_keys=False, allow_unicode=True).strip(),
    }
