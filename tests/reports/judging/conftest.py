"""Rows of models without a run folder."""

from itertools import count

import pytest

from models.catalog import Family
from models.description import Description
from reports.measuring.significance import Pair
from reports.reading.comparison import make_row
from reports.reading.trials import make_trial


@pytest.fixture
def make_rows(described):
    """Makes the rows of models: `make_rows({"rnn": [trial, ...], ...})`, trials as of the fixture `trial`."""

    def make_one(found):
        description = described(found)
        return make_trial(found, Description(**description | {"family": Family(description["family"])}))

    return lambda by_model: [
        make_row(model, position, [make_one(found) for found in trials])
        for position, (model, trials) in enumerate(by_model.items())
    ]


LOSSES = (0.4, 0.3)  # on validation, of seeds 5 and 6


@pytest.fixture
def rows(trial, make_rows):
    """Rows from validation accuracies: `rows(lstm=0.85, linear=(0.90, 0.93))`, the second being that on test."""

    def make(collapsed=(), **accuracies):
        by_model = {}
        for model, accuracy in accuracies.items():
            validation, test = accuracy if isinstance(accuracy, tuple) else (accuracy, accuracy)
            trials = []
            for seed, loss in zip(count(5), LOSSES, strict=False):
                one = trial(model, seed, test, seconds_training=12.0, collapsed=model in collapsed)
                one["validation"] |= {"accuracy": validation, "log_loss": loss}
                trials.append(one)
            by_model[model] = trials
        return make_rows(by_model)

    return make


@pytest.fixture
def make_pair():
    """Makes two models compared on 1,000 texts: `make_pair(first, second, p, difference)`."""

    def make(first, second, p, difference=0.0):
        return Pair(
            models=(first, second),
            n=1000,
            difference=difference,
            interval=[difference - 0.01, difference + 0.02],
            only_first=0.01,
            only_second=0.02,
            p=p,
            p_holm=p,
            apart=p < 0.05,
            needed_texts=4321,
            by_seed=(),
            across_seeds=None,
        )

    return make
