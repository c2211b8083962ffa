"""Metrics against values worked out by hand."""

import time

import numpy as np
import pytest

from training.measuring.evaluating import (
    accuracy_by_group,
    evaluate,
    has_collapsed,
    overfits,
    texts_per_second,
)

PROBABILITIES = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]])
LABELS = np.array([0, 0, 1, 1])


def test_metrics_of_four_answers():
    # answers 0 0 1 0: three of four right. Class 0: precision 2/3, recall 1, F1 4/5. Class 1: 1, 1/2, 2/3.
    found = evaluate(PROBABILITIES, LABELS, ["no", "yes"])
    assert found["accuracy"] == 0.75
    assert found["confusion_matrix"] == [[2, 0], [1, 1]]
    assert found["macro_f1"] == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert found["weighted_f1"] == pytest.approx((4 / 5 + 2 / 3) / 2)  # two texts of each class
    assert found["macro_precision"] == pytest.approx((2 / 3 + 1) / 2)
    assert found["macro_recall"] == pytest.approx(0.75)
    assert found["per_class"]["yes"] == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "n": 2}
    # of the four pairs (negative, positive) only (0.4, 0.3) is in the wrong order
    assert found["roc_auc"] == 0.75
    assert found["log_loss"] == pytest.approx(-np.mean(np.log([0.9, 0.6, 0.8, 0.3])))
    assert found["largest_answer_share"] == 0.75
    assert not found["collapsed"]


def test_more_than_two_classes():
    probabilities = np.eye(3, dtype="float32")[[0, 1, 2, 2]] * 0.7 + 0.1
    found = evaluate(probabilities, np.array([0, 1, 2, 1]), ["a", "b", "c"])
    assert found["accuracy"] == 0.75
    assert 0 < found["roc_auc"] <= 1


def test_a_class_that_does_not_occur_has_no_roc_auc():
    assert evaluate(PROBABILITIES, np.zeros(4, int), ["no", "yes"])["roc_auc"] is None


@pytest.mark.parametrize(
    ("predicted", "labels", "collapsed"),
    [
        ([0] * 10, [0] * 6 + [1] * 4, True),  # the majority class for everything
        ([0] * 9 + [1], [0] * 6 + [1] * 4, False),  # recall (1 + 1/4) / 2: it knows something
        ([0] * 9 + [1], [0] * 9 + [1], False),  # nearly one class, and right
        ([0, 1] * 5, [0, 0, 1, 1, 0, 0, 1, 1, 0, 1], False),  # guessing, but not one class
        ([2] * 12, [0, 1, 2] * 4, True),
        # One of three classes is missing from the split: recall is (1 + 0) / 2, and 1/2 is what guessing gives.
        ([0] * 10, [0] * 6 + [2] * 4, True),
        ([0] * 9 + [1], [0] * 6 + [2] * 4, True),  # an answer that is no class of the split changes nothing
        ([1] * 10, [0] * 6 + [2] * 4, True),  # always the class that does not occur
        ([0] * 10, [0] * 10, False),  # of one class nothing can be told
    ],
)
def test_collapse(predicted, labels, collapsed):
    assert has_collapsed(np.array(predicted), np.array(labels)) is collapsed


@pytest.mark.parametrize(
    ("train", "validation", "expected"), [(0.99, 0.88, True), (0.99, 0.90, False), (0.84, 0.5, False)]
)
def test_overfitting_is_over_85_percent_with_a_gap_over_10_points(train, validation, expected):
    assert overfits(train, validation) is expected


def test_accuracy_by_group():
    found = accuracy_by_group(np.array([0, 1, 1]), np.array([0, 0, 1]), ["x", "x", "y"])
    assert found == {"x": {"n": 2, "accuracy": 0.5}, "y": {"n": 1, "accuracy": 1.0}}


def test_speed_is_measured_at_each_batch_size(monkeypatch):
    monkeypatch.setattr("training.measuring.evaluating.MEASURE_SECONDS", 0.01)
    asked = []

    def predict(size):
        asked.append(size)
        time.sleep(0.001)

    found = texts_per_second(predict)
    assert list(found) == ["1", "32", "256"]
    assert set(asked) == {1, 32, 256}
    assert all(asked.count(size) >= 2 for size in set(asked))  # the first is not counted
    assert all(speed > 0 for speed in found.values())
    monkeypatch.setattr("training.measuring.evaluating.MEASURE_SECONDS", 0)
    asked.clear()
    found = texts_per_second(predict, most_at_once=32)
    assert asked == [1, 1, 32, 32]
    assert found["256"] == found["32"]  # it is answered 32 at a time
