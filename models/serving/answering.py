"""Texts answered a chunk after another, so that memory does not grow with their number."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from models.serving.answer_file import open_output
from models.serving.answer_writers import writer

if TYPE_CHECKING:
    from data.sources.text_stream import Row
    from models.classifier import Classifier
    from models.serving.scoring import Scores

CHUNK = 2048  # texts in memory at once


def write_answers(
    classifier: Classifier, rows: Iterator[Row], scores: Scores, output: str | None, style: str, quiet: bool = False
) -> tuple[int, str | None]:
    """Answers texts into a file, see `models.serving.answer_file.open_output`.

    Args:
        classifier: answers.
        rows: texts, and what stands beside them.
        scores: counts the answers to texts that have a label.
        output: a file, or `None` for standard output.
        style: how answers are written, see `models.serving.answer_writers`.
        quiet: show no progress on standard error.

    Returns:
        The number of texts, and the column of the labels; `None` where there is none.

    Raises:
        DataError: the texts cannot be read.
        OSError: the answers cannot be written.
    """
    first = next(rows, None)  # what keeps the texts from being read is said before any file is begun
    rows = itertools.chain([first], rows) if first else rows
    label_column = first.label_column if first else None
    names = list(first.cells) if first else []
    with open_output(output) as file, writer(style, file, scores.classes, names, bool(label_column)) as write:
        count = answer_all(classifier, rows, write, scores, quiet)
    return count, label_column


def answer_all(
    classifier: Classifier, rows: Iterator[Row], write: Callable[[dict], None], scores: Scores, quiet: bool = False
) -> int:
    """Answers texts in chunks, writes each answer and counts how right they are.

    Args:
        classifier: answers.
        rows: texts, and what stands beside them.
        write: gets each answer, see `models.serving.answer_writers.writer`.
        scores: counts those of texts that have a label.
        quiet: show no progress on standard error.

    Returns:
        How many there were.
    """
    from tqdm import tqdm

    from data.sources.text_stream import chunks

    names = [str(name) for name in classifier.classes_]
    count, waiting = 0, chunks(rows, CHUNK)
    first = next(waiting, [])  # what keeps the texts from being read is said before any progress is
    with tqdm(unit=" texts", disable=quiet, file=sys.stderr) as progress:
        for chunk in itertools.chain([first], waiting):
            found = classifier.answer([row.text for row in chunk])
            for row, probabilities, tokens in zip(
                chunk, found.probabilities.tolist(), found.tokens_seen.tolist(), strict=True
            ):
                label, confidence = classifier.label_of(probabilities)
                correct = None
                if row.label_column:
                    correct = scores.add(row.text, row.label, probabilities, confidence >= classifier.least_confidence)
                write(
                    {
                        "text": row.text,
                        "cells": row.cells,
                        "label": label,
                        "confidence": confidence,
                        "probabilities": dict(zip(names, probabilities, strict=True)),
                        "tokens_seen": tokens,
                        "correct": correct,
                    }
                )
            count += len(chunk)
            progress.update(len(chunk))
    return count
