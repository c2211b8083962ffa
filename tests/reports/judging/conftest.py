"""Rows of models without a run folder."""

import pytest

from models.catalog import Family
from models.description import Description
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
