"""Many texts by several processes: the same results in the same order, and no process left behind."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from data import parallel
from data.cleaning import Cleaner


@pytest.mark.slow
def test_the_same_results_in_the_same_order(monkeypatch):
    monkeypatch.setattr(parallel, "LEAST", 2)
    monkeypatch.setattr(parallel, "CHUNK", 7)
    monkeypatch.setattr("joblib.cpu_count", lambda: 2)
    texts = [f"The <b>cat</b> number{at} cannot sleep" for at in range(100)]
    assert parallel.map_texts(Cleaner().clean, texts) == [Cleaner().clean(text) for text in texts]


def test_few_texts_need_no_process(monkeypatch):
    monkeypatch.setattr(parallel, "ProcessPoolExecutor", None)
    assert parallel.map_texts(str.upper, ["a", "b"]) == ["A", "B"]
    assert parallel.map_texts(str.upper, []) == []


PROGRAM = """
import time
from data import parallel
def slow(text):
    time.sleep(0.2)
    return text
if __name__ == "__main__":
    import joblib
    joblib.cpu_count = lambda: 2
    parallel.LEAST, parallel.CHUNK = 2, 1
    print("begun", flush=True)
    parallel.map_texts(slow, ["a"] * 1000)
"""


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_the_one_that_asked(sign, tmp_path, root):
    (tmp_path / "program.py").write_text(PROGRAM)
    environment = os.environ | {"PYTHONPATH": str(root)}
    program = subprocess.Popen([sys.executable, tmp_path / "program.py"], stdout=subprocess.PIPE, env=environment)
    assert program.stdout.readline() == b"begun\n"
    process, children = psutil.Process(program.pid), []
    while sum("multiprocessing.spawn" in " ".join(child.cmdline()) for child in children) < 2:
        children = process.children(recursive=True)
        time.sleep(0.1)
    time.sleep(1)
    program.send_signal(sign)
    assert program.wait(30) != 0
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not [child for child in alive if child.status() != psutil.STATUS_ZOMBIE]
