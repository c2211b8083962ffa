"""What stands behind the routes: the models, what is remembered of their answers, and the watch for drift."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.classifier import Classifier
from models.monitoring.comparing import Difference
from models.monitoring.reference import Reference
from models.monitoring.watching import Watcher
from models.service.comparing import Comparer
from models.service.experiments import CHALLENGER, MAIN, Given, Record, UnknownAnswer
from models.service.metrics import Metrics
from models.service.reloading import SECONDS, Reloader
from models.service.responding import Responder
from models.service.routing import EXPERIMENT, Reply, Router
from models.service.schemas import Feedback, Query

Log = logging.Logger | None


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
        run: whose exported models the page shows side by side, `None` for the main model alone.
    """

    def __init__(
        self, models: Models, limits: Limits, cache_size: int, reference: Reference | None, log: Log, run: Path | None
    ):
        self.metrics, self.limits, self.cache_size, self.log, self.run = Metrics(), limits, cache_size, log, run
        self._shadowing: set[asyncio.Task] = set()
        self._take(models, reference)

    def _take(self, models: Models, reference: Reference | None) -> None:
        """Sets up what belongs to these models."""

        def responder(classifier: Classifier | None) -> Responder | None:
            return Responder(classifier, self.cache_size, self.limits.queue, self.metrics) if classifier else None

        main = Responder(models.main, self.cache_size, self.limits.queue, self.metrics)
        self.router = Router(
            main, responder(models.fallback), models.timeout, responder(models.challenger), models.share
        )
        self.names = list(models.main.classes_)
        self.record = Record()
        self.comparer = Comparer(self.run, models.main)
        self.watcher = None if reference is None else Watcher(reference, self._note_window, self._note_alarm)
        self.metrics.answers_with(main.title, main.format)

    def start(self) -> None:
        """Begins to answer, within a running event loop."""
        self.router.start()
        if self.watcher is not None:
            self.watcher.start()

    async def stop(self) -> None:
        """Ends once all that wait are answered."""
        await _stop(self.router, self.watcher)

    async def follow(self, reloader: Reloader) -> None:
        """Takes up other models when there are some; what was asked before, those before answer."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SECONDS)
            found = await loop.run_in_executor(None, reloader.look)
            if found is not None:
                before = self.router, self.watcher
                self._take(*found)
                self.start()
                # A request may yet turn from one of the models before to their fallback.
                await asyncio.sleep(min(before[0].timeout, 30) + 1)
                await _stop(*before)

    async def predict(self, query: Query, notes: dict[str, Any]) -> dict:
        """The body of the answer to a request."""
        router, record, watcher, names, name = self.router, self.record, self.watcher, self.names, os.urandom(16).hex()
        main = router.main
        replies = await router.answer(query.asked, query.key)
        given = [Given(_place(reply, main), reply.said.label) for reply in replies]
        record.note(name, given)
        if router.challenger is not None and not router.share and replies:
            self._shadow(router.challenger, record, query.asked, given)
        if watcher is not None:
            watcher.observe(
                [
                    (text, names[reply.said.probabilities.index(reply.said.confidence)], reply.said.confidence)
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
            "predictions": [_prediction(reply, names) for reply in replies],
        }

    def _shadow(self, challenger: Responder, record: Record, texts: Sequence[str], given: Sequence[Given]) -> None:
        """Has the challenger answer too, while nobody waits for it."""

        async def ask() -> None:
            labels: list[str | None]
            try:
                labels = [said.label for said in await challenger.answer(texts)]
            except Exception:  # it is on trial: what it fails at is counted, and harms nobody
                labels = [None] * len(texts)
            for one, label in zip(given, labels, strict=True):
                record.shadow(one, label)

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


async def _stop(router: Router, watcher: Watcher | None) -> None:
    await router.stop()
    if watcher is not None:
        watcher.stop()


def _prediction(reply: Reply, names: Sequence[str]) -> dict:
    said = reply.said
    found = {
        "label": said.label,
        "confidence": said.confidence,
        "probabilities": dict(zip(names, said.probabilities, strict=True)),
        "tokens_seen": said.tokens_seen,
    }
    if reply.because:
        found |= {"answered_by": reply.by.title, "because": reply.because}
    return found


def _place(reply: Reply, main: Responder) -> int | None:
    if reply.by is main:
        return MAIN
    return CHALLENGER if reply.because == EXPERIMENT else None
