"""The section on more labels: there where a curve was asked for, whatever of it is there."""

import json
import shutil

import pytest

TITLE = "Would more labels help?"
SKILLS = {20: 0.55, 50: 0.66, 100: 0.74, 200: 0.8}


@pytest.fixture
def curved(fake_run, filled, empty_run, answers):
    """A run of two models, and of the same with fewer labels: `curved({20: 0.55, ...}, wanted)`."""

    def make(skills=SKILLS, wanted=None, seeds=(5, 6)):
        run = filled(fake_run, n=300, models=["rnn", "linear"])
        run.settings["label_curve"] = list(skills if wanted is None else wanted)
        for labels, skill in skills.items():
            fewer = empty_run(run.folder / "label_curve" / str(labels))
            fewer.settings |= {"models": ["rnn", "linear"]}
            for model in ("rnn", "linear"):
                for seed in seeds:
                    fewer.answer(model, seed, answers(seed, skill, 300))
            fewer.write()
        return run

    return make


def _section(tree):
    return tree.find(".//section[@id='labels']")


def test_a_run_without_a_curve_has_no_section(write_page, whole_run, read_comparison):
    tree, text = write_page(whole_run)
    assert _section(tree) is None
    assert TITLE not in text
    assert TITLE not in (whole_run.folder / "report.md").read_text()
    assert read_comparison(whole_run)["label_curve"] is None


@pytest.mark.slow
def test_the_curve_is_drawn_and_continued_with_a_warning(curved, write_page, text_of, read_comparison):
    run = curved()
    tree, _ = write_page(run)
    said = text_of(_section(tree))
    assert "Twice the labels (796): about +" in said
    assert "an extrapolation" in said
    assert "An extrapolation goes where nothing was measured." in said
    assert "Asked for and not there" not in said
    figure = _section(tree).find(".//{http://www.w3.org/2000/svg}svg[@role='img']")
    assert len([shape for shape in figure.iter() if "extrapolated" in shape.get("class", "")]) == 1
    # The fixture's rnn is worse with all labels than with half of them.
    assert "Not determined for rnn: " in said
    markdown = (run.folder / "report.md").read_text()
    assert f"## {TITLE}" in markdown
    assert "| Validation accuracy with so many labels" in markdown
    found = read_comparison(run)["label_curve"]
    assert found["wanted"] == [20, 50, 100, 200]
    assert [curve["model"] for curve in found["models"]] == ["rnn", "linear"]
    for curve in found["models"]:
        assert [point["labels"] for point in curve["points"]] == [20, 50, 100, 200, 398]
    rnn, linear = found["models"]
    assert rnn["extrapolation"] is None
    assert rnn["undetermined"]
    low, high = linear["extrapolation"]["interval"]
    assert 0 <= low <= linear["extrapolation"]["gain"] <= high
    assert linear["undetermined"] is None


def test_two_numbers_of_labels_have_table_and_figure_and_no_extrapolation(curved, write_page, text_of):
    tree, _ = write_page(curved({100: 0.7}))
    said = text_of(_section(tree))
    assert "would bring" in said
    assert "is not determined: 2 numbers of labels are too few, it takes 4" in said
    assert "An extrapolation" not in said
    assert _section(tree).find(".//{http://www.w3.org/2000/svg}svg[@role='img']") is not None
    assert len(_section(tree).findall(".//table")) == 2


@pytest.mark.slow
def test_numbers_of_labels_that_are_missing_are_said(curved, write_page, text_of, read_comparison):
    run = curved(wanted=[20, 50, 100, 150, 200, 5000])
    run.write()
    cut_short = run.folder / "label_curve" / "100" / "rnn" / "5" / "metrics.json"
    cut_short.write_text(json.dumps(json.loads(cut_short.read_text()) | {"stopped_by": "--time-limit 9s"}))
    trial = run.folder / "label_curve" / "20" / "linear" / "6"
    shutil.rmtree(trial)
    trial.mkdir()
    (trial / "failure.json").write_text(json.dumps({"kind": "failed", "reason": "it is <too> small"}))
    tree, _ = write_page(run)
    said = text_of(_section(tree))
    assert "Asked for and not there: 150 and 5,000 labels. The run has 398 training texts." in said
    assert "linear has no answers with 20 labels and seed 6: it is <too> small." in said
    # What a time limit cut short would not compare, and the seed is left out for every number of labels.
    found = {curve["model"]: curve for curve in read_comparison(run)["label_curve"]["models"]}
    assert [point["seeds"] for point in found["rnn"]["points"]] == [[6]] * 5
    assert [point["seeds"] for point in found["linear"]["points"]] == [[5]] * 5
    assert "rnn (1 of 2 seeds)" in said


def test_a_curve_that_is_not_begun_says_so(curved, write_page, text_of, read_comparison):
    run = curved({}, wanted=[50, 100])
    tree, _ = write_page(run)
    assert "No model has been trained with fewer labels yet." in text_of(_section(tree))
    assert read_comparison(run)["label_curve"]["models"] == []
