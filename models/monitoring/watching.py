"""Watches what a service is asked: window after window of texts is held against validation.

No text is kept, only what was measured of it. Measuring has a thread of its own that takes a fiftieth of a core at
most; texts that come faster are passed over, and counted.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from models.monitoring.comparing import Difference, compare
from models.monitoring.features import Measured, measure
from models.monitoring.reference import Reference

WINDOW = 250  # texts
CHUNK = 5  # texts that are measured in one go, in some milliseconds, while nobody else of the process has its turn
WAITING = 1_000  # texts that wait to be measured
REST = 49.0  # times the processor's time that it takes: what it waits for its turn while others work is no work
KEPT = 48  # windows that are remembered
Answered = tuple[str, str, float]  # a text, its label, and how sure the model was


class Watcher:
    """Compares one window of texts after another with validation.

    Args:
        reference: of validation.
        on_window: told every window's differences.
        on_change: told the differences when an alarm begins, and `None` when it ends.

    Attributes:
        windows: when each ended (seconds since 1970), and its differences; the latest last.
        seen, passed_over: texts measured, and not.
        alarm: whether the last window differed.
    """

    def __init__(
        self,
        reference: Reference,
        on_window: Callable[[list[Difference]], object] = lambda _: None,
        on_change: Callable[[list[Difference] | None], object] = lambda _: None,
    ):
        self.reference, self.on_window, self.on_change = reference, on_window, on_change
        self.windows: deque[tuple[float, list[Difference]]] = deque(maxlen=KEPT)
        self.seen = self.passed_over = 0
        self.alarm = False
        self._waiting: deque[Answered] = deque()
        self._window = Measured()
        self._arrived, self._ended = threading.Event(), threading.Event()
        # The first comparison imports SciPy: a second in which nobody would be answered, were it not taken now.
        compare(reference.measured, reference.measured)

    def start(self) -> None:
        """Begins to watch."""
        threading.Thread(target=self._watch, name="drift", daemon=True).start()

    def stop(self) -> None:
        """Ends; what waits is not measured any more."""
        self._ended.set()
        self._arrived.set()

    def observe(self, answered: Sequence[Answered]) -> None:
        """Takes what was answered; returns at once."""
        room = max(WAITING - len(self._waiting), 0)
        self._waiting.extend(answered[:room])
        self.passed_over += max(len(answered) - room, 0)
        self._arrived.set()

    def _watch(self) -> None:
        while not self._ended.is_set():
            self._arrived.wait()
            self._arrived.clear()
            while self._waiting and not self._ended.is_set():
                started = time.thread_time()
                self.work()
                self._ended.wait(REST * (time.thread_time() - started))

    def work(self) -> None:
        """Measures some of the texts that wait, and compares a window that is full."""
        chunk = [self._waiting.popleft() for _ in range(min(CHUNK, len(self._waiting)))]
        texts, labels, confidences = zip(*chunk, strict=True)
        self._window.extend(measure(texts, labels, confidences, self.reference.cleaner, self.reference.known))
        self.seen += len(chunk)
        if len(self._window) >= WINDOW:
            self._compare(self._window.take(WINDOW))

    def _compare(self, window: Measured) -> None:
        found = compare(self.reference.measured, window)
        self.windows.append((time.time(), found))
        self.on_window(found)
        alarm = found[0].is_alarm
        if alarm != self.alarm:
            self.alarm = alarm
            self.on_change(found if alarm else None)
