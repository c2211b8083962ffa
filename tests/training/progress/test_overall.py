"""What the bar says, worked out by hand."""

import pytest

from training.command_line import parse
from training.progress import overall as module
from training.progress.overall import Overall, Task
from training.progress.planning import tasks_of

TASKS = [Task("data", 10), Task("lstm", 30), Task("cnn", 30), Task("exports", 20), Task("report", 10)]


@pytest.fixture
def clock(monkeypatch):
    """The time, which a test sets."""
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def progress(clock):
    found = Overall()
    found.plan(TASKS)
    return found


def test_nothing_is_shown_of_what_was_not_planned():
    progress = Overall()
    progress.begin("lstm")
    assert progress.meter(80, only_ascii=True) == ""


def test_done_running_and_left(progress, clock):
    progress.begin("data")
    assert progress.meter(80, True) == "  0%|          | 00:00, ? left | 0 of 5 done; data"
    clock[0] += 20  # twice as slow as is usual
    progress.begin("lstm")
    progress.hear("lstm                   epoch  2/4  loss 0.693  accuracy  50.0%")
    clock[0] += 30
    # 10 of 100 are done and half of 30: a quarter in 50 s, so three quarters take 150 s.
    assert progress.meter(80, True) == " 25%|##5       | 00:50, 02:30 left | 1 of 5 done; lstm, epoch 2/4"
    assert progress.meter(80, False) == " 25%|██▌       | 00:50, 02:30 left | 1 of 5 done; lstm, epoch 2/4"


def test_what_says_nothing_advances_with_the_pace_of_what_was_before(progress, clock):
    progress.begin("data")
    clock[0] += 20
    progress.begin("lstm")
    clock[0] += 30  # half of the minute that 30 will take at that pace
    assert progress.meter(80, True).startswith(" 25%|##5       | 00:50, 02:30 left")
    clock[0] += 1000  # longer than expected: it is not done before it is
    assert progress.meter(80, True).startswith(" 37%|")


def test_what_had_nothing_to_do_is_neither_done_nor_left(progress, clock):
    progress.begin("data")
    clock[0] += 10
    progress.begin("exports")
    # Of data, exports and report, 40 in all, data is done.
    assert progress.meter(80, True) == " 25%|##5       | 00:10, 00:30 left | 1 of 3 done; exports"
    progress.begin("something else")
    progress.begin("data")
    assert "1 of 3 done; exports" in progress.meter(80, True)


def test_encoded_texts_count_as_epochs_do(progress, clock):
    progress.begin("lstm")
    progress.hear("distilbert             DistilBERT (base): 1,024 of 2,048 new texts encoded")
    clock[0] += 15
    # Half of 30 in 90; there was no data to read.
    assert progress.meter(100, True).startswith(" 17%|")
    assert progress.meter(100, True).endswith("0 of 4 done; lstm, 1,024 of 2,048 new texts encoded")
    progress.hear("distilbert             epoch  1/20  loss")  # the little that follows does not lead back
    assert progress.meter(100, True).startswith(" 17%|")


@pytest.mark.parametrize("columns", [3, 5, 12, 40])
def test_a_narrow_terminal_gets_no_more_than_fits(progress, columns):
    progress.begin("data")
    assert 0 < len(progress.meter(columns, False)) <= columns


@pytest.mark.parametrize(
    "line",
    ["epoch ,/, ", ": , of , new texts encoded", f"epoch {'9' * 5000}/2 ", f"epoch {'9' * 400}/1 ", "epoch 1,2/3 "],
    ids=["commas", "encoded", "more digits than are read", "more than a float holds", "no thousands"],
)
def test_a_line_with_a_strange_number_says_nothing(progress, line):
    progress.begin("data")
    progress.hear(line)  # an error here would end the thread that empties the pipe, and the run would wait for ever
    assert progress.meter(80, True) == "  0%|          | 00:00, ? left | 0 of 5 done; data"


def test_no_column_holds_no_bar(progress):
    progress.begin("data")
    assert progress.meter(0, True) == ""


def test_the_plan_of_a_run(tmp_path):
    from models.run_folder import RunFolder

    run = RunFolder(tmp_path)
    flags = "--data sample --models ensemble rnn linear --seeds 2 --search 2 --label-curve 1000".split()
    names = [task.name for task in tasks_of(run, parse(flags))]
    trained = ["rnn", "linear", "ensemble"]
    assert names == [
        *("data (seed 0)", "rnn: search trial 1 of 2", "rnn: search trial 2 of 2"),
        *(f"{model} (seed 0)" for model in trained),
        "data (seed 1)",
        *(f"{model} (seed 1)" for model in trained),
        *(f"{model} (seed {seed}) with 1,000 labels" for seed in (0, 1) for model in trained),
        *("exports", "explanations", "report"),
    ]
    finished = run.metrics("rnn", 1)
    finished.parent.mkdir(parents=True)
    finished.write_text("{}", encoding="utf-8")
    assert [name for name in names if name not in {task.name for task in tasks_of(run, parse(flags))}] == [
        "rnn (seed 1)"
    ]
    alone = parse(["--data", "sample", "--models", "rnn", "--no-explain", "--formats"])
    assert [task.name for task in tasks_of(RunFolder(tmp_path / "other"), alone)] == ["data", "rnn", "report"]
