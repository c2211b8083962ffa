"""What travels to a node and back, and when: seeds, fewer labels, searches. Ray's part is played in this process."""

import contextlib
import json
from dataclasses import asdict, replace

import pytest

from models.cluster.connection import Connection
from models.cluster.packing import pack, unpack
from models.run_folder import RunFolder
from training import command_line
from training.cluster import trials
from training.cluster.job import Job, Searched
from training.cluster.jobs import jobs_left, jobs_of_seed
from training.cluster.node import Returned, _job
from training.cluster.training import train_on_cluster


class Ray:
    """Tasks are done when they are asked for, and come back the last first."""

    class Task:
        def __init__(self, function):
            self.function = function

        def options(self, name, num_cpus, memory):
            assert (num_cpus, 0 < memory < 1e10) == (2, True)
            return self

        def remote(self, *arguments):
            task = Ray.Task(None)
            task.value = self.function(*arguments)
            return task

    def put(self, value):
        return value

    def remote(self, max_retries):
        return Ray.Task

    def wait(self, tasks, num_returns, timeout):
        return tasks[-1:], tasks[:-1]

    def get(self, task):
        return task.value


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run, with fewer labels too, whose trials say what they were given; `asked` has them as they were begun."""
    folder = RunFolder(tmp_path / "run")
    settings = command_line.parse("--models rnn linear ensemble --seeds 2 --cluster auto --width 8".split())
    settings = replace(settings, vocabulary_size=100, sequence_length=8)
    for place in (folder, folder.with_fewer_labels(40)):
        for seed in settings.seed_numbers:
            place.prepared(seed).mkdir(parents=True)
            (place.prepared(seed) / "texts.jsonl").write_text(f"{place.path.name} {seed}")
        command_line.save(settings, place.settings)
        place.environment.write_text("{}")
        place.data_card.write_text("{}")

    def train_on_node(common, own, job, name, until):
        assert (_job(json.loads(json.dumps(asdict(job)))), name, until) == (job, "run", None)
        folder.asked.append(job)
        node = RunFolder(tmp_path / f"node{len(folder.asked)}")
        unpack(common | own, node.path)
        given = (node.prepared(job.seed) / "texts.jsonl").read_text()
        members = sorted(path.parts[-3] for path in node.path.glob(f"*/{job.seed}/metrics.json"))
        place = job.place(node)
        place.trial(job.model, job.number).mkdir(parents=True)
        found = {"given": given, "members": members, "estimated_memory_mb": 9}
        place.metrics(job.model, job.number).write_text(json.dumps(found))
        return Returned(pack(node.path, [place.trial(job.model, job.number)]), node.settings.read_bytes(), "")

    @contextlib.contextmanager
    def connected(_address, _variables):
        yield Connection(Ray(), 2, 4, 2, 2, 1e9)

    object.__setattr__(folder, "asked", [])
    monkeypatch.setattr(trials, "train_on_node", train_on_node)
    monkeypatch.setattr(trials, "connected", connected)
    return folder


@pytest.mark.long  # the errors of Ray are imported, which comes with an extra
def test_seeds_and_fewer_labels_are_trained_on_what_is_theirs_and_behind_their_members(run, capsys):
    settings = command_line.load(run.settings)
    jobs = jobs_left(run, settings) + jobs_of_seed(run, settings, ["linear", "ensemble"], 1, 40)
    assert set(train_on_cluster(run, settings, jobs, None).values()) == {"finished"}
    for job in jobs:
        found = json.loads(job.folder(run).metrics(job.model, job.seed).read_text())
        assert found["given"] == f"{'run' if job.labels is None else job.labels} {job.seed}"
        members = ["linear"] if job.labels else ["linear", "rnn"]
        assert found["members"] == (members if job.model == "ensemble" else [])
    assert "linear, seed 1 with 40 labels: trained.\n" in capsys.readouterr().out
    assert run.asked.index(Job("ensemble", 0)) > run.asked.index(Job("linear", 0))
    assert train_on_cluster(run, settings, jobs_left(run, settings), None) == {}


@pytest.mark.long  # the errors of Ray are imported, which comes with an extra
def test_a_trial_of_a_search_lies_in_the_search(run):
    class Plan:
        jobs, came = [Job("rnn", 1, searched=Searched(7, {"width": 16}))], []

        def ready(self):
            return [self.jobs.pop()] if self.jobs else []

        def done(self, job):
            self.came.append(job)

    trials.carry_out(run, command_line.load(run.settings), Plan(), None)
    assert json.loads(run.search.metrics("rnn", 7).read_text())["given"] == "run 1"
    assert [job.searched.values for job in Plan.came] == [{"width": 16}]
    assert not run.trial("rnn", 1).exists()
