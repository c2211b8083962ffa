"""Has the models of a run answer texts and gathers what the words do: the content of `explanations.json`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.files import whole, write_json
from data.preparing import load_texts
from data.words.cutting import LEFT, cut, side_of
from models.catalog import CATALOG
from models.description import Description
from models.influence import looked_at, measure, split_words, unread
from models.predictions import read_predictions
from models.run_folder import RunFolder, RunFolderError
from reports.explaining.choosing import choose
from reports.explaining.readers import Reader, finished_seeds, load_reader
from reports.reading.facts import read_class_names

MOST_WORDS = 60  # of a chosen text; a reader of the page sees no more at a glance
EACH = 2  # texts of each kind
LONGEST_WORD = 40  # letters of a word that are kept
DIGITS = 5


def explain_text(text: str, readers: dict[str, Reader], most: int) -> dict:
    """What the first `most` words of a text do to each model's answer, or the last where a model reads the end.

    Returns:
        `words` (those looked at), `total_words`, how many were `skipped` before them, and for each model in `answers`:
        `probabilities` of the classes, `answer` (a class's number), for each word `without` (the answer's probability
        once it is left out) and `log_odds` (what it adds to the answer's), and `unread`, the reasons by place of the
        word among those looked at.
    """
    words = split_words(text)
    side = side_of(reader.side for reader in readers.values())
    answers = {}
    for name, reader in readers.items():
        influence = measure(reader.answer, text, most, side)
        reasons = unread(text, most, reader.clean, reader.known, reader.length, side, reader.side)
        answers[name] = {
            "probabilities": influence.probabilities.round(DIGITS).tolist(),
            "answer": influence.answer,
            "without": influence.without.round(DIGITS).tolist(),
            "log_odds": influence.log_odds.round(DIGITS).tolist(),
            "unread": {str(at): reason for at, reason in enumerate(reasons) if reason},
        }
    return {
        "words": [
            word if len(word) <= LONGEST_WORD else f"{word[:LONGEST_WORD]}…" for word in looked_at(words, most, side)
        ],
        "total_words": len(words),
        "skipped": max(len(words) - most, 0) if side == LEFT else 0,
        "answers": answers,
    }


def load_readers(run: Path, seeds: dict[str, int], say: Callable[[str], None]) -> tuple[dict[str, Reader], list[dict]]:
    """The models of a run, each of the seed given, and those that cannot be loaded, `model` and `reason`.

    Raises:
        RunFolderError: none can.
    """
    readers: dict[str, Reader] = {}
    missing = []
    for name in sorted(seeds, key=lambda name: CATALOG[name].needs):  # what is made of others behind these
        try:
            readers[name] = load_reader(run, name, seeds[name], readers)
        except RunFolderError as error:
            say(str(error))
            missing.append({"model": name, "reason": str(error)})
    if not readers:
        raise RunFolderError(f"No model of {run} can be loaded: train again with python -m training.run.")
    return {name: readers[name] for name in seeds if name in readers}, missing


def trained_models(run: Path, models: Sequence[str] | None) -> dict[str, list[int]]:
    """The seeds of each trained model, of those named in `models` where that is given.

    Raises:
        RunFolderError: nothing was trained, or not one of `models`.
    """
    found = finished_seeds(run)
    if unknown := [name for name in models or found or ["no model"] if name not in found]:
        choice = f": choose from {', '.join(found)}." if found else ": train some with python -m training.run."
        raise RunFolderError(f"{run} has no trained {', '.join(unknown).removeprefix('no ')}{choice}")
    return {name: found[name] for name in models or found}


def explain_run(run: Path, models: Sequence[str] | None, say: Callable[[str], None]) -> dict:
    """Chooses test texts of the first seed, explains them, and writes `explanations.json` and `attention.npz`.

    Returns:
        What was written: `seed`, `class_names`, `models` (`title` and `reads` of each), `missing`, `texts` (as of
        `explain_text`, with `index`, `reason`, `label` and `group`) and `attention` (of each text the `tokens` that
        the model with attention read and those `unknown` to it, or `None`).
    """
    folder = RunFolder(run)
    trained = trained_models(run, models)
    seed = min(seed for seeds in trained.values() for seed in seeds)  # one split, so one seed for all
    readers, missing = load_readers(run, {name: seed for name, seeds in trained.items() if seed in seeds}, say)
    class_names = read_class_names(run)
    try:
        test = load_texts(folder.prepared(seed))["test"]
    except (OSError, KeyError, ValueError) as error:
        raise RunFolderError(f"The texts of {run} (seed {seed}) cannot be read: {error}.") from error
    answers = [read_predictions(folder.predictions(name, seed), class_names)["test"] for name in readers]
    choices = choose(test.texts, test.labels, np.array([found.probabilities for found in answers]), EACH, MOST_WORDS)
    texts = []
    for choice in choices:
        found = explain_text(test.texts[choice.at], readers, MOST_WORDS)
        facts = {"index": int(test.index[choice.at]), "reason": choice.reason, "label": int(test.labels[choice.at])}
        texts.append(facts | {"group": test.groups[choice.at] if test.groups else None} | found)
    result: dict[str, Any] = {
        "seed": seed,
        "class_names": class_names,
        "models": {name: {"title": reader.title, "reads": reader.reads} for name, reader in readers.items()},
        "missing": missing,
        "texts": texts,
        "attention": None,
    }
    attentive = next((name for name in readers if CATALOG[name].heads), None)
    if attentive and choices:
        cleaned = [test.cleaned[choice.at] for choice in choices]
        result["attention"] = _write_attention(run, attentive, seed, cleaned)
    write_json(folder.explanations, result)
    return result


def _write_attention(run: Path, model: str, seed: int, cleaned: list[str]) -> list[dict]:
    """Writes an array `(blocks, heads, tokens, tokens)` for each text, padding left out, and gives their tokens."""
    os.environ["KERAS_BACKEND"] = "tensorflow"  # it reads what any backend has trained, and compiles nothing for it
    import models.framework  # noqa: F401 -- first, since it imports Keras quietly

    # isort: split
    import keras

    from data.words.arrays import load_vocabulary
    from data.words.vectorizing import vectorize
    from reports.explaining.attention import attention_maps

    folder = RunFolder(run)
    description = Description.load(folder.description(model, seed))
    network = keras.models.load_model(folder.trial(model, seed) / description.files["model"], compile=False)
    vocabulary = load_vocabulary(folder.prepared(seed) / description.arrays)
    known, length = frozenset(vocabulary[2:]), network.input_shape[1]  # without padding and [UNK]
    side = description.truncation_side
    maps = attention_maps(network, vectorize(cleaned, vocabulary, length, side))
    tokens = [cut(text, length, side).split(" ") for text in cleaned]
    arrays = {
        str(at): found[:, :, : len(words), : len(words)].astype(np.float16)
        for at, (found, words) in enumerate(zip(maps, tokens, strict=True))
    }
    with whole(folder.attention) as aside:
        np.savez_compressed(aside, **arrays)
    return [
        {"tokens": words, "unknown": [at for at, word in enumerate(words) if word not in known]} for words in tokens
    ]
