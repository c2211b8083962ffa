"""The picture of the outcome."""

from __future__ import annotations

from pathlib import Path

SLIDES = {"rnn": 56.43, "lstm": 56.43, "transformer": 74.10, "distilbert": 61.45}  # % right, published


def draw_accuracy(comparison: dict, path: Path) -> None:
    """Writes an SVG: test accuracy of each model, its deviation over seeds, and the share of the largest class.

    On 20 Newsgroups the accuracies that the course project published stand beside them.
    """
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "accuracy"  # the same run gives the same file
    from matplotlib import pyplot

    rows = [row for row in comparison["rows"] if row["by_seed"]][::-1]
    figure, axes = pyplot.subplots(figsize=(7.5, 1.1 + 0.5 * len(rows)), layout="constrained")
    for at, row in enumerate(rows):
        accuracy, deviation = 100 * row["accuracy"], 100 * (row["accuracy_std"] or 0)
        color = "#8a8a8a" if row["model"] == "linear" else "#2b6ca3"
        axes.barh(at, accuracy, xerr=deviation or None, color=color, height=0.6, ecolor="#222222", capsize=3)
        axes.text(accuracy + deviation + 0.8, at, f"{accuracy:.1f} %", va="center", fontsize=9)
        if comparison["data"]["name"] == "20newsgroups" and row["model"] in SLIDES:
            label = "published slides" if at == len(rows) - 1 else None
            axes.plot([SLIDES[row["model"]]] * 2, [at - 0.3, at + 0.3], color="#d9822b", linewidth=3, label=label)
    trials = rows[0]["by_seed"] if rows else []
    if trials:
        shares = [
            max(cell["n"] for cell in trial["test"]["per_class"].values()) / trial["test"]["n"] for trial in trials
        ]
        majority = 100 * sum(shares) / len(shares)
        axes.axvline(majority, color="#222222", linestyle=":", label=f"always the larger class, {majority:.1f} %")
    axes.set_yticks(range(len(rows)), [row["title"] for row in rows])
    axes.set_xlim(0, 108)
    axes.set_xticks(range(0, 101, 20))
    seeds = len(comparison["run"]["seeds"])
    spread = f"mean and deviation of {seeds} seeds" if seeds > 1 else f"seed {comparison['run']['seeds'][0]}"
    axes.set_xlabel(f"test accuracy, %\n{comparison['data']['name']}, {spread}")
    axes.spines[["top", "right"]].set_visible(False)
    if rows:
        figure.legend(loc="outside upper right", ncols=2, frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
