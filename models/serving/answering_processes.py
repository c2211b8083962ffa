"""Other processes that answer texts for this one: reading, cleaning and writing are Python, of which one thread of a
process runs at a time.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from models.children import unheard_ctrl_c

if TYPE_CHECKING:
    from models.classifier import Classifier
    from models.serving.engines import Answer


class AnsweringProcesses:
    """Processes that each have loaded the same export.

    Where one is killed, by a system short of memory perhaps, this process does its work.
    """

    def __init__(self, classifier: Classifier, processes: list[_Process]):
        self._classifier, self._threads = classifier, ThreadPoolExecutor(len(processes))  # a thread waits for each
        self._idle: SimpleQueue[_Process] = SimpleQueue()
        for process in processes:
            self._idle.put(process)

    def submit(self, texts: list[str]) -> Future[Answer]:
        """Has the next process that is free answer."""
        return self._threads.submit(self._answer, texts)

    def stop(self) -> None:
        """Leaves what nobody has begun."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _answer(self, texts: list[str]) -> Answer:
        process = self._idle.get()
        try:
            return process.ask(texts)
        except (EOFError, OSError):  # it is gone
            return self._classifier.answer(texts)
        finally:
            self._idle.put(process)


class _Process:
    """One of them, at the other end of a pipe: when either end is gone the other one knows."""

    def __init__(self, classifier: Classifier):
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        given = there, classifier.folder, classifier.format, classifier.batch_size
        self.process = context.Process(target=_answer_what_comes, args=given, daemon=True)
        with unheard_ctrl_c():
            self.process.start()
        there.close()

    def ask(self, texts: list[str]) -> Answer:
        """The answers.

        Raises:
            EOFError, OSError: the process has ended.
        """
        self._here.send(texts)
        return self._here.recv()

    def end(self) -> None:
        self.process.kill()  # it holds nothing but the model
        self.process.join()
        self._here.close()


@contextmanager
def answering_processes(classifier: Classifier, count: int) -> Iterator[AnsweringProcesses]:
    """`count` processes with the export that a classifier was loaded from; they end with this one."""
    processes = [_Process(classifier) for _ in range(count)]
    found = AnsweringProcesses(classifier, processes)
    try:
        yield found
    finally:
        found.stop()
        for process in processes:
            process.end()


def _answer_what_comes(asked: Connection, folder: Path, format: str, batch_size: int) -> None:
    """What such a process does, until the one that asks is gone."""
    from models.classifier import load_classifier

    classifier = load_classifier(folder, None, format, batch_size)
    with suppress(EOFError, OSError):
        while True:
            asked.send(classifier.answer(asked.recv()))
