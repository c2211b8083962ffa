"""One split of a corpus, cleaned, with the overlaps gone: what every model of one seed is given."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from data import leakage
from data.cleaning import Cleaner
from data.corpus import Corpus, DataError
from data.files import whole, write_text
from data.parts import Part, clean_parts, models_view, separate
from data.shortage import lacking, why_too_few
from data.splitting import PARTS, split

TEXTS, VOCABULARY, ARRAYS = "texts.jsonl", "vocabulary.txt", "arrays.npz"


def prepare(
    corpus: Corpus, sample: int | None, seed: int, keep_negations: bool, sequence_length: int
) -> tuple[dict[str, Part], dict]:
    """Splits, cleans, drops texts that clean to nothing, and takes overlaps out of validation and test.

    Two texts are the same where their first `sequence_length` cleaned words are: that is what the
    models are given of them.

    Returns:
        The parts by name, and the counts of what was removed for the data card.

    Raises:
        DataError: too little is left of a split.
    """
    indices = split(corpus, sample, seed)
    drawn = clean_parts(corpus, {name: getattr(indices, name) for name in PARTS}, Cleaner(keep_negations))
    parts = {name: part.without_empty() for name, part in drawn.items()}
    keys = models_view(parts, sequence_length)
    kept = separate(parts, keys)
    if name := lacking(kept, corpus.class_names):
        raise DataError(why_too_few(name, drawn, corpus, sample, sequence_length))
    card = {
        "samples": {
            "before": {name: len(part.texts) for name, part in drawn.items()},
            "after": {name: len(part.texts) for name, part in kept.items()},
        },
        "empty_after_cleaning": {name: part.cleaned.count("") for name, part in drawn.items()},
        "duplicates_within": {name: len(keys[name]) - len(set(keys[name])) for name in PARTS},
        "overlaps": {
            "before": leakage.overlaps(keys),
            "after": leakage.overlaps(models_view(kept, sequence_length)),
        },
        "label_conflicts": _label_conflicts(keys, parts),
    }
    return kept, card


def _label_conflicts(keys: dict[str, list[str]], parts: dict[str, Part]) -> int:
    """How many different texts stand with more than one label."""
    labels: dict[str, set[int]] = {}
    for name, part in parts.items():
        for key, label in zip(keys[name], part.labels.tolist(), strict=True):
            labels.setdefault(key, set()).add(label)
    return sum(len(found) > 1 for found in labels.values())


def save_texts(parts: dict[str, Part], folder: Path) -> None:
    """Writes the parts as JSON Lines into `folder`, one text a line."""
    with whole(folder / TEXTS) as aside, aside.open("w", encoding="utf-8") as file:
        for name, part in parts.items():
            for at in range(len(part.texts)):
                record = {
                    "part": name,
                    "index": int(part.index[at]),
                    "label": int(part.labels[at]),
                    "group": None if part.groups is None else part.groups[at],
                    "cleaned": part.cleaned[at],
                    "text": part.texts[at],
                }
                file.write(json.dumps(record) + "\n")


def load_texts(folder: Path) -> dict[str, Part]:
    """The parts that `save_texts` wrote."""
    records: dict[str, list[dict]] = {name: [] for name in PARTS}
    with (folder / TEXTS).open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            records[record["part"]].append(record)
    return {
        name: Part(
            np.array([record["index"] for record in found]),
            [record["text"] for record in found],
            [record["cleaned"] for record in found],
            np.array([record["label"] for record in found]),
            None if found[0]["group"] is None else [record["group"] for record in found],
        )
        for name, found in records.items()
    }


def vectorize_parts(folder: Path, vocabulary_size: int, sequence_length: int) -> None:
    """Learns the vocabulary on the training texts in `folder` and writes it and the arrays beside them.

    Raises:
        LeakageError: the arrays of two splits share a row.
    """
    from data.vectorizing import learn_vocabulary, vectorize  # TensorFlow: only the process that vectorizes needs it

    parts = load_texts(folder)
    vocabulary = learn_vocabulary(parts["train"].cleaned, vocabulary_size)
    ids = {name: vectorize(part.cleaned, vocabulary, sequence_length) for name, part in parts.items()}
    leakage.verify_separation(ids)
    write_text(folder / VOCABULARY, "\n".join(vocabulary) + "\n")
    with whole(folder / ARRAYS) as aside:
        np.savez(aside, allow_pickle=False, **ids)


def load_ids(folder: Path) -> dict[str, np.ndarray]:
    """Token ids by split, each `int32` of shape `(n, sequence_length)`."""
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in PARTS}


def load_vocabulary(folder: Path) -> list[str]:
    """The words in the order of their ids, padding and `[UNK]` first."""
    return (folder / VOCABULARY).read_text(encoding="utf-8").split("\n")[:-1]
