"""What Prometheus is told, and the log of requests: never a text."""

from __future__ import annotations

import json
import logging
import os
import re
import time
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOTES = "notes"  # of a request's scope: what the log says of it besides
GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Metrics:
    """All counters and durations of one service."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter("requests", "Requests answered", ["path", "status"], registry=registry)
        self.accepted = Counter("requests_accepted", "Requests begun", registry=registry)
        self.seconds = Histogram("request_seconds", "From a request's arrival to its answer", registry=registry)
        self.texts = Counter("texts", "Texts classified, by the model that answered", ["model"], registry=registry)
        self.fallbacks = Counter("fallbacks", "Texts that the fallback answered, and why", ["why"], registry=registry)
        self.cache_hits = Counter("cache_hits", "Texts answered from the cache", registry=registry)
        sizes = (1, 2, 4, 8, 16, 32, 64, 128, 256)
        self.batches = Histogram("batch_texts", "Texts in a batch", buckets=sizes, registry=registry)
        self.model = Gauge("model_info", "Which model answers", ["model", "format"], registry=registry)
        self.feedback = Counter(
            "feedback", "True labels, by whether the answer was right", ["right"], registry=registry
        )
        self.drift_p = Gauge("drift_p", "Corrected p of the last window of texts", ["feature"], registry=registry)
        self.drift_alarm = Gauge("drift_alarm", "1 while texts are not like those of validation", registry=registry)

    def answers_with(self, title: str, form: str) -> None:
        """Says which model answers from now on."""
        self.model.clear()
        self.model.labels(title, form).set(1)

    def answered(self) -> tuple[int, int]:
        """How many requests were begun, and how many of them were answered."""
        samples = [sample for metric in self.requests.collect() for sample in metric.samples]
        answered = sum(sample.value for sample in samples if sample.name == "requests_total")
        return int(self.registry.get_sample_value("requests_accepted_total") or 0), int(answered)


class Measure:
    """Counts requests, times them, names them and logs them, as plain ASGI: Starlette's own base class doubles the cost
    of a request.

    Args:
        app: the application.
        metrics: counts.
        paths: that are counted by name.
        log: gets a line of JSON a request, `None` for none.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, paths: frozenset[str], log: logging.Logger | None = None):
        self.app, self.metrics, self.paths, self.log = app, metrics, paths, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, path, statuses = time.perf_counter(), scope["path"] if scope["path"] in self.paths else "other", [0]
        given = dict(scope["headers"]).get(b"x-request-id", b"")
        name = given if GIVEN_ID.fullmatch(given) else os.urandom(16).hex().encode()
        notes: dict[str, Any] = {}
        scope[NOTES] = notes

        async def count_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses[0] = message["status"]
                self.metrics.requests.labels(path, message["status"]).inc()
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", name)]
            await send(message)

        self.metrics.accepted.inc()
        try:
            await self.app(scope, receive, count_and_send)
        finally:
            seconds = time.perf_counter() - started
            self.metrics.seconds.observe(seconds)
            if self.log is not None:
                line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "request": name.decode()}
                line |= {"method": scope["method"], "path": path, "status": statuses[0], "ms": round(1000 * seconds, 2)}
                self.log.info(json.dumps(line | notes))
