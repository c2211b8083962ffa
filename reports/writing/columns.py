"""Every column of the tables of models, once: its heading, its cells, and the tables that have it.

To add a column, give it an entry in `_columns`; a metric of `models.metrics` has its column by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from models.metrics import METRICS, Metric, Table
from reports.evaluation import Evaluation
from reports.measuring.costs import AS_TRAINED, Cost
from reports.measuring.statistics import Interval
from reports.numbers import MISSING, count, decimals, percent, plural, significant
from reports.reading.comparison import Row
from reports.reading.trials import Trial


class Cell(NamedTuple):
    """What a table says of a model: a text, and what stands below it in small print or behind it in parentheses."""

    text: str
    second: str = ""


@dataclass(frozen=True)
class Column:
    """One entry.

    Attributes:
        name: of its own.
        title: with the unit.
        second: what the small print of its cells is.
        cell: of a trained model.
        tables: that have it.
        left: whether it is words.
    """

    name: str
    title: str
    cell: Callable[[Row], Cell]
    tables: frozenset[Table]
    second: str = ""
    left: bool = False


def columns(table: Table, evaluation: Evaluation) -> list[Column]:
    """The columns of a table, in their order."""
    found = [column for column in _columns(table, evaluation) if table in column.tables]
    used = any(row.peak_device_memory_mb for row in evaluation.comparison.rows)
    return [column for column in found if used or column.name != "peak_device_memory"]


def remarks(row: Row, seeds: int) -> list[str]:
    """What a reader must know of a trained row before believing its numbers; `seeds` were asked for."""
    found = [name for name, shown in (("collapsed", row.collapsed), ("overfitted", row.overfitted)) if shown]
    if len(row.by_seed) < seeds:
        found.append(f"{plural(len(row.by_seed), 'seed')} only")
    found += sorted({f"stopped by {trial.stopped_by}" for trial in row.by_seed if trial.stopped_by})
    found += sorted({_shared(trial) for trial in row.by_seed if trial.devices > 1})
    cached = sum(trial.cached_texts for trial in row.by_seed)
    if cached:  # seconds would otherwise look like those of a first run
        found.append(f"{plural(cached, 'text')} encoded earlier")
    found += sorted(
        {f"training texts encoded in {trial.learned_precision}" for trial in row.by_seed if trial.learned_precision}
    )
    if row.slowed:  # its seconds would otherwise look like those of an idle machine
        found.append(f"slowed: other programs took {percent(row.other_work, 0)} of the cores")
    return found


def _shared(trial: Trial) -> str:
    """The devices that a model was trained on."""
    return f"trained on {trial.devices}{' virtual' * trial.virtual_devices} devices"


def _columns(table: Table, evaluation: Evaluation) -> list[Column]:
    summary, page, card = (frozenset({one}) for one in (Table.SUMMARY, Table.PAGE, Table.CARD))
    lines = summary | {Table.RECORD}
    seeds = len(evaluation.comparison.run.seeds)
    several_forms = any(ways[0].form != AS_TRAINED for ways in evaluation.costs.values())

    def cost(row: Row) -> Cost:
        return evaluation.costs[row.model][0]

    return [
        Column("model", "model", lambda row: Cell(row.title), lines | card, left=True),
        *(_metric(metric, table, evaluation) for metric in METRICS),
        Column("epochs", "epochs", lambda row: Cell(_general(row.epochs, 3)), summary),
        Column("seconds_per_epoch", "s/epoch", lambda row: Cell(_general(row.seconds_per_epoch, 2)), summary),
        Column("seconds_total", "s in all", lambda row: Cell(f"{row.seconds_total:.0f}"), lines),
        Column(
            "peak_memory",
            "peak MB",
            lambda row: Cell(
                f"{row.peak_memory_mb:,.0f}", f"{row.estimated_memory_mb:,.0f}" if row.estimated_memory_mb else ""
            ),
            lines,
            second="estimated",
        ),
        Column(
            "peak_device_memory",
            "device, peak MB",
            lambda row: Cell(f"{row.peak_device_memory_mb:,.0f}" if row.peak_device_memory_mb else MISSING),
            lines,
        ),
        Column(
            "latency",
            "latency, ms",
            lambda row: Cell(significant(cost(row).latency_ms), cost(row).form if several_forms else ""),
            page | card,
            second="1 text",
        ),
        Column(
            "speed",
            "texts/s",
            lambda row: Cell(significant(row.texts_per_second["32"])),
            page,
            second="32 at once",
        ),
        Column(
            "speeds",
            "texts/s at 1 · 32 · 256",
            lambda row: Cell(" · ".join(f"{speed:,.0f}" for speed in row.texts_per_second.values())),
            lines,
        ),
        Column("memory", "memory, MB", lambda row: Cell(significant(cost(row).memory_mb)), page | card),
        Column("size", "model, MB", lambda row: Cell(significant(cost(row).model_mb)), page | card),
        Column("training", "training, s", lambda row: Cell(significant(row.seconds_training)), page),
        Column(
            "parameters",
            "parameters",
            lambda row: Cell(count(row.parameters), count(row.trainable_parameters)),
            lines | page,
            second="trained",
        ),
        Column("remark", "remark", lambda row: Cell(", ".join(remarks(row, seeds))), lines | card, left=True),
    ]


def _metric(metric: Metric, table: Table, evaluation: Evaluation) -> Column:
    """Its mean over the seeds; with its interval as small print where there is room."""
    test, with_interval = evaluation.statistics.test, table not in (Table.SUMMARY, Table.RECORD)

    def cell(row: Row) -> Cell:
        text = metric.write(row.metrics[metric.name])
        if metric.name == "accuracy" and row.accuracy_std is not None:
            text += f" ± {decimals(100 * row.accuracy_std, metric.digits)}"
        return Cell(text, _ends(metric, test.interval(row.model, metric.name)) if with_interval else "")

    unit = f", {metric.unit}" if metric.unit else ""
    second = "95 % interval" if with_interval else ""
    return Column(metric.name, f"{metric.title}{unit}", cell, metric.tables, second)


def _ends(metric: Metric, interval: Interval | None) -> str:
    return "–".join(metric.write(end) for end in interval) if interval else MISSING


def _general(value: float | None, digits: int) -> str:
    return MISSING if value is None else f"{value:.{digits}g}"
