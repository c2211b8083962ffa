"""The data card and the model card of a run, in Markdown with the head that hubs of models and data sets read.

Sources: Gebru et al. 2021, https://arxiv.org/abs/1803.09010 (datasheets); Mitchell et al. 2019,
https://arxiv.org/abs/1810.03993 (model cards).
"""

from __future__ import annotations

from typing import Any

import yaml

from data.files import write_text
from models.metrics import Table
from reports.evaluation import Evaluation
from reports.numbers import count_range, listed
from reports.reading.comparison import Comparison
from reports.reading.facts import DataFacts
from reports.writing.columns import columns
from reports.writing.markdown import split_lines
from reports.writing.table import headings, in_one_line
from reports.writing.templating import render

TASK = "text-classification"  # as hubs call it
SIZES = {1_000: "n<1K", 10_000: "1K<n<10K", 100_000: "10K<n<100K", 1_000_000: "100K<n<1M", 10_000_000: "1M<n<10M"}


def write_cards(evaluation: Evaluation) -> None:
    """Writes `data_card.md` and `model_card.md` into the run folder."""
    comparison = evaluation.comparison
    run, data, seeds = comparison.run, comparison.data, comparison.run.seeds
    shown_columns = columns(Table.CARD, evaluation)
    splits = [{"facts": split, "lines": split_lines(split, comparison)} for split in data.splits]
    write_text(run.path / "data_card.md", _data_head(data) + render("data_card.md", data=data, splits=splits))
    write_text(
        run.path / "model_card.md",
        _model_head(comparison)
        + render(
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


def _data_head(data: DataFacts) -> str:
    size = _size(data.texts)
    return _head({"pretty_name": data.name, **_language(data), "task_categories": [TASK], "size_categories": [size]})


def _model_head(comparison: Comparison) -> str:
    data = comparison.data
    measured: list[Any] = [
        {
            "name": row.model,
            "results": [
                {
                    "task": {"type": TASK},
                    "dataset": {"name": data.name, "type": data.name, "split": "test"},
                    "metrics": [
                        {"type": kind, "name": name, "value": round(row.metrics[name] or 0.0, 4)}
                        for kind, name in (("accuracy", "accuracy"), ("f1", "macro_f1"))
                    ],
                }
            ],
        }
        for row in comparison.rows
        if not row.failed
    ]
    facts: dict[str, Any] = {"library_name": "keras", "pipeline_tag": TASK, **_language(data), "tags": [TASK]}
    return _head(facts | {"model-index": measured})


def _head(facts: dict[str, Any]) -> str:
    return f"---\n{yaml.safe_dump(facts, sort_keys=False, allow_unicode=True)}---\n"


def _language(data: DataFacts) -> dict[str, str]:
    """The code of the texts' language, where it is known."""
    return {"language": data.cleaning.language} if len(data.cleaning.language) == 2 else {}


def _size(texts: int) -> str:
    """What a hub calls so many texts.

    >>> _size(999), _size(1000), _size(10**8)
    ('n<1K', '1K<n<10K', 'n>10M')
    """
    return next((name for bound, name in SIZES.items() if texts < bound), "n>10M")
