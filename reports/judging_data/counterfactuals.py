"""Which few words turn an answer: the fewest that must be left out, by the influence that explaining has measured."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from data.messages import excerpt
from models.influence import Answerer, split_words
from models.run_folder import RunFolder
from reports.explaining.readers import Reader
from reports.reading.files import read_mapping, understood
from reports.reading.reactions import Counterfactual, Turning
from reports.reading.run_texts import RunTexts

MOST = 5  # words that are left out


def find_counterfactuals(texts: RunTexts, readers: Mapping[str, Reader]) -> list[Counterfactual]:
    """What turns the answers to the test texts of `explanations.json`; nothing where there are none of this seed.

    Args:
        texts: of the run.
        readers: the models by name.

    Raises:
        RunFolderError: the file is damaged.
    """
    path = RunFolder(texts.plan.path).explanations
    explained = read_mapping(path)
    if explained is None:
        return []
    with understood(path):
        if explained["seed"] != texts.seed:
            return []
        asked = list(_explained(texts, readers, explained["texts"]))
    part, names = texts.parts["test"], texts.class_names
    return [
        Counterfactual(
            excerpt(part.texts[at]),
            f"test, text {part.index[at]}",
            names[part.labels[at]],
            [_turning(readers[model], model, part.texts[at], found, names) for model, found in answers.items()],
        )
        for at, answers in asked
    ]


class _Answer(NamedTuple):
    """A model's answer to a text, the words of the text up to the last that was looked at, and their log odds."""

    answer: int
    words: list[str]
    log_odds: list[float]


def _explained(
    texts: RunTexts, models: Collection[str], explained: Sequence[Any]
) -> Iterator[tuple[int, dict[str, _Answer]]]:
    """The place of each text that was explained, and the answers of these models to it."""
    part, classes = texts.parts["test"], range(len(texts.class_names))
    places = {index: at for at, index in enumerate(part.index.tolist())}
    for entry in explained:
        at = places.get(entry["index"])
        if at is None or len(split_words(part.texts[at])) != entry["total_words"]:
            continue
        answers = {}
        for model in models:
            if (found := entry["answers"].get(model)) is not None:
                skipped = entry.get("skipped", 0)  # older explanations look at the first words
                log_odds = [float(value) for value in found["log_odds"]]
                words = [str(entry["words"][word]) for word in range(len(log_odds))]
                log_odds, words = [0.0] * skipped + log_odds, [""] * skipped + words
                answers[model] = _Answer(classes[found["answer"]], words, log_odds)
        yield at, answers


def _turning(reader: Reader, model: str, text: str, found: _Answer, names: Sequence[str]) -> Turning:
    left_out = fewest_words(reader.answer, text, found.answer, found.log_odds)
    words = [found.words[word] for word in left_out]
    if not left_out:
        return Turning(model, names[found.answer], words)
    said = np.asarray(reader.answer([leave_out(text, left_out)]), dtype=float)[0]
    return Turning(model, names[found.answer], words, names[int(said.argmax())], round(float(said.max()), 4))


def fewest_words(answer: Answerer, text: str, predicted: int, log_odds: Sequence[float]) -> list[int]:
    """The words without which a model answers otherwise, by their places; none where 5 are not enough.

    Those that speak loudest for the answer are left out together, one more at a time, until it turns; then each that is
    not needed is put back. There may be fewer that no such search finds.

    Args:
        answer: asks the model.
        text: as it came.
        predicted: what it answers.
        log_odds: what each of its words adds to the log odds of the answer, as far as they were looked at.
    """
    loudest = [at for at in sorted(range(len(log_odds)), key=lambda at: -log_odds[at]) if log_odds[at] > 0][:MOST]
    tried = [loudest[: count + 1] for count in range(len(loudest))]
    left_out = _first_that_turns(answer, text, predicted, tried)
    while len(left_out) > 1:
        fewer = _first_that_turns(answer, text, predicted, [[at for at in left_out if at != kept] for kept in left_out])
        if not fewer:
            break
        left_out = fewer
    return sorted(left_out)


def _first_that_turns(answer: Answerer, text: str, predicted: int, tried: Sequence[list[int]]) -> list[int]:
    if not tried:
        return []
    said = np.asarray(answer([leave_out(text, places) for places in tried]), dtype=float).argmax(axis=1)
    return next((places for places, now in zip(tried, said, strict=True) if now != predicted), [])


def leave_out(text: str, places: Collection[int]) -> str:
    """The text without some of its words.

    >>> leave_out("not bad at all", [0, 2])
    'bad all'
    """
    words = re.findall(r"\S+\s*", text)
    start = text[: len(text) - len(text.lstrip())]
    return start + "".join(word for at, word in enumerate(words) if at not in places)
