"""What `/drift` says, as JSON and for its page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from models.monitoring.comparing import ALARM, Difference
from models.monitoring.watching import WINDOW, Watcher


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
