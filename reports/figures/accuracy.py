"""The picture of the outcome."""

from __future__ import annotations

from pathlib import Path

from reports.reading.comparison import Comparison


def draw_accuracy(comparison: Comparison, path: Path) -> None:
    """Writes an SVG: test accuracy of each model, its deviation over seeds, and the share of the largest class.

    On 20 Newsgroups the accuracies that the course project published stand beside them.
    """
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "accuracy"  # the same run gives the same file
    from matplotlib import pyplot

    rows = comparison.rows[::-1]
    figure, axes = pyplot.subplots(figsize=(7.5, 1.1 + 0.5 * len(rows)), layout="constrained")
    for at, row in enumerate(rows):
        accuracy, deviation = 100 * row.accuracy, 100 * (row.accuracy_std or 0)
        color = "#2b6ca3" if row.is_network else "#8a8a8a"
        axes.barh(at, accuracy, xerr=deviation or None, color=color, height=0.6, ecolor="#222222", capsize=3)
        axes.text(accuracy + deviation + 0.8, at, f"{accuracy:.1f} %", va="center", fontsize=9)
        for entry in comparison.data.published:
            if entry.model != row.model:
                continue
            label = "published" if at == len(rows) - 1 else None
            axes.plot([100 * entry.accuracy] * 2, [at - 0.3, at + 0.3], color="#d9822b", linewidth=3, label=label)
    if rows:
        shares = [trial.test.majority_share for trial in rows[0].by_seed]
        majority = 100 * sum(shares) / len(shares)
        axes.axvline(majority, color="#222222", linestyle=":", label=f"always the larger class, {majority:.1f} %")
    axes.set_yticks(range(len(rows)), [row.title for row in rows])
    axes.set_xlim(0, 108)
    axes.set_xticks(range(0, 101, 20))
    seeds = len(comparison.run.seeds)
    spread = f"mean and deviation of {seeds} seeds" if seeds > 1 else f"seed {comparison.run.seeds[0]}"
    axes.set_xlabel(f"test accuracy, %\n{comparison.data.name}, {spread}")
    axes.spines[["top", "right"]].set_visible(False)
    if rows:
        figure.legend(loc="outside upper right", ncols=2, frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
