"""The metrics against scikit-learn, as they are and of bootstrap samples, and against values worked out by hand."""

import math
import re

import numpy as np
import pytest
from sklearn import metrics as sklearn

from models.metrics import BY_NAME, METRICS, Sample, Table, calibration_error, confidence_bins, shown_in
from models.predictions import Answers


def _by_sklearn(answers):
    labels, predicted, probabilities = answers.labels, answers.predicted, answers.probabilities
    classes = probabilities.shape[1]
    values = {"accuracy": sklearn.accuracy_score(labels, predicted)}
    for average in ("macro", "weighted"):
        scores = sklearn.precision_recall_fscore_support(
            labels, predicted, labels=range(classes), average=average, zero_division=0
        )
        for name, score in zip(("precision", "recall", "f1"), scores[:3], strict=True):
            values[f"{average}_{name}"] = score
    normalized = probabilities / probabilities.sum(axis=1, keepdims=True)
    score = probabilities[:, 1] if classes == 2 else normalized
    values["roc_auc"] = sklearn.roc_auc_score(labels, score, multi_class="ovr")
    values["log_loss"] = sklearn.log_loss(labels, np.clip(normalized, 5e-7, 1), labels=range(classes))
    return values


@pytest.mark.filterwarnings("ignore:The y_prob values do not sum to one")  # six decimals do not
@pytest.mark.parametrize(("classes", "decided"), [(2, 0), (2, 0.5), (3, 0), (20, 0.2)])
def test_metrics_are_those_of_scikit_learn(classes, decided, random_answers):
    answers = random_answers(1, 120, classes, decided)
    weights = np.random.default_rng(2).integers(0, 3, (4, 120))
    weights[:, :classes] += 1  # every class occurs
    counts = np.vstack([np.ones((1, 120), int), weights])
    sample = Sample(counts.astype(np.float32), answers)
    for row, count in enumerate(counts):
        expected = _by_sklearn(answers.take(np.repeat(np.arange(120), count)))
        assert expected.keys() == BY_NAME.keys() - {"expected_calibration_error"}
        for name, value in expected.items():
            assert BY_NAME[name].measure(sample)[row] == pytest.approx(value, abs=2e-5), name
    for name, value in _by_sklearn(answers).items():
        assert BY_NAME[name].value(answers) == pytest.approx(value, abs=1e-5 if name == "log_loss" else 1e-9), name


def test_a_probability_of_zero_has_a_finite_loss():
    answers = Answers(np.arange(2), np.array([0, 1]), np.array([1, 1]), np.array([[0.0, 1.0], [0.0, 1.0]]))
    assert BY_NAME["log_loss"].value(answers) == pytest.approx(-math.log(5e-7) / 2)


def test_calibration_is_the_weighted_gap_of_each_bin():
    # bins of 1/15: 0.95 (right), 0.95 (wrong) share one, 0.55 (right) is alone:
    # (|0.5 - 0.95| · 2 + |1 - 0.55| · 1) / 3 = 0.45
    probabilities = np.array([[0.95, 0.05], [0.95, 0.05], [0.55, 0.45]])
    answers = Answers(np.arange(3), np.array([0, 1, 0]), np.array([0, 0, 0]), probabilities)
    assert BY_NAME["expected_calibration_error"].value(answers) == pytest.approx(0.45)
    # Of a sample that has the wrong text twice and the last one not at all: |1/3 - 0.95|.
    weights = np.array([[1.0, 2.0, 0.0]])
    assert BY_NAME["expected_calibration_error"].measure(Sample(weights, answers)) == pytest.approx([0.95 - 1 / 3])


def test_every_calibration_error_is_of_the_same_bins():
    confidence, bins = confidence_bins(np.array([[1.0, 0.0], [0.5, 0.5], [1 / 3, 2 / 3]]))
    assert (confidence.tolist(), bins.tolist()) == ([1.0, 0.5, 2 / 3], [14, 7, 10])
    # Both samples at once: all right, or none.
    right = np.array([[True, True, True], [False, False, False]])
    errors = calibration_error(right, confidence, bins, np.ones((1, 3)))
    assert errors == pytest.approx([(0 + 0.5 + 1 / 3) / 3, (1 + 0.5 + 2 / 3) / 3])


def test_a_class_that_a_sample_lacks_does_not_lower_its_mean():
    # All right. The second sample has no text of class 1, which therefore has no F1 there.
    answers = Answers(np.arange(3), np.array([0, 0, 1]), np.array([0, 0, 1]), np.eye(2)[[0, 0, 1]])
    sample = Sample(np.array([[1.0, 1, 1], [2, 1, 0]]), answers)
    assert BY_NAME["macro_f1"].measure(sample).tolist() == [1, 1]
    assert np.isnan(BY_NAME["roc_auc"].measure(sample)[1])
    # A class that the whole split lacks counts as 0, as scikit-learn has it.
    missing = Answers(np.arange(2), np.array([0, 1]), np.array([0, 1]), np.eye(3)[[0, 1]])
    assert BY_NAME["macro_f1"].value(missing) == pytest.approx(2 / 3)
    assert BY_NAME["roc_auc"].value(missing) is None


def test_a_sample_without_texts_has_no_metric(random_answers):
    answers = random_answers(0, 10, 2)
    sample = Sample(np.zeros((1, 10), np.float32), answers)
    for metric in METRICS:
        assert np.isnan(metric.measure(sample)).all(), metric.name


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_an_entry_is_complete(metric):
    assert re.fullmatch("[a-z0-9_]+", metric.name)
    assert metric.title
    if Table.PAGE in metric.tables:
        assert metric.meaning.endswith(".")
    assert metric.has_interval(2)


def test_where_metrics_are_shown():
    assert [metric.name for metric in shown_in(Table.PAGE)] == [
        "accuracy",
        "macro_f1",
        "log_loss",
        "expected_calibration_error",
    ]
