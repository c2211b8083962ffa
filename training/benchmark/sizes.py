"""What a run takes of time and memory by the number of its texts: each part of it, and lines through these.

python -m training.benchmark.sizes 3000 30000 300000 --models cnn linear --epochs 1 --output sizes.jsonl

Posts are generated (`training.benchmark.posts`), all are taken, and every run stops when its models are scored and
reported. Each line of the output is one run. Memory is that of all its processes together, looked at twice a second,
and the peak of the largest. What other programs take of the cores meanwhile is not taken off.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from data.amounts import MEBIBYTE
from data.files import read_json
from models.run_folder import RunFolder
from training.benchmark.posts import write_posts
from training.progress.timing import TIMING


def measure(texts: int, models: list[str], epochs: int, folder: Path, more: list[str]) -> dict[str, Any]:
    """Runs once.

    Args:
        texts: posts to generate.
        models: to train.
        epochs: each of them.
        folder: for the posts and the run.
        more: further flags of the run.

    Raises:
        subprocess.CalledProcessError: the run fails.
    """
    posts = folder / f"posts-{texts}.csv"
    if not posts.exists():
        write_posts(posts, texts)
    flags = ["--data", posts, "--sample", "all", "--models", *models, "--epochs", epochs, "--formats", "--no-explain"]
    command = [sys.executable, "-m", "training.run", *map(str, flags), "--output", str(folder), *more]
    started = time.perf_counter()
    process = subprocess.Popen(command)
    together, largest = 0.0, 0.0
    while process.poll() is None:
        held = _held_mb(process.pid)
        together, largest = max(together, sum(held)), max([largest, *held])
        time.sleep(0.5)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    run = RunFolder((folder / "latest").resolve())
    prepared = read_json(run.prepared(0) / TIMING)
    trained = {model: read_json(run.metrics(model, 0)) for model in models}
    return {
        "texts": texts,
        "characters": posts.stat().st_size,
        "seconds": seconds,
        "seconds_by_part": prepared["seconds"] | {model: found["seconds_total"] for model, found in trained.items()},
        "memory_mb_together": together,
        "memory_mb_largest": largest,
        "memory_mb_by_process": {"the run itself": prepared["peak_memory_mb"]}
        | {model: found["peak_memory_mb"] for model, found in trained.items()},
        "accuracy": {model: found["test"]["accuracy"] for model, found in trained.items()},
        "disk_mb": sum(path.stat().st_size for path in run.path.rglob("*") if path.is_file()) / MEBIBYTE,
        "environment": {name: value for name, value in read_json(run.environment).items() if name != "command"},
    }


def _held_mb(pid: int) -> list[float]:
    """What each process of a run holds, pages that it shares with others counted in each."""
    held = []
    with suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.Error):
                held.append(process.memory_info().rss / MEBIBYTE)
    return held


def main(arguments: list[str] | None = None) -> int:
    """Measures all sizes that the command line names; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.benchmark.sizes", description=__doc__.splitlines()[0])
    parser.add_argument("texts", type=int, nargs="+")
    parser.add_argument("--models", nargs="+", default=["cnn", "linear"])
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True, help="JSON Lines, added to")
    parser.add_argument("--folder", type=Path, help="for posts and runs (default: one that goes again)")
    options, more = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory() as passing:
        for texts in options.texts:
            found = measure(texts, options.models, options.epochs, options.folder or Path(passing), more)
            print(json.dumps(found), flush=True)
            with options.output.open("a", encoding="utf-8") as file:
                file.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
