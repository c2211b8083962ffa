"""Answers for texts, from the exported model of a run.

python -m models.predict runs/latest "The launch was moved to Friday."
python -m models.predict runs/latest --input reviews.csv --text-column review --output answers.csv
cat posts.txt | python -m models.predict runs/latest --as jsonl
python -m models.predict runs/latest --model lstm --format saved_model "one text" "and another"
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Callable, Iterator

from data.exits import attempt
from data.messages import escape_what_cannot_be_shown
from data.reading.dialect import QUOTINGS, delimiter
from data.reading.table import Reading
from data.reading.text_encoding import AUTO
from models.serving.answer_writers import CSV, TABLE, WRITERS
from models.serving.options import add_model_options

CHUNK = 2048  # texts in memory at once


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
    result.add_argument("--encoding", default=AUTO, help="of the input (default: auto, as the file says)")
    result.add_argument(
        "--delimiter", type=delimiter, default=AUTO, help="between the cells of a table (default: auto)"
    )
    result.add_argument("--quoting", choices=QUOTINGS, default=AUTO, help="of a table (default: auto)")
    result.add_argument(
        "--output",
        metavar="FILE",
        help="where the answers go, once all are there (default: standard output, as they come)",
    )
    result.add_argument(
        "--as",
        dest="style",
        choices=list(WRITERS),
        help="how answers are written (default: table for texts on the command line, csv otherwise)",
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
    from data.sources.text_stream import read_texts
    from models.classifier import load_classifier
    from models.serving.answer_file import open_output, refuse_to_overwrite

    if not options.texts:
        refuse_to_overwrite(options.input, options.output)
    classifier = load_classifier(options.run, options.model, options.format)
    if options.abstain:
        classifier.abstain(options.abstain)
    style = options.style or (TABLE if options.texts else CSV)
    # A damaged row is refused at once: there is to be an answer for each.
    reading = Reading(options.encoding, options.delimiter, options.quoting, bad_rows=0)
    columns = options.text_column or [AUTO]
    texts = iter(options.texts) if options.texts else read_texts(options.input, columns, reading)
    with open_output(options.output) as file:
        answer_all(classifier, texts, WRITERS[style](file, list(classifier.classes_)), quiet=bool(options.texts))
    if style == TABLE:
        print(f"Answers of {classifier.title}.", file=sys.stderr)


def answer_all(classifier, texts: Iterator[str], write: Callable[[dict], None], quiet: bool = False) -> int:
    """Answers the texts in chunks and writes each answer; returns how many there were.

    Args:
        classifier: of `models.classifier`.
        texts: raw texts.
        write: called with `text`, `label`, `confidence`, `probabilities` by class and `tokens_seen` of each.
        quiet: show no progress on standard error.
    """
    from tqdm import tqdm

    from data.sources.text_stream import chunks

    names, count = list(classifier.classes_), 0
    waiting = chunks(texts, CHUNK)
    first = next(waiting, [])  # what keeps the texts from being read is said before any progress is
    with tqdm(unit=" texts", disable=quiet, file=sys.stderr) as progress:
        for chunk in itertools.chain([first], waiting):
            found = classifier.answer(chunk)
            for text, row, tokens in zip(chunk, found.probabilities.tolist(), found.tokens_seen.tolist(), strict=True):
                label, confidence = classifier.label_of(row)
                write(
                    {
                        "text": text,
                        "label": label,
                        "confidence": confidence,
                        "probabilities": dict(zip(names, row, strict=True)),
                        "tokens_seen": tokens,
                    }
                )
            progress.update(len(chunk))
            count += len(chunk)
    return count


if __name__ == "__main__":
    sys.exit(main())
