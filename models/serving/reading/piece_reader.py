"""Texts to word pieces by `tokenizer.json`, which holds patterns and a vocabulary; loading it runs no code from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from models.serving.engines import as_utf8
from models.serving.reading.ragged import Ragged


class PieceReader:
    """Reads texts.

    Args:
        written: what `tokenizer.json` says.
    """

    def __init__(self, written: dict[str, Any]):
        import tokenizers

        self.tokenizer = tokenizers.Tokenizer.from_str(json.dumps(written))
        self.padding = written["padding"]["pad_id"]
        self.tokenizer.no_padding()  # batches are not known yet

    def read(self, texts: Sequence[str]) -> Ragged:
        """The ids of the pieces of each text, as many as the model reads, with those at both ends."""
        strings = [text if text.isascii() else as_utf8(text).decode() for text in texts]
        rows = [encoding.ids for encoding in self.tokenizer.encode_batch_fast(strings)]
        lengths = np.fromiter(map(len, rows), np.int32, len(rows))
        return Ragged(np.fromiter(chain.from_iterable(rows), np.int32, int(lengths.sum())), lengths, self.padding)
