"""Where the models are weak: the answer in sentences, with what it rests on."""

from __future__ import annotations

from reports.numbers import count, listed, p_value, percent, plural
from reports.reading.judged_data import Weaknesses

TITLE = "Where are the models weak?"


def answer(found: Weaknesses) -> list[str]:
    """Which slices are weak, and how many texts mislead every model."""
    return [_slices(found), *_all_wrong(found)]


def how(found: Weaknesses) -> str:
    """How weak slices are found."""
    tests = len(found.models) * sum(found.slices.values())
    return (
        f"Each model's errors on the {count(found.texts)} validation texts were tested in each slice against elsewhere "
        f"(Fisher's exact test, one-sided), corrected for all {plural(tests, 'test')} (Holm), so that in data without "
        "a weak slice one is named in at most 5 of 100 cases. Test figures describe what was found, and had no say in "
        "it."
    )


def _slices(found: Weaknesses) -> str:
    kinds = [f"{kind} ({number})" for kind, number in found.slices.items()]
    if not kinds:
        return "There are too few validation texts to look at slices of them."
    asked = f"{plural(sum(found.slices.values()), 'slice')} of the validation texts, by {listed(kinds)}"
    if not found.weak:
        return f"No model is worse in any slice than elsewhere by more than chance would make it: {asked}."
    first = found.weak[0]
    slices = len({(weak.kind, weak.name) for weak in found.weak})
    return (
        f"{slices} of {asked}, {'is' if slices == 1 else 'are'} answered worse than the other texts "
        f"by more than chance would make it. The clearest: {first.kind}, {first.shown}, of which {first.model} gets "
        f"{percent(first.validation.accuracy, 0)} right, and {percent(first.validation.elsewhere, 0)} of the others "
        f"(corrected {p_value(first.p)})."
    )


def _all_wrong(found: Weaknesses) -> list[str]:
    if len(found.models) < 2:
        return []
    if not found.all_wrong:
        return [f"No validation text misleads all {len(found.models)} models."]
    return [
        f"{plural(found.all_wrong, 'validation text')} of {count(found.texts)} mislead"
        f"{'s' if found.all_wrong == 1 else ''} all {len(found.models)} models: hard, or wrongly labelled."
    ]
