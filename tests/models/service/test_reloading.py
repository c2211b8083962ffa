"""A service takes up what its link leads to now, and loses nothing."""

import threading
import time

import pytest
from fastapi.testclient import TestClient

from data.files import point_link
from models.service import answering
from models.service.answering import Models
from models.service.application import build_service
from models.service.reloading import Reloader
from models.serving.engines import ExportUnusable


@pytest.fixture
def link(tmp_path):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    point_link(tmp_path / "current", tmp_path / "old")
    return tmp_path / "current"


def test_the_link_always_leads_somewhere(link):
    seen, end = [], time.perf_counter() + 0.3

    def look():
        while time.perf_counter() < end:
            seen.append(link.resolve().name)

    reader = threading.Thread(target=look)
    reader.start()
    while time.perf_counter() < end:
        for name in ("new", "old"):
            point_link(link, link.parent / name)
    reader.join()
    assert set(seen) == {"old", "new"}
    assert not link.readlink().is_absolute()


@pytest.mark.slow
def test_a_reload_under_load_loses_nothing(link, make_classifier, monkeypatch, capsys):
    monkeypatch.setattr(answering, "SECONDS", 0.05)
    reloader = Reloader(link, lambda: (Models(make_classifier(0.02, model="cnn")), None))
    found, statuses, ended = [], [], threading.Event()
    with TestClient(build_service(make_classifier(0.02), reloader=reloader)) as client:

        def ask(number):
            while not ended.is_set():
                answer = client.post("/predict", json={"text": f"text {number} {len(found)}"})
                statuses.append(answer.status_code)
                found.append(answer.json()["model"])

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        point_link(link, link.parent / "new")
        time.sleep(1.0)
        ended.set()
        for thread in threads:
            thread.join()
        assert client.get("/health").json()["model"] == "cnn"
        assert 'model_info{format="onnx",model="cnn"} 1.0' in client.get("/metrics").text.splitlines()
    assert set(statuses) == {200}
    assert set(found) == {"lstm", "cnn"}
    assert capsys.readouterr().out.count("cnn of new answers from now on.") == 1


def test_what_cannot_be_loaded_is_said_once_and_the_old_model_stays(link, capsys):
    def load():
        raise ExportUnusable("It is damaged.")

    reloader = Reloader(link, load)
    point_link(link, link.parent / "new")
    assert reloader.look() is None
    assert reloader.look() is None
    assert capsys.readouterr().err.count("which cannot be served (It is damaged.).") == 1
