"""Expected losses by hand and against independent draws, and the choice they lead to."""

import numpy as np
import pytest

from reports.measuring import expected_loss
from reports.measuring.correctness import Correctness, mean_over_seeds
from reports.measuring.expected_loss import Losses, choose, draw_accuracies, estimate_losses

NAN = np.nan
MARGIN = 0.01


def _table(*right):
    """Of one seed, or of several; a row of texts, or one for each seed, a model."""
    right = np.array([np.atleast_2d(np.array(one, float)) for one in right])
    models, seeds, texts = right.shape
    return Correctness(tuple("abcdefgh"[:models]), tuple(range(seeds)), np.arange(texts), right)


def _drawn(*draws):
    draws = np.array(draws)
    return Losses(tuple("abcdefgh"[: draws.shape[1]]), 100, draws.mean(axis=0), draws)


def test_losses_by_hand():
    losses = _drawn([0.9, 0.8, 0.7], [0.8, 0.9, 0.7], [0.9, 0.9, 0.7], [0.9, 0.86, 0.9])
    # Behind the best of each draw by 0, 0.1, 0 and 0; by 0.1, 0, 0 and 0.04; by 0.2, 0.2, 0.2 and 0.
    assert [losses.expected(model) for model in "abc"] == pytest.approx([0.025, 0.035, 0.15])
    assert losses.interval("b") == pytest.approx(np.quantile([0.1, 0, 0, 0.04], [0.025, 0.975]))
    assert losses.within(0.03) == ["a"]
    assert losses.within(0.01) == []


def test_models_that_lose_something_more():
    losses = _drawn([0.9, 0.8], [0.8, 0.9])
    assert losses.expected("a") == pytest.approx((0 + 0.1) / 2)
    less = losses.reduced({"a": 0.05, "b": 0.0})
    assert less.accuracy == pytest.approx([0.8, 0.85])
    # 0.85 against 0.8, and 0.75 against 0.9.
    assert (less.expected("a"), less.expected("b")) == pytest.approx(((0 + 0.15) / 2, (0.05 + 0) / 2))


@pytest.mark.parametrize("texts", [2, 20, 500])
def test_models_that_answer_alike_may_still_differ(texts):
    # Either alone is right on 1 / (n + 1) of all texts, expected; a half and a half beforehand divide that by an
    # arcsine law, whose mean distance from equal shares is 2 / pi; half of it is a loss.
    losses = estimate_losses(_table(np.ones(texts), np.ones(texts)))
    assert losses.expected("a") == pytest.approx(1 / (texts + 1) / np.pi, rel=0.15)
    assert losses.interval("a")[1] > losses.expected("a")


def test_draws_are_those_of_a_dirichlet_distribution():
    # 30 texts only a has right, 20 only b, 40 both, 10 neither.
    a, b = np.array([[1, 0]] * 30 + [[0, 1]] * 20 + [[1, 1]] * 40 + [[0, 0]] * 10, float).T
    cells = np.random.default_rng(1).dirichlet([30.5, 20.5, 40, 10], 20_000)
    expected = np.maximum(cells[:, 1] - cells[:, 0], 0)
    losses = estimate_losses(_table(a, b))
    assert losses.accuracy == pytest.approx([0.7, 0.6])
    assert losses.expected("a") == pytest.approx(expected.mean(), abs=0.002)
    assert losses.interval("a") == pytest.approx(np.quantile(expected, [0.025, 0.975]), abs=0.01)
    assert losses.expected("b") - losses.expected("a") == pytest.approx(10 / 101, abs=0.004)


def test_paired_answers_leave_less_open_than_unpaired():
    generator = np.random.default_rng(0)
    a = generator.random(400) < 0.85
    nearly_a = a ^ (generator.random(400) < 0.01)
    unlike_a = generator.permutation(a)
    near, far = (estimate_losses(_table(a, other)).interval("b")[1] for other in (nearly_a, unlike_a))
    assert near < far / 2


def test_seeds_with_other_texts_and_models_without_a_seed():
    first = np.array([[1, 1, 0, 1, NAN, NAN], [NAN, NAN, 1, 0, 1, 1]])
    second = np.array([[1, 0, 0, 0, NAN, NAN], [NAN] * 6])
    # Both have seed 0: on its four texts a has three right and b one.
    losses = estimate_losses(_table(first, second))
    assert losses.texts == 4
    assert losses.accuracy.tolist() == [0.75, 0.25]
    # Alone, a is a mean over both seeds: three of four each, and a quarter of a text right and wrong beforehand.
    alone = draw_accuracies(np.array([first]))
    assert alone.mean() == pytest.approx(3.25 / 4.5, abs=0.02)
    assert estimate_losses(_table(first)).expected("a") == 0


def test_blocks_and_many_patterns_change_little(monkeypatch):
    right = (np.random.default_rng(0).random((4, 3, 300)) < 0.85).astype(float)
    whole = draw_accuracies(right)
    assert whole.mean(axis=0) == pytest.approx(mean_over_seeds(right), abs=0.01)
    monkeypatch.setattr(expected_loss, "_BLOCK", 10_000)
    blocks = draw_accuracies(right)
    assert blocks.shape == whole.shape == (expected_loss.MOST_DRAWS, 4)
    assert blocks.mean(axis=0) == pytest.approx(whole.mean(axis=0), abs=0.001)
    assert blocks.std(axis=0) == pytest.approx(whole.std(axis=0), rel=0.1)
    monkeypatch.setattr(expected_loss, "_NUMBERS", 10_000)
    assert len(draw_accuracies(right)) == expected_loss.FEWEST_DRAWS


LATENCY = {"a": 1.0, "b": 2.0, "c": 3.0}


@pytest.mark.parametrize(
    ("draws", "margin", "model"),
    [
        # Losses 0.1, 0.01 and 0.
        ([[0.8, 0.89, 0.9]], 0.02, "b"),
        ([[0.8, 0.89, 0.9]], 0.001, "c"),
        ([[0.8, 0.89, 0.9]], 0.2, "a"),
        # No model is within the margin: the most accurate, 0.85 against 0.8 and 0.84.
        ([[0.9, 0.75, 0.84], [0.7, 0.95, 0.84]], 0.01, "b"),
        # Equally accurate: the quicker.
        ([[0.9, 0.7, 0.7], [0.7, 0.9, 0.7]], 0.01, "a"),
    ],
)
def test_choice(draws, margin, model):
    assert choose(_drawn(*draws), LATENCY, margin) == model


def test_settling_texts_settle_it():
    # Of 100 texts b alone has two more right: how many would it take, if that stayed so?
    a, b = np.array([[1, 0]] * 5 + [[0, 1]] * 7 + [[1, 1]] * 80 + [[0, 0]] * 8, float).T
    losses = estimate_losses(_table(a, b))
    needed = losses.settling_texts("b", MARGIN)
    times = round(needed / 100)
    assert times > 3
    more = estimate_losses(_table(np.tile(a, times), np.tile(b, times)))
    assert more.interval("b")[1] == pytest.approx(MARGIN, abs=0.002)
    assert losses.settling_texts("a", MARGIN) is None  # two points behind: no number brings it within one
    assert losses.settling_texts("b", 0.5) is None  # it is so already
