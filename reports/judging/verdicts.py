"""What went wrong or stands out, in words: each verdict with its evidence, its cause and the setting to change."""

from __future__ import annotations

from reports.judging.causes import calibration, on_seeds, over_fitting, plateau, under_fitting
from reports.numbers import percent


def verdicts(comparison: dict, settings: dict) -> list[str]:
    """The sentences a reader of the table needs, the most important first.

    Args:
        comparison: of `reports.reading.comparison.compare`; with `statistics`, what they show is said too.
        settings: those of the run.
    """
    trained = [row for row in comparison["rows"] if row["by_seed"]]
    return [
        *_reference(trained),
        *(sentence for row in trained for sentence in _collapse(row, settings)),
        *plateau(trained, settings),
        *under_fitting(trained, settings),
        *(sentence for row in trained for sentence in over_fitting(row, settings)),
        *calibration(trained, comparison.get("statistics"), settings),
        *(f"{row['title']} failed: {row['failed']}" for row in comparison["rows"] if row["failed"]),
        *(f"{entry['model']} is missing: {entry['reason']}" for entry in comparison["missing"]),
    ]


def _reference(rows: list[dict]) -> list[str]:
    networks = [row for row in rows if row["model"] != "linear"]
    linear = next((row for row in rows if row["model"] == "linear"), None)
    if not linear or not networks:
        return []
    best = max(networks, key=lambda row: row["accuracy"])
    difference = 100 * (linear["accuracy"] - best["accuracy"])
    distance = f"{abs(difference):.1f} points {'above' if difference > 0 else 'below'}"
    place = "level with" if distance.startswith("0.0 ") else distance
    texts = sum(trial["test"]["n"] for trial in linear["by_seed"])
    return [
        f"The linear reference is {place} the best network on test, {best['title']} "
        f"({percent(linear['accuracy'])} against {percent(best['accuracy'])} of {texts:,} test answers), and is "
        f"trained in {linear['seconds_training']:.0f} s against {best['seconds_training']:.0f} s."
    ]


def _collapse(row: dict, settings: dict) -> list[str]:
    collapsed = [trial for trial in row["by_seed"] if trial["collapsed"]]
    if not collapsed:
        return []
    worst = max(collapsed, key=lambda trial: trial["test"]["largest_answer_share"])
    share, accuracy = worst["test"]["largest_answer_share"], worst["test"]["accuracy"]
    if row["model"] in ("rnn", "lstm") and not settings["mask"]:
        cause = (
            "padding is read like words, so the last state has seen dozens of padding tokens since the last word; "
            "keep padding out with --mask"
        )
    elif row["model"] == "distilbert" and settings["head_learning_rate"] < 1e-4:
        cause = (
            f"a learning rate of {settings['head_learning_rate']:g} is meant for a whole backbone and hardly moves a "
            "fresh head; try --head-learning-rate 0.001"
        )
    else:
        cause = "it learned nothing beyond the class shares; try more texts, more --epochs or another --learning-rate"
    return [
        f"{row['title']} collapsed to one class{on_seeds(collapsed, row)}: "
        f"{percent(share, 0)} of its answers are the same class (seed {worst['seed']}) and its mean recall is that of "
        f"guessing, so its accuracy of {percent(accuracy)} only shows how large that class is. Cause: {cause}."
    ]
