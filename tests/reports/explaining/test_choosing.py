"""Which texts are chosen, on a handful of answers."""

import numpy as np
import pytest

from reports.explaining.choosing import choose

LONG = " ".join(["word"] * 20)
LABELS = np.array([0, 1, 0, 1, 0, 1])
# probability of class 1: two models, six texts
SAID = np.array(
    [
        [0.1, 0.8, 0.9, 0.4, 0.2, 0.9],
        [0.2, 0.9, 0.8, 0.3, 0.7, 0.1],
    ]
)


def reasons(said=SAID, texts=(LONG,) * 6, labels=LABELS, each=1, most=60):
    probabilities = np.stack([1 - said, said], axis=2)
    return {(choice.reason, choice.at) for choice in choose(texts, labels, probabilities, each, most)}


def test_one_of_each_kind():
    # right by both: texts 0 (mean 0.85 of the truth) and 1 (0.85); the first of equals. Wrong by both: text 2 (0.85)
    # and text 3 (0.65). At odds: text 5 is 0.8 apart, text 4 0.5.
    assert reasons() == {("confidently right", 0), ("confidently wrong", 2), ("models disagree", 5)}


def test_two_of_a_kind_are_of_different_classes_where_they_can_be():
    assert {at for _, at in reasons(each=2)} == set(range(6))


def test_texts_that_can_be_shown_whole_come_first():
    texts = [LONG] * 6
    texts[0] = " ".join(["word"] * 100)
    texts[5] = "too short"
    assert reasons(texts=texts) == {("confidently right", 1), ("confidently wrong", 2), ("models disagree", 4)}


def test_where_there_are_no_others_long_texts_do():
    assert reasons(texts=[" ".join(["word"] * 100)] * 6) == reasons()


def test_where_no_text_misleads_every_model_the_surest_error_is_taken():
    said = SAID.copy()
    said[:, [2, 3]] = [[0.1, 0.6], [0.1, 0.6]]  # now right
    assert ("confidently wrong", 5) in reasons(said)  # 0.9 for the wrong class by one model, the surest error left


def test_one_model_has_nobody_to_disagree_with():
    assert {reason for reason, _ in reasons(SAID[:1])} == {"confidently right", "confidently wrong"}


@pytest.mark.parametrize("label", [0, 1])
def test_a_model_that_is_never_wrong_is_no_error(label):
    said = np.full((2, 6), 0.9 if label else 0.1)
    assert {reason for reason, _ in reasons(said, labels=np.full(6, label))} == {"confidently right"}
