"""The service: its answers, its limits, its batches, and its end under load."""

import asyncio
import gc
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.service.answering import Limits
from models.service.application import build_service
from models.service.body_limit import BodyLimit
from models.service.listening import Server


@pytest.fixture(scope="module")
def client(make_classifier):
    with TestClient(build_service(make_classifier(), Limits(body=2000, texts=5, characters=1000))) as found:
        yield found


def test_one_text_and_a_list(client):
    one = client.post("/predict", json={"text": "ab"}).json()
    assert one["model"] == "lstm"
    assert one["format"] == "onnx"
    (prediction,) = one["predictions"]
    assert prediction["label"] == "short"
    assert prediction["confidence"] == pytest.approx(0.98)
    assert prediction["probabilities"] == pytest.approx({"short": 0.98, "long": 0.02})
    assert prediction["tokens_seen"] == 1
    several = client.post("/predict", json={"texts": ["x" * 99, "ab", ""]}).json()["predictions"]
    assert [found["label"] for found in several] == ["long", "short", "short"]
    assert several[1] == prediction
    assert client.post("/predict", json={"texts": []}).json()["predictions"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b"null", 422),
        (b"{}", 422),
        (b'{"text": 1}', 422),
        (b'{"text": "a", "texts": ["b"]}', 422),
        (b'{"text": "a", "mode": "b"}', 422),
        (b'{"text": "\\ud800"}', 422),
        (b'{"texts": ["a", null]}', 422),
        (b'{"texts": ["a", "b", "c", "d", "e", "f"]}', 422),
        (b'{"text": "' + b"a" * 1001 + b'"}', 422),
        (b'{"text": "' + b"a" * 2001 + b'"}', 413),
        (b"\xff\xfe", 422),
        (b"[" * 1900, 422),
    ],
)
def test_what_is_refused_is_refused_with_a_reason(client, body, status):
    answer = client.post("/predict", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.text


def test_a_body_that_is_too_large_is_refused_whether_or_not_its_size_is_said(client):
    for content in (b"a" * 2001, (b"a" * 100 for _ in range(30))):  # the second comes in chunks
        answer = client.post("/predict", content=content, headers={"content-type": "application/json"})
        assert answer.status_code == 413
        assert answer.json() == {"detail": "the body has more than 2,000 bytes"}
    assert client.post("/predict", json={"text": "well"}).status_code == 200


def test_bodies_are_refused_while_those_that_wait_are_too_much_together():
    answers = []

    async def app(_scope, read, _send):
        await read()
        answers.append(len(answers))
        if len(answers) < 3:
            await limited({"type": "http", "headers": []}, receive, send)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive():
        return {"type": "http.request", "body": b"a" * 600}

    async def send(message):
        statuses.append(message.get("status"))

    statuses = []
    limited = BodyLimit(app, most=1000, together=1000)
    asyncio.run(limited({"type": "http", "headers": []}, receive, send))
    assert statuses == [503, None, 200, 200]  # the innermost came while two others of 600 were held
    assert limited.held == 0


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["text", "texts", "x"]), inner),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode())
)
def test_no_body_is_an_error_of_the_server(client, body):
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        answer = client.post("/predict", content=body, headers={"content-type": kind})
        assert answer.status_code in (200, 400, 413, 415, 422), answer.text


def test_health_metrics_and_the_openapi_page(client):
    assert client.get("/health").json() == {"status": "ok", "model": "lstm", "format": "onnx"}
    client.post("/predict", json={"text": "counted"})
    lines = client.get("/metrics").text.splitlines()
    assert any(line.startswith('requests_total{path="/predict",status="200"}') for line in lines)
    assert 'model_info{format="onnx",model="lstm"} 1.0' in lines
    described = client.get("/openapi.json").json()
    body = described["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]) == {"text", "texts", "key"}
    assert client.get("/nowhere").status_code == 404


def test_the_openapi_page_needs_nothing_from_elsewhere(client):
    page = client.get("/docs").text
    loaded = re.findall(r'<(?:script|link)[^>]* (?:src|href)="([^"]*)"', page)
    assert any(address.endswith(".js") for address in loaded)
    for address in loaded:
        assert address.startswith("/")
        assert client.get(address).status_code == 200


def test_the_address_is_said_once_somebody_listens_there():
    heard, frozen, before = [], [], gc.get_threshold()

    async def service(scope, _receive, _send):
        assert scope["type"] == "http"

    def connect(host, port):
        frozen.append(gc.get_freeze_count())
        with socket.create_connection((host, port), timeout=5):
            heard.append(port)
        server.should_exit = True

    config = uvicorn.Config(service, port=0, lifespan="off", log_level="critical")
    server = Server(config, connect)
    bound = config.bind_socket()
    try:
        asyncio.run(server.serve([bound]))
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
    assert heard
    assert frozen[0] > 10_000  # looking through all that was loaded, for rubbish, took a tenth of the time under load


@pytest.fixture
def served(exported_run):
    """The service as a process of its own, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "models.serve", str(exported_run), "--model", "lstm", "--port", "0", "--cache", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = ""
    while not (address := re.search(r"http://127\.0\.0\.1:\d+", said)):
        line = process.stdout.readline()
        assert line, said  # it has ended
        said += line
    yield process, address[0]
    process.kill()
    process.wait()
    process.stdout.close()


def test_sixty_four_clients_and_an_end_under_load_that_loses_nothing(served):
    process, address = served
    answers, failures, statuses = [], [], set()

    def ask(number):
        with httpx.Client(base_url=address, timeout=60) as client:
            while True:
                try:
                    answer = client.post("/predict", json={"text": f"a good thing, number {number} {len(answers)}"})
                except httpx.TransportError as error:  # the service has ended, or would not begin another request
                    failures.append(error)
                    return
                statuses.add(answer.status_code)
                answers.append(answer.json()["predictions"][0]["label"])

    clients = [threading.Thread(target=ask, args=(number,)) for number in range(64)]
    for client in clients:
        client.start()
    time.sleep(4)
    process.send_signal(signal.SIGTERM)
    for client in clients:
        client.join(60)
    said = process.stdout.read()
    assert process.wait(30) == 0, said
    accepted, answered = (
        int(number.replace(",", "")) for number in re.findall(r"([\d,]+) (?:requests accepted|answered)", said)
    )
    assert statuses == {200}
    assert len(failures) == 64
    # Each request that the service began was answered, and its answer arrived.
    assert accepted == answered == len(answers)
    assert accepted > 200


def test_bad_input_is_one_sentence(exported_run, command, served):
    _, address = served
    taken = address.rpartition(":")[2]
    for arguments, said in (
        (["nowhere"], "nowhere is not there"),
        ([exported_run, "--model", "gru"], "has no exported gru"),
        ([exported_run, "--model", "lstm", "--port", taken], "cannot be listened on"),
    ):
        done = command("models.serve", *arguments)
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr
