"""Runs on splits that the data decides, as a user starts and continues them."""

import json

import pytest

pytestmark = pytest.mark.slow

SMALL = ("--models", "linear", "--formats", "--no-explain")


def rows(first, last, beside):
    texts = (
        f"{('bad', 'good')[at % 2]} film number{at},{('neg', 'pos')[at % 2]},{beside(at)}" for at in range(first, last)
    )
    return "\n".join(["text,label,beside", *texts]) + "\n"


def read(run, name):
    return json.loads((run / name).read_text(encoding="utf-8"))


@pytest.mark.long
def test_a_file_of_test_texts_is_tested_whole_and_the_run_continued_elsewhere(command, tmp_path):
    (tmp_path / "train.csv").write_text(rows(0, 90, str))
    (tmp_path / "test.csv").write_text(rows(90, 120, str))
    done = command(
        "training.run", "--data", tmp_path / "train.csv", "--test", tmp_path / "test.csv", *SMALL, "--sample", 60,
        "--output", tmp_path / "runs",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    run = tmp_path / "runs" / "latest"
    card = read(run, "data_card.json")
    assert [split["samples"]["before"] for split in card["splits"]] == [{"train": 48, "validation": 12, "test": 30}]
    assert card["split_rule"] == "test: all of test.csv; validation: a fifth of the other texts, drawn by class"
    assert "Splits: test: all of test.csv" in (run / "data_card.md").read_text()
    assert f"test: {tmp_path / 'test.csv'}" in (run / "settings.yaml").read_text()
    # Killed while it cleaned: another test file is noticed, the same one is not.
    (run / "data_card.json").write_text(json.dumps(card | {"splits": []}))
    assert command("training.run", "--resume", run).returncode == 0
    (run / "data_card.json").write_text(json.dumps(card | {"splits": []}))
    (tmp_path / "test.csv").write_text(rows(91, 121, str))
    done = command("training.run", "--resume", run)
    assert done.returncode == 2
    assert "is not what it was when the run began: start a new run" in done.stderr


def test_groups_of_a_column_are_on_one_side_and_reported(command, tmp_path):
    (tmp_path / "all.csv").write_text(rows(0, 240, lambda at: f"author{at % 31 // 2}"))
    done = command(
        "training.run",
        "--data",
        tmp_path / "all.csv",
        "--group-column",
        "beside",
        *SMALL,
        "--output",
        tmp_path / "runs",
    )
    assert done.returncode == 0, done.stderr
    assert "split by column 'beside'" in done.stdout
    run = tmp_path / "runs" / "latest"
    assert "by column 'beside', whose 16 groups are each in one split only" in read(run, "data_card.json")["split_rule"]
    assert "groups are each in one split only" in (run / "report.html").read_text()
    assert "Accuracy by beside" in (run / "report.html").read_text()
    groups = {}
    for line in (run / "data" / "0" / "texts.jsonl").read_text().splitlines():
        record = json.loads(line)
        groups.setdefault(record["group"], set()).add(record["part"])
    assert len(groups) == 16
    assert all(len(parts) == 1 for parts in groups.values())
