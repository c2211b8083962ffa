"""The page: the numbers of comparison.json, valid HTML, text that stays text."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

from reports.numbers import decimals, percent_range, points, significant
from reports.page import main
from reports.summary import main as summarize

HOSTILE = ["<script>alert(1)</script>", "a\"b' onload=x", "{{ 7 * 7 }}", "x" * 90, "&amp; é 中"]


@pytest.fixture(scope="module")
def page(tmp_path_factory, empty_run, filled, write_page, read_comparison):
    """The page of all models on two seeds, for tests that only read it."""
    run = filled(empty_run(tmp_path_factory.mktemp("page") / "2026-01-02-reviews"))
    tree, text = write_page(run)
    return SimpleNamespace(tree=tree, text=text, comparison=read_comparison(run))


def test_figures_equal_those_of_the_comparison(page, text_of, lead_of):
    tree = page.tree
    comparison = page.comparison
    rows = {row.get("data-model"): row for row in tree.iterfind(".//section[@id='models']//tr[@data-model]")}
    assert list(rows) == ["rnn", "lstm", "transformer", "distilbert", "linear"]
    intervals = comparison["statistics"]["test"]["intervals"]
    for row in comparison["rows"]:
        cells = {cell.get("data-column"): text_of(cell) for cell in rows[row["model"]].iterfind("td")}
        spread = f"{100 * row['accuracy']:.1f} ± {100 * row['accuracy_std']:.1f}"
        assert cells["accuracy"] == spread + percent_range(intervals[row["model"]]["accuracy"])
        for metric in ("macro_f1", "log_loss", "expected_calibration_error"):
            low, high = intervals[row["model"]][metric]
            assert cells[metric] == f"{decimals(row[metric], 3)}{low:.3f}–{high:.3f}", metric
        cost = comparison["costs"][row["model"]][0]
        measured = [text_of(cell) for cell in rows[row["model"]].iterfind("td")][4:9]
        assert measured == [
            significant(cost["latency_ms"]),
            significant(row["texts_per_second"]["32"]),
            significant(cost["memory_mb"]),
            significant(cost["model_mb"]),
            significant(row["seconds_training"]),
        ]
    assert lead_of(tree) == comparison["recommended"]["reason"]
    said = [text_of(item) for item in tree.iterfind(".//section[@id='verdicts']//li")]
    assert said == comparison["verdicts"]


def test_pairs_equal_those_of_the_comparison(page, text_of):
    tree = page.tree
    pairs = {" ".join(pair["models"]): pair for pair in page.comparison["statistics"]["test"]["pairs"]}
    rows = {row.get("data-pair"): row for row in tree.iterfind(".//tr[@data-pair]")}
    assert rows.keys() == pairs.keys()
    assert len(pairs) == 10
    for name, pair in pairs.items():
        cells = [text_of(cell) for cell in rows[name]]
        assert cells[:3] == [*pair["models"], points(pair["difference"])]
        assert cells[4] == f"{100 * pair['only_first']:.1f} · {100 * pair['only_second']:.1f}"  # percent: two seeds
        assert ("not significant" in cells) is not pair["apart"]


def test_confusion_matrices_equal_those_of_the_comparison(page, text_of):
    tree = page.tree
    tables = [
        region.find("table")
        for region in tree.iterfind(".//div[@role='region']")
        if region.get("aria-label").startswith("Confusion matrix")
    ]
    shown = [
        [[int(text_of(cell)) for cell in row.findall("td")[:-1]] for row in table.find("tbody")] for table in tables
    ]
    assert shown == [row["by_seed"][0]["test"]["confusion_matrix"] for row in page.comparison["rows"]]


def test_what_a_temperature_would_do_equals_the_comparison(page, text_of):
    table = page.tree.find(".//div[@aria-label='Calibration by temperature']/table")
    shown = [[text_of(cell) for cell in row] for row in table.find("tbody")]
    found = [row["by_seed"][0] for row in page.comparison["rows"]]
    assert [row[1:] for row in shown] == [
        [
            decimals(trial["calibration"]["validation_error"]),
            decimals(trial["calibration"]["temperature"], 2),
            decimals(trial["calibration"]["validation_error_scaled"]),
        ]
        for trial in found
    ]


def test_the_surest_answers_of_each_model_are_shown(page, text_of):
    table = page.tree.find(".//div[@aria-label='Accuracy of the surest answers']/table")
    shown = {text_of(row[0]): list(row) for row in table.find("tbody")}
    trials = [row["by_seed"][0] for row in page.comparison["rows"]]
    assert len(shown) == len(trials)
    for cells, trial in zip(shown.values(), trials, strict=True):
        assert text_of(cells[1]) == f"{100 * trial['test']['accuracy']:.1f}"
        for right, answered, wanted in zip(cells[2::2], cells[3::2], (90, 75, 50), strict=True):
            low, high = map(float, text_of(right.find("span")).split("–"))
            assert low < float(right.text) < high
            assert int(answered.text.rstrip("\u00a0% ")) == pytest.approx(wanted, abs=15)  # of other texts


def test_opens_with_the_verdict_then_the_table_then_the_evidence(page, lead_of):
    tree, text = page.tree, page.text
    assert re.match(r"On this data .* take it\. On [\d,]+ test texts it gets [\d.]+ % right, .*\.$", lead_of(tree))
    assert [section.get("id") for section in tree.iterfind(".//section")] == [
        "models",
        "choice",
        "differences",
        "verdicts",
        "evidence",
        "data",
        "repeat",
    ]
    assert text.index('class="lead"') < text.index("<table") < text.index("How they learned")


def test_every_figure_says_what_it_shows(page, text_of):
    tree = page.tree
    figures = [svg for svg in tree.iter("{http://www.w3.org/2000/svg}svg") if svg.get("aria-hidden") != "true"]
    # Accuracies, front, four networks' accuracy and loss, five reliability diagrams, ROC, precision-recall, lengths.
    assert len(figures) == 1 + 1 + 8 + 5 + 2 + 1
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for svg in figures:
        assert svg.get("role") == "img"
        words = [text_of(child) for child in svg if child.get("id") in svg.get("aria-labelledby").split()]
        assert len(words) == 2
        assert all(words)
    for caption in tree.iter("figcaption"):
        assert re.search(r"(?i)seeds? \d|all seeds|Test split, n", text_of(caption)), text_of(caption)


def test_nothing_is_fetched(page):
    tree, text = page.tree, page.text
    assert not [element for element in tree.iter() if element.tag in ("script", "link", "img", "iframe")]
    assert not [element for element in tree.iter() if element.get("src")]
    assert not re.search(r"url\(|@import|@font-face", text)
    linked = {element.get("href") for element in tree.iter() if element.get("href")}
    assert {link for link in linked if not link.startswith("#")} == {"data_card.md", "model_card.md"}


@pytest.mark.slow
def test_text_stays_text(fake_run, filled, write_page, text_of):
    fake_run.card |= {"source": f"{HOSTILE[0]}.csv", "notes": [HOSTILE[0]]}
    filled(fake_run, HOSTILE)
    fake_run.failures = [("rnn", 5, "failed", HOSTILE[0])]
    for trial in fake_run.trials:
        trial["title"] = f"{trial['model']} {HOSTILE[0]}"
    tree, text = write_page(fake_run)
    assert "<script" not in text
    assert not [element for element in tree.iter() if any(name.startswith("on") for name in element.attrib)]
    table = text_of(tree.find(".//div[@aria-label='Confusion matrix of rnn']"))
    for name in HOSTILE:
        assert name in table
    assert "<b>plain</b>" in text_of(tree.find(".//div[@aria-label='Accuracy by group']"))


def test_many_classes_show_what_is_confused_most(fake_run, filled, answers, write_page, text_of):
    names = [f"class {at}" for at in range(26)]
    filled(fake_run, names, n=130, models=["linear"], seeds=(5,))
    fake_run.trials = []
    index, labels, _ = answers(5, 1.0, 130, 26)["test"]
    said = np.where(labels == 3, 7, labels)
    found = (index, labels, np.eye(26)[said])
    fake_run.answer("linear", 5, {"validation": found, "test": found})
    tree, _ = write_page(fake_run)
    (line,) = tree.find(".//div[@aria-label='Most frequent confusions of linear']/table/tbody")
    assert [text_of(cell) for cell in line] == ["class 3", "class 7", str((labels == 3).sum()), "100"]


def test_too_few_seeds_are_said_to_be(page, text_of):
    tree = page.tree
    section = text_of(tree.find(".//section[@id='differences']"))
    assert "2 seeds are too few for an interval over seeds" in section
    assert "too few seeds" in section


@pytest.mark.parametrize(
    ("same", "sentence"),
    [
        (False, "Another seed is another split and other first weights"),
        (True, "Another seed is other first weights, with the same test texts"),
    ],
)
def test_what_another_seed_is(same, sentence, fake_run, filled, write_page, text_of):
    filled(fake_run, n=40, models=["rnn", "linear"], seeds=(5, 6, 7))
    fake_run.card |= {"split_rule": "as column 'split' says", "same_test": same}
    tree, _ = write_page(fake_run)
    assert sentence in text_of(tree)
    assert "Splits: as column 'split' says." in text_of(tree)


@pytest.mark.slow
def test_limits(full_run, write_page, lead_of):
    # 1000 / texts per second: linear 0.67 ms, the others 2 ms and more.
    tree, _ = write_page(full_run, "--max-latency-ms", 1)
    assert lead_of(tree).startswith("Within the limits (at most 1 ms for one text) linear is the only model: take it.")
    tree, _ = write_page(full_run, "--max-latency-ms", 0.5, "--output", full_run.folder / "report.html")
    assert lead_of(tree) == (
        "No model meets the limits (at most 0.5 ms for one text). The closest is linear (as trained), which needs 0.67 "
        "ms for one text instead of 0.5."
    )


@pytest.mark.slow
@pytest.mark.parametrize("command", [main, summarize])
def test_what_speed_is_worth(full_run, command, write_page, read_comparison, text_of):
    full_run.write()
    for given, margin, models in (([], 0.01, 1), (["--worth-points", "0"], 0, 0), (["--worth-points", "50"], 0.5, 5)):
        assert command([str(full_run.folder), *given]) == 0
        recommended = read_comparison(full_run)["recommended"]
        assert recommended["margin"] == margin
        assert len(recommended["equals"]) == models
        low, high = recommended["loss_interval"]
        assert low <= recommended["expected_loss"] <= high
    assert "at most 50 points of accuracy to the best one" in text_of(write_page(full_run, "--worth-points", 50)[0])


def test_one_seed_counts_texts_and_names_its_test(fake_run, filled, write_page, read_comparison, text_of):
    filled(fake_run, seeds=(5,), models=["rnn", "linear"])
    tree, _ = write_page(fake_run)
    (pair,) = read_comparison(fake_run)["statistics"]["test"]["pairs"]
    cells = [text_of(cell) for cell in tree.find(".//tr[@data-pair]")]
    counts = [round(100 * pair[name]) for name in ("only_first", "only_second")]
    assert counts == [pair["by_seed"][0][name] for name in ("only_first", "only_second")]
    assert cells[4] == f"{counts[0]} · {counts[1]}"
    assert "McNemar's exact test" in text_of(tree.find(".//section[@id='differences']"))


def test_exports_stand_on_the_page(full_run, write_page, text_of):
    folder = full_run.folder / "lstm" / "export"
    folder.mkdir(parents=True)
    usable = {"megabytes": 3.1, "largest_difference": 1.5e-7, "label_agreement": 1.0, "refused": None}
    formats = {
        "saved_model": usable | {"accuracy": 0.915, "latency_ms": {"1": 2.1, "32": 9.0}, "peak_memory_mb": 850},
        "onnx": usable | {"latency_ms": {"1": 0.25, "32": 9.0}, "peak_memory_mb": 60},
        "openvino": {"refused": "its answers differ <b>"},
    }
    (folder / "parity.json").write_text(json.dumps({"model": "lstm", "seed": 5, "formats": formats}))
    tree, _ = write_page(full_run)
    table = tree.find(".//div[@aria-label='Exported models']/table/tbody")
    assert [[text_of(cell) for cell in row][:5] for row in table] == [
        ["lstm", "saved_model", "3.1", "2.1", "9.0"],
        ["lstm", "onnx", "3.1", "0.25", "9.0"],
        ["lstm", "openvino", "–", "–", "–"],
    ]
    row = tree.find(".//section[@id='models']//tr[@data-model='lstm']")
    assert "0.25onnx" in [text_of(cell) for cell in row]
    assert [text_of(row[8]) for row in table] == ["91.5", "–", "–"]
    assert "not directly comparable" in text_of(tree.find(".//section[@id='models']"))


@pytest.mark.slow
def test_the_same_folder_gives_the_same_page(full_run, write_page):
    _, first = write_page(full_run)
    _, second = write_page(full_run)
    assert re.sub(r"f\d+-", "", first) == re.sub(r"f\d+-", "", second)
