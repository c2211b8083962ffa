"""Prepared texts as arrays of word ids, with the vocabulary and the word vectors that go with them.

Networks that know equally many words and read equally much of a text share one folder of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data.files import whole, write_text
from data.preparing import load_texts, load_unlabelled
from data.splits import leakage
from data.splits.leakage import UNLABELLED
from data.splits.split import PARTS
from data.stored.training import load_training
from data.words.cutting import RIGHT
from data.words.vectorizing import learn_vocabulary, stream_ids, vectorize

VOCABULARY, ARRAYS, VECTORS = "vocabulary.txt", "arrays.npz", "word_vectors.npy"


def vectorize_parts(
    texts: Path,
    vocabulary_size: int,
    sequence_length: int,
    vector_width: int | None,
    seed: int,
    folder: Path | None = None,
    side: str = RIGHT,
) -> None:
    """Learns vocabulary and word vectors of prepared texts and writes them and the arrays.

    Args:
        texts: the folder that `data.preparing.save_texts` wrote to.
        vocabulary_size: words that are known, padding and `[UNK]` among them; see `learn_vocabulary`.
        sequence_length: words of a text that are read.
        vector_width: of the word vectors, learned from training and unlabelled texts; `None` for none.
        seed: of the word vectors.
        folder: where to; `None` for that of the texts.
        side: on which longer texts are cut, see `data.words.cutting`.

    Raises:
        LeakageError: the arrays of two splits share a row, or a row of held-out texts is among the unlabelled.
    """
    folder = folder or texts
    parts, unlabelled, stored = load_texts(texts), load_unlabelled(texts), load_training(texts)
    learned = stored.cleaned if stored else parts["train"].cleaned
    # A word that no label was ever seen with is known by its vector alone.
    more = unlabelled.words_learned_from
    vocabulary = learn_vocabulary(learned, vocabulary_size, more if vector_width else ())
    ids = {name: vectorize(part.cleaned, vocabulary, sequence_length, side) for name, part in parts.items()}
    ids[UNLABELLED] = vectorize(more, vocabulary, sequence_length, side)
    folder.mkdir(exist_ok=True)
    if stored:
        stored.save_ids(stream_ids(learned, vocabulary, sequence_length, side), sequence_length, folder)
    leakage.verify_separation(ids, stored.ids(folder).blocks() if stored else ())
    ids[UNLABELLED] = ids[UNLABELLED][: len(unlabelled.cleaned)]
    write_text(folder / VOCABULARY, "\n".join(vocabulary) + "\n")
    if vector_width:
        _learn_vectors([*parts["train"].cleaned, *more], vocabulary, vector_width, seed, folder / VECTORS)
    with whole(folder / ARRAYS) as aside:
        np.savez(aside, allow_pickle=False, **ids)


def load_ids(folder: Path) -> dict[str, np.ndarray]:
    """Token ids by split, and of the unlabelled texts, each `int32` of shape `(n, sequence_length)`."""
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in (*PARTS, UNLABELLED)}


def load_vocabulary(folder: Path) -> list[str]:
    """The words in the order of their ids, padding and `[UNK]` first."""
    return (folder / VOCABULARY).read_text(encoding="utf-8").split("\n")[:-1]


def vectors_of_width(folder: Path, width: int, seed: int, texts: Path | None = None) -> np.ndarray | None:
    """A vector a word of the vocabulary, see `data.words.word_vectors`; `None` where the run has none.

    Those of another width than the run's are what a run of that width would have; they are learned once.

    Args:
        folder: that `vectorize_parts` wrote to.
        width: of a vector.
        seed: of the decomposition.
        texts: the folder of the texts; `None` for the same.
    """
    if not (folder / VECTORS).exists():
        return None
    vectors = np.load(folder / VECTORS, allow_pickle=False)
    if vectors.shape[1] == width:
        return vectors
    path = (folder / VECTORS).with_stem(f"{Path(VECTORS).stem}-{width}")
    if not path.exists():
        texts = texts or folder
        learned_from = [*load_texts(texts)["train"].cleaned, *load_unlabelled(texts).words_learned_from]
        _learn_vectors(learned_from, load_vocabulary(folder), width, seed, path)
    return np.load(path, allow_pickle=False)


def _learn_vectors(texts: Sequence[str], vocabulary: Sequence[str], width: int, seed: int, path: Path) -> None:
    from data.words.word_vectors import word_vectors  # here, since only what makes arrays needs scipy

    vectors = word_vectors(texts, vocabulary, width, seed)
    with whole(path) as aside, aside.open("wb") as file:
        np.save(file, vectors, allow_pickle=False)
