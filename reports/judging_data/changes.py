"""What could raise accuracy: corrected labels, more labels, more words, each measured on validation with quick models.

Nothing is trained again; a change is worth to other models about what it is to these. All of it is learned from
training texts and judged by validation texts, whose labels stay as they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats
from sklearn.base import clone

from data.words.cutting import KEPT, cut, side_of
from models.catalog import CATALOG, Family
from models.description import Description
from models.linear import tfidf
from models.run_folder import RunFolder
from reports.judging_data.quick_label_curve import more_labels, quick_label_curve
from reports.judging_data.second_opinions import Voice
from reports.judging_data.suspicious_labels import Judgement
from reports.measuring.gains import paired_gain
from reports.measuring.label_curve import ModelCurve, measure_label_curve
from reports.measuring.statistics import LEVEL
from reports.numbers import count, listed, plural
from reports.reading.answers import read_answers
from reports.reading.comparison import compare
from reports.reading.judged_data import Change, Changes
from reports.reading.label_curve import LabelCurve, read_label_curve
from reports.reading.run_texts import RunTexts


def measure_changes(texts: RunTexts, voices: Sequence[Voice], judgement: Judgement) -> Changes:
    """Measures what can be measured of this run.

    Args:
        texts: of the run.
        voices: quick models of it.
        judgement: of its labels.

    Raises:
        RunFolderError: a label curve of the run is damaged.
    """
    more = more_labels(len(texts.parts["train"].labels))
    curve, curves, quick = _curve(texts, voices, more)
    right = [_right(voice, texts, texts.parts["train"].labels) for voice in voices]
    best = max(range(len(voices)), key=lambda at: right[at].mean())
    found = [
        *_corrected_labels(texts, voices[best], right[best], judgement),
        *_more_labels(curve, curves, more, quick),
        *_more_words(texts),
    ]
    found.sort(key=lambda change: (not change.raises, -(change.gain or 0)))
    return Changes(found, curves, quick)


def _right(voice: Voice, texts: RunTexts, labels: np.ndarray) -> np.ndarray:
    """Which validation texts a model gets right that has learned these labels of the training texts."""
    said = voice.fit(voice.features["train"], labels).predict(voice.features["validation"])
    return said == texts.parts["validation"].labels


def _corrected_labels(texts: RunTexts, voice: Voice, right: np.ndarray, judgement: Judgement) -> list[Change]:
    """By a model that gets these validation texts right with the labels as they are."""
    labels = texts.parts["train"].labels
    corrected = labels.copy()
    for judged in judgement.labels:
        if judged.part == "train" and judged.suspicious:
            corrected[judged.at] = judged.looks_like
    changed = int((corrected != labels).sum())
    if not changed:
        return []
    name = f"correct the {plural(changed, 'training label')} that look{'s' if changed == 1 else ''} wrong"
    how = "fitted with each of these exchanged for the class it looks like"
    if len(np.unique(corrected)) < 2:
        reason = "all training texts would then be of one class, from which nothing can be learned"
        return [Change(name, voice.name, how, undetermined=reason)]
    gain, ends = paired_gain(right, _right(voice, texts, corrected))
    return [Change(name, voice.name, how, gain, ends)]


def _curve(texts: RunTexts, voices: Sequence[Voice], more: int) -> tuple[LabelCurve, list[ModelCurve], bool]:
    """The run's own label curve where it has one, else a quick one; what it says of each model; whether it is quick."""
    if texts.plan.settings.get("label_curve"):
        comparison = compare(texts.plan.path)
        own = read_label_curve(comparison, read_answers(comparison))
        if measured := measure_label_curve(own, more):
            return own, measured, False
    found = quick_label_curve(texts, voices)
    return found, measure_label_curve(found, more), True


def _more_labels(found: LabelCurve, curves: Sequence[ModelCurve], more: int, quick: bool) -> list[Change]:
    """By the curve of the model that is best with all labels."""
    if not curves:
        return []
    curve = max(curves, key=lambda curve: curve.points[-1].validation.accuracy)
    name = f"another {plural(more, 'label')}"
    how = "fitted" if quick else "trained"
    sizes = f"{count(curve.points[0].labels)} to {count(curve.points[-1].labels)} labels"
    measured = f"an extrapolation from {len(curve.points)} accuracies, {how} with {sizes}"
    if further := curve.extrapolation:
        ends = widen(further.gain, further.interval, spread_of_draws(found, curve.model))
        return [Change(name, curve.model, measured, further.gain, ends)]
    return [Change(name, curve.model, measured, undetermined=curve.undetermined)]


def spread_of_draws(found: LabelCurve, model: str) -> float:
    """Standard deviation of validation accuracy over the draws of the most labels that were drawn several times."""
    for _, answers in reversed(found.answers[:-1]):
        shares = [float(parts["validation"].right.mean()) for parts in answers.get(model, {}).values()]
        if len(shares) > 1:
            return float(np.std(shares, ddof=1))
    return 0.0


def widen(gain: float, ends: Sequence[float], spread: float) -> list[float]:
    """The interval of a curve's gain, made to hold what other labels of that number may bring.

    A curve says what labels bring on average. With the linear model on 12 draws of 2,000 posts of 20newsgroups, its
    interval held what 500 others brought (0.0 to +0.9 points) 7 times; so widened, which is about twice as wide as it
    would have to be with 500 validation texts, 12 times.
    """
    luck = stats.norm.ppf(1 - LEVEL / 2) * spread
    return [gain - math.hypot(gain - ends[0], luck), gain + math.hypot(ends[1] - gain, luck)]


def _reads(texts: RunTexts, model: str, length: int) -> bool:
    """Whether a model is a network over words that reads so many, as those that are not trained yet will."""
    if model not in CATALOG or CATALOG[model].family is not Family.WORDS:
        return False
    described = RunFolder(texts.plan.path).description(model, texts.seed)
    return not described.exists() or Description.load(described).sequence_length == length


def _more_words(texts: RunTexts) -> list[Change]:
    """Twice the words, where the run has models that read so many and no more, and texts that have more."""
    length = int(texts.plan.settings["sequence_length"])
    readers = [model for model in texts.plan.models if _reads(texts, model, length)]
    train, validation = texts.parts["train"], texts.parts["validation"]
    if not readers or all(text.count(" ") < length for text in train.cleaned):
        return []

    side = side_of([texts.plan.settings.get("truncation_side", "")])  # earlier runs have none, and cut on the right

    def read(words: int) -> list[list[str]]:
        return [[cut(text, words, side) for text in part.cleaned] for part in (train, validation)]

    fitted, asked = read(length)
    found = tfidf.search(fitted, train.labels, asked, validation.labels, texts.seed)

    def right(words: int) -> np.ndarray:
        fitted, asked = read(words)
        vectorizer = clone(found.vectorizer)
        model = found.candidate(vectorizer.fit_transform(fitted), train.labels)
        return model.predict(vectorizer.transform(asked)) == validation.labels

    gain, ends = paired_gain(right(length), right(2 * length))
    kept = KEPT[side]
    name = f"read {2 * length} words instead of {length} with {listed(readers)}"
    return [Change(name, "linear", f"fitted on the {kept} {2 * length} and on the {kept} {length} words", gain, ends)]
