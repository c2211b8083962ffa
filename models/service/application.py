"""The HTTP service around the models: a page at `/`, OpenAPI's at `/docs`, and what programs ask."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from fastapi_offline import FastAPIOffline
from prometheus_client import generate_latest
from pydantic import BaseModel, ValidationError
from starlette.middleware import Middleware
from starlette.responses import Response

from models.classifier import Classifier
from models.monitoring.comparing import Difference
from models.monitoring.reference import Reference
from models.monitoring.watching import Watcher
from models.service.batching import QueueFull
from models.service.body_limit import BodyLimit
from models.service.comparing import MOST_WORDS, Comparer
from models.service.drift_page import describe_drift
from models.service.experiment_page import as_page, describe
from models.service.experiments import CHALLENGER, MAIN, Given, Record, UnknownAnswer
from models.service.metrics import NOTES, Measure, Metrics
from models.service.pages import POLICY, render
from models.service.responding import Responder
from models.service.routing import EXPERIMENT, Reply, Router
from models.service.schemas import Answer, Comparison, Counted, Feedback, Query
from models.service.tokens import TokenGate

PATHS = frozenset(  # that are counted by name
    "/ /predict /compare /feedback /experiments /drift /health /health/live /health/ready /metrics /docs "
    "/openapi.json".split()
)
Log = logging.Logger | None
Body = TypeVar("Body", bound=BaseModel)


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


@dataclass(frozen=True)
class Models:
    """Who answers.

    Attributes:
        main: answers.
        fallback: answers where another cannot, `None` for nobody.
        timeout: seconds until it is asked.
        challenger: is on trial, `None` for nobody.
        share: of the texts that it answers; 0 for the record only.
    """

    main: Classifier
    fallback: Classifier | None = None
    timeout: float = float("inf")
    challenger: Classifier | None = None
    share: float = 0.0


class Service:
    """What stands behind the routes.

    Args:
        models: who answers.
        limits: what is refused: 413 and 422 for a request's own sizes, 503 for a queue that is full.
        cache_size: texts whose answers are remembered, of each model.
        reference: of validation, to tell drift by; `None` where it is not watched.
        log: is told when drift begins and ends.
    """

    def __init__(self, models: Models, limits: Limits, cache_size: int, reference: Reference | None, log: Log):
        self.metrics, self.record, self.limits, self.log = Metrics(), Record(), limits, log
        self.watcher = None if reference is None else Watcher(reference, self._note_window, self._note_alarm)

        def responder(classifier: Classifier | None) -> Responder | None:
            return Responder(classifier, cache_size, limits.queue, self.metrics) if classifier else None

        main = Responder(models.main, cache_size, limits.queue, self.metrics)
        self.router = Router(
            main, responder(models.fallback), models.timeout, responder(models.challenger), models.share
        )
        self.names = list(models.main.classes_)
        self.metrics.answers_with(main.title, main.format)
        self._shadowing: set[asyncio.Task] = set()

    async def predict(self, query: Query, notes: dict[str, Any]) -> dict:
        """The body of the answer to a request."""
        main, name = self.router.main, uuid.uuid4().hex
        replies = await self.router.answer(query.asked, query.key)
        given = [Given(self._place(reply), reply.said.label) for reply in replies]
        self.record.note(name, given)
        if self.router.challenger is not None and not self.router.share and replies:
            self._shadow(query.asked, given)
        if self.watcher is not None:
            self.watcher.observe(
                [
                    (text, self.names[int(np.argmax(reply.said.probabilities))], reply.said.confidence)
                    for text, reply in zip(query.asked, replies, strict=True)
                    if reply.by is main
                ]
            )
        for reply in replies:
            self.metrics.texts.labels(reply.by.title).inc()
            if reply.because not in (None, EXPERIMENT):
                self.metrics.fallbacks.labels(reply.because).inc()
        notes["texts"] = len(replies)
        if others := sorted({f"{reply.by.title}: {reply.because}" for reply in replies if reply.because}):
            notes["others"] = others
        return {
            "id": name,
            "model": main.title,
            "format": main.format,
            "predictions": [self._prediction(reply) for reply in replies],
        }

    def _prediction(self, reply: Reply) -> dict:
        said = reply.said
        found = {
            "label": said.label,
            "confidence": said.confidence,
            "probabilities": dict(zip(self.names, said.probabilities, strict=True)),
            "tokens_seen": said.tokens_seen,
        }
        if reply.because:
            found |= {"answered_by": reply.by.title, "because": reply.because}
        return found

    def _place(self, reply: Reply) -> int | None:
        if reply.by is self.router.main:
            return MAIN
        return CHALLENGER if reply.because == EXPERIMENT else None

    def _shadow(self, texts: Sequence[str], given: Sequence[Given]) -> None:
        """Has the challenger answer too, while nobody waits for it."""
        challenger = self.router.challenger
        assert challenger is not None

        async def ask() -> None:
            labels: list[str | None]
            try:
                labels = [said.label for said in await challenger.answer(texts)]
            except Exception:  # it is on trial: what it fails at is counted, and harms nobody
                labels = [None] * len(texts)
            for one, label in zip(given, labels, strict=True):
                self.record.shadow(one, label)

        task = asyncio.create_task(ask())
        self._shadowing.add(task)  # which would otherwise be collected as rubbish
        task.add_done_callback(self._shadowing.discard)

    def _note_window(self, differences: list[Difference]) -> None:
        for difference in differences:
            self.metrics.drift_p.labels(difference.feature.name).set(difference.p)

    def _note_alarm(self, differences: list[Difference] | None) -> None:
        """Says once that drift began, and once that it ended."""
        self.metrics.drift_alarm.set(differences is not None)
        words = [difference.words for difference in differences or [] if difference.is_alarm]
        said = f"The texts are no longer like those of validation: {'; '.join(words)}. See /drift."
        print(said if words else "The texts are like those of validation again.", file=sys.stderr, flush=True)
        if self.log is not None:
            event = {"time": datetime.now(UTC).isoformat(timespec="milliseconds")}
            self.log.warning(json.dumps(event | {"event": "drift begins" if words else "drift ends", "what": words}))

    def judge(self, feedback: Feedback) -> dict[str, int]:
        """Counts true labels.

        Raises:
            UnknownAnswer: the answer is not known, or a label is no class.
        """
        unknown = next((label for label in feedback.labels if label is not None and label not in self.names), None)
        if unknown is not None:
            raise UnknownAnswer(f"{unknown[:100]!r} is none of the classes {', '.join(self.names)}")
        counted, right = self.record.judge(feedback.id, feedback.labels)
        self.metrics.feedback.labels("true").inc(right)
        self.metrics.feedback.labels("false").inc(counted - right)
        return {"counted": counted}


def build_service(
    models: Models | Classifier,
    limits: Limits = Limits(),
    cache_size: int = 10_000,
    token: str | None = None,
    log: Log = None,
    run: Path | None = None,
    reference: Reference | None = None,
) -> FastAPI:
    """The application.

    Args:
        models: who answers; a classifier answers alone.
        limits: what is refused.
        cache_size: texts whose answers are remembered, of each model.
        token: that everybody who asks must know, `None` for none.
        log: gets a line of JSON a request, without its texts.
        run: whose exported models the page shows side by side, `None` for the main model alone.
        reference: of validation, to tell drift by; `None` for no watch.
    """
    inner = Service(Models(models) if isinstance(models, Classifier) else models, limits, cache_size, reference, log)

    comparer = Comparer(run, inner.router.main.classifier)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        inner.router.start()
        if inner.watcher is not None:
            inner.watcher.start()
        yield
        await inner.router.stop()
        if inner.watcher is not None:
            inner.watcher.stop()

    gate = [Middleware(TokenGate, token=token)] if token else []
    # FastAPI's own page loads its script from a content delivery network.
    service = FastAPIOffline(
        redoc_url=None,
        title=f"Sentiment Architectures: {inner.router.main.title}",
        lifespan=lifespan,
        middleware=[
            Middleware(Measure, metrics=inner.metrics, paths=PATHS, log=log),
            *gate,
            Middleware(BodyLimit, most=limits.body),
        ],
    )
    service.state.inner = inner

    # The body is read by pydantic itself: what FastAPI does besides costs as much as all the rest.
    @service.post("/predict", response_model=Answer, responses={413: {}, 503: {}}, openapi_extra=_takes(Query))
    async def predict(request: Request) -> Response:
        """Classifies one text (`text`) or a list of them (`texts`)."""
        query = await _read(request, Query)
        if isinstance(query, Response):
            return query
        if passed := _beyond(query, limits):
            return _refused([{"where": ["body"], "what": passed}])
        return JSONResponse(await inner.predict(query, request.scope[NOTES]))

    @service.post("/feedback", response_model=Counted, responses={404: {}}, openapi_extra=_takes(Feedback))
    async def feedback(request: Request) -> Response:
        """Takes what the texts of an answer truly were."""
        given = await _read(request, Feedback)
        if isinstance(given, Response):
            return given
        try:
            return JSONResponse(inner.judge(given))
        except UnknownAnswer as error:
            return JSONResponse({"detail": str(error)}, status_code=404)

    @service.get("/experiments")
    async def experiments(request: Request) -> Response:
        """Who answered how often, how quickly and how rightly; a page for browsers."""
        found = describe(inner.router, inner.record)
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(render("experiments.html", **as_page(found)), headers=POLICY)
        return JSONResponse(found)

    @service.get("/drift")
    async def drift(request: Request) -> Response:
        """Whether the texts are like those of validation; a page for browsers."""
        found = describe_drift(inner.watcher)
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(render("drift.html", **found), headers=POLICY)
        return JSONResponse(found)

    @service.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def show_page() -> HTMLResponse:
        """Where a person types a text."""
        return HTMLResponse(render("classify.html", title=inner.router.main.title, most=MOST_WORDS), headers=POLICY)

    @service.post("/compare", openapi_extra=_takes(Comparison))
    async def compare(request: Request) -> Response:
        """What every exported model of the run says of one text, and which of its words move it."""
        asked = await _read(request, Comparison)
        if isinstance(asked, Response):
            return asked
        return JSONResponse(await comparer.compare(asked.text))

    @service.get("/health")
    async def health() -> dict[str, str]:
        """Says that the service answers, and with which model."""
        return {"status": "ok", "model": inner.router.main.title, "format": inner.router.main.format}

    @service.get("/health/live")
    async def live() -> dict[str, str]:
        """Says that the process lives: one that does not answer this is to be started anew."""
        return {"status": "ok"}

    @service.get("/health/ready", responses={503: {}})
    async def ready() -> Response:
        """Says whether a request would be answered soon: 503 while the queue is full, or the model does not answer."""
        if inner.router.is_ready:
            return JSONResponse({"status": "ok"})
        return JSONResponse({"status": "busy"}, status_code=503, headers={"Retry-After": "1"})

    @service.get("/metrics", response_class=PlainTextResponse)
    async def show_metrics() -> PlainTextResponse:
        """Counters and durations in the text format of Prometheus."""
        return PlainTextResponse(generate_latest(inner.metrics.registry), media_type="text/plain; version=0.0.4")

    @service.exception_handler(QueueFull)
    async def send_away(_: Request, error: QueueFull) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status_code=503, headers={"Retry-After": str(error.seconds)})

    @service.exception_handler(RequestValidationError)
    async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
        return _refused([{"where": list(map(str, item["loc"])), "what": item["msg"]} for item in error.errors()[:10]])

    return service


async def _read(request: Request, kind: type[Body]) -> Body | Response:
    """The body of a request, or the answer that refuses it."""
    if request.headers.get("content-type", "application/json").partition(";")[0].strip().lower() != "application/json":
        return _refused([{"where": ["header", "content-type"], "what": "must be application/json"}])
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError as error:
        # Without the input, which may be large, or hold what JSON cannot say.
        items = error.errors(include_url=False, include_input=False, include_context=False)[:10]
        return _refused([{"where": ["body", *map(str, item["loc"])], "what": item["msg"]} for item in items])


def _refused(found: list[dict]) -> JSONResponse:
    return JSONResponse({"detail": found}, status_code=422)


def _takes(kind: type[BaseModel]) -> dict:
    """What OpenAPI is told of a body that is read by hand."""
    content = {"application/json": {"schema": kind.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


def _beyond(query: Query, limits: Limits) -> str | None:
    """Which limit a request passes, `None` for none."""
    texts = query.asked
    if len(texts) > limits.texts:
        return f"more than {limits.texts:,} texts"
    if max(map(len, texts), default=0) > limits.characters:
        return f"a text of more than {limits.characters:,} characters"
    return None
