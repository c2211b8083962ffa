"""The word vectors a small model learned, for TensorBoard's embedding projector.

Source: https://www.tensorflow.org/tensorboard/tensorboard_projector_plugin.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from data.arrays import load_vocabulary
from data.files import read_json, whole, write_text
from data.preparing import Part, load_texts
from models.description import Description
from models.run_folder import RunFolder

CONFIG, VECTORS, WORDS = "projector_config.pbtxt", "embedding.bytes", "metadata.tsv"


def write_embedding(run: RunFolder, model: str, seed: int, folder: Path) -> None:
    """Writes a trial's word vectors, with what they stand for, into `folder`; nothing where it learned none."""
    path = run.trial(model, seed) / "model.keras"
    vectors = _word_vectors(path) if path.exists() else None
    if vectors is None:
        return
    vocabulary = load_vocabulary(run.prepared(seed) / Description.load(run.description(model, seed)).arrays)
    vectors = vectors[: len(vocabulary)]  # a small corpus does not fill the table
    # Raw float32: the projector takes what is not UTF-8 for that.
    with whole(folder / VECTORS) as aside:
        vectors.astype("<f4").tofile(aside)
    train = load_texts(run.prepared(seed))["train"]
    rows = describe_words(vocabulary, train, read_json(run.data_card)["class_names"])
    write_text(folder / WORDS, "".join("\t".join(row) + "\n" for row in rows))
    write_text(
        folder / CONFIG,
        f'embeddings {{\n  tensor_name: "words of {model}"\n  tensor_path: "{VECTORS}"\n'
        f"  tensor_shape: {vectors.shape[0]}\n  tensor_shape: {vectors.shape[1]}\n"
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


def _word_vectors(path: Path) -> np.ndarray | None:
    """The weights of a saved model's `Embedding` layer, `(words, width)`."""
    import keras

    from models.architectures import layers  # noqa: F401 -- registers the layers a saved model is made of

    for layer in keras.models.load_model(path, compile=False).layers:
        if isinstance(layer, keras.layers.Embedding):
            return np.asarray(layer.get_weights()[0])
    return None
