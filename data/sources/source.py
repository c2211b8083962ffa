"""What a source of labeled texts is to the rest: a value of `--data`, and a function that gives a `Corpus`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from data.corpus import Corpus

Data = str | list[str]  # a value of `--data`, or several files


def values_of(data: Data | Path) -> list[str]:
    """The values of `--data`, each once.

    >>> values_of("sample"), values_of(["a.csv", "b.csv", "a.csv"])
    (['sample'], ['a.csv', 'b.csv'])
    """
    return list(dict.fromkeys(data)) if isinstance(data, list) else [str(data)]


@dataclass(frozen=True)
class Source:
    """One source. Everything that is known of its texts stands on the `Corpus` that it loads.

    Attributes:
        name: what `--data` must be; of a source of files, what they are.
        title: what it is, in a few words.
        owns: whether a value of `--data` means this source.
        load: gives the corpus, from `settings` passed by name.
        several: whether several values of `--data` may be given.
        settings: names of the settings that `load` takes; `data` is the value of `--data` itself.
        stores: whether `load` takes `storage` too, for more texts than the memory should hold.
    """

    name: str
    title: str
    owns: Callable[[str], bool]
    load: Callable[..., Corpus]
    several: bool = False
    settings: tuple[str, ...] = ()
    stores: bool = False
