"""Requests that arrive while the model is busy are answered together, and equal texts once."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from models.classifier import Classifier

MOST_TEXTS = 256  # in a batch


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
        on_batch: told the size of every batch.
    """

    def __init__(self, classifier: Classifier, cache_size: int, on_batch: Callable[[int], None] = lambda size: None):
        self.classifier, self.cache_size, self.on_batch = classifier, cache_size, on_batch
        self.known: dict[bytes, Prediction] = {}
        self.waiting: dict[bytes, tuple[str, asyncio.Future[Prediction]]] = {}
        self.arrived = asyncio.Event()
        self.thread = ThreadPoolExecutor(1)
        self.hits = 0

    def start(self) -> None:
        """Begins to answer, within a running event loop."""
        self.task = asyncio.create_task(self._answer_batches())

    async def stop(self) -> None:
        """Ends once nothing waits any longer."""
        while self.waiting:
            await asyncio.sleep(0.01)
        self.task.cancel()
        self.thread.shutdown()

    async def predict(self, texts: list[str]) -> list[Prediction]:
        """The answers to the texts, in their order."""
        return await asyncio.gather(*map(self._predict, texts)) if len(texts) > 1 else [await self._predict(texts[0])]

    async def _predict(self, text: str) -> Prediction:
        key = hashlib.sha256(text.encode("utf-8", "replace")).digest()
        if key in self.known:
            self.hits += 1
            self.known[key] = self.known.pop(key)  # now the one used last
            return self.known[key]
        if key not in self.waiting:
            self.waiting[key] = text, asyncio.get_running_loop().create_future()
            self.arrived.set()
        # Shielded: where one client goes away, another may wait for the same text.
        return await asyncio.shield(self.waiting[key][1])

    async def _answer_batches(self) -> None:
        while True:
            await self.arrived.wait()
            keys = list(self.waiting)[:MOST_TEXTS]
            texts = [self.waiting[key][0] for key in keys]
            self.on_batch(len(texts))
            try:
                found = await asyncio.get_running_loop().run_in_executor(self.thread, self.classifier.answer, texts)
                answers = [
                    Prediction(tuple(row), tokens)
                    for row, tokens in zip(found.probabilities.tolist(), found.tokens_seen.tolist(), strict=True)
                ]
            except Exception as error:  # one batch's failure is the failure of its requests alone
                answers = [error] * len(keys)
            for key, answer in zip(keys, answers, strict=True):
                self._settle(key, answer)
            if not self.waiting:
                self.arrived.clear()

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
