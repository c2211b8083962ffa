"""Who answers: the main model, its fallback, a challenger; and what is remembered of it."""

import asyncio
import time

import pytest
from fastapi.testclient import TestClient

from models.service.answering import Limits, Models
from models.service.application import build_service
from models.service.routing import place

SHORT = "ab"


def ask(client, *texts, **more):
    answer = client.post("/predict", json={"texts": texts} | more)
    assert answer.status_code == 200, answer.text
    return answer.json()["predictions"]


def test_the_fallback_answers_what_the_model_fails_at_and_says_so(make_classifier):
    models = Models(make_classifier(), fallback=make_classifier(model="linear", contrary=True))
    with TestClient(build_service(models)) as client:
        assert "because" not in ask(client, SHORT)[0]
        models.main.engine.answer = _broken
        (found,) = ask(client, SHORT + "c")
        assert (found["answered_by"], found["because"], found["label"]) == ("linear", "failed", "long")
        assert 'fallbacks_total{why="failed"} 1.0' in client.get("/metrics").text.splitlines()


def _broken(_texts):
    raise RuntimeError("broken")


@pytest.mark.slow
def test_the_fallback_answers_in_time_where_the_model_is_blocked(make_classifier):
    models = Models(make_classifier(3), fallback=make_classifier(model="linear"), timeout=0.2)
    with TestClient(build_service(models)) as client:
        started = time.perf_counter()
        (first,) = ask(client, "a")
        assert 0.2 <= time.perf_counter() - started < 1
        later = time.perf_counter()
        for number in range(20):  # nobody waits a second time for what is known to be blocked
            assert ask(client, f"b{number}")[0]["because"] == "timeout"
        assert time.perf_counter() - later < 1
        assert client.get("/health/ready").status_code == 200
    assert first["because"] == "timeout"


def test_the_fallback_answers_where_the_queue_is_full(make_classifier):
    models = Models(make_classifier(0.5), fallback=make_classifier(model="linear"), timeout=5)
    with TestClient(build_service(models, Limits(queue=1))) as client:

        async def crowd():
            inner = client.app.state.inner.router
            first = asyncio.create_task(inner.answer(["a"]))
            await asyncio.sleep(0.1)
            return await inner.answer(["b"]), await first

        (second,), (first,) = client.portal.call(crowd)
    assert second.because == "queue full"
    assert first.because is None


@pytest.mark.slow
def test_without_a_fallback_a_blocked_model_is_not_ready(make_classifier, monkeypatch):
    monkeypatch.setattr("models.service.routing.STUCK", 0.1)
    with TestClient(build_service(make_classifier(1))) as client:
        assert client.get("/health/ready").json() == {"status": "ok"}

        async def look():
            inner = client.app.state.inner.router
            task = asyncio.create_task(inner.answer(["a"]))
            await asyncio.sleep(0.3)
            ready = inner.is_ready
            await task
            return ready

        assert client.portal.call(look) is False
        assert client.get("/health/live").status_code == 200


def test_a_challenger_gets_its_share_always_the_same_texts(make_classifier):
    models = Models(make_classifier(), challenger=make_classifier(model="cnn", contrary=True), share=0.3)
    texts = [f"text {number}" for number in range(400)]
    with TestClient(build_service(models, Limits(texts=1000))) as client:
        found = ask(client, *texts)
        again = ask(client, *reversed(texts))[::-1]
    chosen = [one.get("answered_by") for one in found]
    assert chosen == [one.get("answered_by") for one in again]
    assert {one["because"] for one in found if "because" in one} == {"experiment"}
    assert 80 < sum(by == "cnn" for by in chosen) < 160
    for text, one in zip(texts, found, strict=True):
        assert one["label"] == ("long" if place(text) < 0.3 else "short")


def test_a_key_decides_in_place_of_the_texts(make_classifier):
    models = Models(make_classifier(), challenger=make_classifier(model="cnn"), share=0.5)
    with TestClient(build_service(models)) as client:
        for key in ("anna", "bert", "carl", "dora"):
            answered = {one.get("answered_by") for one in ask(client, "a", "b", "c", "d", "e", key=key)}
            assert answered == ({"cnn"} if place(key) < 0.5 else {None})


def test_in_shadow_only_the_record_knows_of_the_challenger(make_classifier):
    models = Models(make_classifier(), challenger=make_classifier(model="cnn", contrary=True))
    texts = ["x" * 95, "ab", "abc"]
    with TestClient(build_service(models)) as client:
        answer = client.post("/predict", json={"texts": texts}).json()
        assert all("answered_by" not in one for one in answer["predictions"])
        for _ in range(100):
            if client.get("/experiments").json()["both_asked"] == 3:
                break
            time.sleep(0.02)
        fed = {"id": answer["id"], "labels": ["long", "short", None]}
        assert client.post("/feedback", json=fed).json() == {"counted": 2}
        assert client.post("/feedback", json=fed).json() == {"counted": 0}  # told before
        found = client.get("/experiments").json()
        page = client.get("/experiments", headers={"accept": "text/html"}).text
    assert found["mode"] == "shadow"
    assert (found["both_asked"], found["alike"], found["skipped"]) == (3, 0, 0)
    assert found["pairs"] == {"both_right": 0, "only_main_right": 2, "only_challenger_right": 0, "none_right": 0}
    assert found["models"]["main"]["right"] == 2
    assert found["models"]["challenger"]["judged"] == 2
    assert "Nothing can be told yet" in page
    assert "Of 3 texts that both answered, 0.0 % got the same label." in page


def test_a_challenger_that_fails_harms_nobody(make_classifier):
    models = Models(make_classifier(), challenger=make_classifier(model="cnn"))
    models.challenger.engine.answer = _broken
    with TestClient(build_service(models)) as client:
        assert ask(client, SHORT)[0]["label"] == "short"
        for _ in range(100):
            if client.get("/experiments").json()["skipped"] == 1:
                break
            time.sleep(0.02)
        assert client.get("/experiments").json()["skipped"] == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": "nothing"}, "no answer of this id is remembered"),
        ({"labels": ["short", "short"]}, "that answer has 1 texts, here are 2 labels"),
        ({"labels": ["middling"]}, "'middling' is none of the classes short, long"),
    ],
)
def test_feedback_that_cannot_be_counted_is_one_sentence(make_classifier, change, sentence):
    with TestClient(build_service(make_classifier())) as client:
        name = client.post("/predict", json={"text": "a"}).json()["id"]
        answer = client.post("/feedback", json={"id": name, "labels": ["short"]} | change)
    assert answer.status_code == 404
    assert sentence in answer.json()["detail"]
