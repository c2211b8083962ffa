"""Answers for texts, from the exported model of a run.

python -m models.predict runs/latest "The launch was moved to Friday."
python -m models.predict runs/latest --input reviews.csv --text-column review --output answers.csv
cat posts.txt | python -m models.predict runs/latest --as jsonl
python -m models.predict runs/latest --model lstm --format saved_model "one text" "and another"
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext

from models.serving.answer_writers import CSV, TABLE, WRITERS

CHUNK = 2048  # texts in memory at once
EXIT_BAD_INPUT, EXIT_INTERRUPTED = 2, 130


def parser() -> argparse.ArgumentParser:
    """The command line."""
    from models.serving.formats import FORMATS

    result = argparse.ArgumentParser(prog="python -m models.predict", description=__doc__.splitlines()[0])
    result.add_argument("run", help="a run folder, such as runs/latest, or an export folder in one")
    result.add_argument("texts", nargs="*", metavar="TEXT", help="texts; without any, --input is read")
    result.add_argument(
        "--input",
        default="-",
        metavar="FILE",
        help="a .csv, .tsv or .jsonl file, or any other with one text a line (default: standard input, likewise)",
    )
    result.add_argument("--text-column", default="text", metavar="NAME", help="column of a table (default: text)")
    result.add_argument("--encoding", default="utf-8", help="of the input (default: utf-8)")
    result.add_argument("--output", metavar="FILE", help="where the answers go (default: standard output)")
    result.add_argument(
        "--as",
        dest="style",
        choices=list(WRITERS),
        help="how answers are written (default: table for texts on the command line, csv otherwise)",
    )
    result.add_argument("--model", help="which architecture answers (default: the one the run recommends)")
    result.add_argument(
        "--format", choices=list(FORMATS), help="which export answers (default: the one the run recommends)"
    )
    return result


def main(arguments: list[str] | None = None) -> int:
    """Answers what the command line asks; returns the exit code, 2 for bad input."""
    command_line = parser()
    options = command_line.parse_intermixed_args(arguments)
    if not options.texts and options.input == "-" and sys.stdin.isatty():
        command_line.error("there are no texts: write one behind the run folder, or name a file with --input.")
    from data.corpus import DataError
    from models.classifier import load_classifier
    from models.serving.engines import ExportUnusable
    from models.serving.text_stream import read_texts

    style = options.style or (TABLE if options.texts else CSV)
    try:
        classifier = load_classifier(options.run, options.model, options.format)
        texts = (
            iter(options.texts) if options.texts else read_texts(options.input, options.text_column, options.encoding)
        )
        with (
            open(options.output, "w", encoding="utf-8", newline="")
            if options.output
            else nullcontext(sys.stdout) as file
        ):
            answer_all(classifier, texts, WRITERS[style](file, list(classifier.classes_)), quiet=bool(options.texts))
            file.flush()
        if style == TABLE:
            print(f"Answers of {classifier.title}.", file=sys.stderr)
    except (DataError, ExportUnusable) as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"error: {error}: free some space or choose another --output.", file=sys.stderr)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        print("Interrupted. The answers so far are written.", file=sys.stderr)
        return EXIT_INTERRUPTED
    return 0


def answer_all(classifier, texts: Iterator[str], write: Callable[[dict], None], quiet: bool = False) -> int:
    """Answers the texts in chunks and writes each answer; returns how many there were.

    Args:
        classifier: of `models.classifier`.
        texts: raw texts.
        write: called with `text`, `label`, `confidence`, `probabilities` by class and `tokens_seen` of each.
        quiet: show no progress on standard error.
    """
    from tqdm import tqdm

    from models.serving.text_stream import chunks

    names, count = list(classifier.classes_), 0
    waiting = chunks(texts, CHUNK)
    first = next(waiting, [])  # what keeps the texts from being read is said before any progress is
    with tqdm(unit=" texts", disable=quiet, file=sys.stderr) as progress:
        for chunk in itertools.chain([first], waiting):
            found = classifier.answer(chunk)
            for text, row, tokens in zip(chunk, found.probabilities.tolist(), found.tokens_seen.tolist(), strict=True):
                best = max(range(len(row)), key=row.__getitem__)
                write(
                    {
                        "text": text,
                        "label": names[best],
                        "confidence": row[best],
                        "probabilities": dict(zip(names, row, strict=True)),
                        "tokens_seen": tokens,
                    }
                )
            progress.update(len(chunk))
            count += len(chunk)
    return count


def _open(path: str | None):
    return open(path, "w", encoding="utf-8", newline="") if path else nullcontext(sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
