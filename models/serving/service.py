"""The HTTP service around a classifier: `/predict`, `/health`, `/metrics`, and an OpenAPI page at `/docs`."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi_offline import FastAPIOffline
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.classifier import Classifier
from models.serving.batching import Batcher, QueueFull
from models.serving.body_limit import BodyLimit

PATHS = ("/predict", "/health", "/metrics", "/docs", "/openapi.json")


@dataclass(frozen=True)
class Limits:
    """What is refused.

    Attributes:
        body: most bytes of a request.
        texts: most of them in a request.
        characters: most of them in a text.
        queue: most texts that wait at once.
    """

    body: int = 2_000_000
    texts: int = 256
    characters: int = 200_000
    queue: int = 2_048


class Prediction(BaseModel):
    """The answer to one text."""

    label: str = Field(description="a class, or 'unsure' where the service leaves texts unanswered (--abstain)")
    confidence: float = Field(description="the probability of the most probable class")
    probabilities: dict[str, float] = Field(description="by class")
    tokens_seen: int = Field(description="tokens of the text that the model read")


class Query(BaseModel):
    """One text, or a list of them."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = Field(None, description="one text")
    texts: list[str] | None = Field(None, description="several texts")

    @model_validator(mode="after")
    def _check_that_it_is_one_of_them(self) -> Query:
        if (self.text is None) == (self.texts is None):
            raise ValueError("give either 'text', a string, or 'texts', a list of strings")
        for text in self.texts or [self.text or ""]:
            text.encode()  # JSON can escape half a surrogate pair, which is no text; the error is a ValueError
        return self


class Answer(BaseModel):
    """The answers to one request."""

    model: str = Field(description="which model answered, and on which weights where others stood in")
    format: str
    predictions: list[Prediction] = Field(description="in the order of the texts")


def build_service(classifier: Classifier, limits: Limits = Limits(), cache_size: int = 10_000) -> FastAPI:
    """The application.

    Args:
        classifier: answers.
        limits: what is refused: 413 and 422 for a request's own sizes, 503 for a queue that is full.
        cache_size: texts whose answers are remembered.
    """
    metrics = _Metrics(classifier)
    batcher = Batcher(classifier, cache_size, limits.queue, metrics.batches.observe, metrics.cache_hits.inc)
    names = list(classifier.classes_)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        batcher.start()
        yield
        await batcher.stop()

    # FastAPI's own page loads its script from a content delivery network.
    service = FastAPIOffline(
        redoc_url=None,
        title=f"Sentiment Architectures: {classifier.title}",
        lifespan=lifespan,
    )
    service.add_middleware(BodyLimit, most=limits.body)
    service.add_middleware(_Measure, metrics=metrics)
    service.state.metrics = metrics

    @service.post("/predict", response_model=Answer, responses={413: {}, 422: {}, 503: {}})
    async def predict(query: Query) -> JSONResponse:
        """Classifies one text (`text`) or a list of them (`texts`)."""
        if passed := _beyond(query, limits):
            return JSONResponse({"detail": [{"where": ["body"], "what": passed}]}, status_code=422)
        texts = query.texts if query.texts is not None else [query.text or ""]
        found = await batcher.predict(texts) if texts else []
        metrics.texts.inc(len(texts))
        predictions = []
        for prediction in found:
            label, confidence = classifier.label_of(prediction.probabilities)
            predictions.append(
                {
                    "label": label,
                    "confidence": confidence,
                    "probabilities": dict(zip(names, prediction.probabilities, strict=True)),
                    "tokens_seen": prediction.tokens_seen,
                }
            )
        # A response of its own: checking the answer against its model again would cost as much as all the rest.
        return JSONResponse({"model": classifier.title, "format": classifier.format, "predictions": predictions})

    @service.get("/health")
    async def health() -> dict[str, str]:
        """Says that the service answers, and with which model."""
        return {"status": "ok", "model": classifier.title, "format": classifier.format}

    @service.get("/metrics", response_class=PlainTextResponse)
    async def show_metrics() -> PlainTextResponse:
        """Counters and durations in the text format of Prometheus."""
        return PlainTextResponse(generate_latest(metrics.registry), media_type="text/plain; version=0.0.4")

    @service.exception_handler(QueueFull)
    async def send_away(_: Request, error: QueueFull) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status_code=503, headers={"Retry-After": str(error.seconds)})

    @service.exception_handler(RequestValidationError)
    async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
        # Without the input, which may be large, or hold what JSON cannot say.
        found = [{"where": [str(part) for part in item["loc"]], "what": item["msg"]} for item in error.errors()[:10]]
        return JSONResponse({"detail": found}, status_code=422)

    return service


def _beyond(query: Query, limits: Limits) -> str | None:
    """Which limit a request passes, `None` for none."""
    texts = query.texts or [query.text or ""]
    if len(texts) > limits.texts:
        return f"more than {limits.texts:,} texts"
    if max(map(len, texts)) > limits.characters:
        return f"a text of more than {limits.characters:,} characters"
    return None


class _Metrics:
    def __init__(self, classifier: Classifier):
        self.registry = registry = CollectorRegistry()
        self.requests = Counter("requests", "Requests answered", ["path", "status"], registry=registry)
        self.accepted = Counter("requests_accepted", "Requests begun", registry=registry)
        self.seconds = Histogram("request_seconds", "From a request's arrival to its answer", registry=registry)
        self.texts = Counter("texts", "Texts classified", registry=registry)
        self.cache_hits = Counter("cache_hits", "Texts answered from the cache", registry=registry)
        sizes = (1, 2, 4, 8, 16, 32, 64, 128, 256)
        self.batches = Histogram("batch_texts", "Texts in a batch", buckets=sizes, registry=registry)
        model = Gauge("model_info", "Which model answers", ["model", "format"], registry=registry)
        model.labels(classifier.title, classifier.format).set(1)

    def answered(self) -> tuple[int, int]:
        """How many requests were begun, and how many of them were answered."""
        samples = [sample for metric in self.requests.collect() for sample in metric.samples]
        answered = sum(sample.value for sample in samples if sample.name == "requests_total")
        return int(self.registry.get_sample_value("requests_accepted_total") or 0), int(answered)


class _Measure:
    """Counts requests and times them, as plain ASGI: Starlette's own base class doubles the cost of a request."""

    def __init__(self, app, metrics: _Metrics):
        self.app, self.metrics = app, metrics

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, path = time.perf_counter(), scope["path"] if scope["path"] in PATHS else "other"

        async def count_and_send(message):
            if message["type"] == "http.response.start":
                self.metrics.requests.labels(path, message["status"]).inc()
            await send(message)

        self.metrics.accepted.inc()
        await self.app(scope, receive, count_and_send)
        self.metrics.seconds.observe(time.perf_counter() - started)
