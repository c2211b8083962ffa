"""Texts to tokens by `tokenizer.json`, for the engines that run the token-level model.

The file holds patterns and a vocabulary; loading it runs no code from it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.serving.engines import TOKENIZER, Answer, as_utf8, read_classifier

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class TokenizedEngine:
    """Answers raw texts with what `run` answers to their tokens."""

    def __init__(self, folder: Path):
        self.tokenizers = _load_tokenizers(folder)

    def answer(self, texts: Sequence[str]) -> Answer:
        strings = [as_utf8(text).decode() for text in texts]
        inputs: dict[str, np.ndarray] = {}
        seen = np.zeros(len(texts), np.int32)
        for prefix, tokenizer in self.tokenizers.items():
            found = tokenizer.encode_batch_fast(strings)
            ids = np.array([encoding.ids for encoding in found], np.int32)  # (batch, tokens)
            mask = np.array([encoding.attention_mask for encoding in found], np.int32)
            if not ids.size:  # no word in any of the texts
                ids = mask = np.zeros((len(texts), 1), np.int32)
            inputs |= {f"{prefix}token_ids": ids, f"{prefix}padding_mask": mask}
            seen = np.maximum(seen, mask.sum(axis=1, dtype=np.int32))
        return Answer(self.run(inputs), seen)

    def run(self, tokens: dict[str, np.ndarray]) -> np.ndarray:
        """Probabilities `(batch, classes)` for tokens `(batch, tokens)`."""
        raise NotImplementedError


def _load_tokenizers(folder: Path) -> dict[str, Tokenizer]:
    """The tokenizer of each member of the model, by what its inputs begin with; of a single model by nothing."""
    import tokenizers

    members = read_classifier(folder)["members"]
    if not members:
        return {"": tokenizers.Tokenizer.from_file(str(folder / TOKENIZER))}
    written = json.loads((folder / TOKENIZER).read_text(encoding="utf-8"))
    return {f"{name}_": tokenizers.Tokenizer.from_str(json.dumps(written[name])) for name in members}
