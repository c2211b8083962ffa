"""A row's title over several seeds: which models an ensemble is made of and who taught a student, on all of them."""

from dataclasses import replace

import pytest

from models.catalog import Family
from models.description import Description
from reports.reading.comparison import make_row
from reports.reading.trials import make_trial


@pytest.fixture
def title(trial, described):
    """The title of the row of one model from what each of its seeds says of itself."""

    def make(model, *said):
        trials = []
        for seed, changes in enumerate(said):
            found = trial(model, seed, 0.9)
            known = described(found)
            description = replace(Description(**known | {"family": Family(known["family"])}), **changes)
            trials.append(make_trial(found, description))
        return make_row(model, 0, trials).title

    return make


def test_members_are_counted_where_seeds_differ(title):
    same = {"members": ["linear", "distilbert"], "title": "ensemble (linear, distilbert)"}
    assert title("ensemble", same, same) == "ensemble (linear, distilbert)"
    other = same | {"members": ["linear", "cnn"]}
    assert title("ensemble", same, same, other) == "ensemble (linear, distilbert 2 of 3, cnn 1 of 3)"


def test_every_teacher_is_named(title):
    said = [
        {"taught_by": name, "title": f"student (cnn taught by {name}, 20 unlabelled texts)"}
        for name in ("linear", "ensemble", "linear", "ensemble")
    ]
    assert title("student", *said[:1]) == "student (cnn taught by linear, 20 unlabelled texts)"
    assert title("student", *said) == "student (cnn taught by linear or ensemble, 20 unlabelled texts)"


def test_another_model_has_the_title_it_gave_itself(title):
    assert title("lstm", {"title": "lstm"}) == "lstm"
