"""One split of a corpus, cleaned, with the overlaps gone: what every model of one seed is given."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from data.cleaning import Cleaner
from data.corpus import Corpus, DataError
from data.files import whole, write_text
from data.splits import leakage
from data.splits.folds import Fold
from data.splits.leakage import UNLABELLED
from data.splits.near_duplicates import without_near_duplicates
from data.splits.parts import Part, clean_parts, models_view, separate
from data.splits.shortage import lacking, why_too_few
from data.splits.split import PARTS, split
from data.splits.unlabelled import Unlabelled
from data.stored.storage import Storage
from data.stored.training import load_training, sample_of
from data.vectorizing import learn_vocabulary, stream_ids, vectorize

TEXTS, UNLABELLED_TEXTS, LEAKED_TEXTS = "texts.jsonl", "unlabelled.jsonl", "leaked.jsonl"  # most want the first alone
LEAKED = "leaked"  # beside the names of the splits
VOCABULARY, ARRAYS, VECTORS = "vocabulary.txt", "arrays.npz", "word_vectors.npy"
TEXT_WEIGHTS = "text_weights.npy"


def draw(
    corpus: Corpus,
    sample: int | None,
    seed: int,
    cleaner: Cleaner,
    fold: Fold | None = None,
    storage: Storage | None = None,
    most_evaluated: int | None = None,
) -> dict[str, Part]:
    """Splits and cleans; texts that clean to nothing are still there.

    Args:
        corpus, sample, seed, fold, most_evaluated: see `data.splits.split.split`.
        cleaner: makes words of texts.
        storage: what becomes of more texts than the memory should hold; `None` holds all.

    Raises:
        DataError: a class has too few texts.
    """
    indices = split(corpus, sample, seed, fold, most_evaluated)
    return clean_parts(corpus, {name: getattr(indices, name) for name in PARTS}, cleaner, storage)


def prepare(
    corpus: Corpus,
    drawn: dict[str, Part],
    sample: int | None,
    sequence_length: int,
    near: float = 0,
    most_compared: int | None = None,
) -> tuple[dict[str, Part], dict]:
    """Drops texts that clean to nothing, and takes overlaps out of validation and test.

    Two texts are the same where their first `sequence_length` cleaned words are: that is what the
    models are given of them. Of near-duplicates `near` is the least similarity, see
    `data.splits.near_duplicates`; 0 leaves them. Of training no more than `most_compared` texts are compared with the
    others for them, `None` for all.

    Returns:
        The parts by name, and the counts of what was removed for the data card.

    Raises:
        DataError: too little is left of a split.
    """
    parts = {name: part.without_empty() for name, part in drawn.items()}
    keys = models_view(parts, sequence_length)
    kept = separate(parts, keys)
    compared, near_duplicates = without_near_duplicates(kept | {"train": sample_of(kept["train"], most_compared)}, near)
    kept = compared | {"train": kept["train"]}
    if name := lacking(kept, corpus.class_names):
        raise DataError(why_too_few(name, drawn, corpus, sample, sequence_length))
    card = {
        "samples": {
            "before": {name: len(part.texts) for name, part in drawn.items()},
            "after": {name: len(part.texts) for name, part in kept.items()},
        },
        "empty_after_cleaning": {name: part.cleaned.count("") for name, part in drawn.items()},
        "duplicates_within": {name: len(keys[name]) - len(np.unique(keys[name])) for name in PARTS},
        "overlaps": {
            "before": leakage.overlaps(keys),
            "after": leakage.overlaps(models_view(kept, sequence_length)),
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
    records = list(_records(folder / UNLABELLED_TEXTS))
    return Unlabelled([record["text"] for record in records], [record["cleaned"] for record in records])


def _records(path: Path) -> Iterator[dict]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def vectorize_parts(
    folder: Path, vocabulary_size: int, sequence_length: int, vector_width: int | None, seed: int
) -> None:
    """Learns vocabulary and word vectors from the texts in `folder` and writes them and the arrays beside them.

    Args:
        folder: what `save_texts` wrote.
        vocabulary_size: words that are known, padding and `[UNK]` among them; see `data.vectorizing.learn_vocabulary`.
        sequence_length: words of a text that are read.
        vector_width: of the word vectors, learned from training and unlabelled texts; `None` for none.
        seed: of the word vectors.

    Raises:
        LeakageError: the arrays of two splits share a row, or a row of held-out texts is among the unlabelled.
    """
    parts, unlabelled, stored = load_texts(folder), load_unlabelled(folder), load_training(folder)
    learned = stored.cleaned if stored else parts["train"].cleaned
    # A word that no label was ever seen with is known by its vector alone.
    vocabulary = learn_vocabulary(learned, vocabulary_size, unlabelled.cleaned if vector_width else ())
    ids = {name: vectorize(part.cleaned, vocabulary, sequence_length) for name, part in parts.items()}
    ids[UNLABELLED] = vectorize(unlabelled.cleaned, vocabulary, sequence_length)
    if stored:
        stored.save_ids(stream_ids(learned, vocabulary, sequence_length), sequence_length)
    leakage.verify_separation(ids, stored.ids.blocks() if stored else ())
    write_text(folder / VOCABULARY, "\n".join(vocabulary) + "\n")
    if vector_width:
        _learn_vectors([*parts["train"].cleaned, *unlabelled.cleaned], vocabulary, vector_width, seed, folder / VECTORS)
    with whole(folder / ARRAYS) as aside:
        np.savez(aside, allow_pickle=False, **ids)


def load_ids(folder: Path) -> dict[str, np.ndarray]:
    """Token ids by split, and of the unlabelled texts, each `int32` of shape `(n, sequence_length)`."""
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in (*PARTS, UNLABELLED)}


def vectors_of_width(folder: Path, width: int, seed: int) -> np.ndarray | None:
    """A vector a word of the vocabulary, see `data.word_vectors`; `None` where the run has none.

    Those of another width than the run's are what a run of that width would have; they are learned once.
    """
    if not (folder / VECTORS).exists():
        return None
    vectors = np.load(folder / VECTORS, allow_pickle=False)
    if vectors.shape[1] == width:
        return vectors
    path = (folder / VECTORS).with_stem(f"{Path(VECTORS).stem}-{width}")
    if not path.exists():
        texts = [*load_texts(folder)["train"].cleaned, *load_unlabelled(folder).cleaned]
        _learn_vectors(texts, load_vocabulary(folder), width, seed, path)
    return np.load(path, allow_pickle=False)


def _learn_vectors(texts: Sequence[str], vocabulary: Sequence[str], width: int, seed: int, path: Path) -> None:
    from data.word_vectors import word_vectors  # here, since only what makes arrays needs scipy

    vectors = word_vectors(texts, vocabulary, width, seed)
    with whole(path) as aside, aside.open("wb") as file:
        np.save(file, vectors, allow_pickle=False)


def save_text_weights(weights: np.ndarray, folder: Path) -> None:
    """Writes what each text of the corpus weighs in training, array of shape `(n,)`, into `folder`."""
    with whole(folder / TEXT_WEIGHTS) as aside, aside.open("wb") as file:
        np.save(file, weights, allow_pickle=False)


def load_text_weights(folder: Path) -> np.ndarray | None:
    """What `save_text_weights` wrote, `None` where all texts weigh the same."""
    path = folder / TEXT_WEIGHTS
    return np.load(path, allow_pickle=False) if path.exists() else None


def load_vocabulary(folder: Path) -> list[str]:
    """The words in the order of their ids, padding and `[UNK]` first."""
    return (folder / VOCABULARY).read_text(encoding="utf-8").split("\n")[:-1]
