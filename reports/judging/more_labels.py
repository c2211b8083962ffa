"""Would more labels help? The answer in sentences, with what it rests on and why a number is not there."""

from __future__ import annotations

from reports.evaluation import Evaluation
from reports.numbers import count, listed, points, points_range

TITLE = "Would more labels help?"
WARNING = (
    "An extrapolation goes where nothing was measured. It is the mean of two power laws, one that levels off and one "
    "that goes on to 100 %, and holds as far as new texts are like those there are; its interval covers other texts, "
    "other trainings and both laws, but no other shape."
)
HOW = (
    "Each model was trained again with fewer labels, the smaller draws within the larger ones; validation and test "
    "texts stayed the same."
)
OTHERS_UNLABELLED = "Training texts that lost their label count as unlabelled, so that labels alone differ."


def answer(evaluation: Evaluation) -> list[str]:
    """What a reader should know of a run that was asked for a curve."""
    if not evaluation.curves:
        return [f"No model has been trained with fewer labels yet. {HOW}"]
    extrapolated = any(curve.extrapolation for curve in evaluation.curves)
    unlabelled = evaluation.comparison.run.settings.get("unlabelled") != "none"
    return [
        _of_best(evaluation),
        *([WARNING] if extrapolated else []),
        HOW,
        *([OTHERS_UNLABELLED] if unlabelled else []),
    ]


def _of_best(evaluation: Evaluation) -> str:
    """What more labels would do for the recommended model, or for the best on validation where none is."""
    curves = {curve.model: curve for curve in evaluation.curves}
    best = max(evaluation.curves, key=lambda curve: curve.points[-1].validation.accuracy, default=None)
    curve = curves.get(evaluation.recommended.model or "", best)
    if curve is None:
        return ""
    before, last = curve.points[-2:]
    so_far = (
        f"From {count(before.labels)} to {count(last.labels)} labels its validation accuracy changed by "
        f"{points(curve.last_step)} points (95 % interval {points_range(curve.last_interval)})."
    )
    if found := curve.extrapolation:
        return (
            f"Twice the labels ({count(found.labels)}): about {points(found.gain)} points for {curve.model} (95 % "
            f"interval {points_range(found.interval)}), an extrapolation. {so_far}"
        )
    return (
        f"What twice the labels ({count(2 * last.labels)}) would bring {curve.model} is not determined: "
        f"{curve.undetermined}. {so_far}"
    )


def notes(evaluation: Evaluation) -> list[str]:
    """Why a number is not there."""
    found, sentences = evaluation.label_curve, []
    if found.lacking and found.answers:
        largest = count(found.answers[-1][0])
        sentences.append(
            f"Asked for and not there: {listed([count(labels) for labels in found.lacking])} labels. The run has "
            f"{largest} training texts."
        )
    reasons: dict[str, list[str]] = {}
    for curve in evaluation.curves:
        if curve.undetermined:
            reasons.setdefault(curve.undetermined, []).append(curve.model)
    sentences += [f"Not determined for {listed(models)}: {reason}." for reason, models in reasons.items()]
    sentences += [
        f"{entry.model} has no answers with {count(entry.labels)} labels and seed {entry.seed}: {entry.reason}."
        for entry in found.untrained
    ]
    return sentences
