"""What a source of labeled texts is to the rest: a value of `--data`, and a function that gives a `Corpus`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from data.corpus import Corpus


@dataclass(frozen=True)
class Source:
    """One source. Everything that is known of its texts stands on the `Corpus` that it loads.

    Attributes:
        name: what `--data` must be; of a source of files, what they are.
        title: what it is, in a few words.
        owns: whether a value of `--data` means this source.
        load: gives the corpus, from `settings` passed by name.
        settings: names of the settings that `load` takes; `data` is the value of `--data` itself.
    """

    name: str
    title: str
    owns: Callable[[str], bool]
    load: Callable[..., Corpus]
    settings: tuple[str, ...] = ()
