"""Which settings to try next, from those that were tried.

Nothing is kept but what the trials left: the sampler is made anew for each trial, from the seed and the trial's number,
and told of trials before it. A search that goes on in another process so proposes what it would have proposed. Of which
trials it is told depends on their numbers alone, so that trials side by side on a cluster are those of one machine.
Optuna's storages keep trials too, but not the state of a sampler.

Source: the tree-structured Parzen estimator, Bergstra et al. 2011, https://papers.nips.cc/paper/4443.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.search.space import Values, space_around

DRAWN = 10  # trials that are drawn at random: an estimate from fewer is none
BESIDE = 4  # trials, of those behind them, that can be trained at once


@dataclass(frozen=True)
class Tried:
    """A trial that was finished.

    Attributes:
        number: of the trial, from 0.
        values: its settings.
        loss: on validation texts.
        accuracy: on the same.
    """

    number: int
    values: Values
    loss: float
    accuracy: float


def known_to(number: int) -> int:
    """From how many trials, the first ones, a trial is proposed; these have to be done before.

    >>> [known_to(number) for number in (0, 9, 10, 11)]
    [0, 0, 7, 8]
    """
    return 0 if number < DRAWN else number - BESIDE + 1


def propose(own: Values, tried: Sequence[Tried], seed: int, number: int) -> Values:
    """The settings of a trial.

    Args:
        own: the run's own values of the settings that are searched.
        tried: the finished trials; only those among the first `known_to(number)` count.
        seed: of the search.
        number: of the trial, from 0; the first has the run's own settings.
    """
    if number == 0:
        return own
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space = space_around(own)
    distributions = {name: entry.distribution() for name, entry in space.items()}
    seed_of_trial = int(np.random.SeedSequence((seed, number)).generate_state(1)[0])
    sampler = optuna.samplers.TPESampler(seed=seed_of_trial, n_startup_trials=known_to(DRAWN))
    study = optuna.create_study(sampler=sampler)
    known = [trial for trial in tried if trial.number < known_to(number)]
    for trial in sorted(known, key=lambda trial: trial.number):
        told = {name: entry.nearest(trial.values[name]) for name, entry in space.items()}
        study.add_trial(optuna.trial.create_trial(params=told, distributions=distributions, value=trial.loss))
    asked = study.ask(distributions).params
    return {name: entry.rounded(asked[name]) for name, entry in space.items()}


def best(tried: Sequence[Tried]) -> Tried | None:
    """The trial with the least validation loss, the first of equals; `None` where there is none.

    Loss rather than accuracy: of 500 texts one more right answer is 0.2 points, and settings differ by less than chance
    moves that, while the loss changes with every answer's probability.
    """
    return min(tried, key=lambda trial: trial.loss, default=None)
