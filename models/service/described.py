"""What `/experiments` and `/drift` say, as JSON and for their pages."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from models.monitoring.comparing import ALARM, Difference
from models.monitoring.watching import WINDOW, Watcher
from models.service.experiments import CHALLENGER, MAIN, Record, Verdict, judge_pairs, judge_shares
from models.service.responding import REMEMBERED, Responder
from models.service.routing import Router

NONE = "–"


def describe_experiment(router: Router, record: Record) -> dict[str, Any]:
    """The numbers, with a verdict in words."""
    shadow = router.challenger is not None and not router.share
    verdict = _verdict(router, record, shadow)
    roles = {"main": (router.main, MAIN), "challenger": (router.challenger, CHALLENGER)}
    found: dict[str, Any] = {
        "mode": _mode(router),
        "share": router.share,
        "models": {
            role: _model(responder, record, by) for role, (responder, by) in roles.items() if responder is not None
        },
        "verdict": verdict.words,
    }
    if verdict.difference is not None and verdict.interval is not None:
        found |= {"difference": verdict.difference, "interval": list(verdict.interval), "p": verdict.p}
    if shadow:
        names = ("both_right", "only_main_right", "only_challenger_right", "none_right")
        found |= {"both_asked": record.both, "alike": record.alike, "skipped": record.skipped}
        found |= {"pairs": dict(zip(names, record.pairs, strict=True))}
    return found


def experiment_page(found: dict[str, Any]) -> dict[str, Any]:
    """The values of the template."""
    how = {
        "none": "No other model is on trial: --challenger MODEL puts one there, with --share or --shadow.",
        "shadow": "The challenger answers every text for the record only; who asks gets the main model's answer.",
        "share": f"The challenger answers {100 * found['share']:.3g} % of the texts, the same ones each time.",
    }[found["mode"]]
    sentences = []
    if found["mode"] == "shadow" and found["both_asked"]:
        alike = 100 * found["alike"] / found["both_asked"]
        sentences.append(f"Of {found['both_asked']:,} texts that both answered, {alike:.1f} % got the same label.")
        if found["skipped"]:
            sentences.append(f"The challenger did not get {found['skipped']:,} texts: it was too busy, or failed.")
    rows = [
        model
        | {
            "role": role,
            "p50_ms": NONE if model["p50_ms"] is None else f"{model['p50_ms']:.1f}",
            "p99_ms": NONE if model["p99_ms"] is None else f"{model['p99_ms']:.1f}",
            "accuracy": f"{100 * model['right'] / model['judged']:.1f} %" if model["judged"] else NONE,
        }
        for role, model in found["models"].items()
    ]
    return {"lead": found["verdict"], "how": how, "models": rows, "sentences": sentences, "remembered": REMEMBERED}


def _mode(router: Router) -> str:
    if router.challenger is None:
        return "none"
    return "share" if router.share else "shadow"


def _verdict(router: Router, record: Record, shadow: bool) -> Verdict:
    if router.challenger is None:
        judged, right = record.judged[MAIN], record.right[MAIN]
        words = f"{right:,} of {judged:,} answers whose true label came in were right." if judged else ""
        return Verdict(None, None, None, words or "No true labels are known yet: POST them to /feedback.")
    return judge_pairs(record.pairs) if shadow else judge_shares(record.right, record.judged)


def _model(responder: Responder, record: Record, by: int) -> dict[str, Any]:
    taken = sorted(responder.milliseconds)
    return {
        "title": responder.title,
        "format": responder.format,
        "texts": record.asked[by],
        "p50_ms": statistics.median(taken) if taken else None,
        "p99_ms": _upper(taken, 0.99),
        "judged": record.judged[by],
        "right": record.right[by],
    }


def _upper(taken: Sequence[float], share: float) -> float | None:
    return taken[min(int(share * len(taken)), len(taken) - 1)] if taken else None


def describe_drift(watcher: Watcher | None) -> dict[str, Any]:
    """The last window, feature by feature, and the alarms of those before it."""
    if watcher is None or not watcher.windows:
        nothing = "Nothing is watched: the export does not say what validation texts looked like."
        waiting = f"Texts are compared {WINDOW} at a time: the first {WINDOW} are not there yet."
        lead, features, windows = (nothing if watcher is None else waiting), [], []
    else:
        last = watcher.windows[-1][1]
        alarms = [difference.words for difference in last if difference.is_alarm]
        lead = (
            f"The texts are no longer like those of validation: {'; '.join(alarms)}."
            if alarms
            else (f"The last {WINDOW} texts are like those of validation.")
        )
        features = [_feature(difference) for difference in last]
        windows = [
            {
                "ended": datetime.fromtimestamp(ended, UTC).isoformat(timespec="seconds"),
                "alarms": [difference.feature.name for difference in found if difference.is_alarm],
            }
            for ended, found in reversed(watcher.windows)
        ]
    return {
        "lead": lead,
        "alarm": bool(watcher and watcher.alarm),
        "features": features,
        "windows": windows,
        "texts": watcher.seen if watcher else 0,
        "passed_over": watcher.passed_over if watcher else 0,
        "window": WINDOW,
        "threshold": ALARM,
    }


def _feature(difference: Difference) -> dict[str, Any]:
    return {
        "name": difference.feature.name,
        "words": difference.words,
        "p": difference.p,
        "alarm": difference.is_alarm,
    }
