"""The linear model from its arrays gives the answers that its definition gives."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

from data.cleaning import Cleaner
from models.exporting.exportable import ExportRefused, ExportTask
from models.exporting.formats import arrays
from models.exporting.linear.export import LinearExport
from models.linear.arrays import LinearModel
from models.serving.arrays_engine import load
from models.serving.formats import FORMATS
from models.serving.reading.hash_table import EMPTY, HashTable

ENTRY = FORMATS["arrays"]
WORDS = ["good", "bad", "cat", "dog", "not", "unknown", "the"]
PAIRS = LinearModel(
    ["bad", "good", "good bad", "not", "not good", "cat dog"],
    np.array([1.0, 2.0, 3.0, 1.5, 2.5, 1.0]),
    np.array([[1.0, -1.0, 0.5], [-2.0, 2.0, 0], [3.0, 0.0, 1], [0.5, 0.5, 0], [4.0, -4.0, 2], [1, 2, 3]]),
    np.array([0.1, -0.1, 0.0]),
)
SINGLES = LinearModel(
    ["bad", "good"], np.array([1.0, 2.0]), np.array([[1.0, -1.0], [-2.0, 2.0]]), np.array([0.1, -0.1])
)


@pytest.fixture(scope="module", params=[PAIRS, SINGLES], ids=["pairs", "words alone"])
def pair(request, tmp_path_factory):
    """A model, and the engine of its export."""
    folder = tmp_path_factory.mktemp("export")
    exportable = LinearExport(request.param, Cleaner(True))
    card = {"model": "linear", "family": "linear", "title": "linear", "class_names": [], "batch_size": 2, "members": []}
    card |= {"has_word_pieces": False, "word_cleaning": {"linear": {"keep_negations": True, "language": "published"}}}
    (folder / "classifier.json").write_text(json.dumps(card))
    (folder / "tokenizer.json").write_text(exportable.tokenizer())
    arrays.write(ExportTask(exportable, None, ENTRY, folder))
    return request.param, load(folder, ENTRY)


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), min_size=1, max_size=7), st.integers(1, 8))
def test_it_gives_the_answers_of_its_definition(pair, texts, batch_size):
    model, engine = pair
    found = engine.answer_in_batches(texts, batch_size)
    wanted = model.pipeline().predict_proba([Cleaner(True).clean(text) for text in texts])
    np.testing.assert_allclose(found.probabilities, wanted, atol=1e-6)
    assert found.probabilities.dtype == np.float32
    assert found.tokens_seen.tolist() == [len(Cleaner(True).clean(text).split()) for text in texts]


@given(of_numpy.arrays(np.int64, st.integers(0, 60), elements=st.integers(0, 2**40), unique=True))
def test_a_table_finds_what_is_in_it_and_nothing_else(keys):
    keys = keys.astype(np.uint64)
    table = HashTable(keys)
    assert table.find(keys).tolist() == list(range(len(keys)))
    others = np.setdiff1d(np.concatenate([keys + np.uint64(1), keys * np.uint64(7), np.zeros(1, np.uint64)]), keys)
    assert (table.find(others) == EMPTY).all()


def test_another_model_is_refused(tmp_path):
    with pytest.raises(ExportRefused, match="only the linear model"):
        arrays.write(ExportTask(object(), None, ENTRY, tmp_path))
