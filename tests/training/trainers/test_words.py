"""What a network over words is trained with."""

import json

import pytest

from data.preparing import FURTHER_TEXTS, UNLABELLED_TEXTS
from models.catalog import Architecture, Family
from training.command_line import parse
from training.trainers.words import vector_rate


@pytest.mark.parametrize(
    ("relearns", "flags", "unlabelled", "further", "rate"),
    [
        (False, [], 0, 0, 1),  # the training texts are all that was read
        (False, [], 30, 0, 0.25),
        (False, [], 30, 50, 10 / 90),  # those that no model answers are read too
        (True, [], 30, 50, 1),
        (False, ["--word-vector-rate", "0.5"], 30, 50, 0.5),
        (True, ["--word-vector-rate", "0"], 30, 50, 0),
    ],
)
def test_vectors_of_many_texts_are_learned_slowly(tmp_path, relearns, flags, unlabelled, further, rate):
    network = Architecture("some", "some", Family.WORDS, relearns_vectors=relearns)
    for name, texts in ((UNLABELLED_TEXTS, unlabelled), (FURTHER_TEXTS, further)):
        (tmp_path / name).write_text(f"{json.dumps({'text': 'Good.', 'cleaned': 'good'})}\n" * texts)
    assert vector_rate(network, parse(flags), tmp_path, labelled=10) == pytest.approx(rate)
