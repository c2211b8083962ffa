"""How the trials of a search did."""

from __future__ import annotations

import statistics
from collections.abc import Mapping

from markupsafe import Markup

from reports.figures.axes import Axes, ticks
from reports.figures.diagrams import padded, shape_at, style_at
from reports.numbers import decimals
from reports.reading.search import Search

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
    room = 0.05 * (max(ends) - min(ends)) or 0.5
    axes = Axes((min(ends) - room, max(ends) + room), (low, high), (560, 280), (48, 14, 12, 38))
    axes.frame(
        name.replace("_", " ") if name else "trial",
        "validation loss, nats",
        {value: f"{value:.6g}" for value in ticks(min(ends), max(ends), 8, whole=not name)},
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
