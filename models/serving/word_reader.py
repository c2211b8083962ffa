"""Texts to word ids as `tokenizer.json` has them, in a fraction of its time: by `data.cleaning`, and looked up at once.

Both say the same of any text (`tests/models/exporting/test_same_tokens.py`). `tokenizer.json` is for who has nothing of
this project, and follows where each character of a text comes from, which takes most of its time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from data.cleaning import Cleaner
from data.vectorizing import UNKNOWN
from models.serving.ragged import Ragged

DROPPED = -1  # where the id of a word would be
MOST_REMEMBERED = 500_000  # words that are not in the vocabulary, some 50 MB
CHARACTERS = 16  # of a text for each word that is read: the first words of most texts stand in so many


class WordReader:
    """Reads texts.

    Args:
        vocabulary: ids by word.
        cleaner: how texts become words.
        sequence_length: most words of a text; `None` for all.
    """

    def __init__(self, vocabulary: Mapping[str, int], cleaner: Cleaner, sequence_length: int | None):
        self.cleaner, self.sequence_length = cleaner, sequence_length
        self.known = _Known(vocabulary, cleaner)

    def read(self, texts: Sequence[str]) -> Ragged:
        """The ids of the words of each text, at most `sequence_length`, as far as the cleaner keeps them."""
        if self.sequence_length is None:
            return self._read(texts)
        # What stands behind the last word that is read need not be cleaned.
        beginnings = [_beginning(text, CHARACTERS * self.sequence_length) for text in texts]
        found = self._read(beginnings)
        too_short = [
            at
            for at, length in enumerate(found.lengths.tolist())
            if length < self.sequence_length and len(beginnings[at]) < len(texts[at])
        ]
        if not too_short:
            return found
        return found.replaced(np.array(too_short), self._read([texts[at] for at in too_short]))

    def _read(self, texts: Sequence[str]) -> Ragged:
        words: list[str] = []
        ends = [0]
        for text in texts:
            words += self.cleaner.words(text)
            ends.append(len(words))
        ids = np.fromiter(map(self.known.__getitem__, words), np.int32, len(words))
        is_kept = ids != DROPPED
        kept = np.concatenate([[0], np.cumsum(is_kept)])[ends]  # words kept before each text
        lengths = np.diff(kept)
        ids = ids[is_kept]
        most = self.sequence_length
        if most is not None:
            ids = ids[np.arange(len(ids)) - np.repeat(kept[:-1], lengths) < most]
            lengths = np.minimum(lengths, most)
        return Ragged(ids, lengths.astype(np.int32))


class _Known(dict):
    """Ids by word, of those that are not in the vocabulary too."""

    def __init__(self, vocabulary: Mapping[str, int], cleaner: Cleaner):
        super().__init__({word: at for word, at in vocabulary.items() if word and cleaner.keeps(word)})
        self.cleaner, self.most = cleaner, len(vocabulary) + MOST_REMEMBERED

    def __missing__(self, word: str) -> int:
        found = UNKNOWN if self.cleaner.keeps(word) else DROPPED
        if len(self) < self.most:
            self[word] = found
        return found


def _beginning(text: str, characters: int) -> str:
    """At least so many characters of a text, up to a space, and all of it where a tag or comment may span that space.

    Nothing else that cleaning looks for has a space in it, so that its words are the first words of the text. A tag or
    comment that ends behind the space begins behind the last `>` before it.
    """
    end = text.find(" ", characters) if len(text) > characters else -1
    if end < 0 or text.rfind("<", 0, end) > text.rfind(">", 0, end):
        return text
    return text[:end]
