"""The data card and the model card of a run, in Markdown.

Sources: Gebru et al. 2021, https://arxiv.org/abs/1803.09010 (datasheets); Mitchell et al. 2019,
https://arxiv.org/abs/1810.03993 (model cards).
"""

from __future__ import annotations

from data.files import write_text
from models.metrics import Table
from reports.evaluation import Evaluation
from reports.numbers import count_range, listed
from reports.writing.columns import columns
from reports.writing.markdown import split_lines
from reports.writing.table import headings, in_one_line
from reports.writing.templating import render


def write_cards(evaluation: Evaluation) -> None:
    """Writes `data_card.md` and `model_card.md` into the run folder."""
    comparison = evaluation.comparison
    run, data, seeds = comparison.run, comparison.data, comparison.run.seeds
    shown_columns = columns(Table.CARD, evaluation)
    splits = [{"facts": split, "lines": split_lines(split, comparison)} for split in data.splits]
    write_text(run.path / "data_card.md", render("data_card.md", data=data, splits=splits))
    write_text(
        run.path / "model_card.md",
        render(
            "model_card.md",
            evaluation=evaluation,
            run=run,
            data=data,
            rows=comparison.rows,
            missing=comparison.missing,
            headings=headings(shown_columns),
            cells=[[in_one_line(*column.cell(row)) for column in shown_columns] for row in comparison.rows],
            columns=shown_columns,
            classes=listed(data.class_names),
            n=count_range(comparison.test_sizes),
            seeds=f"seeds {seeds[0]}–{seeds[-1]}" if len(seeds) > 1 else f"seed {seeds[0]}",
        ),
    )
