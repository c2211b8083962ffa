"""Temperature makes a model as sure as it is right, and changes no answer."""

import numpy as np
import pytest
from scipy.special import log_softmax

from models.calibration import fit_temperature, measure_calibration
from models.predictions import Answers


def test_a_model_twice_as_sure_as_it_may_be_has_temperature_two():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4000, 3)) * 2
    labels = np.array([rng.choice(3, p=row) for row in np.exp(log_softmax(logits, axis=1))])
    temperature, loss = fit_temperature(2 * logits, labels)
    assert temperature == pytest.approx(2, rel=0.1)
    assert loss == pytest.approx(-log_softmax(logits, axis=1)[np.arange(4000), labels].mean(), abs=0.01)
    # What is added to every score of a text says nothing: probabilities do as well as logits.
    assert fit_temperature(log_softmax(2 * logits, axis=1), labels)[0] == pytest.approx(temperature)


def test_a_few_right_answers_leave_room_for_doubt():
    scores = np.array([[30.0, 0.0]] * 9)
    temperature, _ = fit_temperature(scores, np.zeros(9, int))
    # Nine of ten texts are of class 0 and one is of either: the probability is (9 + 1/2) / 10.
    assert 1 / (1 + np.exp(-30 / temperature)) == pytest.approx(0.95, abs=0.001)


def answers_to(probabilities, labels):
    return Answers(np.arange(len(labels)), labels, probabilities.argmax(axis=1), probabilities)


def test_the_error_with_a_temperature_is_of_texts_it_was_not_fitted_to():
    # 0.99 sure and right three times in four: the error is 0.99 - 0.75. With a temperature only chance is left of it.
    rng = np.random.default_rng(1)
    labels = (rng.random(4000) < 0.25).astype(int)
    found = measure_calibration(answers_to(np.tile([0.99, 0.01], (4000, 1)), labels))
    assert found.validation_error == pytest.approx(0.24, abs=0.02)
    assert found.validation_error_scaled < 0.03
    assert found.temperature == pytest.approx(np.log(99) / np.log(3), rel=0.1)
    # Fitted to the texts that it is measured on, it would be nearly none at all.
    few = answers_to(np.tile([0.99, 0.01], (8, 1)), labels[:8])
    assert measure_calibration(few).validation_error_scaled > 0.01
    assert measure_calibration(few.take(np.array([0]))) is None


def test_probabilities_of_zero_are_no_trouble():
    sure = answers_to(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]]), np.array([0, 1, 0, 1]))
    found = measure_calibration(sure)
    assert np.isfinite([found.temperature, found.validation_error, found.validation_error_scaled]).all()
    assert found.temperature > 5


def test_weights_count_a_text_as_often_as_they_say():
    scores, labels = np.log([[0.99, 0.01]] * 4), np.array([0, 0, 0, 1])
    # One more text of unknown class counts, the mean of the scores, which are all the same.
    weighted = fit_temperature(scores, labels, np.array([1, 1, 1, 2]))
    assert weighted == pytest.approx(fit_temperature(scores[[0, 1, 2, 3, 3]], labels[[0, 1, 2, 3, 3]]), rel=1e-3)
    assert fit_temperature(scores, labels, np.ones(4)) == fit_temperature(scores, labels)
