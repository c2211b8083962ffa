"""Pretrained encoders: where the weights come from, in what order, and how texts become their tokens.

`auto` means the preset `distil_bert_base_en_uncased`, from the hub client's cache or a hub that answers at once; where
that cannot be had, the published all-MiniLM-L6-v2 weights, which a package index carries (`models.encoder.minilm`).
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data.words.cutting import LEFT, RIGHT
from models.encoder import hub, minilm
from models.encoder.weights import BackboneUnavailable, cache_directory, check_preset, folder_digest, read_preset

if TYPE_CHECKING:
    import keras

__all__ = ["Backbone", "BackboneFiles", "BackboneUnavailable", "locate_backbone", "tokenize"]

MINILM = "minilm"
DEFAULT_PRESET = "distil_bert_base_en_uncased"
SEQUENCE_LENGTH = 128
TEXTS_AT_ONCE = 256


@dataclass(frozen=True)
class Backbone:
    """A frozen pretrained encoder.

    Attributes:
        label: which weights these are, for tables: `distil_bert_base_en_uncased`, `MiniLM-L6 weights`.
        key: identity of weights and tokenizer: equal keys give equal features.
        model: the keras-nlp backbone, not trainable.
        tokenizer: the keras-nlp tokenizer that belongs to it.
        side: on which it is given longer texts cut, see `data.words.cutting`.
    """

    label: str
    key: str
    model: keras.Model
    tokenizer: keras.layers.Layer
    side: str = RIGHT


@dataclass(frozen=True)
class BackboneFiles:
    """A backbone that lies on this machine and is not loaded. It can be sent to another process.

    Attributes:
        label, key: as of the `Backbone`.
        folder: where its files are.
        name: what `locate_backbone` finds it by again, in whatever folder and without a choice to make.
        reader: reads backbone and tokenizer from the folder.
    """

    label: str
    key: str
    folder: Path
    name: str
    reader: Callable[[Path], tuple[keras.Model, keras.layers.Layer]] = read_preset

    def load(self, side: str = RIGHT) -> Backbone:
        """Loads the backbone and freezes it. Costs the import of keras-nlp: five seconds, 850 MiB.

        Args:
            side: on which it is given longer texts cut, see `data.words.cutting`.

        Raises:
            BackboneUnavailable: the files cannot be read.
        """
        model, tokenizer = self.reader(self.folder)
        model.trainable = False
        return Backbone(self.label, self.key, model, tokenizer, side)


def locate_backbone(name: str = "auto") -> BackboneFiles:
    """Finds the weights of a backbone, downloading them where they are not on this machine, and loads nothing.

    Args:
        name: `auto`; `minilm`; a preset of keras-nlp such as `bert_base_en_uncased`; `hf://owner/model`; or a folder
            with a preset of keras-nlp or of Hugging Face. A folder whose name is also a preset's is written `./name`.

    Raises:
        BackboneUnavailable: the weights cannot be had.
    """
    if name == "auto":
        found = _automatic(cache_directory())
        if isinstance(found, BackboneUnavailable):
            raise found
        return found
    if name == MINILM:
        return _minilm(cache_directory())
    folder = named_folder(name) or Path(name)
    if named_folder(name) or (folder.is_dir() and not _is_preset(name)):
        return _in_folder(folder.resolve(), folder.resolve().name, str(folder.resolve()))
    return _in_folder(hub.preset_folder(name), name.removeprefix("hf://"), name)


def named_folder(name: str) -> Path | None:
    """The folder that the name of a backbone means, `None` where it may be a preset's."""
    folder = Path(name).expanduser()
    is_path = not name.startswith("hf://") and (folder.name != name or name == ".")
    return folder.resolve() if is_path else None


def tokenize(
    backbone: Backbone, texts: Sequence[str], sequence_length: int = SEQUENCE_LENGTH
) -> tuple[np.ndarray, np.ndarray]:
    """Texts as the tokens the backbone was trained on, cut, and padded on the right by keras-nlp's own preprocessing.

    Args:
        backbone: its tokenizer is used.
        texts: n texts, as they are read by people: case, punctuation and stop words kept.
        sequence_length: tokens per text, the special ones at both ends included.

    Returns:
        token ids and padding mask (1 for a token, 0 for padding), both `int32` of shape `(n, sequence_length)`.
    """
    if not len(texts):
        return np.zeros((0, sequence_length), "int32"), np.zeros((0, sequence_length), "int32")
    import keras
    import keras_nlp

    # TensorFlow's tokenizer stops at a NUL and refuses half a surrogate pair.
    cleaned = [text.replace("\0", "").encode("utf-8", "replace").decode() for text in texts]
    # Within a graph of TensorFlow keras-nlp runs compiled code on every backend, called directly it runs Python. For
    # word pieces the first is twenty times faster (0.6 s and 10 s for 3,000 posts), for byte pairs the second.
    if isinstance(backbone.tokenizer, keras_nlp.tokenizers.WordPieceTokenizer):
        compiled = _compiled_preprocessor(backbone, sequence_length)
        batches = [compiled(cleaned[at : at + TEXTS_AT_ONCE]) for at in range(0, len(cleaned), TEXTS_AT_ONCE)]
    else:
        batches = [preprocessor(backbone, sequence_length)(cleaned)]
    token_ids, padding_mask = (
        np.concatenate([keras.ops.convert_to_numpy(batch[name]) for batch in batches]).astype("int32")
        for name in ("token_ids", "padding_mask")
    )
    return token_ids, padding_mask


@functools.lru_cache(maxsize=1)
def _compiled_preprocessor(backbone: Backbone, sequence_length: int) -> Callable:
    """The preprocessing as a graph of TensorFlow, which takes a second to make and serves all texts."""
    import tensorflow as tf

    return tf.function(preprocessor(backbone, sequence_length), input_signature=[tf.TensorSpec([None], tf.string)])


def preprocessor(backbone: Backbone, sequence_length: int) -> keras.layers.Layer:
    """The preprocessing keras-nlp pairs with a tokenizer; it knows the special tokens and where they go."""
    import keras_nlp

    for candidate in keras_nlp.models.TextClassifierPreprocessor.__subclasses__():
        if candidate.tokenizer_cls is type(backbone.tokenizer):
            found = candidate(backbone.tokenizer, sequence_length=sequence_length)
            if backbone.side == LEFT:
                found.build(None)  # which makes the packer that is replaced
                found.packer = EndPacker(found.packer)
            return found
    raise BackboneUnavailable(
        f"keras-nlp has no text classification for {type(backbone.tokenizer).__name__}: use a BERT, DistilBERT, "
        "RoBERTa, ALBERT or another encoder."
    )


class EndPacker:
    """Packs the last pieces of a text that is too long, where keras-nlp packs the first.

    Args:
        packer: that of keras-nlp, for a start and an end token beside the pieces of one text.
    """

    def __init__(self, packer: keras.layers.Layer):
        self.packer = packer

    def __call__(self, segments: tuple) -> Any:
        most = self.packer.sequence_length - 2
        kept = ([row[-most:] for row in given] if isinstance(given, list) else given[:, -most:] for given in segments)
        return self.packer(tuple(kept))


@functools.cache
def _automatic(directory: Path) -> BackboneFiles | BackboneUnavailable:
    """What `auto` stands for. A failure is an answer too, so that no process tries twice."""
    try:
        return _in_folder(hub.preset_folder(DEFAULT_PRESET), DEFAULT_PRESET, DEFAULT_PRESET)
    except BackboneUnavailable:
        pass
    try:
        return _minilm(directory)
    except BackboneUnavailable as error:
        return error


def _minilm(directory: Path) -> BackboneFiles:
    key = hashlib.sha256("".join(minilm.DIGESTS.values()).encode()).hexdigest()
    return BackboneFiles(minilm.LABEL, key, minilm.fetch(directory), MINILM, minilm.load)


def _in_folder(folder: Path, label: str, name: str) -> BackboneFiles:
    check_preset(folder)
    return BackboneFiles(label, folder_digest(folder), folder, name)


def _is_preset(name: str) -> bool:
    import keras_nlp

    return name in keras_nlp.models.Backbone.presets
