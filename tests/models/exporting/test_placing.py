"""An export is replaced by what passed, and by nothing else: the files in the folder always belong together."""

import json
import os
import signal

import pytest

from models.children import MemoryExceeded
from models.exporting import export
from models.exporting.export import best_seed, export_all
from models.run_folder import RunFolder
from models.serving.formats import FORMATS

FAITHFUL = {
    "texts": 9,
    "largest_difference": 1e-7,
    "label_agreement": 1.0,
    "accuracy": 0.9,
    "accuracy_change": 0.0,
    "validation_accuracy": 0.8,
    "validation_accuracy_change": 0.0,
    "latency_ms": {"1": 1.0},
    "times_faster": {"1": 2.0, "32": 2.0},
}


class Processes:
    """Stands for the processes that write and prove: what they find is said beforehand."""

    def __init__(self):
        self.model = "first"  # what the files hold, so that it is seen whose they are
        self.tokenizer = "words"
        self.not_written: dict[str, str | int] = {}  # a format with the reason, or the signal that ends the process
        self.found: dict[str, dict] = {}
        self.loads = True

    def run(self, _, target, *arguments, memory_limit_mb, **__):
        self.limit = memory_limit_mb
        return (self.write if target is export.write_formats else self.prove)(*arguments)

    def write(self, _path, _model, seed, formats, aside):
        if not self.loads:
            return -signal.SIGSEGV
        (aside / "tokenizer.json").write_text(self.tokenizer)
        (aside / "classifier.json").write_text(json.dumps({"seed": seed}))
        written = {}
        for name in ["loaded", *formats]:
            if isinstance(self.not_written.get(name), int):
                return -self.not_written[name]
            if isinstance(self.not_written.get(name), Exception):
                raise self.not_written[name]
            if name in FORMATS:
                written[name] = {"refused": self.not_written.get(name), "megabytes": 1.0, "seconds_to_write": 1.0}
                for file in FORMATS[name].files if name not in self.not_written else ():
                    target = aside / file if "." in file else aside / file / "1"
                    target.parent.mkdir(exist_ok=True)
                    target.write_text(f"{name} of {self.model}, {seed}")
            (aside / "written.json").write_text(json.dumps(written))
        return 0

    def prove(self, _path, _model, _seed, _folder, name, result):
        found = self.found.get(name, FAITHFUL)
        if isinstance(found, int):
            return -found
        result.write_text(json.dumps(found))
        return 0


@pytest.fixture
def processes(monkeypatch):
    found = Processes()
    monkeypatch.setattr(export, "run_in_child", found.run)
    monkeypatch.setattr(export, "start_fork_server", lambda *_: None)
    return found


@pytest.fixture
def run(tmp_path):
    """Two models, each trained with two seeds; 0 is the better one."""
    found = RunFolder(tmp_path / "run")
    for model in ("lstm", "linear"):
        for seed in (0, 1):
            trained(found, model, seed, loss=0.5 + seed)
    return found


def trained(run, model, seed, loss, answers="answers", collapsed=False):
    run.trial(model, seed).mkdir(parents=True, exist_ok=True)
    run.metrics(model, seed).write_text(json.dumps({"validation": {"log_loss": loss, "collapsed": collapsed}}))
    run.predictions(model, seed).write_text(f"{answers} of {model}, {seed}")


def parity(run, model="lstm"):
    return json.loads((run.export(model) / "parity.json").read_text())


def contents(folder):
    """The text of every file in the export folder, without parity.json."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "parity.json"]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def export_lstm(run, *formats):
    return export_all(run, ["lstm"], formats, 1000)


BOTH = ("onnx", "saved_model")
WHOLE = {
    "tokenizer.json": "words",
    "classifier.json": '{"seed": 0}',
    "model.onnx": "onnx of first, 0",
    "saved_model/1": "saved_model of first, 0",
}


@pytest.mark.parametrize(
    "broken",
    [
        {"not_written": {"onnx": "it cannot be written"}},
        {"not_written": {"onnx": signal.SIGKILL}},
        {"not_written": {"onnx": MemoryExceeded("1,500 MB")}},
        {"not_written": {"loaded": signal.SIGSEGV}},
        {"loads": False},
        {"found": {"onnx": FAITHFUL | {"largest_difference": 0.1}}},
        {"found": {"onnx": {"refused": "it does not answer"}}},
        {"found": {"onnx": signal.SIGSEGV}},
    ],
)
def test_a_failed_export_leaves_the_one_that_is_there(run, processes, broken):
    assert export_lstm(run, *BOTH)
    assert contents(run.export("lstm")) == WHOLE
    before = parity(run)
    vars(processes).update(broken)
    assert not export_lstm(run, *BOTH)
    assert contents(run.export("lstm")) == WHOLE
    after = parity(run)
    assert after["formats"]["onnx"] == before["formats"]["onnx"]
    assert {entry["refused"] for entry in after["formats"].values()} == {None}
    assert sorted(path.name for path in run.export("lstm").parent.iterdir()) == ["0", "1", "export"]


@pytest.mark.usefixtures("processes")
def test_one_model_that_fails_stops_none_behind_it(run, capsys):
    assert export_all(run, ["lstm", "linear"], BOTH, 1000)
    run.predictions("lstm", 0).unlink()
    run.metrics("linear", 1).write_text("{")
    trained(run, "cnn", 0, 0.5)
    assert not export_all(run, ["lstm", "linear", "cnn"], BOTH, 1000)
    said = capsys.readouterr().out.splitlines()[-4:]
    assert said[0].startswith("lstm         not exported: ")
    assert "metrics.json is damaged" in said[1]
    assert contents(run.export("cnn")).keys() == WHOLE.keys()
    assert contents(run.export("lstm")) == WHOLE


def test_a_new_best_seed_takes_the_folder_only_once_something_of_it_passed(run, processes):
    assert export_lstm(run, *BOTH)
    before = parity(run)
    trained(run, "lstm", 1, loss=0.1)
    processes.not_written = dict.fromkeys(BOTH, "no")
    assert not export_lstm(run, *BOTH)
    assert contents(run.export("lstm")) == WHOLE
    assert parity(run) == before
    processes.not_written = {"saved_model": "no"}
    processes.tokenizer = "other words"
    assert not export_lstm(run, *BOTH)
    # The SavedModel of seed 0 may not stay beside the tokenizer of seed 1.
    assert contents(run.export("lstm")) == {
        "tokenizer.json": "other words",
        "classifier.json": '{"seed": 1}',
        "model.onnx": "onnx of first, 1",
    }
    assert parity(run)["seed"] == 1
    assert parity(run)["formats"]["saved_model"]["refused"] == "no"


def test_a_seed_that_collapsed_is_exported_only_where_all_did(run):
    trained(run, "lstm", 1, loss=0.1, collapsed=True)
    assert best_seed(run, "lstm") == 0  # of the higher loss
    trained(run, "lstm", 0, loss=0.5, collapsed=True)
    assert best_seed(run, "lstm") == 1


@pytest.mark.parametrize("change", ["trained again", "another tokenizer"])
def test_formats_of_another_model_of_the_same_seed_do_not_stay(run, processes, change):
    assert export_lstm(run, *BOTH)
    if change == "trained again":
        trained(run, "lstm", 0, 0.5, answers="other answers")
    else:
        processes.tokenizer = "other words"
    assert export_lstm(run, "onnx")
    assert set(contents(run.export("lstm"))) == {"tokenizer.json", "classifier.json", "model.onnx"}
    assert set(parity(run)["formats"]) == {"onnx"}


def test_another_format_is_added_to_what_is_there(run, processes):
    assert export_lstm(run, "onnx")
    processes.not_written = {"openvino": "OpenVINO cannot read it"}
    assert not export_lstm(run, "openvino")
    assert export_lstm(run, "saved_model")
    assert contents(run.export("lstm")) == WHOLE
    found = parity(run)["formats"]
    assert {name: entry["refused"] for name, entry in found.items()} == {
        "onnx": None,
        "openvino": "OpenVINO cannot read it",
        "saved_model": None,
    }


def test_what_is_made_from_a_refused_format_is_refused(run, processes):
    processes.found = {"onnx": FAITHFUL | {"label_agreement": 0.5}}
    assert not export_lstm(run, "onnx_int8")
    assert "made from onnx" in parity(run)["formats"]["onnx_int8"]["refused"]
    assert contents(run.export("lstm")) == {}


def test_a_process_that_dies_of_one_format_costs_that_format_alone(run, processes):
    processes.not_written = {"saved_model": MemoryExceeded("1,500 MB")}
    assert not export_lstm(run, "onnx", "saved_model", "openvino")
    found = parity(run)["formats"]
    assert found["saved_model"]["refused"] == "it took 1,500 MB, more than --memory-limit of 1,000 MB"
    assert found["onnx"]["refused"] is found["openvino"]["refused"] is None
    assert processes.limit == 1000


@pytest.mark.usefixtures("processes")
def test_what_killed_processes_left_goes_and_what_a_living_one_writes_stays(run):
    dead, alive = (run.trial("lstm", 0).parent / f".unfinished-export-{pid}-x" for pid in (2**22 + 1, os.getpid()))
    dead.mkdir()
    alive.mkdir()
    assert export_lstm(run, "onnx")
    assert (dead.exists(), alive.exists()) == (False, True)


def test_which_export_is_fastest_stands_beside_them_those_that_were_kept_too(run, processes):
    speeds = {"onnx": {"64": 500.0}, "saved_model": {"64": 90.0, "256": 300.0}}
    for name, speed in speeds.items():
        processes.found[name] = FAITHFUL | {"texts_per_second": speed}
        assert export_lstm(run, name)
    assert json.loads(contents(run.export("lstm"))["classifier.json"])["speeds"] == [
        {"format": "onnx", "batch_size": 64, "texts_per_second": 500.0},
        {"format": "saved_model", "batch_size": 256, "texts_per_second": 300.0},
    ]


def test_a_format_for_other_models_is_passed_over(run, processes, capsys):
    assert export_all(run, ["lstm", "linear"], ["onnx", "arrays"], 1000)
    assert {model: set(parity(run, model)["formats"]) for model in ("lstm", "linear")} == {
        "lstm": {"onnx"},
        "linear": {"onnx", "arrays"},
    }
    assert not export_lstm(run, "arrays")
    assert "lstm         not exported: none of these formats is for it" in capsys.readouterr().out
