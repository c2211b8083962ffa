"""Says whether the texts of a file are like those of validation, and where they differ.

python -m reports.drift runs/latest new.csv
python -m reports.drift runs/latest new.csv --text-column review --model lstm
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from data.exits import attempt
from data.messages import escape_what_cannot_be_shown, printable, shorten
from data.reading.table import AUTO

MOST_TEXTS = 20_000  # of the file
LEAST_TEXTS = 20
EXAMPLES, SHOWN = 3, 100  # texts shown for each difference, and characters of each


def main(arguments: list[str] | None = None) -> int:
    """Compares; returns the exit code: 0 also where texts differ, 2 for bad input."""
    escape_what_cannot_be_shown()
    parser = argparse.ArgumentParser(
        prog="python -m reports.drift",
        description="Says whether the texts of a file are like those of validation: their length, unknown words, what "
        "cleaning removes, language, and what the model answers and how surely.",
    )
    parser.add_argument("run", help="a run folder, such as runs/latest, or an export folder in one")
    parser.add_argument("input", help="a table, a file with one text a line, or - for standard input")
    parser.add_argument("--text-column", nargs="+", default=[AUTO], metavar="COLUMN", help="of a table (default: auto)")
    parser.add_argument("--model", help="whose answers are compared (default: the one the run recommends)")
    given = parser.parse_args(arguments)
    from data.corpus import DataError
    from models.monitoring.reference import NoReference
    from models.serving.engines import ExportUnusable

    return attempt(lambda: _compare(given), given.input, DataError, ExportUnusable, NoReference)


def _compare(given: argparse.Namespace) -> None:
    from itertools import islice

    from data.corpus import DataError
    from data.sources.text_stream import read_texts
    from models.classifier import load_classifier
    from models.monitoring.comparing import ALARM, compare
    from models.monitoring.features import measure
    from models.monitoring.reference import NoReference, read_reference
    from reports.numbers import plural

    classifier = load_classifier(given.run, given.model)
    if classifier.folder is None:
        raise NoReference(f"{given.run} has no export folder: name a run folder.")
    reference = read_reference(classifier.folder)
    texts = list(islice(read_texts(given.input, given.text_column), MOST_TEXTS))
    if len(texts) < LEAST_TEXTS:
        raise DataError(f"{given.input} holds {plural(len(texts), 'text')}; fewer than {LEAST_TEXTS} tell nothing.")
    probabilities = classifier.predict_proba(texts)
    labels = classifier.classes_[probabilities.argmax(axis=1)].tolist()
    now = measure(texts, labels, probabilities.max(axis=1).tolist(), reference.cleaner, reference.known)
    found = compare(reference.measured, now)
    alarms = [difference for difference in found if difference.is_alarm]
    measured = (
        f"{plural(len(texts), 'text')} of {Path(given.input).name} beside {len(reference.measured):,} of validation"
    )
    print(f"{measured}, answered by {classifier.title}.")
    print(f"They differ: {'; '.join(alarm.words for alarm in alarms)}." if alarms else "They are alike.")
    print()
    for difference in found:
        p = "p < 0.001" if difference.p < 0.001 else f"p = {difference.p:.3f}"
        print(f"  {'differs' if difference.is_alarm else 'alike':8} {p:10} {printable(difference.words)}")
    print(f"\nTests of Kolmogorov and Smirnov, and chi-squared, corrected for their number; an alarm is p < {ALARM}.")
    for difference in alarms:
        print(f"\n{difference.feature.title}, for example:")
        for at in difference.examples(now, EXAMPLES):
            print(f"  {printable(shorten(' '.join(texts[at].split()), SHOWN))}")


if __name__ == "__main__":
    sys.exit(main())
