"""Texts to tokens by `tokenizer.json`, for the engines that run the token-level model.

The file holds patterns and a vocabulary; loading it runs no code from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.serving.engines import TOKENIZER, Answer, as_utf8


class TokenizedEngine:
    """Answers raw texts with what `run` answers to their tokens."""

    def __init__(self, folder: Path):
        import tokenizers

        self.tokenizer = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER))

    def answer(self, texts: Sequence[str]) -> Answer:
        found = self.tokenizer.encode_batch_fast([as_utf8(text).decode() for text in texts])
        ids = np.array([encoding.ids for encoding in found], np.int32)  # (batch, tokens)
        mask = np.array([encoding.attention_mask for encoding in found], np.int32)
        if not ids.size:  # no word in any of the texts
            ids = mask = np.zeros((len(texts), 1), np.int32)
        return Answer(self.run({"token_ids": ids, "padding_mask": mask}), mask.sum(axis=1, dtype=np.int32))

    def run(self, tokens: dict[str, np.ndarray]) -> np.ndarray:
        """Probabilities `(batch, classes)` for tokens `(batch, tokens)`."""
        raise NotImplementedError
