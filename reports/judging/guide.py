"""The advice of the course slides, held against what this run measured."""

from __future__ import annotations

from reports.measuring.costs import Cost, pareto
from reports.measuring.significance import find_pair
from reports.numbers import listed, percent, significant

NETWORKS = ("rnn", "lstm", "transformer", "distilbert")


def confront(comparison: dict, costs: dict[str, list[Cost]]) -> list[dict[str, str]]:
    """A row per piece of advice whose models were trained: `wish`, `advice`, `measured`, `holds` (yes, no, open)."""
    rows = {row["model"]: row for row in comparison["rows"] if row["by_seed"] and row["model"] in NETWORKS}
    if len(rows) < 2:
        return []
    test = comparison["statistics"]["test"]
    quickest = min(rows, key=lambda name: costs[name][0].latency_ms)
    latency = {name: costs[name][0].latency_ms for name in rows}
    best = max(rows, key=lambda name: rows[name]["accuracy"])
    found = []
    if {"rnn", "lstm"} & rows.keys():
        found.append(
            {
                "wish": "speed",
                "advice": "RNN or LSTM",
                "measured": f"{quickest} answers first, {significant(latency[quickest])} ms for one "
                f"text; the slowest, {max(latency, key=latency.get)}, takes "
                f"{significant(max(latency.values()))} ms",
                "holds": "yes" if quickest in ("rnn", "lstm") else "no",
            }
        )
    if "distilbert" in rows:
        rivals = [name for name in rows if name != "distilbert"]
        second = max(rivals, key=lambda name: rows[name]["accuracy"])
        pair = find_pair(test, "distilbert", second)
        apart = pair is not None and pair["apart"]
        found.append(
            {
                "wish": "accuracy",
                "advice": "DistilBERT",
                "measured": f"distilbert {percent(rows['distilbert']['accuracy'])}, next best of the "
                f"others {second} {percent(rows[second]['accuracy'])}"
                + ("" if apart else "; they cannot be told apart"),
                "holds": "open" if not apart else "yes" if best == "distilbert" else "no",
            }
        )
    if "transformer" in rows and len(rows) > 2:
        front = pareto({name: (rows[name]["accuracy"], latency[name]) for name in rows})
        better = [
            name
            for name in rows
            if rows[name]["accuracy"] >= rows["transformer"]["accuracy"]
            and latency[name] <= latency["transformer"]
            and name != "transformer"
        ]
        found.append(
            {
                "wish": "balance",
                "advice": "Transformer",
                "measured": "no other network is at once as accurate and as quick"
                if "transformer" in front
                else f"{listed(better)}: as accurate or more, and as quick or more",
                "holds": "yes" if "transformer" in front else "no",
            }
        )
    return found
