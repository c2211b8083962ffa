from types import SimpleNamespace

import pytest

from training.measuring import other_work
from training.measuring.other_work import OtherWork, share_taken


@pytest.mark.parametrize(
    ("others", "cores", "of_machine", "taken"),
    [
        (0.0, 2, 2, 0.0),
        (1.0, 2, 2, 0.5),
        (3.0, 2, 2, 1.0),
        (14.0, 2, 16, 0.0),  # they used the cores that this process may not use
        (15.0, 2, 16, 0.5),
        (-0.1, 2, 2, 0.0),  # clocks differ
    ],
)
def test_share_taken(others, cores, of_machine, taken):
    assert share_taken(others, cores, of_machine) == taken


def test_own_and_idle_time_do_not_count(monkeypatch):
    clock = SimpleNamespace(now=0.0, user=100.0, idle=900.0, own=10.0)
    monkeypatch.setattr(other_work.time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(other_work, "cpu_count", lambda: 2)
    monkeypatch.setattr(other_work.psutil, "cpu_count", lambda: 2)
    times = lambda: SimpleNamespace(_asdict=lambda: {"user": clock.user, "idle": clock.idle, "guest": clock.user})  # noqa: E731
    monkeypatch.setattr(other_work.psutil, "cpu_times", times)
    own = lambda: SimpleNamespace(user=clock.own, system=0.0, children_user=0.0, children_system=0.0)  # noqa: E731
    monkeypatch.setattr(other_work.os, "times", own)
    others = OtherWork()
    clock.now, clock.user, clock.idle, clock.own = 10.0, 115.0, 905.0, 20.0  # fifteen seconds were taken, ten by us
    assert others.share() == pytest.approx(0.25)
