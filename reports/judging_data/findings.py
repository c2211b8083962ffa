"""The data of a run judged beside its labels, question by question."""

from __future__ import annotations

from collections.abc import Sequence

from reports.judging_data.changes import measure_changes
from reports.judging_data.second_opinions import Voice
from reports.judging_data.suspicious_labels import Judgement
from reports.judging_data.weaknesses import find_weaknesses
from reports.reading.judged_data import DataFindings
from reports.reading.run_texts import RunTexts


def judge_data(texts: RunTexts, voices: Sequence[Voice], judgement: Judgement) -> DataFindings:
    """Looks for what is weak, and measures what could raise accuracy.

    Args:
        texts: of the run.
        voices: quick models of it.
        judgement: of its labels.

    Raises:
        RunFolderError: answers of the run are damaged.
        ValueError: the texts leave nothing to learn.
    """
    suspicious = {(label.part, label.at) for label in judgement.labels if label.suspicious}
    return DataFindings(texts.seed, measure_changes(texts, voices, judgement), find_weaknesses(texts, suspicious))
