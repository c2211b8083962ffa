"""The data card and the model card of a run, in Markdown.

Sources: Gebru et al. 2021, https://arxiv.org/abs/1803.09010 (datasheets); Mitchell et al. 2019,
https://arxiv.org/abs/1810.03993 (model cards).
"""

from __future__ import annotations

from data.files import write_text
from reports.evaluation import Evaluation
from reports.writing.markdown import split_lines
from reports.writing.table import remarks, sizes
from reports.writing.templating import render


def write_cards(evaluation: Evaluation) -> None:
    """Writes `data_card.md` and `model_card.md` into the run folder."""
    comparison = evaluation.comparison
    run, data, seeds = comparison.run, comparison.data, comparison.run.seeds
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
            test=evaluation.statistics.test,
            costs={model: ways[0] for model, ways in evaluation.costs.items()},
            remarks={row.model: ", ".join(remarks(row, len(seeds))) for row in comparison.rows},
            n=sizes(comparison),
            seeds=f"seeds {seeds[0]}–{seeds[-1]}" if len(seeds) > 1 else f"seed {seeds[0]}",
        ),
    )
