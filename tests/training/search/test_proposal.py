"""Proposals: the same in whatever process they are made, within their space, and drawn to what does well."""

import math
import subprocess
import sys

import pytest

from training.search.proposal import Tried, best, propose
from training.search.space import space_around

OWN = {"dropout": 0.3, "learning_rate": 0.001, "width": 64, "weight_decay": 0.0001}


def loss(values):
    """Least at a dropout of 0.1 and a learning rate of 0.003."""
    return (values["dropout"] - 0.1) ** 2 + math.log10(values["learning_rate"] / 0.003) ** 2


def search(trials, seed=0, own=OWN, begun=()):
    tried = list(begun)
    for number in range(len(tried), trials):
        values = propose(own, tried, seed, number)
        tried.append(Tried(number, values, loss(values), 0.5))
    return tried


def test_the_first_trial_has_the_run_s_own_settings():
    assert search(1)[0].values == OWN


def test_a_search_that_goes_on_proposes_what_it_would_have_proposed():
    whole = search(14)
    for done in (1, 5, 12):
        assert search(14, begun=whole[:done]) == whole
    assert search(14, seed=1) != whole


def test_proposals_are_numbers_that_people_can_type_within_their_space():
    for own in (OWN, {"dropout": 0.9, "learning_rate": 2e-5, "width": 4, "weight_decay": 0.0}):
        space = space_around(own)
        for trial in search(14, own=own)[1:]:
            for name, value in trial.values.items():
                assert value == float(f"{value:.2g}") or name == "width"
                assert space[name].nearest(value) == pytest.approx(value)
            assert trial.values["width"] % 4 == 0
            assert trial.values["width"] in (own["width"] // 2 or 4, own["width"], 2 * own["width"])


def test_what_was_tried_decides_what_is_tried_next():
    found = search(40)
    first, last = found[1:11], found[30:]
    mean = lambda trials: sum(loss(trial.values) for trial in trials) / len(trials)  # noqa: E731
    assert mean(last) < mean(first) / 2


def test_the_best_is_the_first_with_the_least_loss():
    tried = [Tried(0, {}, 0.5, 0.9), Tried(1, {}, 0.4, 0.7), Tried(3, {}, 0.4, 0.8)]
    assert best(tried).number == 1
    assert best([]) is None


def test_nothing_is_imported_for_a_search_before_there_is_one():
    code = "import sys, training.experiment, training.search.search; assert 'optuna' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
