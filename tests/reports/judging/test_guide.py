"""The advice of the course slides beside what was measured."""

import pytest

from reports.judging.guide import confront
from reports.measuring.costs import Cost
from reports.measuring.significance import PartStatistics
from reports.reading.comparison import Comparison


def _cost(latency):
    return Cost("as trained", latency, 400.0, 2.0)


@pytest.mark.parametrize(
    ("latency", "test", "holds"),
    [
        # The RNN is first, DistilBERT best beyond chance, the Transformer between them.
        ({"rnn": 1, "transformer": 2, "distilbert": 20}, 0.001, ["yes", "yes", "yes"]),
        ({"rnn": 3, "transformer": 2, "distilbert": 20}, 0.3, ["no", "open", "yes"]),
        # DistilBERT is quicker and more accurate than the Transformer.
        ({"rnn": 1, "transformer": 30, "distilbert": 20}, 0.001, ["yes", "yes", "no"]),
    ],
)
def test_the_guide_of_the_slides(rows, make_pair, latency, test, holds):
    found = confront(
        Comparison(run=None, data=None, rows=rows(rnn=0.80, transformer=0.85, distilbert=0.90), absent=()),
        PartStatistics(pairs=(make_pair("distilbert", "transformer", test),)),
        {name: [_cost(value)] for name, value in latency.items()},
    )
    assert [(advice.wish, advice.holds) for advice in found] == list(
        zip(("speed", "accuracy", "balance"), holds, strict=True)
    )


def test_no_guide_for_a_single_network(rows):
    comparison = Comparison(run=None, data=None, rows=rows(rnn=0.8, linear=0.9), absent=())
    assert confront(comparison, PartStatistics(), {"rnn": [_cost(2.0)], "linear": [_cost(0.5)]}) == []
