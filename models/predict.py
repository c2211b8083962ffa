"""Answers for texts, from the exported model of a run.

python -m models.predict runs/latest "The launch was moved to Friday."
python -m models.predict runs/latest --input reviews.csv --output answers.csv  # scored, where it has labels
cat posts.txt | python -m models.predict runs/latest --as jsonl
python -m models.predict runs/latest --input 'shards/*.parquet' --output answers --cluster auto
python -m models.predict runs/latest --model lstm --format saved_model "one text" "and another"
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from data.exits import attempt
from data.messages import escape_what_cannot_be_shown
from data.reading.dialect import QUOTINGS, delimiter
from data.reading.table import Reading
from data.reading.text_encoding import AUTO
from models.serving.answer_writers import PARQUET, STYLES, TABLE, style_to_write
from models.serving.options import add_model_options

if TYPE_CHECKING:
    from data.sources.text_stream import Row
    from models.classifier import Classifier
    from models.serving.scoring import Scores

LARGE = 10_000_000  # bytes of a file from which on other processes answer too


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
    result.add_argument(
        "--cluster",
        metavar="auto|ADDRESS",
        help="answer the files that --input names by a pattern, such as 'shards/*.parquet', side by side on a Ray "
        "cluster that this machine is a node of; the answers to each go to a file of its name in the folder --output; "
        "every node has to see both",
    )
    add_model_options(result)
    return result


def main(arguments: list[str] | None = None) -> int:
    """Answers what the command line asks; returns the exit code, 2 for bad input."""
    escape_what_cannot_be_shown()
    command_line = parser()
    options = command_line.parse_intermixed_args(arguments)
    if options.cluster and (options.texts or options.input == "-" or not options.output):
        command_line.error("--cluster answers files: name them with --input, and a folder for answers with --output.")
    if options.texts and options.input != "-":
        command_line.error("give texts, or name a file with --input, not both.")
    if named := next((text for text in options.texts if _is_file(text)), None):
        command_line.error(f"{named} is a file: read its texts with --input {named}.")
    if not options.texts and options.input == "-" and sys.stdin.isatty():
        command_line.error("there are no texts: write one behind the run folder, or name a file with --input.")
    from data.corpus import DataError
    from models.serving.engines import ExportUnusable

    return attempt(lambda: _predict(options), options.output or "standard output", DataError, ExportUnusable)


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a name, or not one
        return False


def _size(source: str) -> int:
    """Bytes of a file; 0 of what is none."""
    return Path(source).stat().st_size if _is_file(source) else 0


def _predict(options: argparse.Namespace) -> None:
    """Reads, answers and writes.

    Raises:
        DataError: the texts cannot be read, or would be overwritten.
        ExportUnusable: there is no model to answer them.
        OSError: the answers cannot be written.
    """
    from models.classifier import load_classifier
    from models.serving.answer_file import refuse_to_overwrite, refuse_to_write_nowhere

    if not options.cluster:  # else it is a folder
        refuse_to_write_nowhere(options.output)
        if not options.texts:
            refuse_to_overwrite(options.input, options.output)
        usual = TABLE if options.texts and not options.output else None
        style = options.style or usual or style_to_write(options.output)
    classifier = load_classifier(options.run, options.model, options.format, options.batch_size)
    if options.abstain:
        classifier.abstain(options.abstain)
    # A damaged row is refused at once: there is to be an answer for each.
    reading = Reading(options.encoding, options.delimiter, options.quoting, bad_rows=0)
    if options.cluster:
        scores, label_column = _answer_on_cluster(options, classifier, reading)
    else:
        scores, label_column = _answer_here(options, classifier, reading, style)
    if label_column:
        print(*scores.lines(label_column), sep="\n", file=sys.stderr)
    if scores.unread:
        texts = "text holds" if scores.unread == 1 else "texts hold"
        print(
            f"{scores.unread:,} {texts} nothing that the model reads: the answer is the same to all.", file=sys.stderr
        )
    print(f"Answers of {classifier.title}.", file=sys.stderr)


def _answer_here(
    options: argparse.Namespace, classifier: Classifier, reading: Reading, style: str
) -> tuple[Scores, str | None]:
    """How right the answers are, and the column of the labels; `None` where there is none."""
    from data.corpus import DataError
    from data.sources.table_rows import decode_entities
    from data.sources.text_stream import Row, stream_rows
    from models.serving.answering import write_answers
    from models.serving.scoring import Scores

    if style == PARQUET and not options.output:
        raise DataError("Parquet is no text: name a file for it with --output.")
    columns = options.text_column or [AUTO]
    scores = Scores([str(name) for name in classifier.classes_])
    rows: Iterator[Row]
    if options.texts:
        rows = (Row(decode_entities(text)) for text in options.texts)
    else:
        rows = stream_rows(options.input, columns, reading, options.label_column, scores.are_classes)
    quiet, is_large = bool(options.texts), _size(options.input) > LARGE
    count, label_column = write_answers(classifier, rows, scores, options.output, style, quiet, is_large)
    if not count:
        print(f"There are no texts in {'standard input' if options.input == '-' else options.input}.", file=sys.stderr)
    return scores, label_column


def _answer_on_cluster(
    options: argparse.Namespace, classifier: Classifier, reading: Reading
) -> tuple[Scores, str | None]:
    """Likewise, of all files that a pattern names."""
    from data.corpus import DataError
    from models.cluster.address import refusal

    if wrong := refusal(options.cluster, ("ray", "pyarrow")):
        raise DataError(wrong)
    from models.cluster.shards import Asked, answer_shards, find_shards

    shards = find_shards(options.input, options.output, options.style)
    asked = Asked(reading, options.text_column or [AUTO], options.label_column, options.abstain)
    return answer_shards(classifier, shards, asked, options.cluster)


if __name__ == "__main__":
    sys.exit(main())
