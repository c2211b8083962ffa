"""All that a run folder shows: what was measured, how sure it is, what it costs, and what to choose."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from models.predictions import AllAnswers
from reports.judging.guide import Advice, confront
from reports.judging.limits import NO_LIMITS, Limits
from reports.judging.recommendation import MARGIN, Recommendation, recommend
from reports.judging.verdicts import verdicts
from reports.measuring.correctness import select_part, tabulate
from reports.measuring.costs import Cost, read_costs
from reports.measuring.label_curve import ModelCurve, measure_label_curve
from reports.measuring.significance import Statistics, assess
from reports.reading.answers import read_answers
from reports.reading.comparison import Comparison, compare
from reports.reading.label_curve import LabelCurve, read_label_curve
from reports.reading.search import Search, read_search


@dataclass(frozen=True)
class Evaluation:
    """A run, measured and judged.

    Attributes:
        comparison: what its folder holds.
        answers: every answer behind it.
        statistics: what is chance.
        costs: by model, the ways to run it; the first is the quickest that gives the trained model's answers.
        limits: what the choice had to meet.
        recommended: the choice.
        guide: the course slides' advice beside what was measured.
        verdicts: what stands out, in sentences.
        label_curve: what the folder holds of trainings with fewer labels.
        curves: what these say, by model; empty without any.
        search: the trials that chose settings.
    """

    comparison: Comparison
    answers: AllAnswers
    statistics: Statistics
    costs: dict[str, list[Cost]]
    limits: Limits
    recommended: Recommendation
    guide: list[Advice]
    verdicts: list[str]
    label_curve: LabelCurve = LabelCurve()
    curves: list[ModelCurve] = field(default_factory=list)
    search: Search = Search()


def evaluate(run: Path, limits: Limits = NO_LIMITS, margin: float = MARGIN) -> Evaluation:
    """Reads, measures and judges a run.

    Args:
        run: its folder.
        limits: what the choice has to meet.
        margin: accuracy that a quicker model may give up to the best, a share.

    Raises:
        RunFolderError: the folder is no run folder, or a file in it is damaged.
    """
    comparison = compare(run)
    answers, costs = read_answers(comparison), read_costs(comparison)
    validation = tabulate(select_part(answers, "validation"))
    label_curve = read_label_curve(comparison, answers)
    statistics = Statistics(assess(answers, "validation"), assess(answers, "test"))
    return Evaluation(
        comparison,
        answers,
        statistics,
        costs,
        limits,
        recommend(comparison.rows, validation, statistics.test, costs, limits, margin),
        confront(comparison, statistics.test, costs),
        verdicts(comparison, statistics.test),
        label_curve,
        measure_label_curve(label_curve),
        read_search(comparison),
    )
