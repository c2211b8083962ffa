"""Labels that look wrong, on the page, in Markdown and on the terminal; nothing of it where none were judged."""

import json

import pytest

from models.run_folder import RunFolder
from reports.page import main

ROW = {
    "split": "train",
    "index": "17",
    "row": "reviews.csv:19",
    "label": "bad",
    "looks_like": "good",
    "probability_of_label": "0.0123",
    "probability_of_looks_like": "0.9877",
    "suspicious": "yes",
    "corrected_label": "good",
    "words": "lovely, warm <i>",
    "text": "A <b>lovely|warm</b> evening " + "and more " * 30,
}


def judged(**changes):
    """What is found of the labels of a made-up run."""
    return {
        "seed": 5,
        "models": ["linear (1- to 1-grams)", "logistic regression on the features of tiny"],
        "without_encoder": "",
        "texts": {"train": 398, "validation": 97, "test": 100},
        "suspicious": {"train": 2, "validation": 0, "test": 1},
        "recovery": {"turned": 20, "first": 20, "right": 17, "flagged": 24, "flagged_right": 18},
        "most_suspicious": [ROW, ROW | {"split": "test", "index": "3", "row": "", "words": ""}],
        "digest": "",
    } | changes


@pytest.fixture
def put(whole_run):
    """Writes the findings into a run: `put(findings)`, which gives the run."""

    def write(findings):
        RunFolder(whole_run.folder).judged_labels.write_text(json.dumps(findings))
        return whole_run

    return write


def _section(tree):
    return tree.find(".//section[@id='suspicious']")


def test_the_most_suspicious_stand_in_a_table_with_what_speaks_against_them(put, write_page, text_of, capsys):
    run = put(judged())
    tree, _ = write_page(run)
    said = text_of(_section(tree))
    assert "3 labels look wrong: 2 of 398 in train, 0 of 97 in validation and 1 of 100 in test (seed 5)." in said
    assert "20 training labels (5 %) were turned over on purpose. Of the first 20 in the order, 17 were turned" in said
    assert "of the 24 that then looked wrong 18." in said
    first, second = _section(tree).findall(".//tbody/tr")
    assert "A <b>lovely|warm</b> evening" in text_of(first)
    assert "…" in text_of(first)
    assert [text_of(cell) for cell in first.findall("td")] == ["bad", "good", "1.2", "lovely, warm <i>"]
    assert "train, reviews.csv:19" in text_of(first)
    assert "test, text 3" in text_of(second)
    assert "python -m reports.labels" in said
    assert _section(tree).get("aria-labelledby") == "suspicious-title"
    markdown = (run.folder / "report.md").read_text(encoding="utf-8")
    line = next(line for line in markdown.splitlines() if "reviews.csv:19" in line)
    assert r"A \<b>lovely\|warm\</b> evening" in line
    assert "3 labels look wrong" in markdown
    assert "- 3 labels look wrong: 2 of 398 in train" in capsys.readouterr().out


def test_only_the_linear_model_was_asked(put, write_page, text_of):
    tree, _ = write_page(put(judged(models=["linear"], without_encoder="The run has no pretrained encoder")))
    said = text_of(_section(tree))
    assert "Asked: linear. The run has no pretrained encoder: only the linear model was asked." in said


def test_where_no_label_looks_wrong_there_is_no_table(put, write_page, text_of):
    none = {"train": 0, "validation": 0, "test": 0}
    tree, _ = write_page(put(judged(suspicious=none, most_suspicious=[])))
    assert "No label looks wrong (seed 5)." in text_of(_section(tree))
    assert _section(tree).find(".//table") is None


def test_a_run_whose_labels_were_not_judged_has_no_section(whole_run, write_page):
    tree, _ = write_page(whole_run)
    assert _section(tree) is None
    assert "look wrong" not in (whole_run.folder / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"recovery": {}}'])
def test_a_damaged_file_is_said(whole_run, content, capsys):
    path = RunFolder(whole_run.folder).judged_labels
    path.write_text(content)
    assert main([str(whole_run.folder)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {path} is damaged")
    assert said.count("\n") == 1
