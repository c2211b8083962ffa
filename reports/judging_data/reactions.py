"""What models make of changed texts: how many answers to the run's own validation texts change with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from data.languages.detecting import detect_language
from reports.explaining.readers import Reader
from reports.judging_data.changed_texts import KINDS, Kind
from reports.measuring.proportions import exact_interval
from reports.reading.facts import read_data
from reports.reading.reactions import ModelReaction, Reaction, Reactions, Turned
from reports.reading.run_texts import RunTexts

MOST = 60  # texts of a kind: a pretrained encoder answers some ten a second where they are long
LOOKED_AT = 500  # texts, to see which language they are in
EXAMPLES = 2  # of a kind
AROUND = 60  # characters on either side of a change that are shown


def ask_changed(texts: RunTexts, readers: Mapping[str, Reader]) -> Reactions:
    """Asks models for their answers to texts and to the same texts changed.

    Args:
        texts: of the run; its validation texts are asked.
        readers: the models by name, one at least.
    """
    part = texts.parts["validation"]
    generator = np.random.default_rng(texts.seed)
    order = generator.permutation(len(part.texts)).tolist()
    english = detect_language(part.texts[at] for at in order[:LOOKED_AT]) == "en"
    pairs = {
        kind: found
        for kind in KINDS
        if (english or not kind.english) and (found := _pairs(kind, part.texts, order, generator))
    }
    # Texts of like length together, so that a batch has little padding.
    asked = sorted(
        {text for found in pairs.values() for pair in found for text in pair}, key=lambda text: (len(text), text)
    )
    places = {text: at for at, text in enumerate(asked)}
    answers = {name: np.asarray(reader.answer(asked), dtype=float) for name, reader in readers.items()} if asked else {}
    sentiment = read_data(texts.plan.path).sentiment
    return Reactions(
        list(readers),
        [
            _reaction(kind, [(places[old], places[new]) for old, new in found], asked, answers, texts, sentiment)
            for kind, found in pairs.items()
        ],
    )


def _pairs(kind: Kind, texts: Sequence[str], order: list[int], generator: np.random.Generator) -> list[tuple[str, str]]:
    """The first texts in an order that there is something to change in, each with itself changed."""
    found: dict[str, str] = {}
    for at in order:
        changed = kind.change(texts[at], generator)
        if changed != texts[at]:
            found.setdefault(texts[at], changed)
        if len(found) == MOST:
            break
    return list(found.items())


def _reaction(
    kind: Kind,
    pairs: list[tuple[int, int]],
    asked: list[str],
    answers: Mapping[str, np.ndarray],
    texts: RunTexts,
    sentiment: bool,
) -> Reaction:
    old, new = np.array(pairs).T
    models = []
    turned: list[tuple[float, int, str]] = []  # how much surer of the new answer than of the old, pair, model
    for name, said in answers.items():
        before, after = said[old], said[new]
        first = before.argmax(axis=1)
        rows = np.arange(len(pairs))
        changed = after.argmax(axis=1) != first
        share = float(changed.mean())
        less_sure = float((after[rows, first] < before[rows, first]).mean())
        models.append(ModelReaction(name, share, exact_interval(share, len(pairs)), less_sure))
        sureness = after.max(axis=1) - after[rows, first]
        turned += [(float(sureness[at]), int(at), name) for at in np.flatnonzero(changed)]
    examples: dict[int, Turned] = {}
    for _, at, name in sorted(turned, reverse=True):
        if len(examples) < EXAMPLES and at not in examples:
            before, after = pairs[at]
            said = answers[name][[before, after]]
            examples[at] = _turned(name, asked[before], asked[after], said, texts.class_names)
    return Reaction(kind.name, kind.turns and sentiment, len(pairs), models, list(examples.values()))


def _turned(model: str, old: str, new: str, probabilities: np.ndarray, names: Sequence[str]) -> Turned:
    start = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    first, then = probabilities.argmax(axis=1).tolist()
    return Turned(
        model,
        _around(old, start),
        _around(new, start),
        names[first],
        names[then],
        round(float(probabilities[1, then]), 4),
    )


def _around(text: str, at: int) -> str:
    """What stands around a place."""
    low, high = max(at - AROUND, 0), at + AROUND
    cut = f"{'…' if low else ''}{text[low:high]}{'…' if high < len(text) else ''}"
    return " ".join(cut.split()).encode("utf-8", "replace").decode()
