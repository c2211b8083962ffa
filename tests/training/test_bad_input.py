"""Whatever is given that cannot be used: one sentence with the mend and exit code 2, on every way in."""

import os
import re
import subprocess
import sys

import pytest

from training import run

TWELVE = "".join(f"film{number},{'xy'[number % 2]}\n" for number in range(12))
GOOD = "text,label\n" + TWELVE
DATA = {
    # What the file is called, what is in it, further flags, and the sentence.
    "wrong column": (
        "a.csv",
        GOOD.replace("text", "txt"),
        "--text-column text",
        "no column 'text' (did you mean 'txt'?); its columns are",
    ),
    "wrong label column": (
        "a.csv",
        GOOD,
        "--label-column stars",
        "no column 'stars'; its columns are: 'text', 'label'.",
    ),
    "same column twice": ("a.csv", GOOD, "--label-column text", "are both 'text': name two different columns."),
    "duplicate header": ("a.csv", GOOD.replace("text", "label"), "", "names a column twice ('label'): give each"),
    "semicolons": ("a.csv", GOOD.replace(",", ";"), "--delimiter ,", "has no column 'label' (did you"),
    "empty file": ("a.csv", "", "", "holds no rows: name a file with texts and labels."),
    "one class": (
        "a.csv",
        GOOD.replace(",y", ",x"),
        "",
        "all 12 texts have the label 'x' and a classifier needs two: add",
    ),
    "class of few": ("a.csv", GOOD + "z,z\n", "", "Class 'z' has 1 text: each needs at least 6; add texts, or merge"),
    "too few texts": (
        "a.csv",
        "text,label\na,x\nb,x\nc,x\nd,y\ne,y\n",
        "",
        "2 classes have too few texts, 'y' (2 texts), 'x' (3 texts): each needs at least 6; add texts, or merge or",
    ),
    "too small a sample": ("a.csv", GOOD, "--sample 11", "--sample 11 is too few for 2 classes: take at least 12."),
    "empty once cleaned": (
        "a.csv",
        re.sub(r"film\d+", "!", GOOD),
        "",
        "are empty once cleaned: punctuation, markup, addresses",
    ),
    "all the same": (
        "a.csv",
        re.sub(r"film\d+", "film", GOOD),
        "",
        "are left once empty and repeated ones are removed",
    ),
    "no UTF-8": (
        "a.csv",
        (GOOD + "café,x").encode("latin-1"),
        "--encoding utf-8",
        "is not utf-8: line 14, byte 112 of the file, is 0xe9",
    ),
    "UTF-16": (
        "a.csv",
        GOOD.encode("utf-16-le"),
        "--encoding utf-8",
        "is not UTF-8 but utf-16-le, by its first bytes: add --encoding",
    ),
    "UTF-16 JSON": (
        "a.jsonl",
        '{"text"'.encode("utf-16-be"),
        "--encoding utf-8",
        "is not UTF-8 but utf-16-be, by its first bytes: add",
    ),
    "unknown encoding": (
        "a.csv",
        GOOD,
        "--encoding utf9",
        "--encoding utf9 is no text encoding: try utf-8, utf-16, cp1252",
    ),
    "packed": ("a.csv.gz", b"\x1f\x8b\x08", "", "is packed and damaged (Compressed file ended before the end"),
    "workbook": (
        "a.xlsx",
        b"PK\x03\x04",
        "",
        "is a zip archive or an Excel workbook: unpack it, or save the table as CSV.",
    ),
    "no table": ("a.txt", "good film\nbad film\n", "", "has no column 'label'; its columns are:"),
    "no JSON": (
        "a.jsonl",
        GOOD,
        "",
        "line 1: not JSON (Expecting value: line 1 column 1 (char 0)); each line must be one",
    ),
    "texts without a label": (
        "a.csv",
        re.sub(",[xy]", ",", GOOD),
        "",
        "none of 12 texts has a label in column 'label': label some, or name another column with --label-column.",
    ),
    "damaged rows": (
        "a.csv",
        GOOD + "a\n",
        "",
        "line 14: expected 2 fields as in the header, got 1; quote texts that contain the delimiter or a line break; "
        "1 of 13 rows is damaged, and --bad-rows 0.01 allows a smaller share.",
    ),
    "no such class": ("a.csv", GOOD, "--positive z", "--positive z: there is no such class; there are: 'x', 'y'."),
    "open quote": (
        "a.csv",
        GOOD + '"a,x\n',
        "",
        "line 14, is not well-formed: unexpected end of data; put texts in quotes",
    ),
    "two ways to split": ("a.csv", GOOD, "--test a.csv --time-column text", "--time-column and --test each say how"),
    "no test file": ("a.csv", GOOD, "--test b.csv", "b.csv could not be read: No such file or directory; check the"),
    "a test file with other columns": ("a.csv", GOOD, "--test a.jsonl", "a.jsonl could not be read"),
    "no such column of groups": ("a.csv", GOOD, "--group-column author", "no column 'author'; its columns are: 'text'"),
    "groups of sources": ("sample", "", "--group-column author", "--group-column is for tables, and --data sample is"),
    "control characters": (
        "a.csv",
        "\x1b[2J,b\n",
        "",
        r"its columns are: '\x1b[2J', 'b'. Name yours with --text-column",
    ),
}
CONFIG = {
    "no YAML": ("epochs: [", "could not be read (while parsing a flow node"),
    "no mapping": ("- epochs", "must hold one `setting: value` a line."),
    "binary": ("\0\1", "could not be read (unacceptable character"),
    "unknown key": ("epoch: 3", "unknown setting 'epoch' (did you mean epochs?): correct it or take it out."),
    "a flag that is no setting": ("help: true", "unknown setting 'help'"),
    "another config": ("config: b.yaml", "unknown setting 'config'"),
    "wrong type": ("epochs: many", "--config a.yaml: epochs: invalid whole number value: 'many'; `python -m"),
    "nothing": ("epochs:", "--config a.yaml: epochs: invalid whole number value: ''; `python -m"),
    "out of range": ("sequence_length: 0", "--config a.yaml: sequence_length: 0 is not between 1 and 100000; `python"),
    "an unknown model": ("models: [gru]", "--config a.yaml: models: invalid choice: 'gru' (choose from rnn, lstm,"),
    "no models": ("models: []", "models cannot be that: architectures to train."),
    "a list for a number": ("epochs: [3, 4]", "epochs cannot be that: most epochs."),
    "a list of lists": ("models: [[rnn]]", "models cannot be that: architectures to train."),
    "a flag in a list": ("models: [--help]", "--config a.yaml: models: invalid choice: '--help' (choose from rnn,"),
    "a number for a switch": ("mask: 3", "--config a.yaml: mask: '3' is neither true nor false; `python -m"),
    "a NUL": ('output: "a\\0b"', r"output cannot be 'a\x00b': folder that gets a folder for this run; or a URL"),
    "too deep": ("[" * 10_000, "could not be read (maximum recursion depth exceeded"),
    "an impossible character": ('data: "\\UFFFFFFFF"', "could not be read ("),
    "laughs": (
        "models: [&l0 [x, x]" + "".join(f", &l{n} [*l{n - 1}, *l{n - 1}]" for n in range(1, 50)) + "]",
        "models cannot be that",  # written out it would have 2 ** 50 items
    ),
    "itself": ("models: &a [*a]", "could not be read (found unconstructable recursive node"),
}
SETTINGS = {
    "unknown": ("--epoch 3", "unknown setting --epoch 3 (did you mean --epochs?)"),
    "misspelled": ("--bach-size=3", "unknown setting --bach-size=3 (did you mean --batch-size?)"),
    "no number": ("--epochs many", "argument --epochs: invalid whole number value: 'many'"),
    "no seeds": ("--seeds 0", "argument --seeds: 0 is not between 1 and 1000"),
    "no words": ("--sequence-length 0", "argument --sequence-length: 0 is not between 1 and 100000"),
    "words without end": ("--sequence-length 1000000000", "1000000000 is not between 1 and 100000"),
    "no vocabulary": ("--vocabulary-size 2", "argument --vocabulary-size: 2 is not between 3 and 1000000"),
    "odd width": ("--width 30", "30 does not divide among the Transformer's 4 heads: try 28"),
    "no rate": ("--learning-rate 0", "argument --learning-rate: nothing is learned at 0"),
    "no finite rate": ("--learning-rate inf", "argument --learning-rate: inf is not at least 0 and finite"),
    "all dropped": ("--dropout 1", "argument --dropout: 1.0 is not at least 0 and less than 1"),
    "digits without end": ("--epochs " + "9" * 5000, "argument --epochs: invalid whole number value: '999"),
    "unknown model": ("--models gru", "argument --models: invalid choice: 'gru' (choose from"),
    "no delimiter": ("--delimiter ab", "argument --delimiter: 'ab' is no mark between cells, such as ; or tab"),
    "a share of all": ("--bad-rows 1", "argument --bad-rows: 1.0 is not at least 0 and less than 1"),
    "too small a class": ("--min-class-size 5", "argument --min-class-size: 5 is not between 6 and 1000000"),
    "no way with rare classes": ("--rare keep", "argument --rare: invalid choice: 'keep' (choose from refuse, drop,"),
    "unknown data": ("--data newsgroups", "--data newsgroups is neither 20newsgroups, sample, a folder, nor a file ("),
    "no file": ("--data a.csv", "a.csv could not be read: No such file or directory; check the path."),
    "no folder of weights": ("--data sample --backbone ./no", "no has no config.json: name a folder written by"),
    "a folder": ("--data .", "test_settings_a_folder_0 holds no folders of texts: make one folder a"),
    "a device": ("--data /dev/zero", "/dev/zero is a device: name a file."),
    "a device as config": ("--config /dev/zero", "--config /dev/zero is no file: name the settings.yaml of a run."),
    "no config": ("--config a.yaml", "--config a.yaml is no file: name the settings.yaml of a run."),
    "endless name": ("--config " + "a" * 5000, "): write one `setting: value` a line."),
}


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """The sentence that `main` refuses its arguments with, having seen to all else that must hold then."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_BACKEND", os.environ.get("KERAS_BACKEND", "tensorflow"))  # main sets it
    monkeypatch.setattr("training.experiment.start_fork_server", lambda module: None)

    def refused(*arguments):
        try:
            code = run.main(arguments)
        except SystemExit as ended:
            code = ended.code
        out, err = capsys.readouterr()
        assert code == 2
        assert out == ""
        assert re.fullmatch(r"error: [^\n]+[.)]\n", err)
        assert len(err) < 1000
        assert not (tmp_path / "runs").exists()
        return err

    return refused


@pytest.mark.parametrize("case", DATA)
def test_data(case, refused, tmp_path):
    name, content, flags, sentence = DATA[case]
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert sentence in refused("--data", name, *flags.split())


@pytest.mark.parametrize("case", CONFIG)
def test_config(case, refused, tmp_path):
    content, sentence = CONFIG[case]
    (tmp_path / "a.yaml").write_text(content, encoding="utf-8")
    assert sentence in refused("--config", "a.yaml")


@pytest.mark.parametrize("case", SETTINGS)
def test_settings(case, refused):
    arguments, sentence = SETTINGS[case]
    assert sentence in refused(*arguments.split())


@pytest.mark.parametrize("flag", ["--data", "--config"])
def test_a_pipe_is_not_waited_for(flag, refused, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert re.search("is a pipe: name a file|is no file: name the settings", refused(flag, "pipe"))


WEIGHTS = {
    "no weights": ({"config.json": "{}"}, "has no weights, .h5 or .safetensors: name a folder"),
    "broken config": ({"config.json": "{", "model.safetensors": ""}, "config.json is broken (Expecting property name"),
    "cut off": ({"config.json": "{}", "model.safetensors": "\x10" + "\0" * 7 + "{"}, "model.safetensors is broken ("),
    "no HDF5": ({"config.json": "{}", "model.weights.h5": "<html>404"}, "model.weights.h5 is broken ("),
    "a pickle": ({"config.json": "{}", "pytorch_model.bin": "\x80\x04."}, "has no weights, .h5 or .safetensors"),
}


@pytest.mark.parametrize("case", WEIGHTS)
def test_a_broken_backbone_folder(case, refused, tmp_path):
    files, sentence = WEIGHTS[case]
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="latin-1")
    assert sentence in refused("--data", "sample", "--backbone", str(tmp_path))


def test_backends(refused, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    assert "KERAS_BACKEND=theano is not one of tensorflow, jax, torch: set it" in refused("--data", "sample")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "KERAS_BACKEND=jax is not installed: pip install -e '.[jax]' in the" in refused("--data", "sample")


@pytest.mark.slow
def test_a_bare_python():
    done = subprocess.run(
        [sys.executable, "-S", "-m", "training.run", "--data", "sample"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "KERAS_BACKEND=tensorflow is not installed: pip install -e . in the project's folder." in done.stderr


def test_a_package_that_is_not_installed(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "training.experiment", None)  # what an import fails at
    assert "install what is missing with `pip install -e .`" in refused("--data", "sample")


@pytest.mark.parametrize("debug", [True, False])
def test_a_defect_is_no_bad_input(debug, monkeypatch, capsys, tmp_path):
    def defective(settings, run):
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr("training.experiment.compare", defective)
    assert run.main(["--data", "sample", "--output", str(tmp_path), *["--debug"] * debug]) == 1
    err = capsys.readouterr().err
    assert err.endswith(
        "error: ZeroDivisionError: by zero. This is a defect of the software: run `python -m training.run` again with "
        "--debug and report what it shows.\n"
    )
    assert ("in defective" in err) == debug
