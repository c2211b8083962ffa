"""What `--search` asks for: a number of trials of each model, or every combination of the values that are named."""

from __future__ import annotations

import itertools
import math
from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from dataclasses import fields

from training.search.space import SEARCHED, Value, Values, settings_searched
from training.setting_fields.models import ModelSettings
from training.setting_fields.training import TrainingSettings
from training.setting_values import whole_number

MOST = 1000  # trials of a model
READERS: dict[str, Callable[[str], Value]] = {
    entry.name: entry.metadata["read"]
    for kind in (ModelSettings, TrainingSettings)
    for entry in fields(kind)
    if entry.name in SEARCHED
}


def search_item(text: str) -> str:
    """A number of trials such as `20`, or a setting and its values such as `dropout=0.1,0.3,0.6`.

    Raises:
        ArgumentTypeError: it is neither.

    >>> search_item("learning-rate=0.001,1e-2")
    'learning_rate=0.001,0.01'
    """
    written, equals, values = text.partition("=")
    if not equals:
        if not text.isdecimal():
            raise ArgumentTypeError(
                f"{text!r} is neither a number of trials nor a setting and its values such as dropout=0.1,0.3,0.6"
            )
        return str(whole_number(1, MOST)(text))
    name = written.removeprefix("--").replace("-", "_")
    if name not in READERS:
        raise ArgumentTypeError(f"{written!r} cannot be searched (choose from {', '.join(SEARCHED)})")
    try:
        found = dict.fromkeys(READERS[name](value.strip()) for value in values.split(","))
    except ArgumentTypeError as error:
        raise ArgumentTypeError(f"{name}: {error}") from None
    return f"{name}={','.join(map(str, found))}"


def refusal(search: Sequence[str], models: Sequence[str]) -> str | None:
    """Why the items cannot be searched together, or with these models, as a sentence; `None` where they can."""
    if not search:
        return None
    names = [item.partition("=")[0] for item in search if "=" in item]
    if len(names) < len(search) > 1:
        return "--search takes one number of trials, or settings with their values: leave out one of them."
    if len(set(names)) < len(names):
        return "--search names a setting twice: write all its values behind it, as in dropout=0.1,0.3,0.6."
    if (combinations := math.prod(item.count(",") + 1 for item in search)) > MOST:
        return f"--search asks for {combinations:,} trials of each model: name fewer values, {MOST:,} are the most."
    if not searched(search, models):
        return (
            f"--search {' '.join(search)} has nothing to search in {', '.join(models)}: name a network that is trained "
            "on labels alone, such as lstm, in --models, and a setting that it has."
        )
    return None


def searched(search: Sequence[str], models: Sequence[str]) -> dict[str, int]:
    """The models that are searched, each with its number of trials."""
    return {model: count for model in models if (count := count_trials(search, model))}


def count_trials(search: Sequence[str], model: str) -> int:
    """How many trials of a model there are to be, 0 where it has nothing to search."""
    if not search or not settings_searched(model):
        return 0
    return len(grid(search, model)) if "=" in search[0] else int(search[0])


def grid(search: Sequence[str], model: str) -> list[Values]:
    """Every combination of the values that are named of settings that the model has; none where a number is wanted.

    >>> grid(["dropout=0.1,0.3", "head_dropout=0.5"], "lstm")
    [{'dropout': 0.1}, {'dropout': 0.3}]
    """
    named = {name: values for name, equals, values in (item.partition("=") for item in search) if equals}
    names = [name for name in named if name in settings_searched(model)]
    if not names:
        return []
    read = [[READERS[name](value) for value in named[name].split(",")] for name in names]
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*read)]
