"""Which model answers: the main one, its fallback where it cannot, and a challenger for a share of the texts.

Sticky shares by a hash, as in Tang et al. 2010, https://doi.org/10.1145/1835804.1835810.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from models.service.batching import QueueFull
from models.service.responding import Responder, Said

EXPERIMENT, FAILED, TIMEOUT, QUEUE_FULL = "experiment", "failed", "timeout", "queue full"
STUCK = 10.0  # seconds a batch may take
SALT = b"challenger:"  # so that other shares that are cut by hashes are cut elsewhere


class Reply(NamedTuple):
    """The answer to one text.

    Attributes:
        said: the answer.
        by: who gave it.
        because: why it was not the main model, `None` where it was.
    """

    said: Said
    by: Responder
    because: str | None = None


@dataclass
class Router:
    """Asks the models.

    Attributes:
        main: answers.
        fallback: answers where another fails, takes too long, or has too many texts waiting; `None` for nobody.
        timeout: seconds until the fallback is asked.
        challenger: is on trial, `None` for nobody.
        share: of the texts that the challenger answers, 0 where it answers for the record only.
    """

    main: Responder
    fallback: Responder | None = None
    timeout: float = float("inf")
    challenger: Responder | None = None
    share: float = 0.0

    @property
    def responders(self) -> list[Responder]:
        """All of them."""
        return [found for found in (self.main, self.fallback, self.challenger) if found is not None]

    @property
    def is_ready(self) -> bool:
        """Whether who asks now would be answered soon."""
        return self.fallback is not None or not (self.main.is_stuck(STUCK) or self.main.batcher.is_full)

    @property
    def is_working(self) -> bool:
        """Whether a model still works on a batch."""
        return any(responder.is_stuck(0) for responder in self.responders)

    def start(self) -> None:
        """Begins to answer, within a running event loop."""
        for responder in self.responders:
            responder.batcher.start()

    async def stop(self) -> None:
        """Ends once nothing waits any longer."""
        await asyncio.gather(*(responder.batcher.stop() for responder in self.responders))

    async def answer(self, texts: Sequence[str], key: str | None = None) -> list[Reply]:
        """The answers to the texts, in their order.

        Args:
            texts: any number.
            key: decides, during an experiment, who answers; by default each text does.

        Raises:
            QueueFull: too many texts wait, and nobody else can answer.
        """
        if self.challenger is None or not self.share:
            return await self._ask(self.main, texts)
        tried = [at for at, text in enumerate(texts) if place(text if key is None else key) < self.share]
        if not tried:
            return await self._ask(self.main, texts)
        chosen = set(tried)
        others = [at for at in range(len(texts)) if at not in chosen]
        found = await asyncio.gather(
            self._ask(self.challenger, [texts[at] for at in tried], EXPERIMENT),
            self._ask(self.main, [texts[at] for at in others]),
        )
        by_place = dict(zip([*tried, *others], [*found[0], *found[1]], strict=True))
        return [by_place[at] for at in range(len(texts))]

    async def _ask(self, responder: Responder, texts: Sequence[str], because: str | None = None) -> list[Reply]:
        if not texts:
            return []
        if self.fallback is None:
            return [Reply(said, responder, because) for said in await responder.answer(texts)]
        try:
            if responder.is_stuck(self.timeout):  # to wait for it once more would help nobody
                raise TimeoutError
            found = await asyncio.wait_for(responder.answer(texts), self.timeout)
            return [Reply(said, responder, because) for said in found]
        except QueueFull:
            because = QUEUE_FULL
        except TimeoutError:
            because = TIMEOUT
        except Exception:  # whatever keeps it from answering, the fallback is there for it
            because = FAILED
        return [Reply(said, self.fallback, because) for said in await self.fallback.answer(texts)]


def place(key: str) -> float:
    """Where a key stands between 0 and 1, always at the same place."""
    digest = hashlib.sha256(SALT + key.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8]) / 2**64
