"""The HTTP service around the models: a page at `/`, OpenAPI's at `/docs`, and what programs ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from fastapi_offline import FastAPIOffline
from prometheus_client import generate_latest
from pydantic import BaseModel, ValidationError
from starlette.middleware import Middleware
from starlette.responses import Response

from models.classifier import Classifier
from models.monitoring.reference import Reference
from models.pages.rendering import POLICY, render
from models.service.answering import Limits, Log, Models, Service
from models.service.body_limit import BodyLimit
from models.service.comparing import MOST_WORDS
from models.service.described import describe_drift, describe_experiment, experiment_page
from models.service.experiments import UnknownAnswer
from models.service.metrics import NOTES, Measure
from models.service.reloading import Reloader
from models.service.schemas import Answer, Comparison, Counted, Feedback, Query
from models.service.shortcut import Shortcut
from models.service.tokens import TokenGate

PATHS = frozenset(  # that are counted by name
    "/ /predict /compare /feedback /experiments /drift /health /health/live /health/ready /metrics /docs "
    "/openapi.json".split()
)
DEFAULT_LIMITS = Limits()
Body = TypeVar("Body", bound=BaseModel)


def build_service(
    models: Models | Classifier,
    limits: Limits = DEFAULT_LIMITS,
    cache_size: int = 10_000,
    token: str | None = None,
    log: Log = None,
    run: Path | None = None,
    reference: Reference | None = None,
    reloader: Reloader | None = None,
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
    inner = Service(
        Models(models) if isinstance(models, Classifier) else models, limits, cache_size, reference, log, run
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        inner.start()
        following = asyncio.create_task(inner.follow(reloader)) if reloader else None
        yield
        if following is not None:
            following.cancel()
        await inner.stop()

    # The body is read by pydantic itself: what FastAPI does besides costs as much as all the rest.
    async def predict(request: Request) -> Response:
        """Classifies one text (`text`) or a list of them (`texts`)."""
        query = await _read(request, Query)
        if isinstance(query, Response):
            return query
        if passed := _beyond(query, limits):
            return _refused([{"where": ["body"], "what": passed}])
        return JSONResponse(await inner.predict(query, request.scope[NOTES]))

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
            Middleware(Shortcut, routes={"/predict": predict}),
        ],
    )
    service.state.inner = inner

    describe = service.post(
        "/predict", response_model=Answer, responses={413: {}, 503: {}}, openapi_extra=_takes(Query)
    )
    describe(predict)

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
        found = describe_experiment(inner.router, inner.record)
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(render("experiments.html", **experiment_page(found)), headers=POLICY)
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
        return JSONResponse(await inner.comparer.compare(asked.text))

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
