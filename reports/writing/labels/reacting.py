"""What changes an answer: what the report shows of it."""

from __future__ import annotations

from collections.abc import Sequence

from data.messages import shorten
from reports.judging import reactions
from reports.numbers import count, percent, percent_range
from reports.reading.judged_data import DataFindings
from reports.reading.reactions import Counterfactual, Reaction, Reactions
from reports.writing.evidence import Cell
from reports.writing.labels.blocks import Block, Head, cell

TEXT, AGAIN = 160, 40  # characters of a text, and of one that stands above already
EXAMPLES = [
    Head("text", "before", is_text=True),
    Head("text", "after", is_text=True),
    Head("model", is_text=True),
    Head("answered", "before", is_text=True),
    Head("answered", "after", is_text=True),
]
WORDS = [
    Head("text", is_text=True),
    Head("model", is_text=True),
    Head("answered", is_text=True),
    Head("without", "the words", is_text=True),
    Head("answered then", is_text=True),
]


def blocks(findings: DataFindings) -> list[Block]:
    """How often each model's answer changes, with examples, and which words turn it."""
    found = findings.reactions
    return [*(_reactions(found) if found and found.kinds else []), *_counterfactuals(findings.counterfactuals)]


def _reactions(found: Reactions) -> list[Block]:
    directed = any(reaction.should_turn for reaction in found.kinds)
    return [
        Block(
            sentences=reactions.answer(DataFindings(0, reactions=found)),
            heads=[Head("change", is_text=True), Head("texts"), *(Head(model, "changed, %") for model in found.models)],
            rows=[_reaction(reaction, found.models) for reaction in found.kinds],
            caption="Share of answers that change with the text; small print: 95 % interval"
            + (", and where opinions should turn the share that is less sure of the first one." if directed else "."),
            small=[reactions.HOW],
        ),
        *_examples(found),
    ]


def _reaction(reaction: Reaction, models: Sequence[str]) -> list[Cell]:
    by_model = {model.model: model for model in reaction.models}
    cells = []
    for name in models:
        model = by_model.get(name)
        if model is None:
            cells.append(cell(None))
            continue
        less_sure = f"; less sure {percent(model.less_sure, 0)}" if reaction.should_turn else ""
        cells.append(cell(_share(model.changed), percent_range(model.interval, 0) + less_sure))
    should = "opinions should turn" if reaction.should_turn else "answers should stay"
    return [cell(reaction.kind, should), cell(count(reaction.texts)), *cells]


def _share(value: float) -> str:
    return percent(value).removesuffix(" %")


def _examples(found: Reactions) -> list[Block]:
    rows = [
        [
            cell(example.before, reaction.kind),
            cell(example.after),
            cell(example.model),
            cell(example.answered_before),
            cell(example.answered_after, percent(example.probability)),
        ]
        for reaction in found.kinds
        for example in reaction.examples
    ]
    caption = "Answers that changed, with the text around the first change; small print: probability of the new answer."
    return [Block(heads=EXAMPLES, rows=rows, caption=caption)] if rows else []


def _counterfactuals(found: Sequence[Counterfactual]) -> list[Block]:
    rows = []
    for counterfactual in found:
        turned = [turning for turning in counterfactual.turnings if turning.words]
        for at, turning in enumerate(turned):
            text = cell(
                shorten(counterfactual.text, AGAIN if at else TEXT), f"{counterfactual.place}, {counterfactual.label}"
            )
            probability = percent(turning.probability)
            words = ", ".join(f"“{word}”" for word in turning.words)
            rows.append(
                [text, cell(turning.model), cell(turning.answer), cell(words), cell(turning.turned_to, probability)]
            )
    sentences = reactions.turned_by_words(list(found))
    if not sentences:
        return []
    return [
        Block(
            title="Which words turn an answer?",
            sentences=sentences,
            heads=WORDS,
            rows=rows,
            caption="Words without which a model answers otherwise; small print: split, place and class of the text, "
            "and the probability of the new answer.",
            small=[reactions.WORDS],
        )
    ]
