"""Texts to word ids as `tokenizer.json` has them, in a fraction of its time: by `data.cleaning`, and looked up at once.

Both say the same of any text (`tests/models/exporting/test_same_tokens.py`). `tokenizer.json` is for who has nothing of
this project, and follows where each character of a text comes from, which takes most of its time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from data.cleaning import CONTRACTIONS, Cleaner
from data.words.cutting import LEFT, RIGHT
from data.words.vectorizing import UNKNOWN
from models.serving.reading.hash_table import EMPTY
from models.serving.reading.ragged import Ragged
from models.serving.reading.word_table import WordTable

DROPPED = -1  # where the id of a word would be
PARTS = 2  # of a contraction
ASCII = 128  # bytes below it
CHARACTERS = 16  # of a text for each word that is read: so many words of most texts stand in so many


class WordReader:
    """Reads texts.

    Args:
        vocabulary: ids by word.
        cleaner: how texts become words.
        sequence_length: most words of a text; `None` for all.
        side: on which longer texts are cut.
    """

    def __init__(self, vocabulary: Mapping[str, int], cleaner: Cleaner, sequence_length: int | None, side: str = RIGHT):
        self.cleaner, self.sequence_length, self.side = cleaner, sequence_length, side
        known = {word: at for word, at in vocabulary.items() if word}
        values = dict.fromkeys(cleaner.kept, UNKNOWN) | known | dict.fromkeys(cleaner.dropped, DROPPED)
        contractions = CONTRACTIONS if cleaner.is_published else {}

        def id_of(word: str) -> int:
            return values.get(word, UNKNOWN) if cleaner.keeps(word) else DROPPED

        self.parts = np.array([[*map(id_of, both.split())] for both in contractions.values()], np.int32)
        # Below DROPPED, the contractions by their number.
        values |= {word: DROPPED - 1 - at for at, word in enumerate(contractions)}
        self.table = WordTable(values)

    def read(self, texts: Sequence[str]) -> Ragged:
        """The ids of the words of each text, at most `sequence_length`, as far as the cleaner keeps them."""
        if self.sequence_length is None:
            return self._read(texts)
        # What stands beyond the last word that is read need not be cleaned.
        piece = _ending if self.side == LEFT else _beginning
        pieces = [piece(text, CHARACTERS * self.sequence_length) for text in texts]
        found = self._read(pieces)
        too_short = [
            at
            for at, length in enumerate(found.lengths.tolist())
            if length < self.sequence_length and len(pieces[at]) < len(texts[at])
        ]
        if not too_short:
            return found
        return found.replaced(np.array(too_short), self._read([texts[at] for at in too_short]))

    def _read(self, texts: Sequence[str]) -> Ragged:
        spaced = [self.cleaner.spaced(text) for text in texts]
        joined = b" ".join(spaced)
        places, lengths, rows = self.table.find(joined)
        ids = self.table.values[rows]
        ids[rows == EMPTY] = UNKNOWN
        if self.cleaner.shortest:
            is_short = (rows == EMPTY) & (lengths < self.cleaner.shortest)
            if not joined.isascii():  # two bytes may be one letter of another script, which stays
                is_short &= np.frombuffer(joined, np.uint8)[places] < ASCII
            ids[is_short] = DROPPED
        begins = np.searchsorted(places, np.cumsum([0, *(len(text) + 1 for text in spaced)]))  # of each text, in words
        if ids.min(initial=0) < DROPPED:
            ids, begins = self._parted(ids, begins)
        is_kept = ids != DROPPED
        kept = np.concatenate([[0], np.cumsum(is_kept)])[begins]  # words kept before each text
        lengths, ids = np.diff(kept), ids[is_kept]
        most = self.sequence_length
        if most is not None:
            before = np.arange(len(ids)) - np.repeat(kept[:-1], lengths)  # words of its text that stand before each
            ids = ids[before >= np.repeat(lengths, lengths) - most if self.side == LEFT else before < most]
            lengths = np.minimum(lengths, most)
        return Ragged(ids, lengths.astype(np.int32))

    def _parted(self, ids: np.ndarray, begins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The ids with those of both parts in place of each contraction's, and where each text begins then."""
        times = np.where(ids < DROPPED, PARTS, 1)
        starts = np.concatenate([[0], np.cumsum(times)])
        parted = np.repeat(ids, times)
        contractions = np.flatnonzero(ids < DROPPED)
        parted[starts[contractions, None] + range(PARTS)] = self.parts[DROPPED - 1 - ids[contractions]]
        return parted, starts[begins]


def _beginning(text: str, characters: int) -> str:
    """At least so many characters of a text, up to a space, and all of it where a tag or comment may span that space.

    Nothing else that cleaning looks for has a space in it, so that its words are the first words of the text. A tag or
    comment that ends behind the space begins behind the last `>` before it.
    """
    end = text.find(" ", characters) if len(text) > characters else -1
    if end < 0 or text.rfind("<", 0, end) > text.rfind(">", 0, end):
        return text
    return text[:end]


def _ending(text: str, characters: int) -> str:
    """At least so many characters of the end of a text, from a space on, and all of it where a tag or comment may span
    that space.
    """
    start = text.rfind(" ", 0, len(text) - characters) if len(text) > characters else -1
    return text if start < 0 or text.find("<", 0, start) >= 0 else text[start:]
