"""One split of a corpus, cleaned, with the overlaps gone: what every model of one seed is given."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from data.corpus import Corpus, DataError
from data.files import whole
from data.splits import leakage
from data.splits.near_duplicates import without_near_duplicates
from data.splits.parts import Part, models_view, separate
from data.splits.shortage import lacking, why_too_few
from data.splits.split import PARTS
from data.splits.unlabelled import Unlabelled
from data.stored.training import sample_of
from data.words.cutting import RIGHT

TEXTS, UNLABELLED_TEXTS, LEAKED_TEXTS = "texts.jsonl", "unlabelled.jsonl", "leaked.jsonl"  # most want the first alone
FURTHER_TEXTS = "further.jsonl"  # unlabelled too
LEAKED = "leaked"  # beside the names of the splits
TEXT_WEIGHTS = "text_weights.npy"


def prepare(
    corpus: Corpus,
    drawn: dict[str, Part],
    sample: int | None,
    sequence_length: int,
    near: float = 0,
    most_compared: int | None = None,
    side: str = RIGHT,
) -> tuple[dict[str, Part], dict]:
    """Drops texts that clean to nothing, and takes overlaps out of validation and test.

    Two texts are the same where `sequence_length` of their words are, those that are left by cutting the others off on
    `side` (see `data.words.cutting`): that is what the models are given of them. Of near-duplicates `near` is the least
    similarity, see `data.splits.near_duplicates`; 0 leaves them. Of training no more than `most_compared` texts are
    compared with the others for them, `None` for all.

    Returns:
        The parts by name, and the counts of what was removed for the data card.

    Raises:
        DataError: too little is left of a split.
    """
    parts = {name: part.without_empty() for name, part in drawn.items()}
    keys = models_view(parts, sequence_length, side)
    kept = separate(parts, keys)
    compared, near_duplicates = without_near_duplicates(kept | {"train": sample_of(kept["train"], most_compared)}, near)
    kept = compared | {"train": kept["train"]}
    if name := lacking(kept, corpus.class_names):
        raise DataError(why_too_few(name, drawn, corpus, sample, sequence_length, side))
    card = {
        "samples": {
            "before": {name: len(part.texts) for name, part in drawn.items()},
            "after": {name: len(part.texts) for name, part in kept.items()},
        },
        "empty_after_cleaning": {name: part.cleaned.count("") for name, part in drawn.items()},
        "duplicates_within": {name: len(keys[name]) - len(np.unique(keys[name])) for name in PARTS},
        "overlaps": {
            "before": leakage.overlaps(keys),
            "after": leakage.overlaps(models_view(kept, sequence_length, side)),
        },
        "near_duplicates": near_duplicates,
        "label_conflicts": _label_conflicts(keys, parts),
    }
    return kept, card


def leaked(drawn: Mapping[str, Part], parts: Mapping[str, Part]) -> Part:
    """The texts of the test split that `prepare` took out of it, since they stand in an earlier one, or nearly do."""
    test = drawn["test"].without_empty()
    return test.take(np.flatnonzero(~np.isin(test.index, parts["test"].index)))


def _label_conflicts(keys: Mapping[str, np.ndarray], parts: Mapping[str, Part]) -> int:
    """How many different texts stand with more than one label."""
    labels = np.concatenate([part.labels for part in parts.values()])
    every = np.concatenate([keys[name] for name in parts])
    order = np.lexsort((labels, every))
    every, labels = every[order], labels[order]
    differs = (every[1:] == every[:-1]) & (labels[1:] != labels[:-1])
    return len(np.unique(every[1:][differs]))


def save_texts(parts: dict[str, Part], unlabelled: Unlabelled, folder: Path, leaked: Part | None = None) -> None:
    """Writes all texts as JSON Lines into `folder`, one a line; those of no split into files of their own.

    Args:
        parts: by name.
        unlabelled: texts without a label.
        folder: where to.
        leaked: see `leaked`.
    """
    _write_parts({} if leaked is None else {LEAKED: leaked}, folder / LEAKED_TEXTS)
    with whole(folder / UNLABELLED_TEXTS) as aside, aside.open("w", encoding="utf-8") as file:
        for text, cleaned in zip(unlabelled.texts, unlabelled.cleaned, strict=True):
            file.write(json.dumps({"cleaned": cleaned, "text": text}) + "\n")
    with whole(folder / FURTHER_TEXTS) as aside, aside.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"cleaned": cleaned}) + "\n" for cleaned in unlabelled.further)
    _write_parts(parts, folder / TEXTS)


def _write_parts(parts: Mapping[str, Part], path: Path) -> None:
    with whole(path) as aside, aside.open("w", encoding="utf-8") as file:
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
    for record in _records(folder / TEXTS):
        records[record["part"]].append(record)
    return {name: _part(found) for name, found in records.items()}


def load_leaked(folder: Path) -> Part | None:
    """The leaked texts that `save_texts` wrote, `None` where there are none."""
    records = list(_records(folder / LEAKED_TEXTS)) if (folder / LEAKED_TEXTS).exists() else []
    return _part(records) if records else None


def _part(records: list[dict]) -> Part:
    return Part(
        np.array([record["index"] for record in records]),
        [record["text"] for record in records],
        [record["cleaned"] for record in records],
        np.array([record["label"] for record in records]),
        None if records[0]["group"] is None else [record["group"] for record in records],
    )


def load_unlabelled(folder: Path) -> Unlabelled:
    """The texts without a label that `save_texts` wrote."""
    records, path = list(_records(folder / UNLABELLED_TEXTS)), folder / FURTHER_TEXTS
    further = [record["cleaned"] for record in _records(path)] if path.exists() else []  # older runs have none
    return Unlabelled([record["text"] for record in records], [record["cleaned"] for record in records], further)


def _records(path: Path) -> Iterator[dict]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def save_text_weights(weights: np.ndarray, folder: Path) -> None:
    """Writes what each text of the corpus weighs in training, array of shape `(n,)`, into `folder`."""
    with whole(folder / TEXT_WEIGHTS) as aside, aside.open("wb") as file:
        np.save(file, weights, allow_pickle=False)


def load_text_weights(folder: Path) -> np.ndarray | None:
    """What `save_text_weights` wrote, `None` where all texts weigh the same."""
    path = folder / TEXT_WEIGHTS
    return np.load(path, allow_pickle=False) if path.exists() else None
