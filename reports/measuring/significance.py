"""Which models differ significantly on one split of a run, and how sure each of their numbers is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from models.metrics import BY_NAME
from models.monitoring.comparing import holm
from models.predictions import AllAnswers, mcnemar
from reports.measuring import statistics
from reports.measuring.correctness import BySeed, Correctness, select_part, tabulate
from reports.measuring.permutation import paired_test
from reports.measuring.proportions import DIFFERENCE, accuracy_interval, balanced_texts, resampled_interval
from reports.measuring.statistics import Interval, Spread

Draws = dict[str, np.ndarray]  # by metric, its value in each bootstrap sample


@dataclass(frozen=True)
class SeedTest:
    """Two models on the test texts of one seed.

    Attributes:
        seed: that both were trained with.
        n: texts that both answered.
        only_first, only_second: texts that one of them alone got right.
        p: of McNemar's exact test.
    """

    seed: int
    n: int
    only_first: int
    only_second: int
    p: float


@dataclass(frozen=True)
class Pair:
    """Two models on the texts that both answered.

    Attributes:
        models: the first and the second.
        n: different texts over all seeds that both have.
        difference: of the accuracies, first minus second, mean over these seeds.
        interval: of that, from the bootstrap.
        only_first, only_second: shares of the answers that one of them alone got right, mean over these seeds.
        p: of a paired sign-flip permutation test of the texts' answers averaged over these seeds; with one seed that
            is McNemar's exact test.
        p_holm: that after Holm's correction over all pairs.
        apart: whether the difference is significant: `p_holm` below 0.05.
        needed_texts: how many would show the difference seen, `None` where none was seen.
        by_seed: McNemar's exact test for each seed.
        across_seeds: the spread of the difference, `None` for one seed.
    """

    models: tuple[str, str]
    n: int
    difference: float
    interval: Interval | None
    only_first: float
    only_second: float
    p: float
    p_holm: float
    apart: bool
    needed_texts: int | None
    by_seed: tuple[SeedTest, ...]
    across_seeds: Spread | None

    @property
    def test(self) -> str:
        """What p is of, as a sentence names it."""
        return "permutation test" if len(self.by_seed) > 1 else "McNemar"

    def of(self, model: str) -> Pair:
        """The pair with `model` as its first."""
        if self.models[0] == model:
            return self
        return replace(
            self,
            models=self.models[::-1],
            difference=-self.difference,
            interval=self.interval and [-end for end in reversed(self.interval)],
            only_first=self.only_second,
            only_second=self.only_first,
        )


@dataclass(frozen=True)
class PartStatistics:
    """Chance on one split.

    Attributes:
        n: different texts over all seeds.
        resamples: bootstrap samples drawn.
        intervals: by model and metric, of the mean over the model's seeds, `None` where too little is known; on
            validation, where accuracy alone decides, of accuracy alone.
        calibration_by_chance: by model, the calibration error that chance explains; on test alone.
        overconfidence: by model, mean confidence minus accuracy.
        pairs: every two models that have a seed in common.
    """

    n: int = 0
    resamples: int = 0
    intervals: dict[str, dict[str, Interval | None]] = field(default_factory=dict)
    calibration_by_chance: dict[str, float] = field(default_factory=dict)
    overconfidence: dict[str, float] = field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()

    def pair(self, first: str, second: str) -> Pair | None:
        """The pair of two models, with `first` as its first; `None` where they have no seed in common."""
        found = next((pair for pair in self.pairs if set(pair.models) == {first, second}), None)
        return found and found.of(first)

    def interval(self, model: str, metric: str) -> Interval | None:
        """Of one number, `None` where there is none."""
        return self.intervals.get(model, {}).get(metric)


@dataclass(frozen=True)
class Statistics:
    """Chance on both splits: validation, on which choices are made, and test, which confirms them."""

    validation: PartStatistics
    test: PartStatistics


def assess(answers: AllAnswers, part: str) -> PartStatistics:
    """Intervals of every model's metrics, and every pair of models compared.

    Args:
        answers: of all trained models.
        part: `validation` or `test`.
    """
    found = select_part(answers, part)
    if not found:
        return PartStatistics()
    table = tabulate(found)
    draws = _bootstrap(found, table.texts, list(BY_NAME) if part == "test" else ["accuracy"])
    counted = [pair for names in combinations(found, 2) if (pair := _pair(*names, table, draws))]
    adjusted = holm([pair.p for pair in counted])
    return PartStatistics(
        n=len(table.texts),
        resamples=statistics.resamples(len(table.texts)),
        intervals={model: _intervals(table.of(model), by_seed, draws[model]) for model, by_seed in found.items()},
        calibration_by_chance={
            model: float(np.mean([statistics.calibration_by_chance(one) for one in by_seed.values()]))
            for model, by_seed in found.items()
            if part == "test"
        },
        overconfidence={
            model: float(np.mean([one.probabilities.max(axis=1).mean() - one.right.mean() for one in by_seed.values()]))
            for model, by_seed in found.items()
        },
        pairs=tuple(
            replace(pair, p_holm=p_holm, apart=p_holm < statistics.LEVEL)
            for pair, p_holm in zip(counted, adjusted, strict=True)
        ),
    )


def _bootstrap(found: Mapping[str, BySeed], texts: np.ndarray, metrics: Sequence[str]) -> dict[str, dict[int, Draws]]:
    """By model and seed, some metrics in every bootstrap sample; a sample draws the same texts for all of them."""
    places = {
        (model, seed): np.searchsorted(texts, one.index)
        for model, by_seed in found.items()
        for seed, one in by_seed.items()
    }
    blocks: dict[tuple[str, int], list[Draws]] = {key: [] for key in places}
    for weights in statistics.resample(len(texts)):
        for (model, seed), at in places.items():
            blocks[model, seed].append(statistics.scores(weights[:, at], found[model][seed], metrics))
    return {
        model: {
            seed: {
                metric: np.concatenate([block[metric] for block in blocks[model, seed]])
                for metric in blocks[model, seed][0]
            }
            for seed in by_seed
        }
        for model, by_seed in found.items()
    }


def _intervals(right: np.ndarray, by_seed: BySeed, draws: dict[int, Draws]) -> dict[str, Interval | None]:
    """Of each metric of a model that was drawn; `right` says which of its answers are, shape `(seeds, texts)`."""
    found: dict[str, Interval | None] = {}
    texts, per_class = _different_texts(by_seed)
    for name in next(iter(draws.values())):
        if name == "accuracy":
            found[name] = accuracy_interval(right)
            continue
        metric = BY_NAME[name]
        values = [metric.value(answers) for answers in by_seed.values()]
        found[name] = resampled_interval(
            np.mean([by_metric[name] for by_metric in draws.values()], axis=0),
            float(np.mean([np.nan if value is None else value for value in values])),
            balanced_texts(per_class) if metric.balanced else texts,
            metric.bounds,
        )
    return found


def _different_texts(by_seed: BySeed) -> tuple[int, np.ndarray]:
    """How many different texts the seeds of a model answered, and how many of them are of each class."""
    index, at = np.unique(np.concatenate([answers.index for answers in by_seed.values()]), return_index=True)
    return len(index), np.bincount(np.concatenate([answers.labels for answers in by_seed.values()])[at])


def _pair(first: str, second: str, table: Correctness, draws: dict[str, dict[int, Draws]]) -> Pair | None:
    """Two models before Holm's correction, `None` where no seed has a text that both answered."""
    test = paired_test(table.of(first), table.of(second))
    if test is None:
        return None
    by_seed, differences, samples = [], [], []
    for seed, of_text in zip(table.seeds, table.of(first) - table.of(second), strict=True):
        n = int((~np.isnan(of_text)).sum())
        if n:
            only_first, only_second = int((of_text > 0).sum()), int((of_text < 0).sum())
            p = mcnemar(only_first, only_second)
            by_seed.append(SeedTest(seed, n, only_first, only_second, p))
            differences.append((only_first - only_second) / n)
            samples.append(draws[first][seed]["accuracy"] - draws[second][seed]["accuracy"])
    return Pair(
        models=(first, second),
        n=test.texts,
        difference=test.difference,
        interval=resampled_interval(np.mean(samples, axis=0), test.difference, test.texts, DIFFERENCE),
        only_first=test.only_first,
        only_second=test.only_second,
        p=test.p,
        p_holm=test.p,
        apart=test.p < statistics.LEVEL,
        needed_texts=test.needed_texts,
        by_seed=tuple(by_seed),
        across_seeds=statistics.across_seeds(differences),
    )
