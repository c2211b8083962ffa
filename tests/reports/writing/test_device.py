"""What reports say of a GPU, where a run had one, and of several devices."""

import dataclasses
import re

from models.metrics import Table
from reports.evaluation import evaluate
from reports.writing import repeating
from reports.writing.comparison_json import as_json
from reports.writing.table import render


def test_a_device_and_its_memory_are_said_where_there_was_one(whole_run):
    usual = evaluate(whole_run.folder)
    assert "device" not in render(usual, "pipe", Table.SUMMARY)
    whole_run.environment["device"] = "NVIDIA H100 80GB HBM3"
    for trial in whole_run.trials:
        trial["peak_device_memory_mb"] = 1234.5 if trial["model"] == "rnn" else None
    whole_run.write()
    found = evaluate(whole_run.folder)
    table = render(found, "pipe", Table.SUMMARY)
    assert "device, peak MB" in table
    assert "1,234" in table
    assert "cores and NVIDIA H100 80GB HBM3. Memory is" in table
    assert "cores, NVIDIA H100 80GB HBM3;" in repeating.machine(found.comparison.run)
    written = as_json(found)
    assert written["run"]["device"] == "NVIDIA H100 80GB HBM3"
    assert {row["model"]: row.get("peak_device_memory_mb") for row in written["rows"]}["linear"] is None
    assert dataclasses.asdict(usual.comparison.run.environment)["device"] is None


def test_a_row_says_of_the_devices_it_was_trained_on(fake_run, trial):
    fake_run.settings["seeds"] = 1
    fake_run.trials = [trial("rnn", 5, 0.8, devices=2, virtual_devices=True), trial("lstm", 5, 0.8, devices=4)]
    fake_run.write()
    found = evaluate(fake_run.folder)
    output = render(found, "simple", Table.SUMMARY)
    assert re.search(r"^rnn .* trained on 2 virtual devices$", output, re.MULTILINE)
    assert re.search(r"^lstm .* trained on 4 devices$", output, re.MULTILINE)
    assert [row["by_seed"][0]["devices"] for row in as_json(found)["rows"]] == [2, 4]
