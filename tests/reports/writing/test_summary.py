"""The command on a run folder: table, report and comparison agree, and no folder brings it down."""

import html
import json
import os
import re
import shlex
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from reports import page
from reports.summary import main


def _cells(line):
    """The cells of a row of a Markdown table; an escaped pipe parts nothing."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def _tables(report):
    tables, lines = [], []
    for line in [*report.splitlines(), ""]:
        if line.startswith("|"):
            lines.append(_cells(line))
        elif lines:
            tables.append(lines)
            lines = []
    return tables


def _summarize(run, capsys):
    run.write()
    assert main([str(run.folder)]) == 0
    output = capsys.readouterr()
    assert output.err == ""
    report = (run.folder / "report.md").read_text(encoding="utf-8")
    comparison = json.loads((run.folder / "comparison.json").read_text(encoding="utf-8"))
    return output.out, report, comparison


def test_table_on_the_terminal(whole_run, capsys):
    output, _, _ = _summarize(whole_run, capsys)
    lines = output.splitlines()
    (rnn,) = [line for line in lines if line.startswith("rnn ")]
    assert re.split(r"\s{2,}", rnn) == [
        "rnn",
        "82.0 ± 2.8",
        "0.810",
        "0.815",
        "0.900",
        "0.400",
        "0.030",
        "5.5",
        "1.5",
        "12",
        "450",
        "200 · 2,500 · 9,000",
        "1,234,567 (98,690)",
    ]
    assert any(re.match(r"linear +89.0 ± 1.4 .* – +– +12 ", line) for line in lines)
    assert any(re.match(r"lstm +–.*failed: see below", line) for line in lines)
    assert any(re.match(r"distilbert +–.*missing: see below", line) for line in lines)
    assert "- lstm failed: its process ended with SIGKILL" in lines


def test_caption_says_on_what_it_was_measured(whole_run, capsys):
    output, report, _ = _summarize(whole_run, capsys)
    caption = (
        "Test split of reviews (n = 100–101, 45.0 % good; made up for the tests); mean ± standard deviation over seeds "
        "5–6; recipe sound; Keras on jax, 2 cores. Memory is the peak of the training process."
    )
    assert caption in output
    assert caption in report


def test_the_share_in_the_caption_is_that_of_the_split_it_names(whole_run, capsys):
    # 3 % of all texts are good, 2 % and 5 % of the two test splits.
    for split, share in zip(whole_run.card["splits"], (0.02, 0.05), strict=True):
        split["positive_share"] = 0.03
        split["class_shares"] = split["class_shares"] | {"test": {"bad": 1 - share, "good": share}}
    output, _, _ = _summarize(whole_run, capsys)
    assert "Test split of reviews (n = 100–101, 3.5 % good; made up" in output


def test_report_has_the_numbers_of_the_comparison(whole_run, capsys):
    _, report, comparison = _summarize(whole_run, capsys)
    head, _, *body = _tables(report)[0]
    shown = {cells[0]: dict(zip(head, cells, strict=True)) for cells in body}
    assert list(shown) == ["rnn", "lstm", "linear", "distilbert"]
    for row in comparison["rows"]:
        cells = shown[row["model"]]
        if not row["by_seed"]:
            assert cells["accuracy, %"] == "–"
            continue
        assert cells["accuracy, %"] == f"{100 * row['accuracy']:.1f} ± {100 * row['accuracy_std']:.1f}"
        assert cells["macro F1"] == f"{row['macro_f1']:.3f}"
        assert cells["weighted F1"] == f"{row['weighted_f1']:.3f}"
        estimated = f" ({row['estimated_memory_mb']:.0f})" if row["estimated_memory_mb"] else ""
        assert cells["peak MB (estimated)"] == f"{row['peak_memory_mb']:.0f}{estimated}"
        assert cells["parameters (trained)"] == f"{row['parameters']:,} ({row['trainable_parameters']:,})"
    for sentence in comparison["verdicts"]:
        assert f"- {sentence}" in report.splitlines()


def test_report_shows_the_data_card(whole_run, capsys):
    _, report, _ = _summarize(whole_run, capsys)
    rows = [cells for table in _tables(report) for cells in table]
    assert ["texts before", "400", "100", "100"] in rows
    assert ["texts after", "398", "97", "100"] in rows
    assert ["empty once cleaned, dropped", "2", "1", "0"] in rows
    assert ["stand in an earlier split, removed", "0", "2", "0"] in rows
    assert ["share of good", "45.0 %", "45.0 %", "45.0 %"] in rows
    assert ["running words in the vocabulary of 998", "90.0 %", "80.0 %", "75.0 %"] in rows
    assert ["student: longer than 1,280 words", "0.0 %", "0.0 %", "0.0 %"] in rows
    assert ["student: running words in the vocabulary of 19,998", "99.0 %", "97.0 %", "96.0 %"] in rows
    assert ["train-test", "5", "0"] in rows
    assert ["train-test", "6", "0"] in rows
    assert "Different texts that occur with more than one label: 1." in report


def test_report_shows_classes_and_confusion(whole_run, capsys):
    _, report, _ = _summarize(whole_run, capsys)
    rows = [cells for table in _tables(report) for cells in table]
    assert ["rnn", "good", "0.500", "0.400", "0.444", "45"] in rows
    assert ["bad", "40", "15"] in rows
    assert "linear: the first 64 cleaned words; LinearSVC(C=1)" in report


def test_report_says_how_to_repeat_it(whole_run, capsys):
    _, report, _ = _summarize(whole_run, capsys)
    command = f"KERAS_BACKEND=jax python -m training.run --config {whole_run.folder / 'settings.yaml'}"
    assert command in report.splitlines()
    assert "early_stopping_patience: 3" in report


@pytest.mark.parametrize("command", ["report.md", "report.html"])
def test_the_command_can_be_pasted_in_any_folder(fake_run, capsys, command, monkeypatch, tmp_path):
    fake_run.folder = tmp_path / "home" / "my $runs; 'a'" / "first"
    fake_run.write()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert page.main([str(fake_run.folder)]) == 0
    said = html.unescape((fake_run.folder / command).read_text(encoding="utf-8"))
    line = re.search("KERAS_BACKEND=jax python -m training.run --config (.*settings.yaml'?)", said)[1]
    done = subprocess.run(["sh", "-c", f"ls {line}"], cwd="/", capture_output=True, text=True, check=False)
    assert done.stdout == f"{fake_run.folder / 'settings.yaml'}\n"
    assert str(tmp_path) not in line  # the name of the user's folder stays at home
    curves = capsys.readouterr().out.splitlines()[-1].partition("tensorboard --logdir ")[2]
    assert shlex.split(curves) == [str(fake_run.folder)]


def test_class_names_cannot_break_the_report(fake_run, capsys, trial):
    names = ["a|b\\", "<script>x</script>\n*c* [d](e) `f` &amp;"]
    fake_run.card |= {"class_names": names, "source": "<b>|.csv"}
    for split in fake_run.card["splits"]:
        split["class_shares"] = dict.fromkeys(("train", "validation", "test"), dict.fromkeys(names, 0.5))
    scores = {"precision": 0.5, "recall": 0.5, "f1": 0.5, "n": 50.0}
    fake_run.trials = [
        trial(
            "rnn",
            5,
            0.8,
            title="rnn (x|y)",
            test={"per_class": dict.fromkeys(names, scores)},
            accuracy_by_group={"one|two": {"n": 2, "accuracy": 0.5}},
        )
    ]
    _, report, comparison = _summarize(fake_run, capsys)
    for table in _tables(report):
        assert {len(cells) for cells in table} == {len(table[0])}, table
    assert not re.search(r"(?<!\\)<", report.split("```")[0])
    cells = [cell for table in _tables(report) for row in table for cell in row]
    assert "a\\|b\\\\" in cells
    assert "\\<script>x\\</script> \\*c\\* \\[d](e) \\`f\\` \\&amp;" in cells
    assert comparison["data"]["class_names"] == names


def test_a_group_that_only_one_model_answered(fake_run, capsys, trial):
    # lstm failed on the seed whose test split has the rare group.
    groups = {"often": {"n": 9, "accuracy": 1.0}}
    fake_run.trials = [
        trial("lstm", 5, 0.8, accuracy_by_group=groups),
        trial("rnn", 5, 0.8, accuracy_by_group=groups),
        trial("rnn", 6, 0.8, accuracy_by_group=groups | {"rare": {"n": 1, "accuracy": 0.0}}),
    ]
    fake_run.failures = [("lstm", 6, "failed", "loss became NaN")]
    _, report, _ = _summarize(fake_run, capsys)
    rows = [cells for table in _tables(report) for cells in table]
    assert ["rare", "1", "0.0 %", "–"] in rows
    assert ["often", "18", "100.0 %", "100.0 %"] in rows


def test_a_row_of_fewer_seeds_says_so(fake_run, capsys, trial):
    # As an interrupted run leaves them: nothing failed.
    fake_run.trials = [trial("rnn", 5, 0.8), trial("rnn", 6, 0.8), trial("lstm", 5, 0.8)]
    output, _, _ = _summarize(fake_run, capsys)
    assert re.search(r"^lstm .* 1 seed only$", output, re.MULTILINE)
    assert not re.search(r"^rnn .*only", output, re.MULTILINE)


def test_a_run_that_was_stopped_before_the_first_split(fake_run, capsys):
    fake_run.card["splits"] = []
    output, report, comparison = _summarize(fake_run, capsys)
    assert "Test split of reviews (n = 0;" in output
    assert comparison["rows"] == []
    assert report.startswith("# 2026-01-02-reviews\n")


def test_remarks(fake_run, capsys, trial):
    fake_run.settings["seeds"] = 1
    fake_run.trials = [trial("rnn", 5, 0.8, collapsed=True), trial("lstm", 5, 0.8, collapsed=True, overfitted=True)]
    output, _, _ = _summarize(fake_run, capsys)
    assert re.search(r"^rnn +80.0 .* collapsed$", output, re.MULTILINE)
    assert re.search(r"^lstm .* collapsed, overfitted$", output, re.MULTILINE)
    assert "; seed 5; " in output


def test_a_row_that_was_measured_beside_other_work_says_so(fake_run, capsys, trial):
    fake_run.settings["seeds"] = 1
    fake_run.trials = [trial("rnn", 5, 0.8, other_work=0.42), trial("lstm", 5, 0.8, other_work=0.05)]
    output, _, _ = _summarize(fake_run, capsys)
    assert re.search(r"^rnn .* slowed: other programs took 42 % of the cores$", output, re.MULTILINE)
    assert "slowed" not in re.search(r"^lstm .*", output, re.MULTILINE)[0]


def test_picture(whole_run, capsys):
    _summarize(whole_run, capsys)
    picture = whole_run.folder / "accuracy.svg"
    first = picture.read_bytes()
    drawing = ElementTree.fromstring(first)
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    words = " ".join(drawing.itertext())
    assert "82.0 %" in words
    assert "Test split of reviews, n = 100–101, mean of 2 seeds; bars: 95 % interval." in words
    assert "Dashed: 55.0 %, the share of the largest class." in words
    assert "--model-0: #" in words  # its style is its own
    assert not list(whole_run.folder.glob(".unfinished-*"))
    _summarize(whole_run, capsys)
    assert picture.read_bytes() == first


def _run_command(*arguments):
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(path or "." for path in sys.path))
    code = (
        "import runpy, sys, atexit\n"
        "heavy = {'keras', 'tensorflow', 'jax', 'torch', 'sklearn', 'nltk'}\n"
        "atexit.register(lambda: print('imported:', sorted(heavy & sys.modules.keys())))\n"
        "runpy.run_module('reports.summary', run_name='__main__', alter_sys=True)\n"
    )
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)


@pytest.mark.slow
def test_the_command_needs_no_deep_learning(whole_run):
    before = os.times()
    result = _run_command(whole_run.folder)
    after = os.times()
    assert result.returncode == 0, result.stderr
    # Of the processor, so that a busy machine does not count.
    assert after.children_user + after.children_system - before.children_user - before.children_system < 5
    assert result.stdout.endswith("imported: []\n")
    assert (whole_run.folder / "report.md").exists()


@pytest.mark.slow
def test_a_folder_that_is_no_run_folder(tmp_path):
    result = _run_command(tmp_path)
    assert result.returncode == 2
    assert result.stderr == f"error: {tmp_path} is no run folder: settings.yaml is not in it.\n"


@pytest.mark.parametrize("name", ["missing", "file"])
def test_what_is_no_folder(tmp_path, capsys, name):
    (tmp_path / "file").write_text("no folder")
    assert main([str(tmp_path / name)]) == 2
    assert capsys.readouterr().err.endswith(f"{name} is no run folder: settings.yaml is not in it.\n")


def test_a_folder_that_cannot_be_written(whole_run, capsys, monkeypatch):
    def refuse(path, _):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("reports.writing.summary_files.write_json", refuse)
    assert main([str(whole_run.folder)]) == 2
    error = capsys.readouterr().err
    assert error == f"error: {whole_run.folder / 'comparison.json'}: Permission denied.\n"


def test_what_was_published_stands_beside_what_was_measured(whole_run, capsys):
    slides = {"model": "rnn", "accuracy": 0.5643, "source": "course slides, another split"}
    whole_run.card["published"] = [slides, slides | {"model": "bilstm", "source": "of no model here"}]
    _, _, comparison = _summarize(whole_run, capsys)
    picture = (whole_run.folder / "accuracy.svg").read_text()
    assert "Open circles: course slides, another split." in " ".join(ElementTree.fromstring(picture).itertext())
    assert picture.count('class="mark published"') == 1
    assert "of no model here" not in picture
    assert comparison["data"]["published"][0] == slides
