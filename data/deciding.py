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
from data.words.cutting import LEFT, RIGHT, cut
from data.words.vectorizing import SEEN, count_words

LONGEST_READ, SHARE_COVERED, LEAST_READ = 256, 0.9, 64  # words of a text, where nothing else says how many to read
MOST_WORDS = 20_000  # of the vocabulary
UNLABELLED, UNLABELLED_OF_A_CLASS = 5000, 500
MOST_ASKED, FOLDS = 5000, 5  # training texts by which it is decided which side is cut, and parts of them
DEVIATIONS = 2  # by which the one side has to be better than the usual one


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


def side_to_cut(corpus: Corpus, training: Sequence[str], labels: np.ndarray, words: int) -> str:
    """The side on which texts should be cut, see `data.words.cutting`: the right, as in what was published on the
    corpus, unless naive Bayes is surer of the classes of training texts by their last words.

    The end of a review often says most. Sun et al. 2019, https://arxiv.org/abs/1905.05583, keep some of both ends;
    movie reviews are told apart best by the end alone (logistic regression on 256 words, stop words among them, five
    folds: the last 84.8 %, a quarter of them from the beginning 83.2, half of them 80.9, the first 74.6).

    Args:
        corpus: where the texts come from.
        training: cleaned.
        labels: class numbers of these.
        words: how many of a text are read.
    """
    step = max(len(training) // MOST_ASKED, 1)
    texts, labels = training[::step], labels[::step]
    longer = sum(text.count(" ") >= words for text in texts)
    rarest = np.bincount(labels, minlength=len(corpus.class_names)).min()
    if corpus.published or longer <= (1 - SHARE_COVERED) * len(texts) or rarest < FOLDS:
        return RIGHT
    first, last = (_losses([cut(text, words, side) for text in texts], labels) for side in (RIGHT, LEFT))
    gain = first - last
    return LEFT if gain.mean() > DEVIATIONS * gain.std() / len(gain) ** 0.5 else RIGHT


def _losses(texts: Sequence[str], labels: np.ndarray) -> np.ndarray:
    """The log loss of naive Bayes on each text, fitted without it: quick, however many classes there are."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.naive_bayes import MultinomialNB

    words = TfidfVectorizer(lowercase=False, token_pattern=r"\S+", sublinear_tf=True).fit_transform(texts)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    found = cross_val_predict(MultinomialNB(alpha=0.1), words, labels, cv=folds, method="predict_log_proba")
    return -found[np.arange(len(labels)), labels]


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
