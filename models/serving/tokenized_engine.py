"""Texts to tokens, and batches of tokens of like length, for the engines that run the token-level model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from models.serving.engines import TOKENIZER, Answer, read_classifier
from models.serving.reading.ragged import Ragged


class Reader(Protocol):
    """Makes token ids of texts."""

    def read(self, texts: Sequence[str]) -> Ragged:
        """The ids of the tokens of each text."""


class TokenizedEngine:
    """Answers raw texts with what `run` answers to their tokens.

    Attributes:
        readers: by what the inputs of a member of the model begin with; of a single model by nothing.
        widths: by the name of an input, how many tokens every row has to have, `None` where a batch may be as narrow as
            its longest text.
    """

    widths: Mapping[str, int | None]

    def __init__(self, folder: Path):
        self.readers = load_readers(folder)

    def answer(self, texts: Sequence[str]) -> Answer:
        return self.answer_in_batches(texts, len(texts))

    def answer_in_batches(self, texts: Sequence[str], batch_size: int) -> Answer:
        """The answers to at least one text, batch by batch, texts with as many tokens together."""
        tokens = {prefix: reader.read(texts) for prefix, reader in self.readers.items()}
        seen = np.max([ragged.lengths for ragged in tokens.values()], axis=0)  # (n,)
        order = np.argsort(seen, kind="stable")
        batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        probabilities = np.concatenate([self.run(self._inputs(tokens, rows)) for rows in batches])
        places = np.argsort(order, kind="stable")
        return Answer(probabilities[places], seen)

    def _inputs(self, tokens: Mapping[str, Ragged], rows: np.ndarray) -> dict[str, np.ndarray]:
        """What the model is given of some texts."""
        inputs: dict[str, np.ndarray] = {}
        for prefix, ragged in tokens.items():
            ids, mask = ragged.matrix(rows, self.widths.get(f"{prefix}token_ids"))
            inputs |= {f"{prefix}token_ids": ids, f"{prefix}padding_mask": mask}
        return inputs

    def run(self, tokens: dict[str, np.ndarray]) -> np.ndarray:
        """Probabilities `(batch, classes)` for tokens `(batch, tokens)`."""
        raise NotImplementedError


def load_readers(folder: Path) -> dict[str, Reader]:
    """What reads the texts of each member of the model, by what its inputs begin with; of a single model by nothing."""
    classifier = read_classifier(folder)
    written = json.loads((folder / TOKENIZER).read_text(encoding="utf-8"))
    members = {f"{name}_": name for name in classifier["members"]} or {"": classifier["model"]}
    cleaning = classifier.get("word_cleaning", {})  # exports of earlier versions do not say it
    return {
        prefix: _reader(written[name] if prefix else written, cleaning.get(name)) for prefix, name in members.items()
    }


def _reader(written: dict[str, Any], cleaning: dict[str, Any] | None) -> Reader:
    if cleaning is None:
        from models.serving.reading.piece_reader import PieceReader

        return PieceReader(written)
    from data.cleaning import Cleaner
    from data.words.cutting import RIGHT
    from models.serving.reading.word_reader import WordReader

    cut = written["truncation"] or {"max_length": None, "direction": RIGHT}
    return WordReader(written["model"]["vocab"], Cleaner(**cleaning), cut["max_length"], cut["direction"].lower())
