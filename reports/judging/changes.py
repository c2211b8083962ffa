"""What could raise accuracy: the answer in sentences, every number measured in the run."""

from __future__ import annotations

from reports.numbers import listed, points, points_range
from reports.reading.judged_data import Change, DataFindings

TITLE = "What could raise accuracy?"
HOW = (
    "Each change was measured by itself, with quick models that learn from the training texts and are judged by the "
    "validation texts; what several are worth together was not. Intervals are of 95 %, for other texts; "
    "that of more labels is also for other labels of that number."
)
MOST_SLICES = 5  # that a sentence names


def answer(findings: DataFindings) -> list[str]:
    """The changes in order, then those whose gain may be chance, those without one, and what has no number."""
    if findings.changes is None:
        return []
    changes = findings.changes.changes
    measured = [(change, change.gain) for change in changes if change.gain is not None]
    raising = [change for change, _ in measured if change.raises]
    unclear = [change for change, gain in measured if gain > 0 and not change.raises]
    useless = [change for change, gain in measured if gain <= 0]
    sentences = []
    if raising:
        sentences.append(f"Of what could raise accuracy here, in order: {'; '.join(map(_said, raising))}.")
    else:
        sentences.append("Nothing that was measured here raises accuracy by more than chance could.")
    if unclear:
        sentences.append(f"Gains that may be chance, the largest first: {'; '.join(map(_said, unclear))}.")
    if useless:
        sentences.append(f"Without a gain: {'; '.join(map(_said, useless))}.")
    sentences += [
        f"Not determined for {change.name}: {change.undetermined}." for change in changes if not change.interval
    ]
    return [*sentences, *_unmeasured(findings)]


def _said(change: Change) -> str:
    return f"{change.name} ({points(change.gain)} points, 95 % interval {points_range(change.interval)})"


def _unmeasured(findings: DataFindings) -> list[str]:
    weak = findings.weaknesses.weak if findings.weaknesses else []
    names = list({(entry.kind, entry.name): f"{entry.kind} {entry.shown}" for entry in weak}.values())
    if not names:
        return []
    more = [f"{len(names) - MOST_SLICES} more"] if len(names) > MOST_SLICES else []
    return [
        f"Not measured, and so without a number: more labelled texts where models are weak, that is of "
        f"{listed([*names[:MOST_SLICES], *more])}."
    ]
