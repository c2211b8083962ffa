import re

import numpy as np
import pandas as pd
import pytest

from training.estimator.inputs import classes_and_labels, labels_of, texts_of, weights_of

TEXTS = ["good film", "caf&eacute;"]


class Series:
    """A column as Polars has it: a sequence with neither index nor NumPy's methods."""

    def __init__(self, cells):
        self.cells = cells

    def __iter__(self):
        return iter(self.cells)

    def __len__(self):
        return len(self.cells)


@pytest.mark.parametrize(
    "given",
    [
        TEXTS,
        tuple(TEXTS),
        np.array(TEXTS),
        np.array(TEXTS, dtype=object),
        pd.Series(TEXTS, index=[7, 3]),
        pd.Series(TEXTS, dtype="string"),
        Series(TEXTS),
        (text for text in TEXTS),
    ],
    ids=lambda given: type(given).__name__,
)
def test_any_sequence_of_texts_is_read_as_a_table_is(given):
    found = texts_of(given)
    assert found == ["good film", "café"]
    assert {type(text) for text in found} == {str}


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        ("good film", TypeError, "got one text: write [text]"),
        (7, TypeError, "got a int"),
        (np.array([[0.0, 1.0]]), ValueError, "got ndarray (1, 2): hand over one column of texts"),
        (pd.DataFrame({"text": TEXTS}), ValueError, "got DataFrame (2, 1)"),
        ({"text": TEXTS}, ValueError, "got dict: hand over one column"),
        ([["good film"]], ValueError, "got a list at 0"),
        (["good film", None], ValueError, 'X[1] is missing: leave the text out, or write "" for it'),
        (["good film", float("nan")], ValueError, "X[1] is missing"),
        (["good film", pd.NA], ValueError, "X[1] is missing"),
        (["good film", 3], TypeError, "got a int at 1: write it as a str"),
    ],
)
def test_what_is_no_sequence_of_texts_is_refused(given, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)):
        texts_of(given)


def test_half_a_surrogate_pair_becomes_a_question_mark():
    assert texts_of(["good \ud83d"]) == ["good ?"]


@pytest.mark.parametrize("labels", [["b", "a", "b"], [2, 1, 2], [True, False, True], pd.Series(["b", "a", "b"])])
def test_classes_are_in_their_order(labels):
    classes, numbers = classes_and_labels(labels, 3)
    assert numbers.tolist() == [1, 0, 1]
    assert classes.tolist() == sorted(set(labels))


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (None, "requires y to be passed, but the target y is None"),
        (["a", "b"], "inconsistent numbers of samples: [3, 2]"),
        (["a", "a", "a"], "y has one class, 'a': a classifier needs texts of at least two"),
        (["a", None, "b"], "y[1] is missing: hand over texts without a label as `unlabelled`"),
        ([0.5, 1.25, 2.5], "Unknown label type"),
    ],
)
def test_what_are_no_labels_is_refused(labels, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        classes_and_labels(labels, 3)


def test_no_texts_are_refused():
    with pytest.raises(ValueError, match="There are no texts"):
        labels_of([], 0)


CLASSES = np.array(["a", "b"], dtype=object)
LABELS = np.array([0, 1, 1])


@pytest.mark.parametrize(
    ("of_texts", "of_classes", "expected"),
    [
        (None, None, None),
        (None, "balanced", None),  # which the settings say
        ([1, 2, 3], None, [1, 2, 3]),
        (None, {"b": 4}, [1, 4, 4]),
        ([1, 2, 3], {"b": 4}, [1, 8, 12]),
    ],
)
def test_weights(of_texts, of_classes, expected):
    found = weights_of(of_texts, of_classes, CLASSES, LABELS)
    assert found is None if expected is None else found.tolist() == expected


@pytest.mark.parametrize(
    ("of_texts", "of_classes", "sentence"),
    [
        ([1, 2], None, "sample_weight has the shape (2,)"),
        ([1, -2, 3], None, "none below 0"),
        ([0, 0, 0], None, "not all of them 0"),
        ([1, np.nan, 3], None, "must be finite"),
        (None, {"c": 2}, "class_weight names 'c', which is no class: there are ['a', 'b']"),
    ],
)
def test_impossible_weights_are_refused(of_texts, of_classes, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        weights_of(of_texts, of_classes, CLASSES, LABELS)
