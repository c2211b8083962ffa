"""Temperature makes a model as sure as it is right, and changes no answer."""

import numpy as np
import pytest
from scipy.special import log_softmax

from models.calibration import fit_temperature


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
