"""`--write corrected.csv`: labels are exchanged, everything else stays, and never in place."""

import csv
import json

import numpy as np
import pytest

from data import preparing
from data.cleaning import Cleaner
from data.corpus import DataError
from data.sources import catalog as sources
from data.splits.parts import clean_parts
from data.splits.split import split
from models.run_folder import RunFolderError
from reports.judging_data import commands
from reports.reading.run_texts import read_run_texts
from training import command_line

HOSTILE = [
    'a "quoted" word',
    "two\nlines",
    "semi;colon, comma",
    "tab\there",
    "&amp;lt; and &lt;",
    " space ",
    "=1+1",
    "",
]


def rows_of(path):
    """Cells by column, as any reader of the format has them."""
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            return list(map(json.loads, file))
        return list(csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","))


def write_rows(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            file.writelines(json.dumps(row) + "\n" for row in rows)
            return
        quoting = csv.QUOTE_ALL if path.suffix == ".tsv" else csv.QUOTE_MINIMAL
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t" if path.suffix == ".tsv" else ",", quoting=quoting)
        writer.writeheader()
        writer.writerows(rows)


def make(tmp_path, prepared, generated, suffix=".csv", n=240, extra=()):
    """A run on a table with hostile cells beside texts and labels, an index as pandas writes it, and some rows without
    a label.
    """
    generator = np.random.default_rng(4)
    labels = np.arange(n) % 2
    texts = generated(generator, labels)
    rows = [
        {"id": at, "review": f"{texts[at]} {HOSTILE[at % 8]}", "note": HOSTILE[at % 8], "stars": int(labels[at])}
        for at in range(n)
    ]
    rows += [
        {"id": n + at, "review": text, "note": "", "stars": ""} for at, text in enumerate(generated(generator, [0] * 9))
    ]
    if suffix != ".jsonl":
        rows = [{"": row["id"]} | row for row in rows]
    table = tmp_path / f"reviews{suffix}"
    write_rows(table, rows)
    flags = ["--data", table, "--text-column", "review", "--label-column", "stars", *extra]
    return prepared(tmp_path / "run", *flags), table, rows


def mark(run, wrong, corrected=None):
    """A `labels.csv` that corrects some texts, by place in the corpus: by default to the other class."""
    texts = read_run_texts(run.path)
    lines = [["split", "index", "corrected_label"]]
    for name, part in texts.parts.items():
        for index, label in zip(part.index.tolist(), part.labels.tolist(), strict=True):
            if index in wrong:
                lines.append([name, index, corrected or texts.class_names[1 - label]])
    with run.labels.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return {line[1]: line[0] for line in lines[1:]}


def parts_of(*flags):
    """How a run on a table would be split: indices by split."""
    settings = command_line.parse(["--language", "none", *map(str, flags)])
    corpus = sources.load(settings)
    drawn = clean_parts(corpus, split(corpus, settings.sample_size, settings.seed), Cleaner(True, "none"))
    parts, _ = preparing.prepare(corpus, drawn, settings.sample_size, 16)
    return {name: dict(zip(part.index.tolist(), part.labels.tolist(), strict=True)) for name, part in parts.items()}


@pytest.mark.parametrize("source", [".csv", ".tsv", ".jsonl"])
@pytest.mark.parametrize("written", [".csv", ".tsv", ".jsonl"])
def test_only_labels_change_and_none_of_the_test_split(tmp_path, prepared, generated, source, written, capsys):
    run, table, rows = make(tmp_path, prepared, generated, source)
    before = table.read_bytes()
    split = mark(run, range(0, 240, 10))
    output = tmp_path / f"corrected{written}"
    commands.correct(run.path, output, include_test=False)
    assert table.read_bytes() == before
    found = rows_of(output)
    assert len(found) == len(rows)
    assert set(split.values()) == {"train", "validation", "test"}
    for row, now in zip(rows, found, strict=True):
        expected = dict(row)
        if split.get(row["id"]) in ("train", "validation"):
            expected["stars"] = 1 - row["stars"]
        if written != ".jsonl" or source != ".jsonl":
            expected = {name: str(cell) for name, cell in expected.items()}
        assert {name: now[name] for name in expected} == expected
    left = sum(part == "test" for part in split.values())
    out = capsys.readouterr().out
    assert f"{len(split) - left} labels corrected" in out
    assert f"{left} corrections of the test split left out" in out


def test_a_second_run_has_the_same_splits(tmp_path, prepared, generated, capsys):
    run, table, _ = make(tmp_path, prepared, generated)
    before = parts_of("--data", table, "--text-column", "review", "--label-column", "stars")
    split = mark(run, range(0, 240, 10))
    output = tmp_path / "corrected.csv"
    commands.correct(run.path, output, include_test=False)
    command = next(line for line in capsys.readouterr().out.splitlines() if "training.run" in line)
    flags = command.partition(" --data ")[2].split()
    assert flags[:1] == [str(output)]
    after = parts_of("--data", *flags)
    assert {name: sorted(part) for name, part in after.items()} == {name: sorted(part) for name, part in before.items()}
    assert after["test"] == before["test"]
    changed = {at for name in before for at in before[name] if before[name][at] != after[name][at]}
    assert changed == {at for at, name in split.items() if name != "test"}


def test_the_test_split_is_corrected_where_that_is_said(tmp_path, prepared, generated, capsys):
    run, _, rows = make(tmp_path, prepared, generated)
    split = mark(run, range(0, 240, 10))
    commands.correct(run.path, tmp_path / "corrected.csv", include_test=True)
    found = rows_of(tmp_path / "corrected.csv")
    assert all(found[at]["stars"] == str(1 - rows[at]["stars"]) for at in split)
    out = capsys.readouterr().out
    assert "Labels of the test split were changed (--include-test)" in out
    assert "left out" not in out


def test_what_is_suspicious_is_corrected_unless_the_user_edits_it(noisy, tmp_path, capsys):
    run, table, _ = noisy()
    commands.correct(run.path, tmp_path / "first.csv", include_test=False)
    assert "guesses that nobody has seen" in capsys.readouterr().out
    labels = {row["index"]: row for row in rows_of(run.labels)}
    corrected = [row for row in labels.values() if row["corrected_label"] and row["split"] != "test"]
    assert corrected
    found = rows_of(tmp_path / "first.csv")
    assert all(found[int(row["index"])]["label"] == row["looks_like"] for row in corrected)
    # The user keeps one label, and a spreadsheet saves the table its own way.
    kept = corrected[0]["index"]
    labels[kept]["corrected_label"] = ""
    with run.labels.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(labels[kept]), delimiter=";")
        writer.writeheader()
        writer.writerows(labels.values())
    commands.correct(run.path, tmp_path / "second.csv", include_test=False)
    assert "nobody has seen" not in capsys.readouterr().out
    before, now = rows_of(table), rows_of(tmp_path / "second.csv")
    assert now[int(kept)]["label"] == before[int(kept)]["label"]
    assert sum(a["label"] != b["label"] for a, b in zip(before, now, strict=True)) == len(corrected) - 1


def test_a_source_that_is_no_table_becomes_one(tmp_path, prepared, capsys):
    run = prepared(tmp_path / "run", "--data", "sample", "--sample", 240)
    texts = read_run_texts(run.path)
    some = {int(part.index[0]) for part in texts.parts.values()}
    mark(run, some)
    commands.correct(run.path, tmp_path / "texts.csv", include_test=False)
    rows = rows_of(tmp_path / "texts.csv")
    assert len(rows) == sum(len(part.texts) for part in texts.parts.values()) + len(texts.unlabelled.texts)
    corpus = sources.load(command_line.parse(["--data", str(tmp_path / "texts.csv"), "--split-column", "split"]))
    assert set(corpus.texts) == {text for part in texts.parts.values() for text in part.texts}
    for name, part in texts.parts.items():
        now = [row["label"] for row in rows if row["split"] == name and row["label"]]
        was = [texts.class_names[label] for label in part.labels]
        assert [at for at, pair in enumerate(zip(now, was, strict=True)) if pair[0] != pair[1]] == [0] * (
            name != "test"
        )
    assert "--keep-negations" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda run, table: run.labels.write_text("split,index\ntrain,1\n"), "has no column corrected_label"),
        (lambda run, table: mark(run, range(9), "2"), "'2' is none of the classes: take one of 0, 1, or leave"),
        (
            lambda run, table: run.labels.write_text("split,index,corrected_label\ntrain,x,1\n"),
            "index that is no number",
        ),
        (
            lambda run, table: run.labels.write_text("split,index,corrected_label\ntrain,9999,1\n"),
            "corrects text 9999 of",
        ),
        (lambda run, table: table.unlink(), "cannot be read again: .*reviews.csv could not be read"),
        (
            lambda run, table: table.write_text("review,stars\nother,1\nothers,0\n"),
            "lacks [0-9]+ of the texts whose label",
        ),
    ],
)
def test_what_cannot_be_corrected_is_refused_and_nothing_is_written(tmp_path, prepared, generated, spoil, expected):
    run, table, _ = make(tmp_path, prepared, generated)
    mark(run, range(0, 240, 10))
    spoil(run, table)
    with pytest.raises(RunFolderError, match=expected):
        commands.correct(run.path, tmp_path / "corrected.csv", include_test=False)
    assert not (tmp_path / "corrected.csv").exists()


def test_nothing_is_overwritten(tmp_path, prepared, generated):
    run, table, _ = make(tmp_path, prepared, generated)
    mark(run, range(9))
    before = table.read_bytes()
    link = tmp_path / "link.csv"
    link.symlink_to(table)
    for output in (table, link):
        with pytest.raises(DataError, match="is the file that the run was trained on, which stays as it is"):
            commands.correct(run.path, output, include_test=False)
    (tmp_path / "old.csv").write_text("mine")
    for output, expected in [
        ("old.csv", "is there already"),
        ("new.xlsx", "name a file that ends in .csv, .tsv"),
        ("nowhere/new.csv", "is no folder"),
    ]:
        with pytest.raises(DataError, match=expected):
            commands.correct(run.path, tmp_path / output, include_test=False)
    assert table.read_bytes() == before
    assert (tmp_path / "old.csv").read_text() == "mine"


def test_the_dialect_of_the_source_is_not_asked_of_what_is_written(tmp_path, prepared, generated, capsys):
    run, _, _ = make(tmp_path, prepared, generated, ".tsv", extra=["--delimiter", "tab", "--encoding", "utf-8"])
    mark(run, range(9))
    commands.correct(run.path, tmp_path / "corrected.csv", include_test=False)
    assert "--encoding auto --delimiter auto" in capsys.readouterr().out


def test_a_run_that_drew_some_texts_only_says_that_splits_may_differ(tmp_path, prepared, generated, capsys):
    run, _, _ = make(tmp_path, prepared, generated, extra=["--sample", 120])
    mark(run, range(0, 240, 5))
    commands.correct(run.path, tmp_path / "corrected.csv", include_test=False)
    out = capsys.readouterr().out
    assert "on splits made as before, which may differ" in out
    assert "--split-column" not in out
    assert "split" not in rows_of(tmp_path / "corrected.csv")[0]


def test_a_run_that_has_a_sample_of_its_training_texts_does_not_say_which_split_the_others_were_in(
    tmp_path, prepared, generated, capsys
):
    run, _, _ = make(tmp_path, prepared, generated)
    card = json.loads(run.data_card.read_text())
    card["splits"][0]["training_sample"] = 20_000
    run.data_card.write_text(json.dumps(card))
    mark(run, range(0, 240, 10))
    commands.correct(run.path, tmp_path / "corrected.csv", include_test=False)
    assert "--split-column" not in capsys.readouterr().out
