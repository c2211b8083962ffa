"""Which unlabelled texts to label next: those with much to read of which the models are unsure, and that are not alike.

Uncertainty alone picks the same text many times over where there are many like it (Settles 2009, Active Learning
Literature Survey, section 7.1), so that one much like another is passed over. To group the least certain texts and take
one of each group taught less: reports/tried.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import entr
from sklearn.feature_extraction.text import TfidfVectorizer

from data.splits.leakage import UNLABELLED
from reports.judging_data.second_opinions import mean_of, voices_of
from reports.reading.run_texts import RunTexts

ALIKE = 0.6  # cosine of two texts' TF-IDF, from which on they teach the same
BLOCK = 512  # texts that are compared at once


@dataclass(frozen=True)
class Suggestion:
    """Texts to label.

    Attributes:
        voices: the models that were asked, in words.
        chosen: places among the unlabelled texts, that of most worth first.
    """

    voices: list[str]
    chosen: list[int]


def suggest_texts(texts: RunTexts, count: int) -> Suggestion:
    """Chooses unlabelled texts.

    Args:
        texts: of the run; only models whose features of all unlabelled texts are known are asked.
        count: how many, at most as many as there are.

    Raises:
        ValueError: no training text holds a word.
    """
    voices = [voice for voice in voices_of(texts) if UNLABELLED in voice.features]
    models = [voice.fit(voice.features["train"], texts.parts["train"].labels) for voice in voices]
    said = [model.predict_proba(voice.features[UNLABELLED]) for model, voice in zip(models, voices, strict=True)]
    worth = expected_worth(mean_of(said), voices[0].features[UNLABELLED])
    chosen = choose_apart(worth, words_of(texts.unlabelled.cleaned), count)
    return Suggestion([voice.name for voice in voices], chosen.tolist())


def expected_worth(probabilities: np.ndarray, terms: csr_matrix) -> np.ndarray:
    """Entropy of the answer times the logarithm of one more than the number of terms, of each of n texts.

    Of two texts that a model is equally unsure of, the one with more to read says more about the classes. The least
    certain of all are often those in which there is hardly anything to read.

    Args:
        probabilities: of shape `(n, classes)`.
        terms: those of the texts that are known, `(n, terms)`.
    """
    return entr(probabilities).sum(axis=1) * np.log1p(np.diff(terms.indptr))


def words_of(cleaned: Sequence[str]) -> csr_matrix:
    """TF-IDF by which texts are compared, rows of length 1; a word of one text alone counts for nothing.

    The linear model's own will not do: it knows the words of the training texts, and long texts are alike in these.
    """
    try:
        return TfidfVectorizer(token_pattern=r"[^ ]+", min_df=2, sublinear_tf=True).fit_transform(cleaned)
    except ValueError:  # no two texts have a word in common
        return csr_matrix((len(cleaned), 1))


def choose_apart(worth: np.ndarray, words: csr_matrix, count: int) -> np.ndarray:
    """The texts of most worth, without those that are much like one chosen before, as far as there are enough others.

    Args:
        worth: of n texts, `(n,)`.
        words: their TF-IDF, see `words_of`, `(n, words)`.
        count: how many to choose.

    Returns:
        Places, `(count,)` or `(n,)` where there are fewer, that of most worth first.
    """
    order = np.argsort(-worth, kind="stable")
    chosen: list[int] = []
    repeated: list[int] = []
    for start in range(0, len(order), BLOCK):
        block = order[start : start + BLOCK]
        like_chosen = (words[block] @ words[chosen].T).toarray().max(axis=1, initial=0)
        like_each = (words[block] @ words[block].T).toarray()
        new: list[int] = []  # of this block, places in it
        for at in range(len(block)):
            alike = max(like_chosen[at], like_each[at, new].max(initial=0))
            if alike >= ALIKE:
                repeated.append(block[at])
            elif len(chosen) + len(new) < count:
                new.append(at)
        chosen += block[new].tolist()
        if len(chosen) == count:
            return np.array(chosen)
    return np.array(chosen + repeated[: count - len(chosen)], dtype=np.int64)
