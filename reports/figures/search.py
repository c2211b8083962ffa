"""How the trials of a search did."""

from __future__ import annotations

import statistics
from collections.abc import Mapping

from markupsafe import Markup

from reports.figures.axes import Axes, log_ticks, ticks
from reports.figures.diagrams import padded, shape_at, style_at
from reports.numbers import decimals
from reports.reading.search import Search

ORDERS = 10  # times the least value: from there on an axis of values is logarithmic
HIGHEST = 2.0  # times the median loss: what lies above is drawn at the edge, or one wild trial would flatten all others


def search_diagram(search: Search, positions: Mapping[str, int]) -> Markup:
    """Validation loss of each trial; over the value where those of one setting were named, else over its number.

    Args:
        search: of models with at least one trial each.
        positions: of the models among those of the run, by name.
    """
    name = _one_setting(search)
    across = {
        found.model: [trial.settings[name] if name else trial.trial + 1 for trial in found.trials]
        for found in search.models
    }
    losses = [trial.validation.loss for found in search.models for trial in found.trials]
    most = HIGHEST * statistics.median(losses)
    low, high = padded(min(losses), min(max(losses), most), None)
    ends = [value for values in across.values() for value in values]
    least, largest = min(ends), max(ends)
    log_x = name is not None and least > 0 and largest / least >= ORDERS
    room = 0.05 * (largest - least) or 0.5 * least or 0.5
    span = (least / 1.2, largest * 1.2) if log_x else (least - room, largest + room)
    axes = Axes(span, (low, high), (560, 280), (48, 14, 12, 38), log_x=log_x)
    marks = log_ticks(*span) if log_x else ticks(least, largest, 8, whole=not name)
    axes.frame(
        f"{name.replace('_', ' ')}{' (logarithmic)' if log_x else ''}" if name else "trial",
        "validation loss, nats",
        {value: f"{value:.6g}" for value in marks},
        {value: f"{value:.2f}" for value in ticks(low, high, 5)},
    )
    for found in search.models:
        style, shape = style_at(positions[found.model]), shape_at(positions[found.model])
        heights = [min(trial.validation.loss, high) for trial in found.trials]
        if name:
            pairs = sorted(zip(across[found.model], heights, strict=True))
            axes.line([x for x, _ in pairs], [y for _, y in pairs], style)
        else:
            so_far = [min(heights[: at + 1]) for at in range(len(heights))]
            axes.line(across[found.model], so_far, style)
        for x, y, trial in zip(across[found.model], heights, found.trials, strict=True):
            axes.mark(x, y, style if name else f"{style} see-through", shape)
            if trial.trial == found.chosen:
                axes.mark(x, y, "chosen", "circle", 8)
    said = "; ".join(
        f"{found.model}: {', '.join(decimals(trial.validation.loss, 3) for trial in found.trials)}"
        for found in search.models
    )
    return axes.render("Validation loss of the trials of the search", said)


def is_over_one_setting(search: Search) -> bool:
    """Whether the figure is drawn over the values of a setting, and not over the numbers of the trials."""
    return _one_setting(search) is not None


def _one_setting(search: Search) -> str | None:
    names = {tuple(found.names) for found in search.models}
    (only,) = names if len(names) == 1 else [()]
    return only[0] if search.is_grid and len(only) == 1 else None
