"""The word vectors a small model learned, for TensorBoard's embedding projector.

Source: https://www.tensorflow.org/tensorboard/tensorboard_projector_plugin.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data.files import read_json, whole, write_text
from data.preparing import Part, load_texts
from data.words.arrays import load_vocabulary
from models.description import Description
from models.run_folder import RunFolder

if TYPE_CHECKING:
    import keras

CONFIG, VECTORS, WORDS = "projector_config.pbtxt", "embedding.bytes", "metadata.tsv"
NUMBER = "<f4"  # of the vectors


def save_vectors(model: keras.Model, words: int, folder: Path) -> str:
    """Writes the vectors of a trained network's words into the `folder` of its trial; the name of the file. A small
    corpus does not fill the table of the network, of which the first rows, `words`, are meant.
    """
    from models.architectures.word_vectors import word_embedding

    # Raw float32: the projector takes what is not UTF-8 for that.
    with whole(folder / VECTORS) as aside:
        word_embedding(model).get_weights()[0][:words].astype(NUMBER).tofile(aside)
    return VECTORS


def write_embedding(run: RunFolder, model: str, seed: int, folder: Path) -> None:
    """Writes into a trial's `folder` what the word vectors stand for that `save_vectors` has left there, if it has."""
    if not (folder / VECTORS).exists():
        return
    vocabulary = load_vocabulary(run.prepared(seed) / Description.load(run.description(model, seed)).arrays)
    width = (folder / VECTORS).stat().st_size // (len(vocabulary) * np.dtype(NUMBER).itemsize)
    train = load_texts(run.prepared(seed))["train"]
    rows = describe_words(vocabulary, train, read_json(run.data_card)["class_names"])
    write_text(folder / WORDS, "".join("\t".join(row) + "\n" for row in rows))
    write_text(
        folder / CONFIG,
        f'embeddings {{\n  tensor_name: "words of {model}"\n  tensor_path: "{VECTORS}"\n'
        f"  tensor_shape: {len(vocabulary)}\n  tensor_shape: {width}\n"
        f'  metadata_path: "{WORDS}"\n}}\n',
    )


def describe_words(vocabulary: list[str], train: Part, class_names: list[str]) -> list[list[str]]:
    """A heading, then for each word: the word, how many training texts hold it, and the class most of them have."""
    counts: list[Counter[str]] = [Counter() for _ in class_names]
    for cleaned, label in zip(train.cleaned, train.labels, strict=True):
        counts[label].update(set(cleaned.split(" ")))
    rows = [["word", "training texts", "most in"]]
    for word in vocabulary:
        by_class = [count[word] for count in counts]
        name = " ".join(class_names[int(np.argmax(by_class))].split()) if any(by_class) else "none"
        rows.append([word or "(padding)", str(sum(by_class)), name])
    return rows
