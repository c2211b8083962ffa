"""What an answer costs, by export and as trained."""

import json

import pytest

from reports.measuring.costs import Cost, pareto, read_costs
from reports.reading.comparison import compare


def _cost(latency, memory=400.0, size=2.0, form="as trained"):
    return Cost(form, latency, memory, size)


def _write_parity(run, model, formats):
    folder = run / model / "export"
    folder.mkdir(parents=True)
    (folder / "parity.json").write_text(json.dumps({"model": model, "seed": 6, "formats": formats}))


def test_costs_of_exports_and_of_training(full_run):
    full_run.trials = [trial for trial in full_run.trials if trial["seed"] == 6]
    full_run.write()
    (full_run.folder / "rnn" / "6" / "model.keras").write_bytes(b"x" * 500_000)
    formats = {
        "saved_model": {"megabytes": 3.0, "latency_ms": {"1": 4.0}, "peak_memory_mb": 850},
        "onnx": {"megabytes": 1.5, "latency_ms": {"1": 1.0}, "peak_memory_mb": 60, "refused": None},
        "onnx_int8": {"megabytes": 0.4, "latency_ms": {"1": 0.5}, "peak_memory_mb": 50, "refused": "answers differ"},
    }
    int8 = {"megabytes": 0.4, "latency_ms": {"1": 0.5}, "peak_memory_mb": 50, "validation_accuracy_change": -0.0125}
    _write_parity(full_run.folder, "transformer", {"onnx": formats["onnx"], "onnx_int8": int8})
    _write_parity(full_run.folder, "distilbert", {"onnx_int8": int8})
    del int8["validation_accuracy_change"]  # as of an older export: nobody knows
    _write_parity(full_run.folder, "linear", {"onnx_int8": int8})
    _write_parity(full_run.folder, "lstm", formats)
    found = read_costs(compare(full_run.folder))
    assert found["lstm"] == [_cost(1.0, 60, 1.5, "onnx"), _cost(4.0, 850, 3.0, "saved_model")]
    # The file and 4 bytes for each of 1,234,567 - 98,690 parameters that are not in it; 1000 / 500 texts a second.
    assert found["rnn"] == [_cost(2.0, 400.0, pytest.approx(0.5 + 4 * 1.135877))]
    assert found["linear"][0].model_mb is None  # its file is not there
    # INT8 is quicker, but the accuracy beside the first is not its own.
    changed = Cost("onnx_int8", 0.5, 50, 0.4, accuracy_loss=0.0125, same_answers=False)
    assert found["transformer"] == [_cost(1.0, 60, 1.5, "onnx"), changed]
    assert [cost.form for cost in found["distilbert"]] == ["as trained", "onnx_int8"]
    assert [cost.form for cost in found["linear"]] == ["as trained"]


def test_pareto_keeps_equals():
    assert pareto({"a": (0.9, 1.0), "b": (0.9, 1.0), "c": (0.9, 2.0), "d": (0.95, 3.0)}) == ["a", "b", "d"]
