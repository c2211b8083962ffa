"""Which labels look wrong: the answer in sentences, with what it rests on."""

from __future__ import annotations

from reports.numbers import count, listed, percent, plural
from reports.reading.judged_labels import LabelFacts

TITLE = "Which labels look wrong?"
HOW = (
    "A label looks wrong where models that have not seen it are confident of another class: of a training text, models "
    "fitted on the other four fifths of the training texts; of others, models fitted on the training texts. That is a "
    "reason to look at a text, and no proof: hard texts are among them."
)
UNSEEN = "Look through them before they are corrected: corrected unseen, they gained nothing where that was measured."


def found(facts: LabelFacts) -> list[str]:
    """How many labels look wrong, who says so, and how far that can be trusted."""
    total = sum(facts.suspicious.values())
    if not total:
        return [f"No label looks wrong (seed {facts.seed}).", *trust(facts)]
    by_part = [f"{count(wrong)} of {count(facts.texts[part])} in {part}" for part, wrong in facts.suspicious.items()]
    return [
        f"{plural(total, 'label')} look{'s' if total == 1 else ''} wrong: {listed(by_part)} (seed {facts.seed}).",
        *trust(facts),
    ]


def trust(facts: LabelFacts) -> list[str]:
    """Who was asked, and what came of labels that were turned over on purpose."""
    tried = facts.recovery
    only = f" {facts.without_encoder}: only the linear model was asked." if facts.without_encoder else ""
    turned = f"{plural(tried.turned, 'training label')} ({percent(tried.turned / facts.texts['train'], 0)})"
    return [
        f"Asked: {listed(facts.models)}.{only}",
        f"To see how far that can be trusted, {turned} were turned over on purpose. Of the first {tried.first} in the "
        f"order, {tried.right} were turned ones, and of the {count(tried.flagged)} that then looked wrong "
        f"{count(tried.flagged_right)}. The others may have been wrong before, or hard.",
    ]
