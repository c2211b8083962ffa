"""A run's table on the terminal, and `comparison.json`, `report.md` and `accuracy.svg` in its folder."""

from __future__ import annotations

from data.files import write_json, write_text
from models.run_folder import RunFolder
from reports.evaluation import Evaluation
from reports.figures import accuracy
from reports.judging import changes
from reports.judging.suspicious_labels import found
from reports.reading.judged_data import read_findings
from reports.reading.judged_labels import read_label_facts
from reports.writing.comparison_json import as_json
from reports.writing.markdown import render_report
from reports.writing.table import render


def write_summary(evaluation: Evaluation) -> None:
    """Writes the three files."""
    run = evaluation.comparison.run.path
    write_json(RunFolder(run).comparison, as_json(evaluation))
    write_text(run / "report.md", render_report(evaluation))
    write_text(run / "accuracy.svg", accuracy.as_file(evaluation))


def print_summary(evaluation: Evaluation) -> None:
    """Prints the table, the choice and what stands out."""
    print(f"\n{render(evaluation, 'simple')}\n\n{evaluation.recommended.reason}")
    for sentence in evaluation.verdicts:
        print(f"- {sentence}")
    if facts := read_label_facts(evaluation.comparison.run.path):
        print(f"- {found(facts)[0]}")
    findings = read_findings(evaluation.comparison.run.path)
    if findings and findings.changes:
        print(f"- {changes.answer(findings)[0]}")
