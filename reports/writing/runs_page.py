"""Several runs held against the first, model by model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from markupsafe import Markup
from scipy import stats

from models.predictions import Answers
from reports.evaluation import evaluate
from reports.measuring import statistics
from reports.measuring.significance import assess
from reports.numbers import listed, p_value, points
from reports.reading.comparison import read_environment, read_settings
from reports.writing.sections import Section, page
from reports.writing.table import sizes
from reports.writing.templating import render

NOT_COMPARED = ("output",)  # a setting that changes no number


def render_page(runs: Sequence[Path]) -> str:
    """The page that compares runs.

    Raises:
        RunFolderError: one of them is no run folder, or a file in it is damaged.
    """
    found = [evaluate(run) for run in runs]
    comparisons = [comparison for comparison, _ in found]
    names = _names(comparisons, runs)
    models = list(dict.fromkeys(row["model"] for comparison in comparisons for row in comparison["rows"]))
    differences = [
        _difference(model, found[0], other, name)
        for other, name in zip(found[1:], names[1:], strict=True)
        for model in models
    ]
    differences = [one for one in differences if one]
    for one, adjusted in zip(differences, statistics.holm([one["p"] for one in differences]), strict=True):
        one["p_holm"], one["apart"] = adjusted, adjusted < statistics.LEVEL
    data = sorted({comparison["data"]["name"] for comparison in comparisons})
    tables = {
        "names": names,
        "differences": differences,
        "several": any(len(comparison["run"]["seeds"]) > 1 for comparison in comparisons),
        "models": [
            {"model": model, "cells": [_cell(model, comparison) for comparison in comparisons]} for model in models
        ],
        "sizes": listed(
            [f"{name} n = {sizes(comparison)}" for name, comparison in zip(names, comparisons, strict=True)]
        ),
        "recommended": [
            (name, comparison["recommended"]["reason"]) for name, comparison in zip(names, comparisons, strict=True)
        ],
        "settings": _changes([_flat(read_settings(run)) for run in runs]),
        "environments": _changes([_flat(read_environment(run)) for run in runs]),
    }
    sections = [
        Section("models", "The models in each run", Markup(render("runs.html", **tables))),
        Section("settings", "What was set differently", Markup(render("changes.html", **tables))),
        Section("choices", "Which to take in each run", Markup(render("choices.html", **tables))),
    ]
    return page(
        f"Comparison of {listed(names)}",
        f"Runs compared: {listed(names)}",
        _lead(differences, names),
        ["The runs are of different data: a difference tells which is easier, not which run is better."]
        if len(data) > 1
        else [],
        f"Data: {listed(data)}. Test split; {tables['sizes']}.",
        sections,
        "Every number was measured in the runs named; each one's own report says more.",
    )


def _names(comparisons: list[dict], runs: Sequence[Path]) -> list[str]:
    """The runs' own names, or their paths where names repeat."""
    names = [comparison["run"]["name"] for comparison in comparisons]
    return names if len(set(names)) == len(names) else [str(run) for run in runs]


def _cell(model: str, comparison: dict) -> dict | None:
    row = next((row for row in comparison["rows"] if row["model"] == model and row["by_seed"]), None)
    return row and row | {
        "interval": comparison["statistics"]["test"]["intervals"].get(model, {}).get("accuracy"),
        "latency_ms": comparison["costs"][model][0]["latency_ms"],
    }


def _difference(model: str, first: tuple, other: tuple, name: str) -> dict | None:
    """The test accuracy of a model in another run minus that in the first; `None` where one of them has none."""
    tests = [
        {seed: parts["test"] for seed, parts in answers.get(model, {}).items() if "test" in parts}
        for _, answers in (first, other)
    ]
    if not all(tests):
        return None
    same_data = first[0]["data"]["source"] == other[0]["data"]["source"]
    common = [{seed: one for seed, one in by_seed.items() if all(seed in test for test in tests)} for by_seed in tests]
    if same_data and common[0] and _same_texts(*common):
        (pair,) = assess(
            {
                run: {seed: {"test": one} for seed, one in by_seed.items()}
                for run, by_seed in zip(("other", "first"), reversed(common), strict=True)
            },
            "test",
        )["pairs"]
        found = {key: pair[key] for key in ("n", "difference", "interval", "p")}
        found["paired_seeds"] = [str(seed) for seed in common[0]]
    else:
        found = _unpaired(*tests)
    return {"model": model, "run": name, **found}


def _same_texts(first: dict[int, Answers], second: dict[int, Answers]) -> bool:
    """Whether two runs tested the same texts with the same labels, seed by seed; both have the same seeds."""
    return all(
        np.array_equal(np.sort(first[seed].index), np.sort(second[seed].index))
        and np.array_equal(
            first[seed].labels[np.argsort(first[seed].index)], second[seed].labels[np.argsort(second[seed].index)]
        )
        for seed in first
    )


def _unpaired(first: dict[int, Answers], second: dict[int, Answers]) -> dict:
    """Fisher's exact test on each text's first answer, and bootstrap samples drawn for each run by itself."""
    samples, counts = [], []
    for number, by_seed in enumerate((first, second)):
        texts, at = np.unique(np.concatenate([one.index for one in by_seed.values()]), return_index=True)
        right = np.concatenate([one.right for one in by_seed.values()])[at]
        counts.append([int(right.sum()), int((~right).sum())])
        blocks = []
        for weights in statistics.resample(len(texts), seed=number):
            seeds = [
                statistics.accuracy(weights[:, np.searchsorted(texts, one.index)], one)["accuracy"]
                for one in by_seed.values()
            ]
            blocks.append(np.mean(seeds, axis=0))
        samples.append(np.concatenate(blocks))
    means = [float(np.mean([one.right.mean() for one in by_seed.values()])) for by_seed in (first, second)]
    return {
        "n": min(sum(count) for count in counts),
        "difference": means[1] - means[0],
        "interval": statistics.interval(samples[1] - samples[0]),
        "p": float(stats.fisher_exact(counts).pvalue),
        "paired_seeds": None,
    }


def _lead(differences: list[dict], names: list[str]) -> str:
    if not differences:
        return "No model was trained in both runs, so there is nothing to hold against each other."
    apart = [one for one in differences if one["apart"]]
    if not apart:
        return (
            f"No model can be told apart between {names[0]} and {listed(names[1:], 'or')}: each difference is within "
            "what chance explains."
        )
    largest = max(apart, key=lambda one: abs(one["difference"]))
    rest = len(differences) - len(apart)
    first = (
        f"{len(apart)} of {len(differences)} differences from {names[0]} are more than chance; the largest is of "
        f"{largest['model']}, {points(largest['difference'])} points in {largest['run']} "
        f"({p_value(largest['p_holm'])})."
    )
    return first + (f" The other {rest} cannot be told from chance." if rest else "")


def _flat(values: dict) -> dict[str, str]:
    flat = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat.update(_flat(value))
        elif name not in NOT_COMPARED:
            flat[name] = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return flat


def _changes(found: list[dict[str, str]]) -> list[tuple[str, list[str]]]:
    """What is not the same in all runs."""
    names = dict.fromkeys(name for values in found for name in values)
    rows = [(name, [values.get(name, "–") for values in found]) for name in names]
    return [(name, values) for name, values in rows if len(set(values)) > 1]
