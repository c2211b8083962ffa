"""One split of a corpus, cleaned, with the overlaps gone: what every model of one seed is given."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data import leakage
from data.cleaning import Cleaner
from data.corpus import Corpus, DataError
from data.files import whole, write_text
from data.messages import shorten
from data.splitting import PARTS, split

TEXTS, VOCABULARY, ARRAYS = "texts.jsonl", "vocabulary.txt", "arrays.npz"


@dataclass(frozen=True)
class Part:
    """One split, n texts of it.

    Attributes:
        index: integer array of shape `(n,)`, where the texts stand in the corpus.
        texts: as they came.
        cleaned: as the small models read them.
        labels: integer array of shape `(n,)`.
        groups: newsgroup or phenomenon of each text, or `None`.
    """

    index: np.ndarray
    texts: list[str]
    cleaned: list[str]
    labels: np.ndarray
    groups: list[str] | None

    def take(self, positions: np.ndarray) -> Part:
        """The texts at `positions`."""
        return Part(
            self.index[positions],
            [self.texts[at] for at in positions],
            [self.cleaned[at] for at in positions],
            self.labels[positions],
            None if self.groups is None else [self.groups[at] for at in positions],
        )


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
    cleaner = Cleaner(keep_negations)
    drawn = split(corpus, sample, seed)
    parts, empty, before = {}, {}, {}
    for name in PARTS:
        indices = getattr(drawn, name)
        chosen = corpus.take(indices)
        part = Part(indices, chosen.texts, [cleaner.clean(text) for text in chosen.texts], chosen.labels, chosen.groups)
        before[name] = len(part.texts)
        parts[name] = part.take(np.array([at for at, text in enumerate(part.cleaned) if text], dtype=np.int64))
        empty[name] = before[name] - len(parts[name].texts)
    keys = {name: _keys(part.cleaned, sequence_length) for name, part in parts.items()}
    kept = leakage.separate(keys)
    clean_parts = {name: part.take(kept[name]) for name, part in parts.items()}
    _refuse_too_few(clean_parts, before, empty, corpus.class_names)
    card = {
        "samples": {"before": before, "after": {name: len(part.texts) for name, part in clean_parts.items()}},
        "empty_after_cleaning": empty,
        "duplicates_within": {name: len(keys[name]) - len(set(keys[name])) for name in PARTS},
        "overlaps": {
            "before": leakage.overlaps(keys),
            "after": leakage.overlaps(
                {name: _keys(part.cleaned, sequence_length) for name, part in clean_parts.items()}
            ),
        },
        "label_conflicts": _label_conflicts(keys, parts),
    }
    return clean_parts, card


def _refuse_too_few(
    parts: dict[str, Part], before: dict[str, int], empty: dict[str, int], class_names: Sequence[str]
) -> None:
    """Training needs every class, and two classes are the fewest to measure on."""
    for name, part in parts.items():
        if empty[name] == before[name]:
            raise DataError(
                f"All {before[name]:,} texts in {name} are empty once cleaned: only words of three or more of a-z and "
                "0-9 that are no English stop words are read; check --text-column."
            )
        counts = np.bincount(part.labels, minlength=len(class_names))
        if (counts > 0).sum() < 2:
            raise DataError(
                f"Of {before[name]:,} texts in {name} {len(part.texts):,} are left once empty and repeated ones are "
                "removed, of fewer than two classes: add texts or take a larger --sample."
            )
        if name == "train" and not counts.all():
            raise DataError(
                f"Class {shorten(class_names[counts.argmin()])!r} has no text left in {name} once empty ones are "
                "removed: add texts, merge or remove the class, or take a larger --sample."
            )


def _keys(cleaned: Sequence[str], sequence_length: int) -> list[str]:
    return [" ".join(text.split(" ", sequence_length)[:sequence_length]) for text in cleaned]


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
        np.savez(aside, **ids)


def load_ids(folder: Path) -> dict[str, np.ndarray]:
    """Token ids by split, each `int32` of shape `(n, sequence_length)`."""
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in PARTS}


def load_vocabulary(folder: Path) -> list[str]:
    """The words in the order of their ids, padding and `[UNK]` first."""
    return (folder / VOCABULARY).read_text(encoding="utf-8").split("\n")[:-1]
