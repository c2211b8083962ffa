"""Which settings suit each network? What a search found, and what each of its trials is an example of."""

from __future__ import annotations

from collections.abc import Iterator

from reports.evaluation import Evaluation
from reports.judging.causes import BEHIND, GAP, knows_too_little
from reports.numbers import decimals, percent, plural, significant
from reports.reading.search import ModelSearch, SearchTrial

TITLE = "Which settings suit each network?"
OVER_FITTED, RIGHT, CANNOT_LEARN = "over-fitted", "right", "cannot learn"
HOW = (
    "Before it was trained for the table above, each of these networks was trained with several settings, on the split "
    "and with the first weights of seed {seed}. The test texts took no part in it. The settings with the least log "
    "loss on validation texts were then taken{seeds}; accuracy would be a coarser measure, since it moves by "
    "{step} points with every text."
)
TOO_GOOD = (
    "The best of several is in part the luckiest: these validation scores are a little too good to be expected again. "
    "Test scores are not."
)
OTHER_SEEDS = (
    "The other seeds split the same texts anew, so that some texts the settings were chosen on are test texts there; "
    "only the test score of the first seed is wholly free of the choice."
)
WORDS = (
    f"“{OVER_FITTED.capitalize()}”: over 85 % of the training texts are right, and more than {100 * GAP:g} points "
    f"fewer of the validation texts. “{CANNOT_LEARN.capitalize()}”: it gets fewer of its own training texts right than "
    f"the best model here gets of unseen ones, by more than {100 * BEHIND:g} points, or no more than so many points "
    f"above always answering the largest class. “{RIGHT.capitalize()}”: neither."
)


def judge(trial: SearchTrial, best_accuracy: float) -> str:
    """What a trial is an example of, as `reports.judging.causes` judges the rows of the run.

    Args:
        trial: to judge.
        best_accuracy: the highest on validation texts of anything in the run.
    """
    if trial.collapsed or knows_too_little(trial.train.accuracy, trial.validation.majority_share, best_accuracy):
        return CANNOT_LEARN
    return OVER_FITTED if trial.overfitted else RIGHT


def best_accuracy(evaluation: Evaluation) -> float:
    """The highest validation accuracy of all rows and all trials of the search."""
    of_rows = [row.validation_accuracy for row in evaluation.comparison.rows]
    return max([*of_rows, *(trial.validation.accuracy for trial in _trials(evaluation))], default=0.0)


def answer(evaluation: Evaluation) -> list[str]:
    """What a reader should know of a run whose settings were searched."""
    first = next(_trials(evaluation), None)
    if first is None:
        return ["No trial of the search is finished yet."]
    run = evaluation.comparison.run
    seeds = ", for all seeds" if len(run.seeds) > 1 else ""
    how = HOW.format(seed=run.seeds[0], seeds=seeds, step=significant(100 / first.validation.n))
    found = evaluation.search
    shared = [OTHER_SEEDS] if seeds and not evaluation.comparison.data.same_test else []
    return [how, *(_of_model(search, found.is_grid) for search in found.models), TOO_GOOD, *shared, WORDS]


def notes(evaluation: Evaluation) -> list[str]:
    """What could not be trained."""
    return [
        f"{search.model} could not be trained with {described(failed.settings)}: {failed.reason}."
        for search in evaluation.search.models
        for failed in search.failed
    ]


def described(settings: dict[str, float]) -> str:
    """Values of settings, in words.

    >>> described({"learning_rate": 0.001, "width": 64})
    'learning rate 0.001, width 64'
    """
    return ", ".join(f"{words(name)} {value:g}" for name, value in settings.items())


def words(name: str) -> str:
    """The name of a setting, in words."""
    return name.replace("_", " ")


def _trials(evaluation: Evaluation) -> Iterator[SearchTrial]:
    return (trial for search in evaluation.search.models for trial in search.trials)


def _of_model(search: ModelSearch, is_grid: bool) -> str:
    took = significant(sum(trial.seconds_total for trial in search.trials))
    done = f"{plural(len(search.trials), 'trial')}, {took} s"
    if search.wanted is None:
        return f"{search.model}: the search has not ended ({done} so far)."
    of = f"{done}{f'; {search.ended_by} ended the search before all {search.wanted}' if search.ended_by else ''}"
    if search.best is None:
        return f"{search.model}: no trial was finished, so the run's own settings stay ({of})."
    own = search.trials[0]
    against = ""
    if not is_grid and own.trial == 0:  # the first trial has what the run was told
        same = search.best is own
        against = ", which are the run's own settings" if same else f"; with the run's own settings {_scores(own)}"
    return f"{search.model}: {described(search.best.settings)} ({_scores(search.best)}){against} ({of})."


def _scores(trial: SearchTrial) -> str:
    validation = trial.validation
    return f"validation loss {decimals(validation.loss, 3)}, accuracy {percent(validation.accuracy)}"
