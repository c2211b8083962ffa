"""What the choice of a model gives away on average, simulated: `pytest -n 0 -s` on this file prints the table."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from models.monitoring.comparing import holm
from models.predictions import mcnemar
from reports.measuring import expected_loss, statistics
from reports.measuring.correctness import Correctness
from reports.measuring.expected_loss import choose, estimate_losses

MARGIN, MODELS, TIMES = 0.01, tuple("abcde"), 60
SIZES = (100, 500, 5000)  # validation texts
# Accuracies of models from the quickest to the slowest; 8 to 16 % of the texts part two of them.
CASES = {
    "drawn from 0.85 to 0.92": lambda generator: generator.uniform(0.85, 0.92, 5),
    "drawn from 0.85 to 0.92, the quicker the worse": lambda generator: np.sort(generator.uniform(0.85, 0.92, 5)),
    "0.85 0.87 0.89 0.905 0.92": lambda _: np.array([0.85, 0.87, 0.89, 0.905, 0.92]),
    "0.85 0.86 0.88 0.915 0.92": lambda _: np.array([0.85, 0.86, 0.88, 0.915, 0.92]),
    "0.90 0.905 0.91 0.915 0.92": lambda _: np.array([0.90, 0.905, 0.91, 0.915, 0.92]),
}


def _population(hard, accuracies):
    """Patterns of right and wrong, shape `(32, models)`, and how probable each is."""
    codes = (hard < stats.norm.ppf(accuracies)) @ (1 << np.arange(5))
    return (np.arange(32)[:, None] >> np.arange(5)) & 1, np.bincount(codes, minlength=32) / len(hard)


def _not_significantly_different(right):
    """The quickest of the models that McNemar's test, after Holm, does not tell from the most accurate."""
    pairs = list(combinations(range(5), 2))
    p = [mcnemar(int((right[i] > right[j]).sum()), int((right[j] > right[i]).sum())) for i, j in pairs]
    adjusted = dict(zip(pairs, holm(p), strict=True))
    best = int(right.mean(axis=1).argmax())
    return next(m for m in range(5) if m == best or adjusted[min(m, best), max(m, best)] >= statistics.LEVEL)


def _simulate(generator, hard, case, texts):
    """By rule, the true loss of its choice; then the loss that was expected, and whether its interval held the loss."""
    patterns, probabilities = _population(hard, CASES[case](generator))
    true = probabilities @ patterns
    right = np.repeat(patterns, generator.multinomial(texts, probabilities), axis=0).T.astype(float)  # (models, texts)
    losses = estimate_losses(Correctness(MODELS, (0,), np.arange(texts), right[:, None]))
    model = choose(losses, {name: at for at, name in enumerate(MODELS)}, MARGIN)
    loss = true.max() - true[MODELS.index(model)]
    return (
        true.max() - true[_not_significantly_different(right)],
        true.max() - true[right.mean(axis=1).argmax()],
        loss,
        losses.expected(model),
        loss <= losses.interval(model)[1],
    )


@pytest.mark.slow
def test_the_choice_gives_away_less_than_the_margin(monkeypatch):
    monkeypatch.setattr(expected_loss, "MOST_DRAWS", 1000)  # hundreds of choices
    generator = np.random.default_rng(0)
    # What makes a text hard is hard for all models to 70 %.
    hard = np.sqrt(0.7) * generator.standard_normal((50_000, 1)) + np.sqrt(0.3) * generator.standard_normal((50_000, 5))
    lost = {
        (case, texts): np.mean([_simulate(generator, hard, case, texts) for _ in range(TIMES)], axis=0)
        for case in CASES
        for texts in SIZES
    }
    rules = "".join(f"{rule:>9}" for rule in ("not sig.", "best", "choice", "expected", "held"))
    print(f"\n{'true loss, points':48}{'texts':>6}{rules}")
    for (case, texts), (unlike, best, choice, expected, held) in lost.items():
        rules = "".join(f"{100 * loss:9.2f}" for loss in (unlike, best, choice, expected))
        print(f"{case:48}{texts:6}{rules}{held:9.0%}")
    for texts in SIZES:
        assert np.mean([choice for (_, n), (_, _, choice, *_) in lost.items() if n == texts]) < MARGIN
    for (case, texts), (unlike, best, choice, _, held) in lost.items():
        # On 100 texts chance may put the wrong one of widely spread models ahead: no rule that sees these answers alone
        # does better than to take the one ahead.
        assert choice < MARGIN or (texts == 100 and choice < best + 0.001), (case, texts)
        assert choice < unlike or texts == 5000, (case, texts)
        assert held > 0.9, (case, texts)
