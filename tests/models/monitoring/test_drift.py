"""Drift: no alarm for texts like those of validation, an alarm for others, soon, with what differs in words."""

import json
import subprocess
import sys
import time

import numpy as np
import pytest
from fastapi.testclient import TestClient

from data.cleaning import Cleaner
from models.monitoring.comparing import compare
from models.monitoring.features import FEATURES, Measured, measure
from models.monitoring.reference import NoReference, Reference, read_reference
from models.monitoring.watching import WINDOW, Watcher
from models.service.application import build_service

WORDS = [f"word{at}" for at in range(300)]


def drawn(rng, count, unknown=0.1, longest=20, sure=(4, 1)):
    """Texts, labels and confidences."""
    texts = []
    for length in rng.integers(5, longest, count):
        words = rng.choice(WORDS, length)
        words[rng.random(length) < unknown] = "strange"
        texts.append(" ".join(words))
    return texts, rng.choice(["a", "b"], count, p=[0.6, 0.4]).tolist(), rng.beta(*sure, count).tolist()


def measured(*answered):
    return measure(*answered, Cleaner(language="none"), set(WORDS))


@pytest.fixture(scope="module")
def reference():
    return Reference(measured(*drawn(np.random.default_rng(0), 500)), Cleaner(language="none"), frozenset(WORDS))


def test_what_is_measured():
    found = measure(["The kettle is on, xyz!", ""], ["a", "b"], [0.9, 0.5], Cleaner(), {"kettle"})
    assert found.values["characters"] == [22, 0]
    assert found.values["words"] == [2, 0]
    assert found.values["unknown"] == [0.5, 0.0]
    assert found.values["removed"] == [pytest.approx(1 - 9 / 18), 0.0]
    assert found.values["label"] == ["a", "b"]


@pytest.mark.slow
def test_like_texts_raise_no_alarm_in_ninety_five_of_a_hundred_windows(reference):
    rng = np.random.default_rng(1)
    pool = measured(*drawn(rng, 5_000))
    alarms = 0
    for _ in range(100):
        at = rng.choice(len(pool), WINDOW, replace=False)
        window = Measured({name: [values[place] for place in at] for name, values in pool.values.items()})
        alarms += compare(reference.measured, window)[0].is_alarm
    assert alarms <= 5


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({"unknown": 0.25}, "unknown", "words that the training texts do not have: 10 % on validation, 25"),
        ({"longest": 40}, "words", "words that are left once a text is cleaned: 1"),
        ({"sure": (2, 1)}, "confidence", "how sure the model is: 80"),
    ],
)
def test_other_texts_raise_one_with_what_differs(reference, change, name, words):
    found = compare(reference.measured, measured(*drawn(np.random.default_rng(2), WINDOW, **change)))
    examples = found[0].examples(measured(*drawn(np.random.default_rng(2), WINDOW, **change)), 3)
    assert len(set(examples)) == 3
    alarms = {difference.feature.name: difference for difference in found if difference.is_alarm}
    assert name in alarms
    assert words[:30] in alarms[name].words


def test_other_answers_and_another_language(reference):
    texts, labels, confidences = drawn(np.random.default_rng(3), WINDOW)
    labels = ["a"] * WINDOW
    texts = [f"das ist nicht so gut wie der andere und die {text}" for text in texts]
    found = {one.feature.name: one for one in compare(reference.measured, measured(texts, labels, confidences))}
    assert found["label"].is_alarm
    assert found["label"].words.endswith("100 % now")
    assert found["language"].is_alarm


def test_an_alarm_begins_once_and_ends_once(reference):
    rng, changes, windows = np.random.default_rng(4), [], []
    watcher = Watcher(reference, windows.append, changes.append)
    for answered in (drawn(rng, 500), drawn(rng, 500, unknown=0.5), drawn(rng, 500)):
        watcher.observe(list(zip(*answered, strict=True)))
        while watcher._waiting:
            watcher.work()
    assert len(windows) == 6
    assert len(changes) == 2
    assert changes[0][0].feature.name == "unknown"
    assert changes[1] is None


def test_texts_that_come_too_fast_are_passed_over_and_counted(reference):
    watcher = Watcher(reference)
    watcher.observe([("a", "a", 0.5)] * 1_200)
    watcher.observe([("a", "a", 0.5)] * 10)
    assert watcher.passed_over == 210


def test_waiting_for_a_turn_is_no_work_to_rest_from(reference):
    watcher = Watcher(reference)
    watcher.work = lambda: watcher._waiting.popleft() and time.sleep(0.1)  # others of the process have their turn
    watcher.observe([("a", "a", 0.5)] * 3)
    watcher.start()
    ends = time.monotonic() + 4  # a rest of the whole time would be five seconds after each
    while watcher._waiting and time.monotonic() < ends:
        time.sleep(0.01)
    watcher.stop()
    assert not watcher._waiting


@pytest.mark.slow
def test_nothing_is_imported_while_somebody_is_answered(reference, tmp_path):
    reference.save(tmp_path / "drift_reference.json")
    program = """
import pathlib, sys
from models.monitoring.reference import read_reference
from models.monitoring.watching import WINDOW, Watcher
watcher = Watcher(read_reference(pathlib.Path(sys.argv[1])))
before = set(sys.modules)
watcher.observe([("some words", "a", 0.5)] * WINDOW)
while watcher._waiting:
    watcher.work()
assert watcher.windows
print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_the_service_says_it_everywhere_and_keeps_no_text(make_classifier, reference, capsys):
    texts = ["ganz andere " * 30] * WINDOW
    with TestClient(build_service(make_classifier(), reference=reference)) as client:
        assert "are not there yet" in client.get("/drift").json()["lead"]
        client.post("/predict", json={"texts": texts})
        watcher = client.app.state.inner.watcher
        for _ in range(400):
            if watcher.windows:
                break
            watcher._ended.wait(0.05)
        found = client.get("/drift").json()
        page = client.get("/drift", headers={"accept": "text/html"}).text
        lines = client.get("/metrics").text.splitlines()
    assert found["alarm"]
    assert found["lead"].startswith("The texts are no longer like those of validation: ")
    assert found["lead"] in page.replace("&#39;", "'")
    assert "drift_alarm 1.0" in lines
    assert capsys.readouterr().err.count("no longer like those of validation") == 1
    assert "ganz andere" not in json.dumps(found) + repr(vars(watcher))


def test_without_a_reference_nothing_is_watched(make_classifier, tmp_path):
    with TestClient(build_service(make_classifier())) as client:
        assert client.get("/drift").json()["lead"].startswith("Nothing is watched")
    with pytest.raises(NoReference, match="export the model again"):
        read_reference(tmp_path)


def test_a_reference_comes_back_as_it_was(reference, tmp_path):
    reference.save(tmp_path / "drift_reference.json")
    found = read_reference(tmp_path)
    assert (found.measured, found.cleaner, found.known) == (reference.measured, reference.cleaner, reference.known)
    few = Reference(Measured({feature.name: [1] for feature in FEATURES}), Cleaner(), frozenset())
    few.save(tmp_path / "drift_reference.json")
    with pytest.raises(NoReference, match="fewer than 20"):
        read_reference(tmp_path)
