"""Where the models of a run are weak: slices that they answer worse than other texts, and texts that all get wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

import numpy as np

from data.messages import excerpt
from models.predictions import Answers, read_predictions
from models.run_folder import RunFolder
from reports.explaining.readers import finished_seeds
from reports.judging_data.text_slices import DESCRIBED, JUDGED, TextSlice, slices_of
from reports.measuring.slices import weak_slices
from reports.reading.facts import read_data
from reports.reading.judged_data import Example, InSlice, Weakness, Weaknesses
from reports.reading.run_texts import RunTexts

EXAMPLES, MISLEADING = 3, 10  # texts that are kept of a weak slice, and of those that all models get wrong
ByModel = Mapping[str, Mapping[str, Answers]]  # then by split


def find_weaknesses(texts: RunTexts, suspicious: Collection[tuple[str, int]]) -> Weaknesses | None:
    """Looks through the answers of all models that were trained on these texts.

    Slices are found on validation; the test split only describes them.

    Args:
        texts: of the run.
        suspicious: split and place in it of the texts whose label looks wrong.

    Returns:
        What was found; `None` where no model has answers.

    Raises:
        RunFolderError: the answers are damaged.
    """
    answers = _read_answers(texts)
    if not answers:
        return None
    group_kind = read_data(texts.plan.path).group_kind or "group"
    slices = slices_of(texts.parts, texts.class_names, group_kind)
    wrong = np.array([~of_model[JUDGED].right for of_model in answers.values()])
    members = np.array([found.members[JUDGED] for found in slices]).reshape(len(slices), wrong.shape[1])
    models = list(answers)
    describe = _Describing(texts, answers, suspicious)
    weak = [
        describe.weakness(slices[found.slice], models[found.model], found.p) for found in weak_slices(wrong, members)
    ]
    every = np.all(wrong, axis=0) & (len(models) > 1)
    return Weaknesses(
        models,
        wrong.shape[1],
        dict(Counter(found.kind for found in slices)),
        weak,
        int(every.sum()),
        describe.misleading(every),
    )


def _read_answers(texts: RunTexts) -> dict[str, dict[str, Answers]]:
    """Of every model that answered all validation and test texts, in the order of the texts."""
    folder = RunFolder(texts.plan.path)
    found = {}
    for model, seeds in finished_seeds(texts.plan.path).items():
        path = folder.predictions(model, texts.seed)
        if texts.seed not in seeds or not path.exists():
            continue
        answers = read_predictions(path, texts.class_names)
        if all(_same_texts(answers.get(part), texts.parts[part].index) for part in (JUDGED, DESCRIBED)):
            found[model] = {part: _in_order(answers[part], texts.parts[part].index) for part in (JUDGED, DESCRIBED)}
    return found


def _same_texts(answers: Answers | None, index: np.ndarray) -> bool:
    return answers is not None and np.array_equal(np.sort(answers.index), np.sort(index))


def _in_order(answers: Answers, index: np.ndarray) -> Answers:
    order = np.argsort(answers.index)
    return answers.take(order[np.searchsorted(answers.index[order], index)])


class _Describing:
    """What is kept of weak slices and of texts, ready to be shown."""

    def __init__(self, texts: RunTexts, answers: ByModel, suspicious: Collection[tuple[str, int]]):
        self._texts, self._answers, self._suspicious = texts, answers, suspicious

    def weakness(self, found: TextSlice, model: str, p: float) -> Weakness:
        """How a model does in a slice, with examples of what it gets wrong."""
        answers = self._answers[model]
        inside = {part: _inside(answers[part].right, found.members[part]) for part in (JUDGED, DESCRIBED)}
        judged = answers[JUDGED]
        surest = _surest(found.members[JUDGED] & ~judged.right, judged.probabilities)
        examples = [self._example(at, judged.probabilities[at]) for at in surest[:EXAMPLES]]
        return Weakness(found.kind, found.name, model, p, inside[JUDGED], inside[DESCRIBED], examples)

    def misleading(self, every: np.ndarray) -> list[Example]:
        """Texts that every model gets wrong, with the mean of their answers."""
        mean = np.mean([answers[JUDGED].probabilities for answers in self._answers.values()], axis=0)
        return [self._example(at, mean[at]) for at in _surest(every, mean)[:MISLEADING]]

    def _example(self, at: int, probabilities: np.ndarray) -> Example:
        part, names = self._texts.parts[JUDGED], self._texts.class_names
        answered = int(probabilities.argmax())
        return Example(
            text=excerpt(part.texts[at]),
            place=f"{JUDGED}, text {part.index[at]}",
            label=names[part.labels[at]],
            answered=names[answered],
            probability=round(float(probabilities[answered]), 4),
            suspicious=(JUDGED, at) in self._suspicious,
        )


def _inside(right: np.ndarray, members: np.ndarray) -> InSlice:
    def share(chosen: np.ndarray) -> float | None:
        return float(right[chosen].mean()) if chosen.any() else None

    return InSlice(int(members.sum()), share(members), share(~members))


def _surest(chosen: np.ndarray, probabilities: np.ndarray) -> list[int]:
    """The chosen texts, those with the largest probability of any class first."""
    places = np.flatnonzero(chosen)
    return places[np.argsort(-probabilities[places].max(axis=1), kind="stable")].tolist()
