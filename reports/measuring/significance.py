"""Which models can be told apart on one split of a run, and how sure each of their numbers is."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from models.predictions import AllAnswers, Answers
from reports.measuring import statistics


def assess(answers: AllAnswers, part: str) -> dict:
    """Intervals of every model's metrics, and every pair of models held against each other.

    Args:
        answers: of all trained models.
        part: `validation` or `test`.

    Returns:
        `n`, the different texts over all seeds; `resamples`, bootstrap samples drawn; `intervals` by model and metric,
        of the mean over the model's seeds; by model `calibration_by_chance` and `overconfidence` (mean confidence minus
        accuracy); and `pairs`. On validation, where accuracy alone decides, there is no more than its intervals.

        A pair has the difference of the accuracies (first minus second, mean over the seeds both have) with its
        bootstrap interval; McNemar's test over all seeds with each text counted once, in the first seed that has it, so
        that the texts are independent; that p after Holm's correction over all pairs; the same test for each seed; and
        the spread over seeds.
    """
    found = {
        model: {seed: parts[part] for seed, parts in by_seed.items() if part in parts}
        for model, by_seed in answers.items()
    }
    found = {model: by_seed for model, by_seed in found.items() if by_seed}
    if not found:
        return {"n": 0, "resamples": 0, "intervals": {}, "calibration_by_chance": {}, "overconfidence": {}, "pairs": []}
    texts = np.unique(np.concatenate([one.index for by_seed in found.values() for one in by_seed.values()]))
    pairs = [_pair(first, second, found) for first, second in combinations(found, 2)]
    pairs = [pair for pair in pairs if pair["n"]]
    samples = _bootstrap(found, texts, statistics.scores if part == "test" else statistics.accuracy)
    for pair in pairs:
        pair["interval"] = statistics.interval(samples["differences"][tuple(pair["models"])])
    for pair, adjusted in zip(pairs, statistics.holm([pair["p"] for pair in pairs]), strict=True):
        pair["p_holm"] = adjusted
        pair["apart"] = adjusted < statistics.LEVEL
    return {
        "n": len(texts),
        "resamples": statistics.resamples(len(texts)),
        "intervals": {
            model: {metric: statistics.interval(values) for metric, values in metrics.items()}
            for model, metrics in samples["metrics"].items()
        },
        "calibration_by_chance": {
            model: float(np.mean([statistics.calibration_by_chance(one) for one in by_seed.values()]))
            for model, by_seed in found.items()
            if part == "test"
        },
        "overconfidence": {
            model: float(np.mean([one.probabilities.max(axis=1).mean() - one.right.mean() for one in by_seed.values()]))
            for model, by_seed in found.items()
        },
        "pairs": pairs,
    }


def find_pair(statistics: dict, first: str, second: str) -> dict | None:
    """The pair of two models, whichever of them comes first in it."""
    return next((pair for pair in statistics["pairs"] if set(pair["models"]) == {first, second}), None)


def _bootstrap(found: dict[str, dict[int, Answers]], texts: np.ndarray, measure: Callable) -> dict:
    """Bootstrap samples of each model's metrics and of each pair's difference in accuracy."""
    places = {
        (model, seed): np.searchsorted(texts, one.index)
        for model, by_seed in found.items()
        for seed, one in by_seed.items()
    }
    metrics: dict = {model: {} for model in found}
    differences: dict = {pair: [] for pair in combinations(found, 2)}
    for weights in statistics.resample(len(texts)):
        accuracy: dict = {}
        for model, by_seed in found.items():
            seeds = [measure(weights[:, places[model, seed]], one) for seed, one in by_seed.items()]
            for metric in seeds[0]:
                metrics[model].setdefault(metric, []).append(np.mean([one[metric] for one in seeds], axis=0))
            accuracy[model] = {seed: one["accuracy"] for seed, one in zip(by_seed, seeds, strict=True)}
        for (first, second), gathered in differences.items():
            common = [seed for seed in accuracy[first] if seed in accuracy[second]]
            if common:
                gathered.append(np.mean([accuracy[first][seed] - accuracy[second][seed] for seed in common], axis=0))
    return {
        "metrics": {
            model: {metric: np.concatenate(blocks) for metric, blocks in gathered.items()}
            for model, gathered in metrics.items()
        },
        "differences": {pair: np.concatenate(blocks) for pair, blocks in differences.items() if blocks},
    }


def _pair(first: str, second: str, found: dict[str, dict[int, Answers]]) -> dict:
    seen = np.array([], dtype=int)
    by_seed, differences, counts, n = [], [], np.zeros(2, dtype=int), 0
    for seed in (seed for seed in found[first] if seed in found[second]):
        index, at_first, at_second = np.intersect1d(
            found[first][seed].index, found[second][seed].index, return_indices=True
        )
        right = found[first][seed].right[at_first], found[second][seed].right[at_second]
        alone = np.array([right[0] & ~right[1], right[1] & ~right[0]])
        new = ~np.isin(index, seen)
        seen = np.union1d(seen, index)
        counts += alone[:, new].sum(axis=1)
        n += int(new.sum())
        differences.append(float(right[0].mean() - right[1].mean()))
        only = [int(count) for count in alone.sum(axis=1)]
        by_seed.append(
            {
                "seed": seed,
                "n": len(index),
                "only_first": only[0],
                "only_second": only[1],
                "p": statistics.mcnemar(*only),
            }
        )
    only_first, only_second = (int(count) for count in counts)
    return {
        "models": [first, second],
        "n": n,
        "difference": float(np.mean(differences)) if differences else None,
        "only_first": only_first,
        "only_second": only_second,
        "p": statistics.mcnemar(only_first, only_second),
        "needed_texts": statistics.needed_texts(only_first, only_second, n) if n else None,
        "by_seed": by_seed,
        "across_seeds": statistics.across_seeds(differences),
    }
