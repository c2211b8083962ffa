"""The data of a run judged beside its labels, question by question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.run_folder import RunFolderError
from reports.explaining.readers import Reader, finished_seeds
from reports.explaining.run_explanations import load_readers
from reports.judging_data.changes import measure_changes
from reports.judging_data.counterfactuals import find_counterfactuals
from reports.judging_data.reactions import ask_changed
from reports.judging_data.second_opinions import Voice
from reports.judging_data.suspicious_labels import Judgement
from reports.judging_data.weaknesses import find_weaknesses
from reports.reading.judged_data import DataFindings
from reports.reading.reactions import Reactions
from reports.reading.run_texts import RunTexts


def judge_data(texts: RunTexts, voices: Sequence[Voice], judgement: Judgement) -> DataFindings:
    """Looks for what is weak, and measures what could raise accuracy and what changes answers.

    Args:
        texts: of the run.
        voices: quick models of it.
        judgement: of its labels.

    Raises:
        RunFolderError: answers or explanations of the run are damaged.
    """
    suspicious = {(label.part, label.at) for label in judgement.labels if label.suspicious}
    changes = measure_changes(texts, voices, judgement)
    found = DataFindings(texts.seed, changes, find_weaknesses(texts, suspicious))
    readers, missing = _load_readers(texts)
    if not readers:
        return replace(found, reactions=Reactions([], [], missing)) if missing else found
    reactions = replace(ask_changed(texts, readers), missing=missing)
    return replace(found, reactions=reactions, counterfactuals=find_counterfactuals(texts, readers))


def _load_readers(texts: RunTexts) -> tuple[dict[str, Reader], list[str]]:
    """The models that were trained on these texts, and why others cannot be asked."""
    run, missing = texts.plan.path, list[str]()
    seeds = {model: texts.seed for model, trained in finished_seeds(run).items() if texts.seed in trained}
    if not seeds:
        return {}, missing
    try:
        readers, _ = load_readers(run, seeds, missing.append)
    except RunFolderError as error:
        return {}, [*missing, str(error)]
    return readers, missing
