"""Runs held against each other: paired where they tested the same texts, and only there."""

import html5lib
import numpy as np
import pytest
from scipy import stats

from reports.evaluation import evaluate
from reports.page import main
from reports.writing.runs_page import _changes, _difference


def _run(empty_run, filled, folder, **changes):
    run = empty_run(folder)
    filled(run, **changes)
    return run


def _rows(path):
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(path.read_text(encoding="utf-8"))
    text = lambda element: " ".join("".join(element.itertext()).replace("\u00a0", " ").split())  # noqa: E731
    lead = text(tree.find(".//p[@class='lead']"))
    tables = tree.findall(".//div[@role='region']/table")
    return lead, [[[text(cell) for cell in row] for row in table.find("tbody")] for table in tables]


def test_the_same_run_twice_is_the_same(empty_run, filled, tmp_path):
    for name in "ab":
        _run(empty_run, filled, tmp_path / name, models=["rnn", "linear"]).write()
    assert main([str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    lead, (accuracies, differences, *_) = _rows(tmp_path / "a" / "comparison.html")
    assert lead == "No model differs significantly between a and b: chance explains each difference."
    assert [row[0] for row in accuracies] == ["rnn", "linear"]
    for row in accuracies:
        assert row[1] == row[2]
    for row in differences:
        assert row[2:] == [
            "0.0",
            "−3.6 to +3.6",  # 1 - 0.025 ** (1 / 100): so much of all texts could be unlike these
            "100",
            "same textsseeds 5, 6",
            "> 0.99",
            "> 0.99",
            "not significant",
        ]


def test_a_better_run_is_found_and_named(empty_run, filled, answers, tmp_path):
    _run(empty_run, filled, tmp_path / "a", models=["rnn", "linear"]).write()
    better = _run(empty_run, filled, tmp_path / "b", models=["linear"])
    better.settings |= {"models": ["rnn", "linear"], "sequence_length": 128}
    for seed in (5, 6):
        better.answer("rnn", seed, answers(seed, 0.98))
    better.write()
    output = tmp_path / "out.html"
    assert main([str(tmp_path / "a"), str(tmp_path / "b"), "--output", str(output)]) == 0
    lead, (_, differences, settings) = _rows(output)
    assert lead.startswith("1 of 2 differences from a is significant; the largest is that of rnn, +")
    assert lead.endswith("The other is not.")
    assert [(row[0], row[-1]) for row in differences] == [("rnn", "better"), ("linear", "not significant")]
    assert settings == [["sequence_length", "–", "128"]]


def test_other_texts_are_not_paired(empty_run, filled, answers, tmp_path):
    first = _run(empty_run, filled, tmp_path / "a", models=["rnn"], seeds=(5,))
    first.write()
    other = empty_run(tmp_path / "b")
    filled(other, models=[], seeds=(5,))
    other.settings["models"] = ["rnn"]
    other.answer("rnn", 5, answers(5, 0.9, n=100, first_index=1))  # the texts next to them
    other.write()
    pair = evaluate(first.folder), evaluate(other.folder)
    found = _difference("rnn", *pair, "b")
    assert found.paired_seeds is None
    right = [run.answers["rnn"][5]["test"].right.sum() for run in pair]
    assert found.p == pytest.approx(stats.fisher_exact([[right[0], 100 - right[0]], [right[1], 100 - right[1]]]).pvalue)
    assert found.difference == pytest.approx((right[1] - right[0]) / 100)
    assert found.interval[0] < found.difference < found.interval[1]


def test_seeds_that_both_have_are_paired(empty_run, filled, tmp_path):
    runs = [
        _run(empty_run, filled, tmp_path / name, models=["rnn"], seeds=seeds)
        for name, seeds in (("a", (5, 6)), ("b", (6,)))
    ]
    found = _difference("rnn", *(evaluate(run.write()) for run in runs), "b")
    assert found.paired_seeds == ["6"]
    assert (found.difference, found.n) == (0.0, 100)


def test_unpaired_runs_of_several_seeds_count_every_seed(empty_run, filled, answers, tmp_path):
    # Both seeds of a run have the same texts. The first seeds are equal, the second ones are not.
    runs = []
    for name, skills, first_index in (("a", (0.7, 0.5), 0), ("b", (0.7, 0.98), 1)):
        run = empty_run(tmp_path / name)
        filled(run, models=[])
        run.settings["models"] = ["rnn"]
        for seed, skill in zip((5, 6), skills, strict=True):
            run.answer("rnn", seed, answers(5, skill, first_index=first_index))
        runs.append(evaluate(run.write()))
    found = _difference("rnn", *runs, "b")
    means = [np.mean([by_seed["test"].right.mean() for by_seed in run.answers["rnn"].values()]) for run in runs]
    assert found.difference == pytest.approx(means[1] - means[0])
    assert found.interval[0] < found.difference < found.interval[1]
    assert (found.n, found.paired_seeds) == (100, None)
    assert found.p < 0.05


@pytest.mark.slow
def test_other_data_is_never_paired(empty_run, filled, tmp_path):
    first, other = (_run(empty_run, filled, tmp_path / name, models=["rnn"]) for name in "ab")
    other.card |= {"name": "other", "source": "other.csv"}
    for run in (first, other):
        run.write()
    assert _difference("rnn", evaluate(first.folder), evaluate(other.folder), "b").paired_seeds is None
    assert main([str(first.folder), str(other.folder)]) == 0
    assert "The runs are of different data" in (first.folder / "comparison.html").read_text()


def test_runs_without_a_common_model(empty_run, filled, tmp_path):
    for name, model in (("a", "rnn"), ("b", "lstm")):
        _run(empty_run, filled, tmp_path / name, models=[model]).write()
    assert main([str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    lead, _ = _rows(tmp_path / "a" / "comparison.html")
    assert lead == "No model was trained in both runs, so there is nothing to compare."


def test_changes():
    found = [{"epochs": "20", "mask": "True"}, {"epochs": "5", "mask": "True", "width": "64"}]
    assert _changes(found) == [("epochs", ["20", "5"]), ("width", ["–", "64"])]
