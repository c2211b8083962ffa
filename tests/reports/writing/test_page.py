"""The page: the numbers of comparison.json, valid HTML, text that stays text, and no run folder that brings it down."""

import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import html5lib
import numpy as np
import pytest

from reports.numbers import decimals, percent_range, points, significant
from reports.page import main
from reports.summary import main as summarize

HOSTILE = ["<script>alert(1)</script>", "a\"b' onload=x", "{{ 7 * 7 }}", "x" * 90, "&amp; é 中"]


def _write(run, *arguments):
    run.write()
    assert main([str(run.folder), *map(str, arguments)]) == 0
    return _read(run.folder / "report.html")


def _read(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) < 3e6
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text), text


@pytest.fixture(scope="module")
def page(tmp_path_factory, empty_run, filled):
    """The page of all models on two seeds, for tests that only read it."""
    run = filled(empty_run(tmp_path_factory.mktemp("page") / "2026-01-02-reviews"))
    tree, text = _write(run)
    return SimpleNamespace(tree=tree, text=text, comparison=_comparison(run))


def _text(element):
    return " ".join("".join(element.itertext()).replace("\u00a0", " ").split())


def _comparison(run):
    return json.loads((run.folder / "comparison.json").read_text(encoding="utf-8"))


def _lead(tree):
    return _text(tree.find(".//p[@class='lead']"))


def test_figures_equal_those_of_the_comparison(page):
    tree = page.tree
    comparison = page.comparison
    rows = {row.get("data-model"): row for row in tree.iterfind(".//section[@id='models']//tr[@data-model]")}
    assert list(rows) == ["rnn", "lstm", "transformer", "distilbert", "linear"]
    intervals = comparison["statistics"]["test"]["intervals"]
    for row in comparison["rows"]:
        cells = {cell.get("data-column"): _text(cell) for cell in rows[row["model"]].iterfind("td")}
        spread = f"{100 * row['accuracy']:.1f} ± {100 * row['accuracy_std']:.1f}"
        assert cells["accuracy"] == spread + percent_range(intervals[row["model"]]["accuracy"])
        for metric in ("macro_f1", "log_loss", "expected_calibration_error"):
            low, high = intervals[row["model"]][metric]
            assert cells[metric] == f"{decimals(row[metric], 3)}{low:.3f}–{high:.3f}", metric
        cost = comparison["costs"][row["model"]][0]
        measured = [_text(cell) for cell in rows[row["model"]].iterfind("td")][4:9]
        assert measured == [
            significant(cost["latency_ms"]),
            significant(row["texts_per_second"]["32"]),
            significant(cost["memory_mb"]),
            significant(cost["model_mb"]),
            significant(row["seconds_training"]),
        ]
    assert _lead(tree) == comparison["recommended"]["reason"]
    said = [_text(item) for item in tree.iterfind(".//section[@id='verdicts']//li")]
    assert said == comparison["verdicts"]


def test_pairs_equal_those_of_the_comparison(page):
    tree = page.tree
    pairs = {" ".join(pair["models"]): pair for pair in page.comparison["statistics"]["test"]["pairs"]}
    rows = {row.get("data-pair"): row for row in tree.iterfind(".//tr[@data-pair]")}
    assert rows.keys() == pairs.keys()
    assert len(pairs) == 10
    for name, pair in pairs.items():
        cells = [_text(cell) for cell in rows[name]]
        assert cells[:3] == [*pair["models"], points(pair["difference"])]
        assert cells[4] == f"{100 * pair['only_first']:.1f} · {100 * pair['only_second']:.1f}"  # percent: two seeds
        assert ("not significant" in cells) is not pair["apart"]


def test_confusion_matrices_equal_those_of_the_comparison(page):
    tree = page.tree
    tables = [
        region.find("table")
        for region in tree.iterfind(".//div[@role='region']")
        if region.get("aria-label").startswith("Confusion matrix")
    ]
    shown = [[[int(_text(cell)) for cell in row.findall("td")[:-1]] for row in table.find("tbody")] for table in tables]
    assert shown == [row["by_seed"][0]["test"]["confusion_matrix"] for row in page.comparison["rows"]]


def test_opens_with_the_verdict_then_the_table_then_the_evidence(page):
    tree, text = page.tree, page.text
    assert re.match(r"On this data .* take it\. On [\d,]+ test texts it gets [\d.]+ % right, .*\.$", _lead(tree))
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


def test_every_figure_says_what_it_shows(page):
    tree = page.tree
    figures = [svg for svg in tree.iter("{http://www.w3.org/2000/svg}svg") if svg.get("aria-hidden") != "true"]
    # Accuracies, front, four networks' accuracy and loss, five reliability diagrams, ROC, precision-recall, lengths.
    assert len(figures) == 1 + 1 + 8 + 5 + 2 + 1
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for svg in figures:
        assert svg.get("role") == "img"
        words = [_text(child) for child in svg if child.get("id") in svg.get("aria-labelledby").split()]
        assert len(words) == 2
        assert all(words)
    for caption in tree.iter("figcaption"):
        assert re.search(r"(?i)seeds? \d|all seeds|Test split, n", _text(caption)), _text(caption)


def test_nothing_is_fetched(page):
    tree, text = page.tree, page.text
    assert not [element for element in tree.iter() if element.tag in ("script", "link", "img", "iframe")]
    assert not [element for element in tree.iter() if element.get("src")]
    assert not re.search(r"url\(|@import|@font-face", text)
    linked = {element.get("href") for element in tree.iter() if element.get("href")}
    assert {link for link in linked if not link.startswith("#")} == {"data_card.md", "model_card.md"}


def test_text_stays_text(fake_run, filled, capsys):
    fake_run.card |= {"source": f"{HOSTILE[0]}.csv", "notes": [HOSTILE[0]]}
    filled(fake_run, HOSTILE)
    fake_run.failures = [("rnn", 5, "failed", HOSTILE[0])]
    for trial in fake_run.trials:
        trial["title"] = f"{trial['model']} {HOSTILE[0]}"
    tree, text = _write(fake_run)
    assert "<script" not in text
    assert not [element for element in tree.iter() if any(name.startswith("on") for name in element.attrib)]
    table = _text(tree.find(".//div[@aria-label='Confusion matrix of rnn']"))
    for name in HOSTILE:
        assert name in table
    assert "<b>plain</b>" in _text(tree.find(".//div[@aria-label='Accuracy by group']"))


def test_many_classes_show_what_is_confused_most(fake_run, filled, answers, capsys):
    names = [f"class {at}" for at in range(26)]
    filled(fake_run, names, n=130, models=["linear"], seeds=(5,))
    fake_run.trials = []
    index, labels, _ = answers(5, 1.0, 130, 26)["test"]
    said = np.where(labels == 3, 7, labels)
    found = (index, labels, np.eye(26)[said])
    fake_run.answer("linear", 5, {"validation": found, "test": found})
    tree, _ = _write(fake_run)
    (line,) = tree.find(".//div[@aria-label='Most frequent confusions of linear']/table/tbody")
    assert [_text(cell) for cell in line] == ["class 3", "class 7", str((labels == 3).sum()), "100"]


def _one_seed(run, fill):
    fill(run, seeds=(5,))


def _linear_alone(run, fill):
    fill(run, models=["linear"])


def _one_network(run, fill):
    fill(run, models=["rnn"])


def _twenty_classes(run, fill):
    fill(run, [f"{'alt.comp.'[: 3 * (at % 4)]}group with a long name {at}" for at in range(20)], n=300)


def _ninety_classes(run, fill):
    fill(run, [f"class {at}" for at in range(90)], n=400, models=["rnn", "linear"])


def _tiny(run, fill):
    fill(run, n=4, seeds=(5,))


def _sure_of_everything(run, fill):
    """Probabilities of exactly 0 and 1, all right."""
    fill(run, models=[], seeds=(5, 6))
    run.settings["models"] = ["rnn", "linear"]
    labels = np.arange(40) % 2
    for model in ("rnn", "linear"):
        for seed in (5, 6):
            run.answer(
                model, seed, {part: (np.arange(40), labels, np.eye(2)[labels]) for part in ("validation", "test")}
            )


def _collapsed(run, fill):
    fill(run, models=["linear"])
    run.settings["models"] += ["rnn", "lstm"]
    labels = np.arange(40) % 2
    always = np.tile([0.7, 0.3], (40, 1))
    for model in ("rnn", "lstm"):
        run.answer(model, 5, {part: (np.arange(40), labels, always) for part in ("validation", "test")})


def _interrupted(run, fill):
    fill(run)
    run.trials = run.trials[:3]
    run.files = {name: rows for name, rows in run.files.items() if name.startswith(("rnn", "lstm/5"))}
    run.texts = {}


def _failed_and_missing(run, fill):
    fill(run, models=["rnn", "linear"])
    run.settings["models"] += ["lstm", "distilbert"]
    run.failures = [("lstm", 5, "failed", "its process ended with SIGKILL"), ("distilbert", 5, "missing", "no network")]


def _one_epoch(run, fill):
    fill(run, seeds=(5,))
    for name, rows in run.files.items():
        run.files[name] = rows[:2] if name.endswith("history.csv") else rows
    for trial in run.trials:
        trial |= {"epochs": trial["epochs"] and 1, "best_epoch": trial["best_epoch"] and 1}


def _a_class_without_test_texts(run, fill):
    fill(run, ["a", "b", "c"], models=[])
    run.settings["models"] = ["rnn"]
    labels = np.arange(40) % 2
    probabilities = np.tile([0.5, 0.3, 0.2], (40, 1))
    for seed in (5, 6):
        run.answer("rnn", seed, {part: (np.arange(40), labels, probabilities) for part in ("validation", "test")})


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (_one_seed, "take it"),
        (_linear_alone, "Only linear was trained"),
        (_one_network, "Only rnn was trained"),
        (_twenty_classes, "take it"),
        (_ninety_classes, "take it"),
        (_tiny, "take it"),
        (_sure_of_everything, "the same as"),
        (_collapsed, "linear is the only model that did not collapse"),
        (_interrupted, "take it"),
        (_failed_and_missing, "take it"),
        (_one_epoch, "take it"),
        (_a_class_without_test_texts, "Only rnn was trained"),
    ],
)
def test_any_run_has_a_page(fake_run, filled, shape, said, capsys):
    shape(fake_run, filled)
    tree, text = _write(fake_run)
    assert said in _lead(tree)
    assert not re.search(r"\b(nan|None|inf)\b", _text(tree.find(".//main")))
    json.loads((fake_run.folder / "comparison.json").read_text(), parse_constant=pytest.fail)


@pytest.mark.parametrize("splits", [0, 2])
def test_a_run_without_a_finished_model(fake_run, splits, capsys):
    fake_run.card["splits"] = fake_run.card["splits"][:splits]
    tree, _ = _write(fake_run)
    assert _lead(tree) == "No model was trained, so there is none to take."
    assert _comparison(fake_run)["recommended"]["model"] is None


def test_too_few_seeds_are_said_to_be(page):
    tree = page.tree
    section = _text(tree.find(".//section[@id='differences']"))
    assert "2 seeds are too few for an interval over seeds" in section
    assert "too few seeds" in section


def test_limits(full_run, capsys):
    # 1000 / texts per second: linear 0.67 ms, the others 2 ms and more.
    tree, _ = _write(full_run, "--max-latency-ms", 1)
    assert _lead(tree).startswith("Within the limits (at most 1 ms for one text) linear is the only model: take it.")
    tree, _ = _write(full_run, "--max-latency-ms", 0.5, "--output", full_run.folder / "report.html")
    assert _lead(tree) == (
        "No model meets the limits (at most 0.5 ms for one text). The closest is linear (as trained), which needs 0.67 "
        "ms for one text instead of 0.5."
    )


@pytest.mark.parametrize("command", [main, summarize])
def test_what_speed_is_worth(full_run, command, capsys):
    full_run.write()
    for given, margin, models in (([], 0.01, 1), (["--worth-points", "0"], 0, 0), (["--worth-points", "50"], 0.5, 5)):
        assert command([str(full_run.folder), *given]) == 0
        recommended = _comparison(full_run)["recommended"]
        assert recommended["margin"] == margin
        assert len(recommended["equals"]) == models
        low, high = recommended["loss_interval"]
        assert low <= recommended["expected_loss"] <= high
    assert "at most 50 points of accuracy to the best one" in _text(_write(full_run, "--worth-points", 50)[0])


def test_one_seed_counts_texts_and_names_its_test(fake_run, filled, capsys):
    filled(fake_run, seeds=(5,), models=["rnn", "linear"])
    tree, _ = _write(fake_run)
    (pair,) = _comparison(fake_run)["statistics"]["test"]["pairs"]
    cells = [_text(cell) for cell in tree.find(".//tr[@data-pair]")]
    counts = [round(100 * pair[name]) for name in ("only_first", "only_second")]
    assert counts == [pair["by_seed"][0][name] for name in ("only_first", "only_second")]
    assert cells[4] == f"{counts[0]} · {counts[1]}"
    assert "McNemar's exact test" in _text(tree.find(".//section[@id='differences']"))


def test_exports_stand_on_the_page(full_run, capsys):
    folder = full_run.folder / "lstm" / "export"
    folder.mkdir(parents=True)
    usable = {"megabytes": 3.1, "largest_difference": 1.5e-7, "label_agreement": 1.0, "refused": None}
    formats = {
        "saved_model": usable | {"accuracy": 0.915, "latency_ms": {"1": 2.1, "32": 9.0}, "peak_memory_mb": 850},
        "onnx": usable | {"latency_ms": {"1": 0.25, "32": 9.0}, "peak_memory_mb": 60},
        "openvino": {"refused": "its answers differ <b>"},
    }
    (folder / "parity.json").write_text(json.dumps({"model": "lstm", "seed": 5, "formats": formats}))
    tree, _ = _write(full_run)
    table = tree.find(".//div[@aria-label='Exported models']/table/tbody")
    assert [[_text(cell) for cell in row][:5] for row in table] == [
        ["lstm", "saved_model", "3.1", "2.1", "9.0"],
        ["lstm", "onnx", "3.1", "0.25", "9.0"],
        ["lstm", "openvino", "–", "–", "–"],
    ]
    row = tree.find(".//section[@id='models']//tr[@data-model='lstm']")
    assert "0.25onnx" in [_text(cell) for cell in row]
    assert [_text(row[8]) for row in table] == ["91.5", "–", "–"]
    assert "not directly comparable" in _text(tree.find(".//section[@id='models']"))


def test_the_cards(full_run, capsys):
    full_run.card |= {"meaning": "which newsgroup a post was sent to: a topic, not a sentiment"}
    tree, _ = _write(full_run)
    data = (full_run.folder / "data_card.md").read_text()
    assert "which newsgroup a post was sent to: a topic, not a sentiment." in data
    assert "which newsgroup a post was sent to: a topic, not a sentiment." in _text(tree.find(".//section[@id='data']"))
    assert "| share of good | 50.0 % | 50.0 % | 50.0 % |" in data
    model = (full_run.folder / "model_card.md").read_text()
    assert "What these classes mean: which newsgroup a post was sent to" in model
    comparison = _comparison(full_run)
    for row in comparison["rows"]:
        spread = f"{100 * row['accuracy']:.1f} ± {100 * row['accuracy_std']:.1f}"
        assert f"| {row['model']} | {spread} (" in model
    assert "|\n|:--|--:|--:|--:|--:|--:|--:|--:|:--|\n|" in model
    assert comparison["recommended"]["reason"] in model
    assert "into 2 classes: bad and good." in model
    for heading in ("## Intended use", "## Measured results", "## Limits"):
        assert heading in model


def test_cards_keep_text_text(fake_run, filled, capsys):
    filled(fake_run, ["<i>a|b", "*c*"])
    _write(fake_run)
    for card in ("data_card.md", "model_card.md"):
        text = (fake_run.folder / card).read_text()
        assert "\\<i>a\\|b" in text
        assert not re.search(r"(?<!\\)<i>", text)


def test_the_command_needs_no_deep_learning(full_run):
    full_run.write()
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(path or "." for path in sys.path))
    code = (
        "import runpy, sys, atexit\n"
        "heavy = {'keras', 'tensorflow', 'jax', 'torch', 'nltk'}\n"
        "atexit.register(lambda: print('imported:', sorted(heavy & sys.modules.keys())))\n"
        "runpy.run_module('reports.page', run_name='__main__', alter_sys=True)\n"
    )
    before = os.times()
    command = [sys.executable, "-c", code, str(full_run.folder)]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    after = os.times()
    assert result.returncode == 0, result.stderr
    # Of the processor, so that a busy machine does not count.
    assert after.children_user + after.children_system - before.children_user - before.children_system < 5
    assert result.stdout.endswith("imported: []\n")
    assert (full_run.folder / "report.html").exists()


@pytest.mark.parametrize("module", ["reports.page", "reports.summary"])
def test_help_loads_nothing_heavy(module):
    code = (
        f"import sys, {module} as command\n"
        "try:\n    command.main(['--help'])\n"
        "except SystemExit:\n    print('imported:', sorted({'scipy', 'matplotlib', 'numpy'} & sys.modules.keys()))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout.endswith("imported: []\n")


def test_the_same_folder_gives_the_same_page(full_run, capsys):
    _, first = _write(full_run)
    _, second = _write(full_run)
    assert re.sub(r"f\d+-", "", first) == re.sub(r"f\d+-", "", second)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing"], "missing is no run folder: settings.yaml is not in it."),
        (["missing", "other"], "missing is no run folder: settings.yaml is not in it."),
    ],
)
def test_bad_folders(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"error: {said}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "RUN"),
        (["a", "--max-latency-ms", "0"], "0 is not above 0"),
        (["a", "--max-memory-mb", "many"], "invalid number value: 'many'"),
        (["a", "--max-model-mb", "nan"], "nan is not above 0"),
        (["a", "--min-accuracy", "90"], "90 is not between 0 and 1, such as 0.9 for 90 %"),
        (["a", "b", "--min-accuracy", "0.9"], "limits go with a single run: give one RUN, or no limit."),
        (["a", "b", "--worth-points", "1"], "limits go with a single run: give one RUN, or no limit."),
        (["a", "--worth-points", "-1"], "-1 is not 0 or above"),
        (["a", "--worth-points", "inf"], "inf is not 0 or above"),
        (["a", "--worth-points", "nan"], "nan is not 0 or above"),
        (["a", "--worth-points", "much"], "invalid number value: 'much'"),
    ],
)
def test_bad_options(arguments, said, capsys):
    with pytest.raises(SystemExit) as exited:
        main(arguments)
    assert exited.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rnn/5/predictions.csv", "part,index\nvalidation,1,bad,bad,x,y\n"),
        ("rnn/5/predictions.csv", ""),
        ("rnn/5/predictions.csv", "part,index,label,predicted\ntest,1,unheard,bad,0.5,0.5\n"),
        ("rnn/5/history.csv", "accuracy,loss\n0.5\n"),
        ("rnn/export/parity.json", "{"),
        ("rnn/export/parity.json", "[]"),
        ("data/5/texts.jsonl", "{"),
    ],
)
def test_a_damaged_file_is_named(full_run, name, content, capsys):
    full_run.write()
    path = full_run.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    assert main([str(full_run.folder)]) == 2
    error = capsys.readouterr().err
    assert re.match(rf"error: \S*{re.escape(name)} is damaged", error), error
    assert error.count("\n") == 1
