"""kill -9 at random moments, to any process of a run: what was finished stays, and the final numbers are the same."""

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import time

import psutil
import pytest

from training.environment import backend

KILLS, SEED = int(os.environ.get("KILLS", "5")), 0  # KILLS=20 for an hour that is quiet
FLAGS = (
    "--data sample --sample 240 --unlabelled-sample 200 --epochs 4 --sequence-length 16 --width 8 "
    "--vocabulary-size 300 --models linear lstm --formats --no-explain"
)
MEASURED = ("seconds", "memory", "texts_per_second", "other_work")  # what differs between two runs of the same settings


def command(*arguments):
    return [sys.executable, "-m", "training.run", *map(str, arguments)]


def without_measurements(value):
    if isinstance(value, dict):
        return {
            name: without_measurements(entry)
            for name, entry in value.items()
            if not any(word in name for word in MEASURED)
        }
    return [without_measurements(entry) for entry in value] if isinstance(value, list) else value


def results(run):
    """Every file of a run that holds a result, as far as it is not a measurement of time or memory."""
    found = {}
    for path in sorted(run.rglob("*")):
        name = path.relative_to(run).as_posix()
        if name.endswith(("metrics.json", "data_card.json", "probes.json")):
            found[name] = without_measurements(json.loads(path.read_text(encoding="utf-8")))
        elif name.endswith("history.csv"):
            rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
            found[name] = [{key: value for key, value in row.items() if key != "seconds"} for row in rows]
        elif name.endswith(
            ("predictions.csv", "arrays.npz", "texts.jsonl", "unlabelled.jsonl", "vocabulary.txt", "settings.yaml")
        ):
            found[name] = path.read_text(encoding="utf-8", errors="surrogateescape").replace(str(run.parent), "")
        elif path.is_file() and "tfevents" not in name:
            found[name] = None  # that it is there
    return found


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """A run that nobody disturbed, and the seconds it took."""
    output = tmp_path_factory.mktemp("whole")
    started = time.monotonic()
    subprocess.run(command(*FLAGS.split(), "--output", output), check=True, stdout=subprocess.DEVNULL, timeout=300)
    return (output / "latest").resolve(), time.monotonic() - started


def family(pid):
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


@pytest.mark.long
@pytest.mark.skipif(backend() == "torch", reason="torch repeats its numbers within one process only")
def test_no_kill_loses_a_result_or_changes_a_number(uninterrupted, tmp_path):
    expected, seconds = results(uninterrupted[0]), uninterrupted[1]
    choose = random.Random(SEED)
    latest = tmp_path / "latest"
    kills, finished, seen, everyone = {"run": 0, "child": 0, "all": 0}, set(), {}, []
    while sum(kills.values()) < KILLS:
        begun = latest.exists() and latest.resolve() not in finished
        arguments = ("--resume", latest) if begun else (*FLAGS.split(), "--output", tmp_path)
        run = subprocess.Popen(
            command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            run.wait(choose.uniform(0, 0.7 * seconds))
        except subprocess.TimeoutExpired:
            processes = family(run.pid)
            everyone += processes
            victim = choose.choice(("run", "child", "all"))
            if victim == "child" and len(processes) > 1:
                kills["child"] += 1
                choose.choice(processes[1:]).kill()
                time.sleep(choose.uniform(0, 1))  # the run takes note, or does not get to
            if victim == "all":
                kills["all"] += 1
                os.killpg(run.pid, signal.SIGKILL)
            elif run.poll() is None:
                kills["run"] += 1
                run.kill()
        else:
            assert run.returncode == 0
            finished.add(latest.resolve())
        error = run.communicate(timeout=60)[1]
        assert "Traceback" not in error, error
        # What was once finished is never touched again.
        times = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*-sample/*/*/metrics.json")}
        assert seen.items() <= times.items()
        seen = times
    if latest.resolve() not in finished:
        subprocess.run(command("--resume", latest), check=True, stdout=subprocess.DEVNULL, timeout=300)
    print(f"kills: {kills}; trials finished: {len(seen)}")
    runs = [path for path in tmp_path.glob("*-sample") if (path / "settings.yaml").exists()]
    assert latest.resolve() in runs
    for folder in runs:
        if not (folder / "comparison.json").exists():  # another began before `latest` pointed here
            subprocess.run(command("--resume", folder), check=True, stdout=subprocess.DEVNULL, timeout=300)
        assert results(folder) == expected
    psutil.wait_procs(everyone, timeout=20)
    assert not [process for process in everyone if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
