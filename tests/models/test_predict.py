"""`python -m models.predict` as a user types it, from a folder with one exported model."""

import csv
import io
import json

import numpy as np
import pytest

from models import predict
from models.answer_writers import WRITERS
from models.classifier import Classifier
from models.engines import Answer


class Counting:
    """An engine that answers with the number of characters, and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def answer(self, texts):
        self.asked.append(list(texts))
        share = np.array([min(len(text), 100) / 100 for text in texts], np.float32)
        return Answer(np.stack([1 - share, share], axis=1), np.array([len(text.split()) for text in texts], np.int32))


@pytest.fixture
def classifier():
    description = {"class_names": ["short", "long"], "batch_size": 4, "model": "lstm", "title": "lstm"}
    return Classifier(Counting(), description, "onnx")


@pytest.fixture
def run(exported_run):
    return exported_run


def test_answers_come_in_the_order_of_the_texts_and_batches_hold_like_lengths(classifier):
    texts = ["a" * length for length in (90, 1, 80, 2, 70, 3, 60, 4)]
    assert classifier.predict(texts).tolist() == ["long", "short"] * 4
    assert [[len(text) for text in batch] for batch in classifier.engine.asked] == [[1, 2, 3, 4], [60, 70, 80, 90]]
    assert classifier.predict_proba([]).shape == (0, 2)


def test_texts_are_read_and_answered_in_chunks(classifier, monkeypatch):
    """However many there are, no more than two chunks are in memory."""
    monkeypatch.setattr(predict, "CHUNK", 10)
    taken, written = 0, []

    def stream():
        nonlocal taken
        for number in range(95):
            taken += 1
            assert taken - len(written) <= 20
            yield f"text {number}"

    assert predict.answer_all(classifier, stream(), written.append, quiet=True) == 95
    assert [answer["text"] for answer in written] == [f"text {number}" for number in range(95)]


@pytest.mark.parametrize("style", WRITERS)
def test_any_text_and_any_class_name_can_be_written(style):
    file = io.StringIO()
    names = ['comma, "quote"', "line\nbreak"]
    write = WRITERS[style](file, names)
    text = 'He said "no",\r\nthen \ud800 left\t\x1b[31m\0'
    write(
        {
            "text": text,
            "label": names[1],
            "confidence": 0.75,
            "probabilities": dict(zip(names, (0.25, 0.75), strict=True)),
            "tokens_seen": 3,
        }
    )
    written = file.getvalue()
    if style == "csv":
        (row,) = csv.DictReader(io.StringIO(written))
        assert row["label"] == names[1]
        assert row["text"] == text.replace("\ud800", "?")
        assert float(row[f"probability_{names[0]}"]) == 0.25
    elif style == "jsonl":
        assert json.loads(written)["probabilities"] == {names[0]: 0.25, names[1]: 0.75}
        assert json.loads(written)["text"] == text
    else:
        assert "\x1b" not in written
        assert len(written.splitlines()) == 2
        assert "75.0%" in written
