"""Where models are weak, on the page and in Markdown; nothing of it where nobody looked."""

import json

import pytest

from models.run_folder import RunFolder
from reports.page import main

TEXT = {
    **{"text": "A <b>lovely|warm</b> evening " + "and more " * 30, "place": "validation, text 3", "label": "bad"},
    **{"answered": "good", "probability": 0.9712, "suspicious": True},
}
WEAK = {
    **{"kind": "length", "name": "at most 8 words", "model": "rnn", "p": 0.0123, "examples": [TEXT]},
    "validation": {"texts": 25, "accuracy": 0.52, "elsewhere": 0.845},
    "test": {"texts": 0, "accuracy": None, "elsewhere": 0.8},
}
WEAKNESSES = {
    **{"models": ["rnn", "linear"], "texts": 97, "slices": {"class": 2, "length": 4}, "all_wrong": 1},
    **{"weak": [WEAK], "misleading": [TEXT | {"place": "validation, text 4", "suspicious": False}]},
}


def _point(labels, accuracy):
    score = {"accuracy": accuracy, "interval": [accuracy - 0.05, accuracy + 0.05]}
    return {"labels": labels, "seeds": [0, 1, 2, 3], "validation": score, "test": score}


CURVE = {
    **{"model": "linear (1- to 1-grams)", "points": [_point(40, 0.6), _point(400, 0.8)], "last_step": 0.2},
    **{"last_interval": None, "undetermined": None},
    "extrapolation": {"labels": 600, "gain": 0.01, "interval": [0.004, 0.02], "curve": [[40, 0.6], [600, 0.81]]},
}
HELPING = {
    **{"name": "another 200 labels", "model": "linear (1- to 1-grams)", "measured": "an extrapolation"},
    **{"gain": 0.01, "interval": [0.004, 0.02], "undetermined": None},
}
CHANGES = {
    **{"curves": [CURVE], "quick": True},
    "changes": [
        HELPING,
        HELPING | {"name": "read 128 words", "gain": 0.006, "interval": [-0.008, 0.021]},
        HELPING | {"name": "correct 3 labels", "gain": -0.002, "interval": [-0.02, 0.01]},
        HELPING | {"name": "a curve", "gain": None, "interval": None, "undetermined": "it does not grow"},
    ],
}

TURNED = {
    **{"model": "rnn", "before": "a <b>good|film", "after": "a <b>godo|film", "answered_before": "good"},
    **{"answered_after": "bad", "probability": 0.61},
}
REACTIONS = {
    **{"models": ["rnn", "linear"], "missing": ["lstm (seed 5) cannot be loaded: it is gone"]},
    "kinds": [
        {
            **{"kind": kind, "should_turn": turns, "texts": 60, "examples": [] if turns else [TURNED]},
            "models": [
                {"model": "rnn", "changed": 0.1, "interval": [0.04, 0.21], "less_sure": 0.6},
                {"model": "linear", "changed": 0.05, "interval": [0.01, 0.14], "less_sure": 0.4},
            ],
        }
        for kind, turns in (("typos", False), ("negation added", True))
    ],
}
TURNING = {"model": "rnn", "answer": "good", "words": ["lovely", "<i>"], "turned_to": "bad", "probability": 0.613}
COUNTERFACTUALS = [
    {
        **{"text": TEXT["text"], "place": "test, text 7", "label": "good"},
        "turnings": [
            TURNING,
            TURNING | {"model": "lstm", "words": ["warm"]},
            {"model": "linear", "answer": "good", "words": [], "turned_to": None, "probability": None},
        ],
    }
]


@pytest.fixture
def put(whole_run):
    """Writes findings into a run: `put(findings)`, which gives the run."""

    def write(findings):
        RunFolder(whole_run.folder).judged_data.write_text(json.dumps({"seed": 5} | findings))
        return whole_run

    return write


def _section(tree, name):
    return tree.find(f".//section[@id='{name}']")


def test_weak_slices_stand_in_a_table_with_examples(put, write_page, text_of):
    run = put({"weaknesses": WEAKNESSES})
    tree, _ = write_page(run)
    section = _section(tree, "weak")
    said = text_of(section)
    assert "1 of 6 slices of the validation texts, by class (2) and length (4), is answered worse" in said
    assert "at most 8 words, of which rnn gets 52 % right, and 84 % of the others (corrected p = 0.01)" in said
    assert "corrected for all 12 tests (Holm)" in said
    assert "1 validation text of 97 misleads all 2 models" in said
    weak, example, misleading = section.findall(".//tbody/tr")
    assert text_of(weak.find("th")) == "at most 8 wordslength"
    assert [text_of(cell) for cell in weak.findall("td")] == ["rnn", "25test 0", "52.0, 84.5", "–, 80.0", "0.01"]
    assert "A <b>lovely|warm</b> evening" in text_of(example)
    assert "…" in text_of(example)
    assert "validation, text 3; its label looks wrong" in text_of(example)
    assert [text_of(cell) for cell in misleading.findall("td")] == ["bad", "good", "97.1"]
    markdown = (run.folder / "report.md").read_text(encoding="utf-8")
    assert "## Where are the models weak?" in markdown
    assert r"A \<b>lovely\|warm\</b> evening" in markdown


def test_where_none_is_weak_there_is_no_table(put, write_page, text_of):
    tree, _ = write_page(put({"weaknesses": WEAKNESSES | {"weak": [], "all_wrong": 0, "misleading": []}}))
    said = text_of(_section(tree, "weak"))
    assert "No model is worse in any slice than elsewhere by more than chance would make it: 6 slices" in said
    assert "No validation text misleads all 2 models." in said
    assert _section(tree, "weak").find(".//table") is None


def test_many_weak_slices_are_cut(put, write_page, text_of):
    many = [WEAK | {"name": f"at most {at} words"} for at in range(25)]
    tree, _ = write_page(put({"weaknesses": WEAKNESSES | {"weak": many}}))
    assert "5 more are in judged_data.json." in text_of(_section(tree, "weak"))
    assert len(_section(tree, "weak").find(".//tbody").findall("tr")) == 20


def test_what_was_not_looked_at_has_no_section(put, write_page):
    tree, _ = write_page(put({}))
    assert _section(tree, "weak") is None


def test_the_name_of_a_slice_is_shown_on_one_line_and_cut(put, write_page, text_of, capsys):
    named = WEAK | {"kind": "author", "name": "\x1b[31mA\n<u>" + "g" * 400}
    tree, _ = write_page(put({"weaknesses": WEAKNESSES | {"weak": [named]}, "changes": CHANGES}))
    shown = r"\x1b[31mA\n<u>" + "g" * 45 + "…"
    assert f"The clearest: author, {shown}, of which" in text_of(_section(tree, "weak"))
    assert text_of(_section(tree, "weak").find(".//tbody/tr/th")) == f"{shown}author"
    assert f"that is of author {shown}." in text_of(_section(tree, "raising"))
    assert "\x1b" not in capsys.readouterr().out


STRANGE = [
    *("{", "[]", "{}", '{"seed": 5, "weaknesses": {"weak": [{}]}}'),
    json.dumps({"seed": 5, "weaknesses": WEAKNESSES | {"weak": [WEAK | {"p": "small"}]}}),
    json.dumps({"seed": 5, "changes": CHANGES | {"changes": [HELPING | {"interval": []}]}}),
    json.dumps({"seed": 5, "changes": CHANGES | {"changes": [HELPING | {"gain": "much"}]}}),
    json.dumps({"seed": 5, "changes": CHANGES | {"curves": [CURVE | {"points": []}]}}),
]


@pytest.mark.parametrize("content", STRANGE, ids=range(len(STRANGE)))
def test_a_damaged_file_is_said(whole_run, content, capsys):
    path = RunFolder(whole_run.folder).judged_data
    path.write_text(content)
    assert main([str(whole_run.folder)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {path} is damaged")
    assert said.count("\n") == 1


def test_what_could_raise_accuracy_stands_in_order_with_its_intervals(put, write_page, text_of, capsys):
    run = put({"changes": CHANGES, "weaknesses": WEAKNESSES})
    tree, _ = write_page(run)
    section = _section(tree, "raising")
    said = text_of(section)
    assert "in order: another 200 labels (+1.0 points, 95 % interval +0.4 to +2.0)." in said
    assert (
        "Gains that may be chance, the largest first: read 128 words (+0.6 points, 95 % interval −0.8 to +2.1)." in said
    )
    assert "Without a gain: correct 3 labels (−0.2 points, 95 % interval −2.0 to +1.0)." in said
    assert "Not determined for a curve: it does not grow." in said
    assert "without a number: more labelled texts where models are weak, that is of length at most 8 words." in said
    assert [text_of(row.find("td")) for row in section.findall(".//tbody/tr")] == [
        *("+1.0+0.4 to +2.0", "+0.6−0.8 to +2.1", "−0.2−2.0 to +1.0", "not determined", "60.055.0–65.0")
    ]
    assert section.find(".//figure") is not None
    assert "mean of 4 draws" in said
    order = [found.get("id") for found in tree.iter("section")]
    assert order.index("raising") < order.index("weak")
    assert "- Of what could raise accuracy here, in order: another 200 labels (+1.0 points" in capsys.readouterr().out
    markdown = (run.folder / "report.md").read_text(encoding="utf-8")
    assert "## What could raise accuracy?" in markdown
    assert "### Accuracy of quick models with fewer labels" in markdown


def test_a_gain_that_a_report_would_round_to_nothing_raises_nothing(put, write_page, text_of):
    little = HELPING | {"interval": [0.0002, 0.02]}
    tree, _ = write_page(put({"changes": CHANGES | {"changes": [little]}}))
    assert "Nothing that was measured here raises accuracy by more than chance could." in text_of(tree)


def test_the_runs_own_curve_is_not_shown_twice(put, write_page, text_of):
    tree, _ = write_page(put({"changes": CHANGES | {"quick": False}}))
    assert _section(tree, "raising").find(".//figure") is None


def test_what_changes_an_answer_stands_by_model_with_examples(put, write_page, text_of):
    run = put({"reactions": REACTIONS, "counterfactuals": COUNTERFACTUALS})
    tree, _ = write_page(run)
    section = _section(tree, "changed")
    said = text_of(section)
    assert "should stay change most with typos: rnn changes 10 % of 60 answers (95 % interval 4–21 %)." in said
    assert "An opinion should turn with negation added: linear, which turns least, changes 5 % of 60 answers" in said
    assert "Not asked: lstm (seed 5) cannot be loaded: it is gone" in said
    typos, negation, example, words, word = section.findall(".//tbody/tr")
    assert text_of(typos) == "typosanswers should stay6010.04–215.01–14"
    assert text_of(negation) == "negation addedopinions should turn6010.04–21; less sure 60 %5.01–14; less sure 40 %"
    assert text_of(example) == "a <b>good|filmtyposa <b>godo|filmrnngoodbad61.0 %"
    assert "turns 2 of 3 answers to 1 explained test text; one word is enough for 1." in said
    assert [text_of(cell) for cell in words.findall("td")] == ["rnn", "good", "“lovely”, “<i>”", "bad61.3 %"]
    assert [text_of(cell) for cell in word.findall("td")] == ["lstm", "good", "“warm”", "bad61.3 %"]
    markdown = (run.folder / "report.md").read_text(encoding="utf-8")
    assert "### Which words turn an answer?" in markdown
    assert r"a \<b>godo\|film" in markdown


def test_answers_that_all_stay_are_said(put, write_page, text_of):
    (typos, _) = REACTIONS["kinds"]
    steady = [model | {"changed": 0.0, "interval": [0.0, 0.06]} for model in typos["models"]]
    tree, _ = write_page(put({"reactions": {"models": ["rnn", "linear"], "kinds": [typos | {"models": steady}]}}))
    assert "No answer that should stay changed." in text_of(_section(tree, "changed"))
    assert "Which words turn an answer?" not in text_of(_section(tree, "changed"))
