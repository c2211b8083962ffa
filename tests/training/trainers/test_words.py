"""What a network over words is trained with."""

import json

import pytest

from data.preparing import FURTHER_TEXTS, UNLABELLED_TEXTS
from training.command_line import parse
from training.trainers.words import vector_rate


@pytest.mark.parametrize(
    ("flags", "unlabelled", "further", "rate"),
    [
        ([], 0, 0, 1),  # the training texts are all that was read
        ([], 30, 0, 0.25),
        ([], 30, 50, 10 / 90),  # those that no model answers are read too
        (["--word-vector-rate", "0.5"], 30, 50, 0.5),
        (["--word-vector-rate", "0"], 30, 50, 0),
    ],
)
def test_vectors_of_many_texts_are_learned_slowly(tmp_path, flags, unlabelled, further, rate):
    for name, texts in ((UNLABELLED_TEXTS, unlabelled), (FURTHER_TEXTS, further)):
        (tmp_path / name).write_text(f"{json.dumps({'text': 'Good.', 'cleaned': 'good'})}\n" * texts)
    assert vector_rate(parse(flags), tmp_path, labelled=10) == pytest.approx(rate)
