"""Answers for texts, from the exported model of a run.

python -m models.predict runs/latest "The launch was moved to Friday."
python -m models.predict runs/latest --input reviews.csv --output answers.csv  # scored, where it has labels
cat posts.txt | python -m models.predict runs/latest --as jsonl
python -m models.predict runs/latest --model lstm --format saved_model "one text" "and another"
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from data.exits import attempt
from data.messages import escape_what_cannot_be_shown
from data.reading.dialect import QUOTINGS, delimiter
from data.reading.table import Reading
from data.reading.text_encoding import AUTO
from models.serving.answer_writers import PARQUET, STYLES, TABLE, style_of, writer
from models.serving.options import add_model_options

if TYPE_CHECKING:
    from concurrent.futures import Future

    from data.sources.text_stream import Row
    from models.classifier import Classifier
    from models.serving.engines import Answer
    from models.serving.scoring import Scores

CHUNK = 2048  # texts that are answered at once; no more than twice as many are in memory
BEGINNING, SLOW = 256, 0.5  # texts that are answered first, and the seconds from which on that is slow


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="python -m models.predict", description=__doc__.splitlines()[0])
    result.add_argument("run", help="a run folder, such as runs/latest, or an export folder in one")
    result.add_argument("texts", nargs="*", metavar="TEXT", help="texts; without any, --input is read")
    result.add_argument(
        "--input",
        default="-",
        metavar="FILE",
        help="any table, or another file with one text a line (default: standard input, likewise)",
    )
    result.add_argument(
        "--text-column",
        nargs="+",
        action="extend",
        metavar="NAME",
        help="column of a table, or several that are joined (default: text, or the only one that can be meant)",
    )
    result.add_argument(
        "--label-column",
        default=AUTO,
        metavar="NAME",
        help="column of a table that the answers are compared with (default: one whose name says that it holds labels, "
        "where they are the model's classes)",
    )
    result.add_argument("--encoding", default=AUTO, help="of the input (default: auto, as the file says)")
    result.add_argument(
        "--delimiter", type=delimiter, default=AUTO, help="between the cells of a table (default: auto)"
    )
    result.add_argument("--quoting", choices=QUOTINGS, default=AUTO, help="of a table (default: auto)")
    result.add_argument(
        "--output",
        metavar="FILE",
        help="where the answers go, once all are there, behind the table's own columns (default: standard output, as "
        "they come)",
    )
    result.add_argument(
        "--as",
        dest="style",
        choices=STYLES,
        help="how answers are written (default: as --output is called, table for texts on the command line, else csv)",
    )
    add_model_options(result)
    return result


def main(arguments: list[str] | None = None) -> int:
    """Answers what the command line asks; returns the exit code, 2 for bad input."""
    escape_what_cannot_be_shown()
    command_line = parser()
    options = command_line.parse_intermixed_args(arguments)
    if not options.texts and options.input == "-" and sys.stdin.isatty():
        command_line.error("there are no texts: write one behind the run folder, or name a file with --input.")
    from data.corpus import DataError
    from models.serving.engines import ExportUnusable

    return attempt(lambda: _predict(options), options.output or "standard output", DataError, ExportUnusable)


def _predict(options: argparse.Namespace) -> None:
    """Reads, answers and writes.

    Raises:
        DataError: the texts cannot be read, or would be overwritten.
        ExportUnusable: there is no model to answer them.
        OSError: the answers cannot be written.
    """
    from data.corpus import DataError
    from data.sources.table_rows import decode_entities
    from data.sources.text_stream import Row, stream_rows
    from models.classifier import load_classifier
    from models.serving.answer_file import open_output, refuse_to_overwrite
    from models.serving.scoring import Scores

    if not options.texts:
        refuse_to_overwrite(options.input, options.output)
    classifier = load_classifier(options.run, options.model, options.format, options.batch_size)
    if options.abstain:
        classifier.abstain(options.abstain)
    style = options.style or (TABLE if options.texts and not options.output else style_of(options.output))
    if style == PARQUET and not options.output:
        raise DataError("Parquet is no text: name a file for it with --output.")
    # A damaged row is refused at once: there is to be an answer for each.
    reading = Reading(options.encoding, options.delimiter, options.quoting, bad_rows=0)
    columns = options.text_column or [AUTO]
    scores = Scores([str(name) for name in classifier.classes_])
    rows: Iterator[Row]
    if options.texts:
        rows = (Row(decode_entities(text)) for text in options.texts)
    else:
        rows = stream_rows(options.input, columns, reading, options.label_column, scores.are_classes)
    first = next(rows, None)  # what keeps the texts from being read is said before any file is begun
    rows = itertools.chain([first], rows) if first else rows
    label_column = first.label_column if first else None
    names, types = (list(first.cells), first.types) if first else ([], {})
    scored = bool(label_column)
    with open_output(options.output) as file, writer(style, file, scores.classes, names, scored, types) as write:
        answer_all(classifier, rows, write, scores, quiet=bool(options.texts))
    if label_column:
        print(*scores.lines(label_column), sep="\n", file=sys.stderr)
    if style == TABLE:
        print(f"Answers of {classifier.title}.", file=sys.stderr)


def answer_all(
    classifier: Classifier, rows: Iterator[Row], write: Callable[[dict], None], scores: Scores, quiet: bool = False
) -> None:
    """Answers texts in chunks, writes each answer and counts how right they are; reads on meanwhile.

    Args:
        classifier: answers.
        rows: texts, and what stands beside them.
        write: gets each answer, see `models.serving.answer_writers.writer`.
        scores: counts those of texts that have a label.
        quiet: show no progress on standard error.
    """
    from tqdm import tqdm

    # What keeps the texts from being read is said before any progress is.
    first = list(itertools.islice(rows, min(BEGINNING, CHUNK)))
    with tqdm(unit=" texts", disable=quiet, file=sys.stderr) as progress:
        for chunk, found in _answered(classifier, first, rows):
            _write_answers(classifier, chunk, found, write, scores)
            progress.update(len(chunk))


def _answered(classifier: Classifier, first: list[Row], rest: Iterator[Row]) -> Iterator[tuple[list[Row], Answer]]:
    """Rows with their answers, chunk by chunk; one is read while another is answered and written while the next one is.

    Where answers take long the rest would not be worth that Ctrl-C waits for the thread that answers.
    """
    from concurrent.futures import ThreadPoolExecutor

    from data.sources.text_stream import chunks

    def answer(chunk: list[Row]) -> Answer:
        return classifier.answer([row.text for row in chunk])

    started = time.perf_counter()
    found = answer(first)
    is_slow = time.perf_counter() - started > SLOW
    yield first, found
    if is_slow:
        for chunk in chunks(rest, CHUNK):
            yield chunk, answer(chunk)
        return
    with ThreadPoolExecutor(1) as thread:
        before: tuple[list[Row], Future[Answer]] | None = None
        for chunk in chunks(rest, CHUNK):
            finished = before and (before[0], before[1].result())
            before = chunk, thread.submit(answer, chunk)
            if finished:
                yield finished
        if before:
            yield before[0], before[1].result()


def _write_answers(
    classifier: Classifier, rows: list[Row], found: Answer, write: Callable[[dict], None], scores: Scores
) -> None:
    names = [str(name) for name in classifier.classes_]
    for row, probabilities, tokens in zip(rows, found.probabilities.tolist(), found.tokens_seen.tolist(), strict=True):
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


if __name__ == "__main__":
    sys.exit(main())
