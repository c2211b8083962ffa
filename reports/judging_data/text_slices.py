"""The slices of a run's texts: by length, class, group, language, unknown words, and likeness to training texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.cleaning import NO_LANGUAGE
from data.languages.catalog import LANGUAGES
from data.languages.detecting import detect_language
from data.splits.near_duplicates import KnownTexts
from data.splits.parts import Part
from reports.numbers import percent

FEWEST = 10  # texts of a slice, and as many outside: fewer show nothing
QUARTERS = (0.25, 0.5, 0.75)
NEAR = 0.5  # of the runs of three words that two texts have, those they share: from there on they are nearly the same
JUDGED, DESCRIBED = "validation", "test"


@dataclass(frozen=True)
class TextSlice:
    """Texts that have something in common.

    Attributes:
        kind: what texts are told apart by.
        name: what these have.
        members: by split, boolean arrays of shape `(texts,)`.
    """

    kind: str
    name: str
    members: Mapping[str, np.ndarray]


def slices_of(parts: Mapping[str, Part], class_names: Sequence[str], group_kind: str) -> list[TextSlice]:
    """The slices of the validation texts, with the test texts that belong to them; what two slices share comes once.

    Args:
        parts: of the run; bounds are set by the validation texts alone.
        class_names: the classes by number.
        group_kind: what a group of texts is.
    """
    found: list[TextSlice] = []
    seen: set[bytes] = set()
    for candidate in _candidates({name: parts[name] for name in (JUDGED, DESCRIBED)}, parts, class_names, group_kind):
        members = candidate.members[JUDGED]
        enough = FEWEST <= members.sum() <= len(members) - FEWEST
        if enough and members.tobytes() not in seen:
            seen.add(members.tobytes())
            found.append(candidate)
    return found


def _candidates(
    asked: Mapping[str, Part], parts: Mapping[str, Part], class_names: Sequence[str], group_kind: str
) -> Iterator[TextSlice]:
    yield from _named("class", {name: [class_names[at] for at in part.labels] for name, part in asked.items()})
    if all(part.groups for part in asked.values()):
        yield from _named(group_kind, {name: part.groups or [] for name, part in asked.items()})
    lengths = {name: np.array([text.count(" ") + 1 for text in part.cleaned]) for name, part in asked.items()}
    yield from _quarters("length", lengths, lambda value: f"{value:,.0f}", " words")
    known = {word for text in parts["train"].cleaned for word in text.split(" ")}
    unknown = {name: np.array([_unknown(text, known) for text in part.cleaned]) for name, part in asked.items()}
    yield from _quarters("unknown words", unknown, lambda value: percent(value, 0).removesuffix(" %"), " %")
    yield from _named("language", {name: [_language(text) for text in part.texts] for name, part in asked.items()})
    training = KnownTexts(parts["train"].cleaned, NEAR)
    near = {
        name: ["no training text" if training.nearest(text) is None else "a training text" for text in part.cleaned]
        for name, part in asked.items()
    }
    yield from _named("nearly the same as", near)


def _named(kind: str, names: Mapping[str, Sequence[str]]) -> Iterator[TextSlice]:
    """A slice for each name that validation texts have, where they have several."""
    different = sorted(set(names[JUDGED]))
    for name in different if len(different) > 1 else ():
        yield TextSlice(kind, name, {part: np.array(of_part) == name for part, of_part in names.items()})


def _quarters(kind: str, values: Mapping[str, np.ndarray], written, unit: str) -> Iterator[TextSlice]:
    """Slices as large as quarters of the validation texts, fewer where many texts have the same value."""
    judged = values[JUDGED]
    edges = np.unique(np.quantile(judged, QUARTERS, method="lower"))
    edges = edges[edges < judged.max()]
    for at in range(len(edges) + 1 if len(edges) else 0):
        low, high = edges[at - 1] if at else -np.inf, edges[at] if at < len(edges) else np.inf
        if at == 0:
            name = f"at most {written(high)}{unit}" if high > 0 else "none"
        elif at == len(edges):
            name = f"over {written(low)}{unit}"
        else:
            name = f"over {written(low)} to {written(high)}{unit}"
        yield TextSlice(kind, name, {part: (low < found) & (found <= high) for part, found in values.items()})


def _unknown(cleaned: str, known: set[str]) -> float:
    """The share of a text's words that no training text has."""
    words = cleaned.split(" ")
    return sum(word not in known for word in words) / len(words)


def _language(text: str) -> str:
    code = detect_language([text])
    return "not clear" if code == NO_LANGUAGE else LANGUAGES[code].name
