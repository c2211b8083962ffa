"""One text, answered by every exported model of a run, with the words that moved each."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from models.classifier import Classifier, exported_models, load_classifier
from models.influence import level, looked_at, measure, split_words
from models.serving.engines import ExportUnusable

MOST_WORDS = 60  # that are left out one by one


class Comparer:
    """Loads the models when they are first asked for, and asks them in a thread of its own.

    Args:
        run: a run folder; `None`, or an export folder, for the main model alone.
        main: the model that the service answers with, which is loaded already.
    """

    def __init__(self, run: Path | None, main: Classifier):
        self.run, self.main = run, main
        self.thread = ThreadPoolExecutor(1)
        self._loaded: list[Classifier] = []

    async def compare(self, text: str) -> list[dict[str, Any]]:
        """What each model says."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, self._compare, text)

    def _compare(self, text: str) -> list[dict[str, Any]]:
        return [_explain(classifier, text) for classifier in self._models()]

    def _models(self) -> list[Classifier]:
        if not self._loaded:
            self._loaded.append(self.main)
            others = [] if self.run is None else [(self.run, name) for name in exported_models(self.run)]
            for run, name in others:
                try:
                    if name != self.main.model:
                        self._loaded.append(load_classifier(run, name))
                except ExportUnusable:  # the page shows those that there are
                    continue
        return self._loaded


def _explain(classifier: Classifier, text: str) -> dict[str, Any]:
    side, words = classifier.truncation_side, split_words(text)
    influence = measure(lambda texts: classifier.predict_proba(texts), text, MOST_WORDS, side)
    places = looked_at(range(len(words)), MOST_WORDS, side)
    levels = {at: level(float(odds)) for at, odds in zip(places, influence.log_odds, strict=True)}
    return {
        "model": classifier.title,
        "format": classifier.format,
        "label": classifier.label_of(influence.probabilities.tolist())[0],
        "speaks_of": str(classifier.classes_[influence.answer]),
        "probabilities": dict(zip(classifier.classes_.tolist(), influence.probabilities.tolist(), strict=True)),
        "words": [{"word": word, "level": levels.get(at)} for at, word in enumerate(words)],
    }
