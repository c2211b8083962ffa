"""Which models differ significantly on one split of a run, and how sure each of their numbers is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from models.metrics import BY_NAME
from models.predictions import AllAnswers, Answers
from reports.measuring import statistics
from reports.measuring.statistics import Interval, Spread

BySeed = dict[int, Answers]
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
        only_first, only_second: texts that one of them alone got right, each counted in the first seed that has it,
            so that the texts are independent.
        p: of McNemar's exact test on these counts.
        p_holm: that after Holm's correction over all pairs.
        apart: whether the difference is significant: `p_holm` below 0.05.
        needed_texts: how many would show the difference seen, `None` where none was seen.
        by_seed: the same test for each seed.
        across_seeds: the spread of the difference, `None` for one seed.
    """

    models: tuple[str, str]
    n: int
    difference: float
    interval: Interval | None
    only_first: int
    only_second: int
    p: float
    p_holm: float
    apart: bool
    needed_texts: int | None
    by_seed: tuple[SeedTest, ...]
    across_seeds: Spread | None

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
        intervals: by model and metric, of the mean over the model's seeds; on validation, where accuracy alone
            decides, of accuracy alone.
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
    tested = {
        model: {seed: parts[part] for seed, parts in by_seed.items() if part in parts}
        for model, by_seed in answers.items()
    }
    tested = {model: by_seed for model, by_seed in tested.items() if by_seed}
    if not tested:
        return PartStatistics()
    texts = np.unique(np.concatenate([of_seed.index for by_seed in tested.values() for of_seed in by_seed.values()]))
    draws = _bootstrap(tested, texts, list(BY_NAME) if part == "test" else ["accuracy"])
    counted = [pair for names in combinations(tested, 2) if (pair := _pair(*names, tested, draws))]
    adjusted = statistics.holm([pair.p for pair in counted])
    return PartStatistics(
        n=len(texts),
        resamples=statistics.resamples(len(texts)),
        intervals={
            model: {
                metric: statistics.interval(_mean([by_metric[metric] for by_metric in draws[model].values()]))
                for metric in next(iter(draws[model].values()))
            }
            for model in tested
        },
        calibration_by_chance={
            model: float(np.mean([statistics.calibration_by_chance(of_seed) for of_seed in by_seed.values()]))
            for model, by_seed in tested.items()
            if part == "test"
        },
        overconfidence={
            model: float(np.mean([_overconfidence(of_seed) for of_seed in by_seed.values()]))
            for model, by_seed in tested.items()
        },
        pairs=tuple(
            replace(pair, p_holm=p_holm, apart=p_holm < statistics.LEVEL)
            for pair, p_holm in zip(counted, adjusted, strict=True)
        ),
    )


def _bootstrap(tested: dict[str, BySeed], texts: np.ndarray, metrics: Sequence[str]) -> dict[str, dict[int, Draws]]:
    """By model and seed, some metrics in every bootstrap sample; a sample draws the same texts for all of them."""
    places = {
        (model, seed): np.searchsorted(texts, of_seed.index)
        for model, by_seed in tested.items()
        for seed, of_seed in by_seed.items()
    }
    blocks: dict[tuple[str, int], list[Draws]] = {key: [] for key in places}
    for weights in statistics.resample(len(texts)):
        for (model, seed), at in places.items():
            blocks[model, seed].append(statistics.scores(weights[:, at], tested[model][seed], metrics))
    return {
        model: {
            seed: {
                metric: np.concatenate([block[metric] for block in blocks[model, seed]])
                for metric in blocks[model, seed][0]
            }
            for seed in by_seed
        }
        for model, by_seed in tested.items()
    }


def _overconfidence(answers: Answers) -> float:
    return float(answers.probabilities.max(axis=1).mean() - answers.right.mean())


def _mean(samples: list[np.ndarray]) -> np.ndarray:
    return np.mean(samples, axis=0)


def _pair(first: str, second: str, tested: dict[str, BySeed], draws: dict[str, dict[int, Draws]]) -> Pair | None:
    """Two models before Holm's correction, `None` where they have no seed in common."""
    seen = np.array([], dtype=int)
    by_seed, differences, counts, n = [], [], np.zeros(2, dtype=int), 0
    common = [seed for seed in tested[first] if seed in tested[second]]
    for seed in common:
        index, at_first, at_second = np.intersect1d(
            tested[first][seed].index, tested[second][seed].index, return_indices=True
        )
        right = tested[first][seed].right[at_first], tested[second][seed].right[at_second]
        alone = np.array([right[0] & ~right[1], right[1] & ~right[0]])
        new = ~np.isin(index, seen)
        seen = np.union1d(seen, index)
        counts += alone[:, new].sum(axis=1)
        n += int(new.sum())
        differences.append(float(right[0].mean() - right[1].mean()))
        only = [int(count) for count in alone.sum(axis=1)]
        by_seed.append(SeedTest(seed, len(index), only[0], only[1], statistics.mcnemar(*only)))
    if not n:
        return None
    only_first, only_second = (int(count) for count in counts)
    p = statistics.mcnemar(only_first, only_second)
    samples = _mean([draws[first][seed]["accuracy"] - draws[second][seed]["accuracy"] for seed in common])
    return Pair(
        models=(first, second),
        n=n,
        difference=float(np.mean(differences)),
        interval=statistics.interval(samples),
        only_first=only_first,
        only_second=only_second,
        p=p,
        p_holm=p,
        apart=p < statistics.LEVEL,
        needed_texts=statistics.needed_texts(only_first, only_second, n),
        by_seed=tuple(by_seed),
        across_seeds=statistics.across_seeds(differences),
    )
