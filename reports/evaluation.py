"""All that a run folder shows, put together; and its numbers written down for programs, terminals and Markdown."""

from __future__ import annotations

from pathlib import Path

from data.files import write_json, write_text
from models.predictions import AllAnswers
from reports.figures.accuracy import draw_accuracy
from reports.judging.guide import confront
from reports.judging.recommendation import NO_LIMITS, Limits, recommend
from reports.judging.verdicts import verdicts
from reports.measuring import costs
from reports.measuring.significance import assess
from reports.reading.answers import read_answers
from reports.reading.comparison import compare, read_environment, read_settings
from reports.writing.markdown import render_report
from reports.writing.table import render


def evaluate(run: Path, limits: Limits = NO_LIMITS) -> tuple[dict, AllAnswers]:
    """All that a run folder shows, as `comparison.json` has it, and every answer behind it.

    Raises:
        RunFolderError: the folder is no run folder, or a file in it is damaged.
    """
    comparison = compare(run)
    answers = read_answers(run, comparison)
    found = costs.read_costs(run, comparison)
    comparison["statistics"] = {part: assess(answers, part) for part in ("validation", "test")}
    comparison["costs"] = costs.as_dict(found)
    comparison["recommended"] = recommend(comparison, found, limits)
    comparison["guide"] = confront(comparison, found)
    comparison["verdicts"] = verdicts(comparison, read_settings(run))
    return comparison, answers


def summarize(run: Path, comparison: dict) -> None:
    """Writes `comparison.json`, `report.md` and `accuracy.svg` and prints the table."""
    write_json(run / "comparison.json", comparison)
    write_text(
        run / "report.md",
        render_report(comparison, comparison["verdicts"], read_settings(run), read_environment(run)),
    )
    draw_accuracy(comparison, run / "accuracy.svg")
    print(f"\n{render(comparison, 'simple')}\n\n{comparison['recommended']['reason']}")
    for sentence in comparison["verdicts"]:
        print(f"- {sentence}")
