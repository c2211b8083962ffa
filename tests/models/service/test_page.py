"""The page where a person types a text: it answers by mouse and keyboard, in light and dark, and asks nobody else."""

import threading
import time

import pytest
import uvicorn
from fastapi.testclient import TestClient

from models.service.application import build_service
from models.service.listening import Server

TEXT = "word " * 18 + "<b>last</b>"


@pytest.fixture(scope="module")
def address(make_classifier):
    found = []
    service = build_service(make_classifier())
    config = uvicorn.Config(service, port=0, log_level="critical")
    server = Server(config, lambda host, port: found.append(f"http://{host}:{port}"))
    thread = threading.Thread(target=server.run, args=([config.bind_socket()],))
    thread.start()
    while not found:
        time.sleep(0.01)
    yield found[0]
    server.should_exit = True
    thread.join()


def test_every_model_is_compared_with_the_words_that_moved_it(make_classifier):
    with TestClient(build_service(make_classifier())) as client:
        (found,) = client.post("/compare", json={"text": "a " * 10 + "b" * 40}).json()
        assert client.post("/compare", json={"text": "x" * 20_001}).status_code == 422
    assert (found["model"], found["label"], found["speaks_of"]) == ("lstm", "long", "long")
    assert [entry["word"] for entry in found["words"]] == ["a"] * 10 + ["b" * 40]
    assert found["words"][-1]["level"] == 4  # without it the text is short
    assert found["words"][0]["level"] <= 1


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_it_answers_and_is_accessible(browser, address, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    asked, problems = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(address)
    page.get_by_label("Your text").fill(TEXT)
    page.keyboard.press("Control+Enter")
    page.get_by_text("One model answered.").wait_for()
    assert page.locator(".answers h2").all_inner_texts() == ["lstm"]
    assert page.locator(".answers .said").inner_text() == "long, 100.0 %"
    assert "<b>last</b>" in page.locator(".answers .text").inner_text()  # text stays text
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    violations = Axe().run(page).response["violations"]
    assert not violations, violations
    page.goto(f"{address}/experiments")
    assert not Axe().run(page).response["violations"]
    page.close()
    assert not problems
    assert all(url.startswith(address) for url in asked)


@pytest.mark.slow
def test_an_error_is_said(browser, address):
    page = browser.new_page()
    page.goto(address)
    page.get_by_label("Your text").fill("this will break")
    page.route("**/compare", lambda route: route.fulfill(status=503, body="{}"))
    page.get_by_role("button", name="Classify").click()
    page.get_by_text("The service answered 503.").wait_for()
    assert page.get_by_role("button", name="Classify").is_enabled()
    page.close()
