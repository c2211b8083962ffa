"""A label curve in seconds: the linear model and the encoder's head, fitted anew on fewer of the training texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.predictions import AllAnswers, Answers
from reports.judging_data.second_opinions import Voice
from reports.reading.label_curve import LabelCurve
from reports.reading.run_texts import RunTexts

SHARES = (0.1, 0.2, 0.35, 0.5, 0.7)  # of the training texts, beside all of them
DRAWS = 4  # of each share, the smaller within the larger
FEWEST = 10  # texts of a share, and of each class on average
STEPS = (500, 200, 100, 50, 20)  # labels that "more" may be, within as many as there are


def quick_label_curve(texts: RunTexts, voices: Sequence[Voice]) -> LabelCurve:
    """Answers with some numbers of labels; those of one draw are of one seed.

    Args:
        texts: of the run.
        voices: the models; their settings were chosen with all labels.
    """
    labels = texts.parts["train"].labels
    sizes = [round(share * len(labels)) for share in SHARES]
    least = FEWEST * len(texts.class_names)
    found: list[tuple[int, AllAnswers]] = []
    orders = [drawing_order(labels, [texts.seed, draw]) for draw in range(DRAWS)]
    for size in (size for size in sizes if size >= least):
        try:
            found.append((size, {voice.name: _answer(voice, texts, orders, size) for voice in voices}))
        except ValueError:  # so few texts may have no term in common, or be of one class
            continue
    every = {}
    for voice in voices:
        (answers,) = _answer(voice, texts, orders[:1], len(labels)).values()
        every[voice.name] = dict.fromkeys(range(DRAWS), answers)  # whatever is drawn first, they are all there
    return LabelCurve(tuple(sizes), (*found, (len(labels), every)))


def more_labels(labels: int) -> int:
    """How many more labels to ask for where there are so many.

    >>> more_labels(1947), more_labels(240)
    (500, 200)
    """
    return next((step for step in STEPS if step <= labels), labels)


def drawing_order(labels: np.ndarray, seed: Sequence[int]) -> np.ndarray:
    """Places of texts in an order of which every beginning has nearly the same shares of the classes.

    Args:
        labels: of n texts.
        seed: of the order.
    """
    generator = np.random.default_rng(seed)
    within = np.zeros(len(labels))
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        within[places] = (generator.permutation(len(places)) + generator.random()) / len(places)
    return np.argsort(within, kind="stable")


def _answer(voice: Voice, texts: RunTexts, orders: Sequence[np.ndarray], size: int) -> dict[int, dict[str, Answers]]:
    labels = texts.parts["train"].labels
    found = {}
    for draw, order in enumerate(orders):
        places = np.sort(order[:size])
        features = voice.redraw(places)
        model = voice.fit(features["train"], labels[places])
        found[draw] = {
            part: _answers(texts, part, model.predict_proba(features[part])) for part in ("validation", "test")
        }
    return found


def _answers(texts: RunTexts, part: str, probabilities: np.ndarray) -> Answers:
    judged = texts.parts[part]
    return Answers(judged.index, judged.labels, probabilities.argmax(axis=1), probabilities)
