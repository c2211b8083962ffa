"""Which few words turn an answer: the fewest that must be left out, by the influence that explaining has measured."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from data.messages import shorten
from models.influence import Answerer, split_words
from models.run_folder import RunFolder
from reports.explaining.readers import Reader
from reports.reading.files import read_mapping, understood
from reports.reading.reactions import Counterfactual, Turning
from reports.reading.run_texts import RunTexts

MOST = 5  # words that are left out
LONGEST_TEXT = 300  # characters


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
        return list(_find(texts, readers, explained["texts"]))


def _find(texts: RunTexts, readers: Mapping[str, Reader], explained: Sequence[Any]) -> Iterator[Counterfactual]:
    part, names = texts.parts["test"], texts.class_names
    places = {index: at for at, index in enumerate(part.index.tolist())}
    for entry in explained:
        at = places.get(entry["index"])
        if at is None or len(split_words(part.texts[at])) != entry["total_words"]:
            continue
        text, turnings = part.texts[at], []
        for name, reader in readers.items():
            if (found := entry["answers"].get(name)) is None:
                continue
            answer = found["answer"]
            left_out = fewest_words(reader.answer, text, answer, found["log_odds"])
            said = np.asarray(reader.answer([leave_out(text, left_out)]), dtype=float)[0] if left_out else None
            turnings.append(
                Turning(
                    name,
                    names[answer],
                    [entry["words"][word] for word in left_out],
                    None if said is None else names[int(said.argmax())],
                    None if said is None else round(float(said.max()), 4),
                )
            )
        shown = shorten(" ".join(text.split()), LONGEST_TEXT).encode("utf-8", "replace").decode()
        yield Counterfactual(shown, f"test, text {entry['index']}", names[part.labels[at]], turnings)


def fewest_words(answer: Answerer, text: str, predicted: int, log_odds: Sequence[float]) -> list[int]:
    """The words without which a model answers otherwise, by their places; none where 5 are not enough.

    Those that speak loudest for the answer are left out together, one more at a time, until it turns; then each that is
    not needed is put back. There may be fewer that no such search finds.

    Args:
        answer: asks the model.
        text: as it came.
        predicted: what it answers.
        log_odds: what each of the first words adds to the log odds of the answer.
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
