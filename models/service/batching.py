"""Requests that arrive while the model is busy are answered together, and equal texts once."""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from models.classifier import Classifier

MOST_TEXTS = 256  # in a batch


class QueueFull(Exception):
    """More texts wait than may.

    Attributes:
        seconds: by when those that wait now should be answered, whole seconds, at least 1.
    """

    def __init__(self, seconds: int):
        super().__init__(f"too many texts are waiting: try again in {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Prediction:
    """What the model says of one text.

    Attributes:
        probabilities: one a class, in the order of the classifier's `classes_`.
        tokens_seen: how many tokens of the text were read.
    """

    probabilities: tuple[float, ...]
    tokens_seen: int


class Batcher:
    """Puts a classifier behind a queue. While one batch is answered in a thread, the next one gathers.

    Args:
        classifier: answers a list of texts.
        cache_size: how many texts' answers are remembered, the longest unused forgotten first; 0 for none. Texts are
            remembered by their SHA-256, so that long ones take no more room than short ones.
        queue_size: how many texts may wait, those of the batch in work among them.
        on_batch: told the size of every batch.
        on_hit: told of every text that is answered from the cache.

    Attributes:
        begun: when the batch in work was begun, by `time.perf_counter`; `None` where nothing is in work.
    """

    def __init__(
        self,
        classifier: Classifier,
        cache_size: int,
        queue_size: int,
        on_batch: Callable[[int], object] = lambda _: None,
        on_hit: Callable[[], object] = lambda: None,
    ):
        self.classifier, self.cache_size, self.queue_size = classifier, cache_size, queue_size
        self.on_batch, self.on_hit = on_batch, on_hit
        self.known: dict[bytes, Prediction] = {}
        self.waiting: dict[bytes, tuple[str, asyncio.Future[Prediction]]] = {}
        self.arrived = asyncio.Event()
        self.thread = ThreadPoolExecutor(1)
        self.seconds_per_text = 0.0  # in the last batch
        self.begun: float | None = None

    @property
    def is_full(self) -> bool:
        """Whether as many texts wait as may."""
        return len(self.waiting) >= self.queue_size

    def start(self) -> None:
        """Begins to answer, within a running event loop."""
        self.task = asyncio.create_task(self._answer_batches())
        self.task.add_done_callback(self._leave_nobody_waiting)

    async def stop(self, most_seconds: float = 30) -> None:
        """Ends once nothing waits any longer, or what answers has ended itself, or will not answer in time."""
        end = time.perf_counter() + most_seconds
        while self.waiting and not self.task.done() and time.perf_counter() < end:
            await asyncio.wait({self.task}, timeout=0.01)
        self.task.cancel()
        self.thread.shutdown(wait=False)

    async def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """The answers to the texts, in their order.

        Raises:
            QueueFull: others are waiting, and these texts would be too many. None of them is then begun.
        """
        if self.task.done():
            raise RuntimeError("What answers has ended.")
        keys = [hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in texts]
        new = {key for key in keys if key not in self.known and key not in self.waiting}
        if new and self.waiting and len(self.waiting) + len(new) > self.queue_size:
            raise QueueFull(max(1, math.ceil(len(self.waiting) * self.seconds_per_text)))
        # Shielded: where one client goes away, another may wait for the same text.
        return await asyncio.gather(*(asyncio.shield(self._begin(*item)) for item in zip(keys, texts, strict=True)))

    def _begin(self, key: bytes, text: str) -> asyncio.Future[Prediction]:
        """The answer to a text, to come or at hand."""
        if key in self.known:
            self.on_hit()
            found = asyncio.get_running_loop().create_future()
            self.known[key] = self.known.pop(key)  # now the one used last
            found.set_result(self.known[key])
            return found
        if key not in self.waiting:
            future: asyncio.Future[Prediction] = asyncio.get_running_loop().create_future()
            future.add_done_callback(_look_at)
            self.waiting[key] = text, future
            self.arrived.set()
        return self.waiting[key][1]

    async def _answer_batches(self) -> None:
        while True:
            await self.arrived.wait()
            keys = list(self.waiting)[:MOST_TEXTS]
            texts = [self.waiting[key][0] for key in keys]
            self.begun = started = time.perf_counter()
            answers: Sequence[Prediction | Exception]
            try:
                self.on_batch(len(texts))
                found = await asyncio.get_running_loop().run_in_executor(self.thread, self.classifier.answer, texts)
                answers = [
                    Prediction(tuple(row), tokens)
                    for row, tokens in zip(found.probabilities.tolist(), found.tokens_seen.tolist(), strict=True)
                ]
            except Exception as error:  # one batch's failure is the failure of its requests alone
                answers = [error] * len(keys)
            self.begun = None
            self.seconds_per_text = (time.perf_counter() - started) / len(keys)
            for key, answer in zip(keys, answers, strict=True):
                self._settle(key, answer)
            if not self.waiting:
                self.arrived.clear()

    def _leave_nobody_waiting(self, task: asyncio.Task) -> None:
        """Whatever ended the task, those who wait are told."""
        cause = None if task.cancelled() else task.exception()
        for key in list(self.waiting):
            self._settle(key, RuntimeError(f"What answers has ended: {cause or 'it was stopped'}."))

    def _settle(self, key: bytes, answer: Prediction | Exception) -> None:
        _, future = self.waiting.pop(key)
        if isinstance(answer, Exception):
            future.set_exception(answer)
            return
        future.set_result(answer)
        if self.cache_size:
            self.known[key] = answer
            if len(self.known) > self.cache_size:
                del self.known[next(iter(self.known))]


def _look_at(future: asyncio.Future) -> None:
    """Who asked may be gone, or have been answered by another model: an error that nobody looks at is logged."""
    if not future.cancelled():
        future.exception()
