"""The data of a run judged beside its labels, question by question."""

from __future__ import annotations

from reports.judging_data.suspicious_labels import Judgement
from reports.judging_data.weaknesses import find_weaknesses
from reports.reading.judged_data import DataFindings
from reports.reading.run_texts import RunTexts


def judge_data(texts: RunTexts, judgement: Judgement) -> DataFindings:
    """Looks for what is weak.

    Args:
        texts: of the run.
        judgement: of its labels.

    Raises:
        RunFolderError: answers of the run are damaged.
    """
    suspicious = {(label.part, label.at) for label in judgement.labels if label.suspicious}
    return DataFindings(texts.seed, find_weaknesses(texts, suspicious))
