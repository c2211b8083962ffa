"""What an export is held to: near enough, as accurate, and worth having."""

import time

import numpy as np
import pytest

from models.exporting.parity import Reference, compare, refusal, timed_answers
from models.serving.formats import FORMATS


def measured(**changes):
    exact = {"largest_difference": 1e-7, "label_agreement": 1.0, "validation_accuracy_change": 0.0}
    return exact | {"accuracy_change": 0.0, "times_faster": {"1": 1.5, "32": 1.5}} | changes


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (measured(), None),
        (
            measured(validation_accuracy_change=0.8 - 0.81, accuracy_change=-0.05),
            None,
        ),  # choices are made on validation
        (measured(validation_accuracy_change=-0.02), "it loses 2.0 points of accuracy on validation"),
        (measured(times_faster={"1": 0.97, "32": 1.3}), None),  # 3 % are within the noise
        (measured(times_faster={"1": 1.04, "32": 1.02}), "it is not faster than onnx (1.04 times at 1, 1.02 times at"),
        (measured(times_faster={"1": 0.9, "32": 1.3}), "it is not faster than onnx (0.90 times at 1, 1.30 times at"),
    ],
)
def test_what_may_change_answers_must_stay_accurate_and_be_faster(found, said):
    (entry,) = (entry for entry in FORMATS.values() if entry.may_change_answers)
    refused = refusal(entry, found)
    assert refused == said if said is None else refused.startswith(said)


def test_of_classes_that_are_level_either_is_the_answer():
    """0.5 and 0.5 may come out as 0.4999999 and 0.5000001; 0.6 and 0.4 turned round is another answer."""
    trained = np.array([[0.5, 0.5], [0.6, 0.4], [0.6, 0.4], [0.3, 0.7]])
    found = np.array([[0.4999999, 0.5000001], [0.6, 0.4], [0.4, 0.6], [0.3, 0.7]])
    parity = compare(Reference(["a", "b", "c", "d"], trained, np.array([0, 0, 0])), found)
    assert parity.texts == 4
    assert parity.label_agreement == 0.75
    assert parity.largest_difference == pytest.approx(0.2)
    assert parity.accuracy_change == pytest.approx(-2 / 3)  # the first and the third of the three test texts


def test_of_a_long_split_the_first_texts_are_asked_and_all_that_are_difficult():
    texts, probabilities = list("abcdef"), np.eye(6)
    found = Reference(texts, probabilities, np.array([0, 1, 2, 3])).first(2)
    assert found.texts == ["a", "b", "e", "f"]
    assert found.probabilities.argmax(axis=1).tolist() == [0, 1, 4, 5]
    assert found.labels.tolist() == [0, 1]
    assert Reference(texts, probabilities, np.array([0, 1])).first(9).texts == texts


class Timed:
    """Answers each text with its length, in so many seconds as there are texts, ten for the first of all."""

    def __init__(self):
        self.now, self.asked = 0.0, []

    def predict_proba(self, texts):
        self.now += len(texts) + (0 if self.asked else 10)
        self.asked.append(len(texts))
        return np.array([[len(text)] for text in texts])


@pytest.mark.parametrize(("texts", "asked", "seconds"), [(11, [3, 3, 3, 2], 3), (2, [2], 12 * 3 / 2)])
def test_the_texts_that_prove_a_slow_export_also_time_it(texts, asked, seconds, monkeypatch):
    classifier = Timed()
    monkeypatch.setattr(time, "perf_counter", lambda: classifier.now)
    answers, milliseconds = timed_answers(classifier, ["x" * at for at in range(texts)], 3)
    assert answers.ravel().tolist() == list(range(texts))
    assert classifier.asked == asked
    assert milliseconds == 1000 * seconds
