"""A corpus of a given shape, a user's file, and the two data sets that lie beside the project where there are any."""

import numpy as np
import pytest

from data.corpus import Corpus


@pytest.fixture(scope="session")
def nltk_stop_words_file(shared):
    return shared / "nltk_data" / "corpora" / "stopwords.zip"


@pytest.fixture(scope="session")
def newsgroups_home(shared):
    """scikit-learn's folder with 20 Newsgroups in it."""
    return shared / "scikit_learn_data"


@pytest.fixture
def write(tmp_path):
    """Writes text or bytes into a file, and gives its path."""

    def write(content, name="reviews.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def make_corpus():
    """A corpus of as many texts of each class as are asked for, the texts all different."""

    def make(*counts, **columns):
        labels = np.repeat(np.arange(len(counts)), counts)
        texts = [f"word{number}" for number in range(len(labels))]
        return Corpus(
            "tiny", "made up", texts, labels, tuple(f"class{index}" for index in range(len(counts))), **columns
        )

    return make
