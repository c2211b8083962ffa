"""Asks a deployed run and a newer one the same texts, and promotes the newer one where it is not worse.

python -m reports.promotion runs/current runs/latest

Both answer with the model that their run recommends. The texts are the newer run's test split, without those that the
deployed model was trained or chosen on. What is bounded is the expected loss of taking the newer model, as in the
report's recommendation.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from data.amounts import positive
from data.exits import attempt
from data.messages import escape_what_cannot_be_shown
from models.run_folder import RunFolderError

if TYPE_CHECKING:
    import numpy as np

CURRENT = "current"  # the link that a service is started with
KEPT = 3  # exit code where the deployed run stays
LEAST_TEXTS = 20


def main(arguments: list[str] | None = None) -> int:
    """Compares and promotes; returns the exit code: 0 where the newer run was promoted, 3 where it was not, 2 for bad
    input.
    """
    escape_what_cannot_be_shown()
    parser = argparse.ArgumentParser(prog="python -m reports.promotion", description=__doc__.splitlines()[0])
    parser.add_argument("deployed", type=Path, help="the run that is in use, such as runs/current")
    parser.add_argument("newer", type=Path, help="the run that may take its place, such as runs/latest")
    parser.add_argument(
        "--worth-points",
        type=positive,
        default=1.0,
        metavar="POINTS",
        help="the newer run is promoted where it is expected to lose no more accuracy than this (default: 1)",
    )
    given = parser.parse_args(arguments)
    from models.serving.engines import ExportUnusable

    promoted: list[bool] = []
    code = attempt(
        lambda: promoted.append(_promote(given.deployed, given.newer, given.worth_points / 100)),
        given.newer,
        RunFolderError,
        ExportUnusable,
    )
    return code or (0 if promoted == [True] else KEPT)


def _promote(deployed: Path, newer: Path, margin: float) -> bool:
    import numpy as np

    from data.files import point_link, write_json, write_text
    from models.classifier import load_classifier
    from reports.measuring.correctness import Correctness
    from reports.measuring.expected_loss import estimate_losses
    from reports.numbers import plural

    old, new = load_classifier(deployed), load_classifier(newer)
    texts, labels = _unseen(deployed, old.model, newer, new.model)
    if len(texts) < LEAST_TEXTS:
        raise RunFolderError(
            f"{newer} has {plural(len(texts), 'test text')} that {deployed} was not trained on; fewer than "
            f"{LEAST_TEXTS} tell nothing: add more new rows."
        )
    right = [(classifier.predict(texts) == labels).astype(float) for classifier in (old, new)]
    places = np.arange(len(texts))
    losses = estimate_losses(Correctness(("deployed", "newer"), (0,), places, np.stack(right)[:, None, :]))
    loss, interval = losses.expected("newer"), losses.interval("newer")
    promoted = loss <= margin
    accuracies = [float(answers.mean()) for answers in right]
    sentences = [
        f"Asked the same {plural(len(texts), 'text')} that neither was trained on, the deployed {old.title} "
        f"({deployed.resolve().name}) was right in {100 * accuracies[0]:.1f} %, the newer {new.title} "
        f"({newer.resolve().name}) in {100 * accuracies[1]:.1f} %.",
        f"Taking the newer one is expected to give up {100 * loss:.1f} points of accuracy (95 % interval "
        f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f}); allowed are {100 * margin:g}.",
        "It is promoted." if promoted else f"{deployed.resolve().name} stays.",
    ]
    write_json(
        newer / "promotion.json",
        {
            "deployed": deployed.resolve().name,
            "newer": newer.resolve().name,
            "models": [old.title, new.title],
            "texts": len(texts),
            "accuracy": accuracies,
            "expected_loss": loss,
            "interval": interval,
            "margin": margin,
            "promoted": promoted,
        },
    )
    write_text(newer / "promotion.md", "# Promotion\n\n" + "\n\n".join(sentences) + "\n")
    print("\n".join(sentences))
    if promoted:
        point_link(newer.resolve().parent / CURRENT, newer.resolve())
    return promoted


def _unseen(deployed: Path, old: str, newer: Path, new: str) -> tuple[list[str], np.ndarray]:
    """Texts of the newer run's test split that the deployed model has not seen, and the names of their classes."""
    import numpy as np

    from data.files import read_json
    from data.preparing import load_texts, load_unlabelled
    from models.run_folder import RunFolder
    from models.serving.engines import read_classifier

    def prepared(run: Path, model: str) -> Path:
        return RunFolder(run).prepared(read_classifier(RunFolder(run).export(model))["seed"])

    try:
        before = prepared(deployed, old)
        parts = load_texts(before)
        seen = {text for name in ("train", "validation") for text in parts[name].cleaned}
        seen |= set(load_unlabelled(before).words_learned_from)
        test = load_texts(prepared(newer, new))["test"]
        names = read_json(RunFolder(newer).data_card)["class_names"]
    except (OSError, ValueError, KeyError) as error:
        raise RunFolderError(f"The texts of {deployed} or {newer} cannot be read ({error}).") from error
    at = [place for place, text in enumerate(test.cleaned) if text not in seen]
    labels = np.array([names[test.labels[place]] for place in at], dtype=object)
    return [test.texts[place] for place in at], labels


if __name__ == "__main__":
    sys.exit(main())
