"""What `auto` comes to: the language of the texts, how many words of each are read, how many words are known, how many
unlabelled texts are taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from data.cleaning import PUBLISHED
from data.corpus import Corpus
from data.languages.detecting import TEXTS as LOOKED_AT
from data.languages.detecting import detect_language
from data.vectorizing import SEEN, count_words

LONGEST_READ, SHARE_COVERED, LEAST_READ = 256, 0.9, 64  # words of a text, where nothing else says how many to read
MOST_WORDS = 20_000  # of the vocabulary
UNLABELLED, UNLABELLED_OF_A_CLASS = 5000, 500


def choose_language(corpus: Corpus, train: np.ndarray) -> str:
    """The language of a corpus, for `data.cleaning.Cleaner`: that of the texts for training, or as was published.

    Args:
        corpus: where the texts come from.
        train: indices of those for training.
    """
    if corpus.cleaned_as_published:
        return PUBLISHED
    return detect_language(corpus.texts[at] for at in train[:: max(len(train) // LOOKED_AT, 1)])


def fitting_length(corpus: Corpus, training: Sequence[str]) -> int:
    """How many words of a text the small models should read: as many as in what was published on the corpus, so that
    both can be compared, else what `length_of_most` says of the training texts.

    Args:
        corpus: where the texts come from.
        training: cleaned.
    """
    if corpus.published:
        return max(figure.sequence_length for figure in corpus.published)
    return length_of_most(training)


def length_of_most(texts: Sequence[str]) -> int:
    """As many words as nine tenths of some cleaned texts have, within 256.

    Short texts are read whole: to read up to 64 words costs little.
    """
    lengths = np.fromiter((text.count(" ") + 1 for text in texts), np.int64, len(texts))
    covering = max(int(np.quantile(lengths, SHARE_COVERED, method="inverted_cdf")), min(LEAST_READ, int(lengths.max())))
    return min(covering, LONGEST_READ)


def fitting_vocabulary(corpus: Corpus, texts: Iterable[str]) -> int:
    """How many words the small models should know, padding and `[UNK]` among them: as many as in what was published on
    the corpus, else what `words_seen_twice` says.

    Args:
        corpus: where the texts come from.
        texts: cleaned, of which the words are learned.
    """
    if corpus.published:
        return max(figure.vocabulary_size for figure in corpus.published)
    return words_seen_twice(texts)


def words_seen_twice(texts: Iterable[str]) -> int:
    """The size of the vocabulary of the words that some cleaned texts have at least twice, within 20,000."""
    return min(max(sum(count >= SEEN for count in count_words(texts).values()), 1) + 2, MOST_WORDS)


def enough_unlabelled(classes: int) -> int:
    """How many unlabelled texts pay: with twenty classes a student gains by another 5,000, with two it does not.

    >>> enough_unlabelled(2), enough_unlabelled(20)
    (5000, 10000)
    """
    return max(UNLABELLED, UNLABELLED_OF_A_CLASS * classes)
