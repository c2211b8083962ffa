"""A run folder that is kept on shared storage: its copy is a run that can be continued, whenever copying ended."""

import time
from pathlib import Path

import fsspec
import pytest

from models.run_folder import RunFolder
from training.command_line import load, parse
from training.run import main
from training.run_folders import StorageUnusable, open_run
from training.storage import mirror as mirroring
from training.storage.mirror import Mirror, mirrored
from training.storage.places import run_folder

URL = "memory://bucket/runs"


@pytest.fixture(autouse=True)
def storage(tmp_path, monkeypatch):
    """Empty storage, and a working directory that is empty too."""
    monkeypatch.chdir(tmp_path)
    files = fsspec.filesystem("memory")
    yield files
    files.rm("/", recursive=True)


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def finish(run, model, seed):
    run.trial(model, seed).mkdir(parents=True)
    run.metrics(model, seed).write_text("{}")
    (run.trial(model, seed) / "model.npz").write_bytes(b"weights")


def begun(storage):
    """A run that keeps a copy, with a finished trial."""
    with open_run(parse(["--data", "sample", "--output", URL]), None, "") as run, mirrored(run, URL):
        assert storage.exists(f"/bucket/runs/{run.path.name}/settings.yaml")
        run.data_card.write_text("{}")
        finish(run, "lstm", 0)
    return run


def test_a_run_is_continued_from_its_copy_on_another_machine(storage, tmp_path, monkeypatch):
    run = begun(storage)
    assert run.path.resolve() == tmp_path / "runs" / run.path.name
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    again = run_folder(f"{URL}/{run.path.name}")
    assert again.parent.resolve() == tmp_path / "other/runs"
    expected = {
        name: content for name, content in contents(tmp_path / "runs" / run.path.name).items() if name != ".lock"
    }
    assert contents(again) == expected
    settings = load(again / "settings.yaml")
    with open_run(settings, again, "") as run, mirrored(run, settings.output):
        finish(run, "lstm", 1)
    assert storage.exists(f"/bucket/runs/{run.path.name}/lstm/1/metrics.json")


def test_what_says_that_something_is_finished_is_copied_last(tmp_path, monkeypatch):
    run = RunFolder(tmp_path / "run")
    finish(run, "rnn", 0)
    (run.trial("rnn", 0) / ".unfinished-7-model.npz").write_text("half")
    mirror, put = Mirror(run.path, f"{URL}/run"), []
    monkeypatch.setattr(mirror.files, "put_file", lambda _path, name: put.append(name.rpartition("/run/")[2]))
    mirror.push()
    assert put == ["rnn/0/model.npz", "rnn/0/metrics.json"]
    mirror.push()
    assert len(put) == 2, "what was copied is not copied again"


def test_what_is_changed_or_gone_is_so_in_the_copy(storage, tmp_path):
    run = RunFolder(tmp_path / "run")
    finish(run, "rnn", 0)
    finish(run, "ensemble", 0)
    mirror = Mirror(run.path, f"{URL}/run")
    mirror.push()
    run.metrics("rnn", 0).write_text('{"loss": 1}')
    for path in list(run.trial("ensemble", 0).iterdir()):
        path.unlink()
    mirror.push()
    assert storage.cat("/bucket/runs/run/rnn/0/metrics.json") == b'{"loss": 1}'
    assert not storage.find("/bucket/runs/run/ensemble")


def test_what_is_being_written_waits_and_so_does_what_is_said_of_it(storage, tmp_path, monkeypatch):
    run = RunFolder(tmp_path / "run")
    finish(run, "rnn", 0)
    mirror, look = Mirror(run.path, f"{URL}/run"), mirroring._look
    with monkeypatch.context() as patched:
        patched.setattr(mirroring, "_look", lambda folder: look(folder) | {"rnn/0/model.npz": (0, 0)})  # as it was then
        mirror.push()
    assert not storage.find("/bucket/runs/run")
    mirror.push()
    assert len(storage.find("/bucket/runs/run")) == 2


def test_what_is_gone_since_a_kill_goes_from_the_copy(storage, tmp_path):
    run = RunFolder(tmp_path / "run")
    finish(run, "rnn", 0)
    Mirror(run.path, f"{URL}/run").push()
    (run.trial("rnn", 0) / "model.npz").unlink()
    Mirror(run.path, f"{URL}/run").push()  # another process
    assert storage.find("/bucket/runs/run") == ["/bucket/runs/run/rnn/0/metrics.json"]


@pytest.mark.parametrize(("fails", "code"), [(KeyboardInterrupt, 130), (OSError, 2)])
def test_fetching_that_ends_early_leaves_nothing(storage, tmp_path, monkeypatch, fails, code):
    run = begun(storage)
    monkeypatch.chdir(tmp_path / "runs")

    def ends(_path, to):
        Path(to).write_text("half")
        raise fails

    monkeypatch.setattr(type(storage), "get_file", lambda _self, path, to: ends(path, to))
    try:
        found = main(["--resume", f"{URL}/{run.path.name}"])
    except SystemExit as ended:
        found = ended.code
    assert found == code
    assert not list((tmp_path / "runs/runs").iterdir())


def test_what_is_no_run_folder_is_not_fetched(storage, monkeypatch, capsys):
    storage.pipe("/bucket/runs/photographs/1.jpeg", b"large")
    monkeypatch.setattr(type(storage), "get_file", lambda *_: 1 / 0)
    with pytest.raises(SystemExit):
        main(["--resume", f"{URL}/photographs"])
    assert "photographs is no run folder: settings.yaml is not in it" in capsys.readouterr().err


def test_a_run_whose_data_is_refused_leaves_no_copy(storage, tmp_path):
    assert main(["--data", "nowhere.csv", "--output", URL]) == 2
    assert not storage.find("/bucket")
    assert not (tmp_path / "runs").exists()


def test_storage_that_fails_later_is_said_and_what_is_here_stays(monkeypatch, capsys):
    tried = []

    def failing(*_):
        tried.append(time.monotonic())
        raise OSError("the network is down")

    def work(run):
        with mirrored(run, URL):
            for patched in (fsspec.filesystem("memory"), type(fsspec.filesystem("memory"))):
                monkeypatch.setattr(patched, "put_file", failing)
            run.data_card.write_text("{}")  # not before: it might have been copied by then
            end = time.monotonic() + 60
            while len(tried) < 2:  # after the first time it was said
                assert time.monotonic() < end
                time.sleep(0.01)

    monkeypatch.setattr(mirroring, "SECONDS", 0.01)
    with open_run(parse(["--data", "sample"]), None, "") as run:
        with pytest.raises(StorageUnusable, match="could not be written to .OSError: the network is down"):
            work(run)
        assert run.data_card.exists()
    assert "could not be written to (OSError: the network is down)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--output", "nosuch://bucket/runs"], "nosuch://bucket/runs/"),
        (["--resume", "nosuch://bucket/runs/a"], "nosuch://bucket/runs/a cannot be used (Protocol not known"),
        (["--resume", f"{URL}/nothing"], f"{URL}/nothing is no run folder: settings.yaml is not in it;"),
    ],
)
def test_a_place_that_cannot_be_is_refused_in_one_sentence(arguments, said, tmp_path, capsys):
    try:
        code = main(["--data", "sample", *arguments] if "--output" in arguments else arguments)
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert said in (error := capsys.readouterr().err)
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_copy_is_not_fetched_onto_a_run_that_is_here(storage, capsys):
    run = begun(storage)
    with pytest.raises(SystemExit):
        main(["--resume", f"{URL}/{run.path.name}"])
    assert "which is there: continue that or move it" in capsys.readouterr().err
