"""`python -m models.predict` as a user types it, from a folder with one exported model."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.corpus import DataError
from data.sources.text_stream import Row
from models import predict
from models.serving import answering, answering_processes
from models.serving.answer_file import open_output
from models.serving.scoring import Scores


@pytest.fixture
def classifier(make_classifier):
    return make_classifier(batch_size=4)


@pytest.fixture
def here(root, monkeypatch, capsys):
    """The command in this process: its exit code, and what it says on standard error."""
    monkeypatch.chdir(root)

    def run(*arguments):
        try:
            code = predict.main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = ended.code
        return code, capsys.readouterr().err

    return run


def test_answers_come_in_the_order_of_the_texts_and_batches_hold_like_lengths(classifier):
    texts = ["a" * length for length in (90, 1, 80, 2, 70, 3, 60, 4)]
    assert classifier.predict(texts).tolist() == ["long", "short"] * 4
    assert [[len(text) for text in batch] for batch in classifier.engine.asked] == [[1, 2, 3, 4], [60, 70, 80, 90]]
    assert classifier.predict_proba([]).shape == (0, 2)


def test_texts_are_read_and_answered_in_chunks(classifier, monkeypatch):
    """However many there are, no more than two chunks are in memory."""
    monkeypatch.setattr(answering, "CHUNK", 10)
    taken, written = 0, []

    def stream():
        nonlocal taken
        for number in range(95):
            taken += 1
            assert taken - len(written) <= 20
            yield Row(f"text {number}")

    answering.answer_all(classifier, stream(), written.append, Scores(["short", "long"]), quiet=True)
    assert [answer["text"] for answer in written] == [f"text {number}" for number in range(95)]


def test_what_was_answered_before_a_damaged_row_is_written(classifier, monkeypatch):
    monkeypatch.setattr(answering, "CHUNK", 10)
    written = []

    def stream():
        yield from (Row(f"text {number}") for number in range(30))
        raise DataError("Line 31 is damaged.")

    with pytest.raises(DataError, match="Line 31"):
        answering.answer_all(classifier, stream(), written.append, Scores(["short", "long"]), quiet=True)
    assert len(written) == 30


@pytest.mark.slow
@pytest.mark.parametrize("killed", [None, "at first", "in the midst"])
def test_other_processes_give_the_same_answers_and_their_work_is_done_where_they_are_killed(
    exported_run, tmp_path, here, monkeypatch, killed
):
    rows = [{"text": f"a {('good', 'bad')[at % 2]} film, {at}", "number": at} for at in range(90)]
    (tmp_path / "films.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.setattr(answering, "BEGINNING", 10)
    monkeypatch.setattr(answering, "CHUNK", 20)
    monkeypatch.setattr(answering, "cpu_count", lambda: 2)
    arguments = (exported_run, "--model", "lstm", "--format", "onnx", "--input", tmp_path / "films.jsonl", "--output")
    assert here(*arguments, tmp_path / "small.csv")[0] == 0
    ask, processes = answering_processes._Process.ask, []

    def watched(self, texts):
        processes.append(self.process)
        if killed == "at first":
            self.process.kill()
        answer = ask(self, texts)
        if killed == "in the midst":
            self.process.kill()
            self.process.join()
        return answer

    monkeypatch.setattr(answering_processes._Process, "ask", watched)
    monkeypatch.setattr(predict, "LARGE", 0)
    code, said = here(*arguments, tmp_path / "large.csv")
    assert code == 0, said
    assert len(processes) == 4
    assert not any(process.is_alive() for process in processes)
    assert (tmp_path / "large.csv").read_text() == (tmp_path / "small.csv").read_text()


def test_texts_on_the_command_line_get_a_table(exported_run, command):
    done = command("models.predict", exported_run, "good thing", "a bad one", "caf&eacute;", "--model", "lstm")
    assert done.returncode == 0, done.stderr
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["label", "confidence", "tokens", "text"]
    assert [row.split("  ")[-1] for row in rows] == ["good thing", "a bad one", "café"]
    assert done.stderr == "Answers of lstm.\n"


def test_every_kind_of_input_gets_the_same_answers(exported_run, tmp_path):
    texts = ["good thing", "not a bad, thing at all", "", "naïve café"]
    (tmp_path / "texts.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
    (tmp_path / "table.jsonl").write_text("".join(json.dumps({"post": text}) + "\n" for text in texts))
    with (tmp_path / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", "post"], *enumerate(texts)])
    answers = []
    for source in ("texts.txt", "table.jsonl", "table.csv", "-"):
        done = subprocess.run(
            [sys.executable, "-m", "models.predict", exported_run, "--model", "rnn", "--text-column", "post"]
            + (["--input", tmp_path / source] if source != "-" else []),
            stdin=(tmp_path / "texts.txt").open("rb"),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        answers.append(done.stdout.decode())
        assert "texts/s" in done.stderr.decode()
    rows = [list(csv.DictReader(io.StringIO(answer))) for answer in answers]
    assert [row["text"] for row in rows[0]] == [row["post"] for row in rows[1]] == texts
    assert [row["id"] for row in rows[2]] == ["0", "1", "2", "3"]
    ours = [[list(row.values())[-len(rows[0][0]) + 1 :] for row in found] for found in rows]
    assert all(found == ours[0] for found in ours)
    rows = rows[0]
    assert all(
        float(row["probability_negative"]) + float(row["probability_positive"]) == pytest.approx(1, abs=1e-5)
        for row in rows
    )


def test_the_default_is_the_model_the_run_recommends(exported_run, tmp_path, command):
    for model in ("lstm", "linear"):
        export = tmp_path / model / "export"
        export.mkdir(parents=True)
        for name in ("classifier.json", "tokenizer.json", "model.onnx"):
            (export / name).symlink_to(exported_run.resolve() / model / "export" / name)
    done = command("models.predict", tmp_path, "good thing")
    assert done.returncode == 2
    assert "choose one of linear, lstm with --model" in done.stderr
    (tmp_path / "comparison.json").write_text(json.dumps({"recommended": {"model": "linear"}}))
    done = command("models.predict", tmp_path, "good thing")
    assert done.returncode == 0, done.stderr
    assert "Answers of linear." in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error(exported_run, tmp_path):
    (tmp_path / "texts.txt").write_text("good thing\n" * 50_000)
    line = f"{sys.executable} -m models.predict {exported_run} --model linear --input {tmp_path}/texts.txt | head -n 2"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "text"], "nowhere is not there: name one that python -m training.run has made"),
        (["tests", "text"], "tests is no run folder: name one"),
        (["RUN", "--model", "lstm", "text", "--input", "README.md"], "give texts, or name a file"),
        (["RUN", "--model", "lstm", "README.md"], "README.md is a file: read its texts with --input README.md."),
        (["RUN", "--model", "lstm", "text", "--output", "a.xlsx"], "a.xlsx is no kind of file that is written"),
        (["RUN", "--model", "gru", "text"], "has no exported gru"),
        (["RUN", "--model", "lstm", "--input", "nowhere.csv"], "could not be read"),
        (["RUN", "--model", "lstm", "--input", "README.md", "--encoding", "latin-99"], "no text encoding"),
        (["RUN", "--model", "lstm", "text", "--output", "nowhere/answers.csv"], "there is no folder nowhere"),
        (["RUN", "--model", "lstm", "text", "--output", "tests"], "Is a directory"),
        (["RUN", "--model", "linear", "--format", "openvino", "text"], "is not there"),
    ],
)
def test_bad_input_is_one_sentence(exported_run, here, arguments, said):
    code, error = here(*(exported_run if argument == "RUN" else argument for argument in arguments))
    assert code == 2
    assert said in error
    assert error.splitlines()[-1].removeprefix("python -m models.predict: ").startswith("error: ")
    assert error.count("\n") == 1 or error.startswith("usage: ")


def test_texts_that_hold_nothing_and_tables_that_hold_no_texts_are_said(exported_run, tmp_path, command):
    (tmp_path / "texts.csv").write_text("text,id\ngood thing,1\n,2\n...,3\n")
    (tmp_path / "empty.csv").write_text("text,id\n")
    done = command("models.predict", exported_run, "--model", "lstm", "--input", tmp_path / "texts.csv")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 4)
    assert "2 texts hold nothing that the model reads: the answer is the same to all." in done.stderr
    assert done.stderr.endswith("Answers of lstm.\n")
    done = command("models.predict", exported_run, "--model", "lstm", "--input", tmp_path / "empty.csv")
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert f"There are no texts in {tmp_path / 'empty.csv'}." in done.stderr


def test_what_is_no_text_is_named(classifier):
    with pytest.raises(TypeError, match="number 1, counted from 0, is none"):
        classifier.predict(["good", None])


TABLE = "text,label\nevening garden,pos\nbroken ladder,neg\n"


@pytest.mark.parametrize("how", ["its own name", "a link", "a hard link", "standard input"])
def test_the_file_that_is_read_is_not_overwritten(exported_run, tmp_path, here, how):
    table, output = tmp_path / "table.csv", tmp_path / "other.csv"
    table.write_text(TABLE)
    if how == "a link":
        output.symlink_to(table)
    elif how == "a hard link":
        os.link(table, output)
    else:
        output = table
    arguments = [exported_run, "--model", "lstm", "--output", output]
    if how == "standard input":
        command = [sys.executable, "-m", "models.predict", *arguments]
        with table.open("rb") as stdin:
            done = subprocess.run(command, stdin=stdin, capture_output=True, text=True, check=False)
        code, error = done.returncode, done.stderr
    else:
        code, error = here(*arguments, "--input", table)
    assert code == 2
    assert error == f"error: --output {output} is the file that is read: name another one for the answers.\n"
    assert table.read_text() == TABLE


@pytest.mark.parametrize(
    ("arguments", "content"),
    [
        (["--input", "nowhere.csv"], ""),
        (["--text-column", "post"], TABLE),
        (["--encoding", "utf-8"], "text\nna\xefve\n"),
        ([], "text,label\none,two\nthree\n"),  # a broken row, once answers have begun
        (["--format", "openvino", "--model", "linear"], TABLE),
    ],
)
def test_answers_that_are_refused_leave_the_older_ones(exported_run, tmp_path, here, arguments, content):
    table, output = tmp_path / "table.csv", tmp_path / "answers.csv"
    table.write_bytes(content.encode("latin-1"))
    output.write_text("older answers")
    code, error = here(exported_run, "--model", "lstm", "--input", table, "--output", output, *arguments)
    assert code == 2
    assert error.splitlines()[-1].startswith("error: ")
    assert output.read_text() == "older answers"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.csv", "table.csv"]


def test_answers_replace_the_file_behind_a_link_and_reach_what_is_no_file(tmp_path):
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("older")
    link.symlink_to(target)
    with open_output(str(link)) as file:
        file.write("newer")
        assert target.read_text() == "older"
    assert (target.read_text(), link.is_symlink()) == ("newer", True)
    with open_output(os.devnull) as file:
        file.write("anything")
    assert not Path(os.devnull).is_file()


def test_the_advice_names_only_what_the_command_has(exported_run, here, tmp_path):
    table = tmp_path / "no_header.csv"
    table.write_text("evening garden great,pos\nneighbour bicycle,neg\n")
    code, error = here(exported_run, "--model", "lstm", "--input", table)
    assert code == 2
    assert error.endswith("Name yours with --text-column.\n")


@pytest.mark.parametrize(("encoding", "style"), [("latin-1", "table"), ("ascii", "csv"), ("ascii", "jsonl")])
def test_a_terminal_that_lacks_a_letter_gets_its_escape(exported_run, command, encoding, style):
    texts = ["models.predict", exported_run, "--model", "lstm", "--as", style, "good \u4f60\u597d thing"]
    done = command(*texts, PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert "good \\u4f60\\u597d thing" in done.stdout
