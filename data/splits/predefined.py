"""The split that a user's own files or column give; what they leave open is drawn."""

from __future__ import annotations

import numpy as np

from data.corpus import PARTS, Corpus, SplitBy
from data.splits.drawing import VALIDATION_SHARE_OF_REST, Split, draw, refuse_lacking


def split_as_given(corpus: Corpus, by: SplitBy, pool: np.ndarray, seed: int) -> Split:
    """Every text where it is given to be; a fifth of the training texts to validate on where no text is given for that.

    Args:
        corpus: what to split.
        by: its `split_by`; test texts are all that it gives.
        pool: indices of the texts drawn from the others.
        seed: of the validation split, where it is drawn.

    Raises:
        DataError: too few classes are in a split.
    """
    train, validation = pool[by.values[pool] == PARTS.index("train")], pool[by.values[pool] != PARTS.index("train")]
    if not (by.values == PARTS.index("validation")).any():
        train, validation = draw(train, corpus.labels, round(len(train) * VALIDATION_SHARE_OF_REST), seed)
    split = Split(train, validation, np.flatnonzero(corpus.is_held_out))
    larger = "take a larger --sample, or " if len(pool) + len(split.test) < len(corpus.texts) else ""
    refuse_lacking(corpus, split, by.named, f"{larger}add such texts, or remove the class")
    return split
