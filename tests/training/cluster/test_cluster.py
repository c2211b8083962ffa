"""Trials on a Ray cluster: the numbers of a run on one machine, also where a node is lost."""

import importlib.util
import itertools
import json
import os
import subprocess
import sys
import time

import duckdb
import psutil
import pytest

from models import predict
from models.cluster.packing import pack, unpack
from models.run_folder import RunFolder
from training.cluster.job import Job
from training.cluster.jobs import jobs_left
from training.command_line import parse
from training.run import main

FLAGS = [
    *("--data", "sample", "--sample", "240", "--epochs", "2", "--sequence-length", "16", "--width", "8"),
    *("--vocabulary-size", "500", "--unlabelled-sample", "100", "--models", "rnn", "linear", "ensemble"),
    *("--seeds", "2", "--search", "2", "--formats", "--no-explain"),
]
MEASURED = ("seconds", "texts_per_second", "memory", "other_work")  # in the names of what no two runs have alike
MODULE = "training.cluster.node"


def train(output, root, *flags):
    """The command, begun; its lines go to a file beside the runs."""
    output.mkdir(parents=True)
    with (output / "lines.txt").open("w") as lines:
        return subprocess.Popen(
            [sys.executable, "-m", "training.run", *FLAGS, "--output", output, *flags],
            cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, stdout=lines, stderr=subprocess.STDOUT,
        )  # fmt: skip


def numbers(value):
    """What two runs must have alike of `metrics.json`."""
    if not isinstance(value, dict):
        return value
    return {name: numbers(of) for name, of in value.items() if not any(part in name for part in MEASURED)}


def numbers_of(place, model, number):
    return numbers(json.loads(place.metrics(model, number).read_text()))


def answers_to_shards_are_those_of_one_machine(run, address, folder, command):
    done = command("models.exporting", run, "--models", "linear", "--formats", "onnx")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [(f"{('good', 'bad')[at % 2]} film {at}", ("positive", "negative")[at % 2], at) for at in range(60)]
    (folder / "shards").mkdir()
    for at in range(3):
        values = ", ".join(str(row) for row in rows[at::3])
        duckdb.sql(f"SELECT * FROM (VALUES {values}) AS t(post, label, id)").write_parquet(
            f"{folder}/shards/{at}.parquet"
        )
    told = [str(run), "--text-column", "post", "--output"]
    shards = ["--input", f"{folder}/shards/*.parquet", "--cluster", address]
    assert predict.main([*told, str(folder / "answers"), *shards]) == 0
    for at in range(3):
        here = folder / f"{at}.parquet"
        assert predict.main([*told, str(here), "--input", f"{folder}/shards/{at}.parquet"]) == 0
        there = duckdb.read_parquet(str(folder / "answers" / here.name))
        assert there.columns == duckdb.read_parquet(str(here)).columns
        assert there.fetchall() == duckdb.read_parquet(str(here)).fetchall()


def node_with_a_trial(cluster, chosen):
    """A node of which a process trains, once there is one and the search has chosen."""
    for _ in range(2400):
        for node in cluster.worker_nodes if chosen.exists() else ():
            raylet = psutil.Process(node.all_processes["raylet"][0].process.pid)
            for process in raylet.children(recursive=True):
                try:
                    if MODULE in process.cmdline():
                        return node
                except psutil.Error:
                    continue
        time.sleep(0.1)
    raise AssertionError("no node has begun to train")


@pytest.mark.long
def test_two_nodes_come_to_the_numbers_of_one_machine_though_one_is_lost(tmp_path, root, command):
    pytest.importorskip("ray", reason="Ray is not installed: pip install -e '.[cluster]'")
    from ray.cluster_utils import Cluster

    local = train(tmp_path / "local", root)
    assert local.wait(600) == 0, (tmp_path / "local/lines.txt").read_text()
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    try:
        for _ in range(2):
            cluster.add_node(num_cpus=len(os.sched_getaffinity(0)))
        run = train(tmp_path / "cluster", root, "--cluster", cluster.address)
        chosen = RunFolder(tmp_path / "cluster/latest").chosen("rnn")
        cluster.remove_node(node_with_a_trial(cluster, chosen), allow_graceful=False)
        code = run.wait(600)
        assert code == 0, (tmp_path / "cluster/lines.txt").read_text()
        answers_to_shards_are_those_of_one_machine(tmp_path / "cluster/latest", cluster.address, tmp_path, command)
    finally:
        cluster.shutdown()
    lines = (tmp_path / "cluster/lines.txt").read_text()
    one, other = (RunFolder((tmp_path / name / "latest").resolve()) for name in ("local", "cluster"))
    for model, seed in itertools.product(("rnn", "linear", "ensemble"), (0, 1)):
        assert other.predictions(model, seed).read_text() == one.predictions(model, seed).read_text()
        assert numbers_of(other, model, seed) == numbers_of(one, model, seed)
        assert f"{model}, seed {seed}: trained." in lines
        assert other.shown_in_tensorboard(model, seed).exists()
    assert other.chosen("rnn").read_text() == one.chosen("rnn").read_text()
    for number in (0, 1):
        assert numbers_of(other.search, "rnn", number) == numbers_of(one.search, "rnn", number)
        assert list(other.search.trial("rnn", number).glob("*tfevents*"))
    assert "Trials side by side on one machine slow each other" in lines
    assert (other.path / "report.html").exists()
    assert not list(other.path.glob(".unfinished*"))


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("127.0.0.1:1", "cannot be reached (Connection refused): begin one with `ray start --head`"),
        ("127.0.0.1:99999", "cannot be reached"),
        ("somewhere", "is no address: write HOST:PORT"),
    ],
)
def test_a_cluster_that_is_not_there_is_refused_before_anything_is_begun(address, wrong, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    assert main([*FLAGS, "--output", str(tmp_path), "--cluster", address]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"--cluster {address} {wrong}" in line
    assert not list(tmp_path.iterdir())


def test_without_ray_it_is_said_how_to_get_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ray" else name)
    assert main([*FLAGS, "--output", str(tmp_path), "--cluster", "auto"]) == 2
    assert "--cluster needs Ray: pip install -e '.[cluster]'" in capsys.readouterr().err


def test_files_travel_without_what_is_half_written(tmp_path):
    run, node = RunFolder(tmp_path / "run"), RunFolder(tmp_path / "node")
    run.trial("rnn", 0).mkdir(parents=True)
    run.metrics("rnn", 0).write_text("{}")
    (run.trial("rnn", 0) / ".unfinished-1-model.keras").write_text("half")
    unpack(pack(run.path, [run.trial("rnn", 0), run.settings]), node.path)
    assert [path.name for path in node.path.rglob("*") if path.is_file()] == ["metrics.json"]


def test_what_is_left_is_in_the_order_of_a_run_and_what_stands_on_it_is_forgotten(tmp_path):
    run = RunFolder(tmp_path)
    settings = parse(["--models", "ensemble", "rnn", "linear", "--seeds", "2"])
    for model, seed in (("linear", 0), ("ensemble", 0), ("rnn", 1), ("linear", 1), ("ensemble", 1)):
        run.trial(model, seed).mkdir(parents=True)
        run.metrics(model, seed).write_text("{}")
    assert jobs_left(run, settings) == [Job("rnn", 0), Job("ensemble", 0)]
