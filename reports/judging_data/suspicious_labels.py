"""Which labels look wrong: those that models which have not seen them would not have given, and say so with confidence.

Training texts are judged out of fold, the others by models fitted on the training texts. How far the findings can be
trusted is measured on the same texts: some labels are turned over on purpose, and looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.linear.tfidf import LinearClassifier
from reports.judging_data.confident_learning import class_thresholds, is_doubted
from reports.judging_data.second_opinions import Matrix, Opinion, Voice, ask_out_of_fold, mean_of
from reports.reading.judged_labels import Recovery
from reports.reading.run_texts import RunTexts

TURNED = 0.05  # of the training labels, to see how many are found again
FIRST = 50  # texts of the order that are looked at for that
WORDS = 4  # that speak for another class


@dataclass(frozen=True)
class JudgedLabel:
    """A text and what is thought of its label.

    Attributes:
        part: its split.
        at: its place in the split.
        label: its class.
        looks_like: the likeliest class.
        own: probability of its label.
        other: probability of the likeliest class.
        suspicious: whether the label looks wrong.
        words: those that speak for `looks_like` against `label`, strongest first; only of suspicious labels.
    """

    part: str
    at: int
    label: int
    looks_like: int
    own: float
    other: float
    suspicious: bool
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """What was found of the labels of a run.

    Attributes:
        voices: the models that were asked, in words.
        labels: of all texts, the least probable first.
        recovery: of labels that were turned over.
    """

    voices: list[str]
    labels: list[JudgedLabel]
    recovery: Recovery


def judge_labels(texts: RunTexts, voices: Sequence[Voice]) -> Judgement:
    """Judges the labels of all splits.

    Args:
        texts: of the run.
        voices: the models that are asked.
    """
    train = texts.parts["train"].labels
    opinions = [ask_out_of_fold(voice, train, texts.seed) for voice in voices]
    fitted = [voice.fit(voice.features["train"], train) for voice in voices]
    thresholds = class_thresholds(train, mean_of([opinion.probabilities for opinion in opinions]))
    judged = []
    for name, part in texts.parts.items():
        if name == "train":
            said = [opinion.probabilities for opinion in opinions]
        else:
            said = [model.predict_proba(voice.features[name]) for model, voice in zip(fitted, voices, strict=True)]
        probabilities = mean_of(said)
        suspicious = look_wrong(part.labels, said, thresholds)
        for at, label in enumerate(part.labels.tolist()):
            words: Sequence[str] = ()
            likely = int(probabilities[at].argmax())
            if suspicious[at]:
                unseen = opinions[0].classifiers[opinions[0].fold[at]] if name == "train" else fitted[0]
                words = speaking_words(voices[0], unseen, voices[0].features[name][[at]], likely, label)
            own, other = float(probabilities[at, label]), float(probabilities[at, likely])
            flagged = bool(suspicious[at])
            judged.append(JudgedLabel(name, at, label, likely, own, other, flagged, tuple(words)))
    judged.sort(key=lambda found: found.own)
    return Judgement([voice.name for voice in voices], judged, _recover(voices, train, texts.seed))


def look_wrong(labels: np.ndarray, said: Sequence[np.ndarray], thresholds: np.ndarray) -> np.ndarray:
    """Which labels are probably wrong: the mean of all models is confident of another class, and each prefers one.

    Args:
        labels: of n texts.
        said: of each model, probabilities `(n, classes)`.
        thresholds: from which on a class is answered with confidence, `(classes,)`.

    Returns:
        Boolean array of shape `(n,)`.
    """
    others = [probabilities.argmax(axis=1) != labels for probabilities in said]
    return is_doubted(labels, mean_of(said), thresholds) & np.all(others, axis=0)


def speaking_words(voice: Voice, model: LinearClassifier, features: Matrix, likely: int, label: int) -> list[str]:
    """The terms of a text that speak for one class against another, strongest first: exact, since the model is linear.

    Args:
        voice: what the features stand for.
        model: of the voice, one that has not seen the text.
        features: of the text, `(1, features)`.
        likely, label: the two classes.
    """
    terms = features.indices
    gains = features.data * (model.weights[terms, likely] - model.weights[terms, label])
    return [voice.terms[terms[at]] for at in np.argsort(-gains)[:WORDS] if gains[at] > 0]


def turn_over(labels: np.ndarray, share: float, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Gives some texts the label of another class, each equally likely.

    Returns:
        The labels, and which of them were turned over, a boolean array.
    """
    generator = np.random.default_rng(seed)
    turned = np.zeros(len(labels), dtype=bool)
    turned[generator.choice(len(labels), max(round(share * len(labels)), 1), replace=False)] = True
    shifts = generator.integers(1, classes, len(labels))
    return np.where(turned, (labels + shifts) % classes, labels), turned


def _recover(voices: Sequence[Voice], labels: np.ndarray, seed: int) -> Recovery:
    classes = int(labels.max()) + 1
    noisy, turned = turn_over(labels, TURNED, classes, seed)
    opinions: list[Opinion] = [ask_out_of_fold(voice, noisy, seed) for voice in voices]
    said = [opinion.probabilities for opinion in opinions]
    probabilities = mean_of(said)
    flagged = look_wrong(noisy, said, class_thresholds(noisy, probabilities))
    own = probabilities[np.arange(len(noisy)), noisy]
    first = np.argsort(own)[: min(FIRST, int(turned.sum()))]
    return Recovery(
        turned=int(turned.sum()),
        first=len(first),
        right=int(turned[first].sum()),
        flagged=int(flagged.sum()),
        flagged_right=int(turned[flagged].sum()),
    )
