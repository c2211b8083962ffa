"""The data card and the model card of a run, in Markdown.

Sources: Gebru et al. 2021, https://arxiv.org/abs/1803.09010 (datasheets); Mitchell et al. 2019,
https://arxiv.org/abs/1810.03993 (model cards).
"""

from __future__ import annotations

from pathlib import Path

from data.files import write_text
from reports.writing.markdown import split_lines
from reports.writing.table import remarks, sizes
from reports.writing.templating import render


def write_cards(run: Path, comparison: dict) -> None:
    """Writes `data_card.md` and `model_card.md` into the run folder.

    Args:
        run: folder.
        comparison: of `reports.evaluation.evaluate`.
    """
    data = comparison["data"]
    splits = [split | {"lines": split_lines(split, data["class_names"])} for split in data["splits"]]
    write_text(run / "data_card.md", render("data_card.md", data=data, splits=splits))
    rows = [row for row in comparison["rows"] if row["by_seed"]]
    seeds = comparison["run"]["seeds"]
    write_text(
        run / "model_card.md",
        render(
            "model_card.md",
            comparison=comparison,
            data=data,
            rows=rows,
            intervals=comparison["statistics"]["test"]["intervals"],
            costs={model: found[0] for model, found in comparison["costs"].items()},
            remarks={row["model"]: ", ".join(remarks(row, len(seeds))) for row in rows},
            n=sizes(comparison),
            seeds=f"seeds {seeds[0]}–{seeds[-1]}" if len(seeds) > 1 else f"seed {seeds[0]}",
        ),
    )
