"""Where the models are weak: what the report shows of it."""

from __future__ import annotations

from data.messages import shorten
from reports.judging import weaknesses
from reports.numbers import bare_p, count, percent
from reports.reading.judged_data import DataFindings, Example, Weakness
from reports.writing.evidence import Cell
from reports.writing.labels.blocks import Block, Head, cell

MOST = 20  # weak places in the table
TEXT = 160  # characters of a text
SLICES = [
    Head("slice", is_text=True),
    Head("model", is_text=True),
    Head("texts"),
    Head("validation", "accuracy there, elsewhere, %"),
    Head("test", "accuracy there, elsewhere, %"),
    Head("p", "corrected"),
]
TEXTS = [
    Head("text", is_text=True),
    Head("labelled", is_text=True),
    Head("answered", "mean of all models", is_text=True),
    Head("probability", "of the answer, %"),
]


def blocks(findings: DataFindings) -> list[Block]:
    """The weak slices, an example or more of each, and the texts that all models get wrong."""
    found = findings.weaknesses
    if found is None:
        return []
    slices, *all_wrong = weaknesses.answer(found)
    shown = found.weak[:MOST]
    left = (
        f" {count(len(found.weak) - len(shown))} more are in judged_data.json." if len(shown) < len(found.weak) else ""
    )
    examples = _examples(shown)
    parts = [
        Block(
            sentences=[slices],
            heads=SLICES,
            rows=[_slice(weak) for weak in shown],
            caption=f"Slices in which a model is worse than elsewhere, least p first.{left}",
            small=[weaknesses.how(found)],
        ),
        Block(
            heads=[TEXTS[0], Head("slice", is_text=True), TEXTS[1], Head("answered", is_text=True), TEXTS[3]],
            rows=examples,
            caption="Texts of these slices that the model gets wrong, those it is surest of first.",
        ),
        Block(
            sentences=all_wrong,
            heads=TEXTS,
            rows=[_text(example) for example in found.misleading],
            caption="Validation texts that every model gets wrong, those they are surest of first.",
        ),
    ]
    return [part for part in parts if part.sentences or part.rows]


def _slice(weak: Weakness) -> list[Cell]:
    def shares(accuracy: float | None, elsewhere: float | None) -> str:
        return f"{_share(accuracy)}, {_share(elsewhere)}"

    return [
        cell(weak.shown, weak.kind),
        cell(weak.model),
        cell(count(weak.validation.texts), f"test {count(weak.test.texts)}"),
        cell(shares(weak.validation.accuracy, weak.validation.elsewhere)),
        cell(shares(weak.test.accuracy, weak.test.elsewhere)),
        cell(bare_p(weak.p)),
    ]


def _share(value: float | None) -> str:
    return percent(value).removesuffix(" %")


def _examples(shown: list[Weakness]) -> list[list[Cell]]:
    """Of each slice those of the model with the least p, and no text twice."""
    rows: list[list[Cell]] = []
    slices: set[tuple[str, str]] = set()
    texts: set[str] = set()
    for weak in shown:
        if (weak.kind, weak.name) in slices:
            continue
        slices.add((weak.kind, weak.name))
        for example in weak.examples:
            if example.place not in texts:
                texts.add(example.place)
                text, label, answered, probability = _text(example)
                rows.append([text, cell(weak.shown, weak.kind), label, Cell(answered.text, weak.model), probability])
    return rows


def _text(example: Example) -> list[Cell]:
    place = f"{example.place}{'; its label looks wrong' if example.suspicious else ''}"
    return [
        cell(shorten(example.text, TEXT), place),
        cell(example.label),
        cell(example.answered),
        cell(_share(example.probability)),
    ]
