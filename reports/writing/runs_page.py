"""Several runs compared with the first, model by model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from scipy import stats

from models.monitoring.comparing import holm
from models.predictions import Answers
from reports.evaluation import Evaluation, evaluate
from reports.measuring import statistics
from reports.measuring.correctness import mean_over_seeds, tabulate
from reports.measuring.proportions import DIFFERENCE, resampled_interval
from reports.measuring.significance import assess
from reports.measuring.statistics import Interval
from reports.numbers import count_range, listed, p_value, plural, points
from reports.writing.sections import Section, page
from reports.writing.templating import render

NOT_COMPARED = ("output",)  # a setting that changes no number


@dataclass(frozen=True)
class Difference:
    """One model in two runs.

    Attributes:
        model: its name.
        run: the other run's name.
        n: different texts; where the answers are not paired, the fewer of the two runs.
        difference: test accuracy in the other run minus that in the first.
        interval: of that, from the bootstrap.
        p: of `significance.Pair` where the same texts were tested, else of Fisher's exact test.
        paired_seeds: the seeds whose texts both runs tested, `None` where the answers are not paired.
        p_holm: p after Holm's correction over all differences.
        apart: whether the difference is significant.
    """

    model: str
    run: str
    n: int
    difference: float
    interval: Interval | None
    p: float
    paired_seeds: list[str] | None
    p_holm: float = 1.0
    apart: bool = False


def render_page(runs: Sequence[Path]) -> str:
    """The page that compares runs.

    Raises:
        RunFolderError: one of them is no run folder, or a file in it is damaged.
    """
    evaluations = [evaluate(run) for run in runs]
    comparisons = [evaluation.comparison for evaluation in evaluations]
    names = _names(evaluations)
    models = list(dict.fromkeys(row.model for comparison in comparisons for row in comparison.rows))
    differences = _differences(evaluations, names, models)
    data = sorted({comparison.data.name for comparison in comparisons})
    tables = {
        "names": names,
        "differences": differences,
        "several": any(len(comparison.run.seeds) > 1 for comparison in comparisons),
        "models": [
            {"model": model, "cells": [_cell(model, evaluation) for evaluation in evaluations]} for model in models
        ],
        "sizes": listed(
            [
                f"{name} n = {count_range(comparison.test_sizes)}"
                for name, comparison in zip(names, comparisons, strict=True)
            ]
        ),
        "recommended": [
            (name, evaluation.recommended.reason) for name, evaluation in zip(names, evaluations, strict=True)
        ],
        "settings": _changes([_flat(comparison.run.settings) for comparison in comparisons]),
        "environments": _changes([_flat(asdict(comparison.run.environment)) for comparison in comparisons]),
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
        ["The runs are of different data: a difference says which data is easier, not which run is better."]
        if len(data) > 1
        else [],
        f"Data: {listed(data)}. Test split; {tables['sizes']}.",
        sections,
        "Every number was measured in the runs named; each run's own report says more.",
    )


def _names(evaluations: Sequence[Evaluation]) -> list[str]:
    """The runs' own names, or their paths where names repeat."""
    runs = [evaluation.comparison.run for evaluation in evaluations]
    names = [run.name for run in runs]
    return names if len(set(names)) == len(names) else [str(run.path) for run in runs]


def _cell(model: str, evaluation: Evaluation) -> dict[str, Any] | None:
    row = next((row for row in evaluation.comparison.rows if row.model == model), None)
    if row is None:
        return None
    return {
        "row": row,
        "interval": evaluation.statistics.test.interval(model, "accuracy"),
        "latency_ms": evaluation.costs[model][0].latency_ms,
    }


def _differences(evaluations: Sequence[Evaluation], names: Sequence[str], models: Sequence[str]) -> list[Difference]:
    """Every model of the first run against itself in each other run."""
    found = [
        difference
        for other, name in zip(evaluations[1:], names[1:], strict=True)
        for model in models
        if (difference := _difference(model, evaluations[0], other, name))
    ]
    adjusted = holm([difference.p for difference in found])
    return [
        replace(difference, p_holm=p_holm, apart=p_holm < statistics.LEVEL)
        for difference, p_holm in zip(found, adjusted, strict=True)
    ]


def _difference(model: str, first: Evaluation, other: Evaluation, name: str) -> Difference | None:
    """The test accuracy of a model in another run minus that in the first; `None` where one of them has none."""
    tests = [
        {seed: parts["test"] for seed, parts in run.answers.get(model, {}).items() if "test" in parts}
        for run in (first, other)
    ]
    if not all(tests):
        return None
    same_data = first.comparison.data.source == other.comparison.data.source
    common = [{seed: one for seed, one in by_seed.items() if all(seed in test for test in tests)} for by_seed in tests]
    if not (same_data and common[0] and _same_texts(*common)):
        return _unpaired(model, name, *tests)
    answers = {
        run: {seed: {"test": one} for seed, one in by_seed.items()}
        for run, by_seed in zip(("other", "first"), reversed(common), strict=True)
    }
    (pair,) = assess(answers, "test").pairs
    seeds = [str(seed) for seed in common[0]]
    return Difference(model, name, pair.n, pair.difference, pair.interval, pair.p, seeds)


def _same_texts(first: dict[int, Answers], second: dict[int, Answers]) -> bool:
    """Whether two runs tested the same texts with the same labels, seed by seed; both have the same seeds."""
    return all(
        np.array_equal(np.sort(first[seed].index), np.sort(second[seed].index))
        and np.array_equal(
            first[seed].labels[np.argsort(first[seed].index)], second[seed].labels[np.argsort(second[seed].index)]
        )
        for seed in first
    )


def _unpaired(model: str, name: str, first: dict[int, Answers], second: dict[int, Answers]) -> Difference:
    """Fisher's exact test on the texts right on average over the seeds, and bootstrap samples of each run by itself."""
    samples, accuracies, counts = [], [], []
    for number, by_seed in enumerate((first, second)):
        right = tabulate({model: by_seed}).of(model)  # (seeds, texts)
        answered, hits, n = ~np.isnan(right), np.nan_to_num(right), right.shape[1]
        drawn = [(weights @ hits.T) / (weights @ answered.T) for weights in statistics.resample(n, seed=number)]
        samples.append(np.concatenate(drawn).mean(axis=1))
        accuracies.append(float(mean_over_seeds(right)))
        counts.append([round(n * accuracies[-1]), n - round(n * accuracies[-1])])
    n, difference = min(sum(count) for count in counts), accuracies[1] - accuracies[0]
    return Difference(
        model,
        name,
        n=n,
        difference=difference,
        interval=resampled_interval(samples[1] - samples[0], difference, n, DIFFERENCE),
        p=float(stats.fisher_exact(counts).pvalue),
        paired_seeds=None,
    )


def _lead(differences: Sequence[Difference], names: Sequence[str]) -> str:
    if not differences:
        return "No model was trained in both runs, so there is nothing to compare."
    apart = [difference for difference in differences if difference.apart]
    if not apart:
        return (
            f"No model differs significantly between {names[0]} and {listed(names[1:], 'or')}: chance explains each "
            "difference."
        )
    largest, rest = max(apart, key=lambda difference: abs(difference.difference)), len(differences) - len(apart)
    sentence = (
        f"{len(apart)} of {plural(len(differences), 'difference')} from {names[0]} "
        f"{'is' if len(apart) == 1 else 'are'} significant; the largest is that of {largest.model}, "
        f"{points(largest.difference)} points in {largest.run} ({p_value(largest.p_holm)})."
    )
    others = "" if not rest else " The other is not." if rest == 1 else f" The other {rest} are not."
    return sentence + others


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
