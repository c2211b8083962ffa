"""Who may ask, and that nothing is said to the others."""

import base64
import json
import logging
import subprocess
import sys

import pytest
from fastapi.testclient import TestClient

from models.service.application import PATHS, build_service
from models.service.tokens import TokenUnusable, is_this_machine, read_token

TOKEN = "long enough, this one"


@pytest.fixture(scope="module")
def guarded(make_classifier):
    with TestClient(build_service(make_classifier(), token=TOKEN)) as client:
        yield client


def basic(password):
    return "Basic " + base64.b64encode(f"anybody:{password}".encode()).decode()


@pytest.mark.parametrize("path", sorted(PATHS) + ["/nowhere"])
@pytest.mark.parametrize(
    "header",
    [None, "Bearer", "Bearer " + TOKEN[:-1], "Bearer " + TOKEN + "x", "Basic !", basic("no"), TOKEN, "Bearer é"],
)
def test_without_the_token_nothing_is_said(guarded, path, header):
    headers = {} if header is None else {"authorization": header.encode("latin-1")}
    for method in ("GET", "POST"):
        answer = guarded.request(method, path, headers=headers)
        assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize("header", ["Bearer " + TOKEN, "bearer " + TOKEN, basic(TOKEN)])
def test_with_the_token_all_is_answered(guarded, header):
    headers = {"authorization": header}
    assert guarded.post("/predict", json={"text": "a"}, headers=headers).status_code == 200
    assert guarded.get("/", headers=headers).status_code == 200


def test_tokens_are_read_without_the_end_of_the_line_and_short_ones_refused(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    assert read_token(path) == TOKEN
    path.write_text("short\n")
    with pytest.raises(TokenUnusable, match="holds no token of at least 16 characters"):
        read_token(path)
    with pytest.raises(TokenUnusable, match="cannot be read"):
        read_token(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("10.0.0.7", False),
        ("x.org", False),
    ],
)
def test_what_is_heard_on_this_machine_only(host, own):
    assert is_this_machine(host) is own


def test_requests_are_named_and_logged_without_their_texts(make_classifier, tmp_path):
    log = logging.Logger("requests")
    log.addHandler(logging.FileHandler(tmp_path / "log"))
    secret = "nobody is to read this"
    with TestClient(build_service(make_classifier(), log=log)) as client:
        given = client.post("/predict", json={"texts": [secret, "b"]}, headers={"x-request-id": "mine-1"})
        made = client.get("/nowhere", headers={"x-request-id": "not one\t"})
    assert given.headers["x-request-id"] == "mine-1"
    assert len(made.headers["x-request-id"]) == 32
    written = (tmp_path / "log").read_text()
    assert secret not in written
    first, second = map(json.loads, written.splitlines())
    assert (first["request"], first["path"], first["status"], first["texts"]) == ("mine-1", "/predict", 200, 2)
    assert first["ms"] > 0
    assert (second["path"], second["status"]) == ("other", 404)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "name a --token-file, or say --open"),
        (["--token-file", "nowhere"], "cannot be read"),
        (["--timeout-ms", "5"], "name one with --fallback"),
        (["--challenger", "lstm"], "either answers a share of the texts"),
        (["--challenger", "lstm", "--share", "0.1", "--shadow"], "either answers a share of the texts"),
        (["--share", "0.1"], "name it with --challenger"),
        (["--ssl-certfile", "x"], "takes both"),
        (["--ssl-certfile", "x", "--ssl-keyfile", "y"], "x is not there"),
    ],
)
def test_options_that_do_not_fit_are_one_sentence(arguments, said):
    command = [sys.executable, "-m", "models.serve", "runs/latest", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
