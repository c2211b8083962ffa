"""The front of an exported graph: raw texts in, a model's integers out."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from data.cleaning import Cleaner
from data.words.cutting import RIGHT
from models.encoder.backbones import Backbone, preprocessor
from models.exporting import graph_text
from models.exporting.exportable import Tokens


class WordInput(tf.Module):
    """Texts to the word ids that the small models were trained on."""

    def __init__(self, vocabulary: Sequence[str], cleaner: Cleaner, sequence_length: int, side: str = RIGHT):
        super().__init__()
        self.word_ids = graph_text.WordIds(vocabulary)
        self.cleaner, self.read = cleaner, (sequence_length, side)

    def __call__(self, texts: tf.Tensor) -> Tokens:
        return {"token_ids": self.word_ids(graph_text.clean(texts, self.cleaner), *self.read)}


class EncoderInput(tf.Module):
    """Texts to the word pieces of a pretrained encoder, cut to the longest text of the batch.

    Args:
        backbone: the encoder.
        cleaner: of texts of which it reads the cleaned words; `None` where it reads sentences without markup.
        sequence_length: most tokens per text.
    """

    def __init__(self, backbone: Backbone, cleaner: Cleaner | None, sequence_length: int):
        super().__init__()
        self.preprocess = preprocessor(backbone, sequence_length)
        self.cleaner = cleaner

    def __call__(self, texts: tf.Tensor) -> Tokens:
        read = graph_text.clean(texts, self.cleaner) if self.cleaner else graph_text.strip_markup(texts)
        found = self.preprocess(read)
        mask = tf.cast(found["padding_mask"], tf.int32)  # (batch, sequence_length)
        longest = tf.reduce_max(
            tf.concat([tf.reduce_sum(mask, axis=1), [1]], axis=0)
        )  # a batch of no texts has one too
        return {"token_ids": found["token_ids"][:, :longest], "padding_mask": mask[:, :longest]}
