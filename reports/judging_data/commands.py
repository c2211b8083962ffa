"""What `python -m reports.labels` does, question by question, and says on the terminal."""

from __future__ import annotations

import shlex
from pathlib import Path

from data.corpus import DataError
from models.run_folder import RunFolder, RunFolderError
from reports.judging.suspicious_labels import found
from reports.judging_data.findings import judge_data
from reports.judging_data.next_labels import suggest_texts
from reports.judging_data.second_opinions import Voice, voices_of
from reports.judging_data.suspicious_labels import Judgement, judge_labels
from reports.reading.judged_labels import is_edited, read_label_facts
from reports.reading.run_texts import RunTexts, read_run_texts
from reports.reading.source_table import is_table, read_source_table, source_files
from reports.writing.labels import messages
from reports.writing.labels.corrected_table import write_corrected
from reports.writing.labels.findings import write_findings
from reports.writing.labels.judged_labels import write_judgement
from reports.writing.labels.table_to_label import table_to_label
from reports.writing.labels.user_tables import refuse_output


def judge(run: Path) -> None:
    """Judges all labels, and the data beside them, and writes `labels.csv`, `labels.json` and `judged_data.json`.

    Raises:
        RunFolderError: the run cannot be read, or its `labels.csv` holds work of the user.
    """
    if is_edited(run):
        raise RunFolderError(
            f"{RunFolder(run).labels} was edited since it was written: use it with --write, or remove it to judge the "
            "labels anew."
        )
    texts = read_run_texts(run)
    voices, judgement = _judge(texts)
    facts = read_label_facts(run)
    assert facts is not None
    print(*found(facts), sep="\n")
    findings = judge_data(texts, voices, judgement)
    write_findings(run, findings)
    print(*messages.findings(findings), sep="\n")
    print(f"All {sum(facts.texts.values()):,} labels, the least probable first: {RunFolder(run).labels}")
    print(f"In the report: python -m reports.page {shlex.quote(str(run))}")


def correct(run: Path, output: Path, include_test: bool) -> None:
    """Writes the table with the labels that `labels.csv` corrects; judges them first where nobody has.

    Raises:
        DataError: the table may not be written there.
        RunFolderError: the run or the table behind it cannot be read.
    """
    texts = read_run_texts(run, features=not RunFolder(run).labels.exists())
    refuse_output(output, source_files(texts.plan))
    if not RunFolder(run).labels.exists():
        _judge(texts)
    written = write_corrected(texts, output, include_test)
    print(*messages.corrected(written, run, output, is_edited(run)), sep="\n")


def suggest(run: Path, count: int, output: Path) -> None:
    """Writes a table of the unlabelled texts that teach most, to be filled in.

    Raises:
        DataError: the table may not be written there.
        RunFolderError: the run cannot be read, or has no text to choose from.
    """
    texts = read_run_texts(run)
    refuse_output(output, source_files(texts.plan))
    table = table_to_label(texts)
    try:
        suggestion = suggest_texts(table.texts, count)
    except ValueError as error:
        raise RunFolderError(f"The texts of {run} cannot be judged: {error}") from error
    table.write(output, suggestion.chosen)
    print(*messages.suggested(table, len(suggestion.chosen), suggestion.voices, output), sep="\n")


def _judge(texts: RunTexts) -> tuple[list[Voice], Judgement]:
    try:
        voices = voices_of(texts)
        judgement = judge_labels(texts, voices)
    except ValueError as error:  # scikit-learn's, where texts leave nothing to learn
        raise RunFolderError(f"The labels of {texts.plan.path} cannot be judged: {error}") from error
    write_judgement(texts, judgement, _places(texts))
    return voices, judgement


def _places(texts: RunTexts) -> dict[tuple[str, int], str]:
    """File and line of each text and class of the user's table; nothing where it cannot be read again."""
    if not is_table(texts.plan):
        return {}
    from data.sources.labels import class_finder

    find = class_finder(texts.class_names)
    try:
        places: dict[tuple[str, int], str] = {}
        for row in read_source_table(texts.plan):
            label = find(row.label)
            if label is not None:
                places.setdefault((row.text, label), f"{row.file.name}:{row.line}")
    except (RunFolderError, DataError):
        return {}
    return places
