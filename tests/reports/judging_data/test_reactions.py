"""What models make of changed texts and of texts without words, of models that are known: they look for words."""

import json

import numpy as np
import pytest

from data.files import read_json
from models.influence import measure
from models.run_folder import RunFolderError
from reports.explaining.readers import Reader
from reports.judging_data.counterfactuals import MOST, fewest_words, find_counterfactuals, leave_out
from reports.judging_data.reactions import ask_changed
from reports.reading.run_texts import read_run_texts

OPINIONS = ("This is a good film, said John in 1999.", "That was a bad film, says Anna of 2004.")


def _looks_for(scores, bias=-0.1):
    """A model of two classes, poor and fine: it adds up the scores of the words that it finds."""

    def answer(texts):
        found = [bias + sum(score * text.split().count(word) for word, score in scores.items()) for text in texts]
        fine = 1 / (1 + np.exp(-np.array(found, dtype=float)))
        return np.stack([1 - fine, fine], axis=1)

    return Reader("a model", "all", 0, answer, str)


@pytest.fixture
def texts(tmp_path, write_csv, prepared):
    rows = [[f"{OPINIONS[at % 2]} Part {at} of it", ("fine", "poor")[at % 2]] for at in range(120)]
    run = prepared(tmp_path / "run", "--data", write_csv(tmp_path / "t.csv", ["text", "label"], rows))
    found = read_run_texts(run.path)
    assert found.class_names == ["fine", "poor"]
    return found


def test_answers_that_change_are_counted_with_examples(texts):
    found = ask_changed(texts, {"steady": _looks_for({}), "words": _looks_for({"good": 2, "film,": -3})})
    kinds = {reaction.kind: reaction for reaction in found.kinds}
    assert list(kinds) == [
        "typos",
        "all in capitals",
        "no punctuation",
        "other names",
        "other numbers",
        "negation added",
    ]
    n = len(texts.parts["validation"].texts)
    for reaction in kinds.values():
        steady, _ = reaction.models
        assert reaction.texts == n
        assert steady.changed == 0
        assert steady.interval[0] == 0 < steady.interval[1]
        assert reaction.should_turn == (reaction.kind == "negation added")  # labels of a table may be opinions
    # "good film," scores 2 - 3 - 0.1 and turns without its comma; "bad film," -3.1 turns not.
    share = np.mean(["good" in text for text in texts.parts["validation"].texts])
    changed = kinds["no punctuation"].models[1]
    assert changed.changed == pytest.approx(share)
    assert changed.less_sure == pytest.approx(1.0)
    first = kinds["no punctuation"].examples[0]
    assert (first.model, first.answered_before, first.answered_after) == ("words", "fine", "poor")
    assert "good film, said" in first.before
    assert "good film said" in first.after
    assert kinds["other numbers"].models[1].changed == 0
    assert kinds["other numbers"].examples == []


def test_a_negation_turns_an_opinion_and_no_topic(texts):
    def ask():
        found = ask_changed(texts, {"words": _looks_for({"not": 5})})
        return next(reaction for reaction in found.kinds if reaction.kind == "negation added")

    assert ask().should_turn
    assert ask().models[0].changed == ask().models[0].less_sure == 1
    card = texts.plan.path / "data_card.json"
    card.write_text(json.dumps(read_json(card) | {"sentiment": False}))
    assert not ask().should_turn


def test_texts_that_are_not_english_have_no_auxiliaries(tmp_path, write_csv, prepared):
    rows = [[f"Das ist kein Film, den man nicht sehen will, und er ist gut {at}", "ab"[at % 2]] for at in range(90)]
    run = prepared(tmp_path / "run", "--data", write_csv(tmp_path / "t.csv", ["text", "label"], rows))
    found = ask_changed(read_run_texts(run.path), {"words": _looks_for({})})
    assert "negation added" not in [reaction.kind for reaction in found.kinds]


@pytest.mark.parametrize(
    ("scores", "text", "expected"),
    [
        ({"good": 3}, "a good film", [1]),
        ({"good": 3, "great": 2}, "so good so great", [1, 3]),
        # Each of three words is enough to stay: all must go.
        ({"x": 1, "y": 1, "z": 1}, "x y z", [0, 1, 2]),
        # "v" alone speaks loudest, and is not needed once the two others, each as loud together, are gone.
        ({}, "nothing moves it", []),
    ],
)
def test_the_fewest_words_that_turn_an_answer(scores, text, expected):
    reader = _looks_for(scores)
    influence = measure(reader.answer, text, 60)
    assert fewest_words(reader.answer, text, influence.answer, influence.log_odds.tolist()) == expected


def test_a_word_that_is_not_needed_is_put_back():
    def answer(asked):  # poor without "b" and "c", whatever else is there; "a" looks loudest
        fine = np.array([0.2 if "b" not in text and "c" not in text else 0.9 for text in asked])
        return np.stack([1 - fine, fine], axis=1)

    assert fewest_words(answer, "a b c", 1, [3.0, 2.0, 1.0]) == [1, 2]


def test_no_more_than_five_words_are_left_out():
    reader = _looks_for(dict.fromkeys("abcdefg", 1))
    text = "a b c d e f g"
    influence = measure(reader.answer, text, 60)
    assert fewest_words(reader.answer, text, influence.answer, influence.log_odds.tolist()) == []
    assert MOST == 5


def test_what_is_left_out_closes_up_and_nothing_else_changes():
    assert leave_out("  a  b\n c d", {1, 3}) == "  a  c "


def test_the_explained_texts_are_turned(texts):
    reader = _looks_for({"good": 3})
    part = texts.parts["test"]
    at = next(at for at, text in enumerate(part.texts) if "good" in text)
    words = part.texts[at].split()
    influence = measure(reader.answer, part.texts[at], 60)
    answers = {"words": {"answer": influence.answer, "log_odds": influence.log_odds.tolist()}}
    entry = {"index": int(part.index[at]), "words": words, "total_words": len(words), "answers": answers}
    path = texts.plan.path / "explanations.json"
    path.write_text(json.dumps({"seed": 0, "texts": [entry, entry | {"total_words": 3}, entry | {"index": -1}]}))
    (found,) = find_counterfactuals(texts, {"words": reader, "another": reader})
    assert (found.place, found.label) == (f"test, text {part.index[at]}", "fine")
    (turning,) = found.turnings
    assert (turning.model, turning.answer, turning.words, turning.turned_to) == ("words", "poor", ["good"], "fine")
    path.write_text(json.dumps({"seed": 4, "texts": [entry]}))
    assert find_counterfactuals(texts, {"words": reader}) == []
    no_words = entry | {"words": []}
    no_class = entry | {"answers": {"words": answers["words"] | {"answer": 7}}}
    for strange in ({}, no_words, no_class):
        path.write_text(json.dumps({"seed": 0, "texts": [strange]}))
        with pytest.raises(RunFolderError, match="explanations.json is damaged"):
            find_counterfactuals(texts, {"words": reader})
    path.unlink()
    assert find_counterfactuals(texts, {"words": reader}) == []
