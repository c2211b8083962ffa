"""What models make of changed texts, and which words turn their answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reports.reading.files import build


@dataclass(frozen=True)
class ModelReaction:
    """What one model makes of texts that were changed in some way.

    Attributes:
        model: its name.
        changed: share of the texts to which its answer changes.
        interval: of that share, 95 %.
        less_sure: share of the texts of which it is less sure of its first answer than before.
    """

    model: str
    changed: float
    interval: list[float]
    less_sure: float


@dataclass(frozen=True)
class Turned:
    """A change that turned the answer of a model.

    Attributes:
        model: its name.
        before, after: the text around the first change.
        answered_before, answered_after: the two classes.
        probability: of the second.
    """

    model: str
    before: str
    after: str
    answered_before: str
    answered_after: str
    probability: float


@dataclass(frozen=True)
class Reaction:
    """A way to change texts, and what the models make of it.

    Attributes:
        kind: in words.
        should_turn: whether an opinion turns with it, and labels may be opinions; else a right answer stays.
        texts: how many were changed.
        models: by model.
        examples: of answers that changed.
    """

    kind: str
    should_turn: bool
    texts: int
    models: list[ModelReaction]
    examples: list[Turned] = field(default_factory=list)


@dataclass(frozen=True)
class Reactions:
    """What the models make of changed texts.

    Attributes:
        models: that were asked, by name.
        kinds: of changes that there were texts for.
        missing: why other models were not asked, in words.
    """

    models: list[str]
    kinds: list[Reaction]
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Turning:
    """The words without which a model answers otherwise.

    Attributes:
        model: its name.
        answer: to the whole text.
        words: those left out; none where no few words turn it.
        turned_to: its answer without them, `None` without words.
        probability: of that answer, likewise.
    """

    model: str
    answer: str
    words: list[str]
    turned_to: str | None = None
    probability: float | None = None


@dataclass(frozen=True)
class Counterfactual:
    """A text and what turns the answers to it.

    Attributes:
        text: shortened.
        place: its split and its place in the corpus, in words.
        label: its class.
        turnings: by model.
    """

    text: str
    place: str
    label: str
    turnings: list[Turning]


def reactions_of(found: dict[str, Any]) -> Reactions:
    """From the content of a file."""
    kinds = [
        build(
            Reaction,
            entry
            | {"models": [build(ModelReaction, model) for model in entry["models"]]}
            | {"examples": [build(Turned, example) for example in entry["examples"]]},
        )
        for entry in found["kinds"]
    ]
    return build(Reactions, found | {"kinds": kinds})


def counterfactuals_of(found: list[dict[str, Any]]) -> list[Counterfactual]:
    """From the content of a file."""
    return [
        build(Counterfactual, entry | {"turnings": [build(Turning, turning) for turning in entry["turnings"]]})
        for entry in found
    ]
