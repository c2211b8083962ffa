"""One model, its queue, and how long its answers take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from models.classifier import Classifier
from models.service.batching import Batcher
from models.service.metrics import Metrics

REMEMBERED = 5_000  # durations


class Said(NamedTuple):
    """What a model says of one text.

    Attributes:
        label: a class, or `models.classifier.UNSURE`.
        confidence: probability of the most probable class.
        probabilities: one a class.
        tokens_seen: how many tokens of the text were read.
    """

    label: str
    confidence: float
    probabilities: tuple[float, ...]
    tokens_seen: int


class Responder:
    """A classifier that answers through a queue of its own.

    Args:
        classifier: answers.
        cache_size: texts whose answers are remembered.
        queue_size: most texts that wait at once.
        metrics: counts.

    Attributes:
        title, format: which model this is.
        milliseconds: of the latest requests, from the question to the answer.
    """

    def __init__(self, classifier: Classifier, cache_size: int, queue_size: int, metrics: Metrics):
        self.classifier, self.title, self.format = classifier, classifier.title, classifier.format
        self.batcher = Batcher(classifier, cache_size, queue_size, metrics.batches.observe, metrics.cache_hits.inc)
        self.milliseconds: deque[float] = deque(maxlen=REMEMBERED)

    async def answer(self, texts: Sequence[str]) -> list[Said]:
        """The answers to the texts, in their order.

        Raises:
            QueueFull: too many texts wait.
        """
        started = time.perf_counter()
        found = await self.batcher.predict(texts)
        self.milliseconds.append(1000 * (time.perf_counter() - started))
        label_of = self.classifier.label_of
        return [Said(*label_of(one.probabilities), one.probabilities, one.tokens_seen) for one in found]

    def is_stuck(self, seconds: float) -> bool:
        """Whether the batch in work has taken longer than that."""
        begun = self.batcher.begun
        return begun is not None and time.perf_counter() - begun > seconds
