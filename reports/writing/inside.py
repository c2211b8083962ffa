"""The part of the page that looks inside the models: words by influence, and the Transformer's attention.

Made from `explanations.json` and `attention.npz` alone, without a deep-learning library.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from data.files import read_json
from models.influence import level, strongest
from models.run_folder import RunFolder, RunFolderError
from reports.figures.axes import style_sheet
from reports.figures.heat import heat_map

TOP = 3  # words named for and against
MOST_TOKENS = 16  # of a text's attention map; more are too small to read
PUNCTUATION = ".,;:!?\"'()"  # that a word is named without
ALIKE = 1.5  # times an even share: a head that gives no word more looks at all of them alike
UNREAD = {
    "cleaned away": "not read: taken out by the cleaning",
    "too late": "not read: behind the last word that is",
    "too early": "not read: before the first word that is",
    "unknown": "not in the vocabulary",
}


def signed(value: float) -> str:
    """A number with its sign, a true minus.

    >>> signed(-0.5)
    '−0.50'
    """
    return f"{value:+.2f}".replace("-", "−")


ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("reports"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
ENVIRONMENT.filters["signed"] = signed


def render(run: Path) -> str:
    """The section `inside` of the page as HTML, `""` where nothing was explained.

    It needs the rules of `inside.css`, and those of `colors.css`.

    Raises:
        RunFolderError: a file is damaged.
    """
    folder = RunFolder(run)
    if not folder.explanations.exists():
        return ""
    try:
        found: Any = read_json(folder.explanations)
        reasons = [text["reason"] for text in found["texts"]]
        texts = [
            _text(text, found["models"], found["class_names"]) | {"first": text["reason"] not in reasons[:at]}
            for at, text in enumerate(found["texts"])
        ]
        heads = _heads(folder, found) if found["attention"] else []
    except (OSError, EOFError, ValueError, KeyError, IndexError, TypeError, zipfile.BadZipFile) as error:
        raise RunFolderError(
            f"{folder.explanations} or {folder.attention.name} is damaged: write them again with "
            f"python -m reports.explain {run}."
        ) from error
    return ENVIRONMENT.get_template("inside.html").render(
        seed=found["seed"], models=found["models"], missing=found["missing"], texts=texts, heads=heads, most=MOST_TOKENS
    )


def render_own(explained: dict, models: dict[str, dict], class_names: list[str]) -> str:
    """A page of its own for one text, of `explain_text`; `models` has the `title`, `reads` and `seed` of each."""
    text = _text(explained | {"label": None}, models, class_names)
    rules = style_sheet("colors.css", "inside.css")
    return ENVIRONMENT.get_template("own_text.html").render(text=text, models=models, style=rules)


def _text(text: dict, models: dict[str, dict], class_names: list[str]) -> dict:
    """What the template shows of one text."""
    label = text["label"]
    answers = [
        {
            "title": models[name]["title"],
            "answer": class_names[found["answer"]],
            "probability": found["probabilities"][found["answer"]],
            "right": None if label is None else found["answer"] == label,
            "words": [_word(text["words"], found, at) for at in range(len(text["words"]))],
            "sides": [_top(text["words"], found, places) for places in strongest(found["log_odds"], TOP)],
        }
        for name, found in text["answers"].items()
    ]
    return text | {
        "label": None if label is None else class_names[label],
        "answers": answers,
        "more": text["total_words"] - text.get("skipped", 0) - len(text["words"]),  # none skipped in older files
    }


def _word(words: list[str], found: dict, at: int) -> dict:
    acts, reason = level(found["log_odds"][at]), found["unread"].get(str(at))
    notes = [UNREAD[reason]] if reason else []
    if acts:
        notes.append(f"{signed(found['log_odds'][at])}; {found['without'][at]:.1%} without it")
    kinds = {"unknown": "unknown", None: ""}.get(reason, "unread")
    return {"word": words[at], "kinds": f"{kinds} {_kind(acts)}".strip(), "note": "; ".join(notes)}


def _kind(acts: int) -> str:
    return f"{'for' if acts > 0 else 'against'} by-{abs(acts)}" if acts else ""


def _top(words: list[str], found: dict, places: list[int]) -> list[dict]:
    return [
        {
            "word": words[at].strip(PUNCTUATION) or words[at],
            "log_odds": found["log_odds"][at],
            "without": found["without"][at],
        }
        for at in places
    ]


def _heads(run: RunFolder, found: dict) -> list[dict]:
    """For each text the maps of its heads, block by block."""
    shown = []
    with np.load(run.attention, allow_pickle=False) as arrays:
        for at, (text, read) in enumerate(zip(found["texts"], found["attention"], strict=True)):
            tokens, count = read["tokens"], min(len(read["tokens"]), MOST_TOKENS)
            maps = arrays[str(at)].astype(float)[:, :, :count, :count]  # (blocks, heads, tokens, tokens)
            heads = [
                heat_map(maps[block, head], tokens[:count], f"Block {block + 1}, head {head + 1}", maps.max())
                for block in range(maps.shape[0])
                for head in range(maps.shape[1])
            ]
            shown.append({"reason": text["reason"], "index": text["index"], "heads": heads, "tokens": len(tokens)})
            shown[-1]["alike"] = ALIKE / len(tokens)
    return shown
