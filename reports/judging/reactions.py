"""What changes an answer: the findings in sentences, with what they rest on."""

from __future__ import annotations

from reports.numbers import percent, percent_range, plural
from reports.reading.judged_data import DataFindings
from reports.reading.reactions import Counterfactual, Reactions

TITLE = "What changes an answer?"
HOW = (
    "Validation texts, drawn at random among those that have something to change: two inner letters exchanged in a "
    "tenth of the words; every letter a capital; no marks at the ends of words; first names exchanged for others; "
    "whole numbers exchanged for others of as many digits; “not” put behind every auxiliary of an English text. A "
    "change behind what a model reads of a text cannot move it."
)
WORDS = (
    "Of each explained text, the words that speak loudest for the answer were left out together, one more at a time, "
    "up to five, until it turned; those that were not needed were put back. There may be fewer words that turn it."
)


def answer(findings: DataFindings) -> list[str]:
    """How often answers change, and how few words turn them."""
    found = findings.reactions
    return [*(_reactions(found) if found else []), *turned_by_words(findings.counterfactuals)]


def _reactions(found: Reactions) -> list[str]:
    entries = [(reaction, model) for reaction in found.kinds for model in reaction.models]
    staying = [entry for entry in entries if not entry[0].should_turn]
    turning = [entry for entry in entries if entry[0].should_turn]
    sentences = []
    if staying:
        reaction, model = max(staying, key=lambda entry: entry[1].changed)
        if model.changed:
            sentences.append(
                f"Answers that should stay change most with {reaction.kind}: {model.model} changes "
                f"{percent(model.changed, 0)} of {plural(reaction.texts, 'answer')} "
                f"(95 % interval {percent_range(model.interval, 0)} %)."
            )
        else:
            sentences.append("No answer that should stay changed.")
    if turning:
        reaction, model = min(turning, key=lambda entry: entry[1].changed)
        sentences.append(
            f"An opinion should turn with {reaction.kind}: {model.model}, which turns least, changes "
            f"{percent(model.changed, 0)} of {plural(reaction.texts, 'answer')} "
            f"(95 % interval {percent_range(model.interval, 0)} %)."
        )
    return sentences + [f"Not asked: {reason}" for reason in found.missing]


def turned_by_words(found: list[Counterfactual]) -> list[str]:
    """How many of the answers turn with few words, and with one."""
    turnings = [turning for counterfactual in found for turning in counterfactual.turnings]
    if not turnings:
        return []
    turned = [turning for turning in turnings if turning.words]
    alone = sum(len(turning.words) == 1 for turning in turned)
    return [
        f"Leaving out at most five words turns {len(turned)} of {plural(len(turnings), 'answer')} to "
        f"{plural(len(found), 'explained test text')}; one word is enough for {alone}."
    ]
