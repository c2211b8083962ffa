"""An explanation as a terminal shows it: colors where it has them, numbers behind the words where it has not."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from models.influence import level, strongest

WIDTH = 100
FOR, AGAINST, DIM, END = "\x1b[44;97m", "\x1b[41;97m", "\x1b[2m", "\x1b[0m"
FAINT_FOR, FAINT_AGAINST = "\x1b[34;4m", "\x1b[31;4m"
LEGEND = {
    True: "Blue speaks for the answer, red against it, filled where it multiplies the odds by 1.6 or more; dim words "
    "are not read.",
    False: "A number behind a word is what it adds to the log odds of the answer; words without one add less than 0.1.",
}


def show(explained: dict, models: dict[str, dict], class_names: list[str], color: bool) -> str:
    """Every model's answer to a text and the words that moved it.

    Args:
        explained: of `reports.explaining.run_explanations.explain_text`.
        models: `title` and `reads` of each model.
        class_names: the classes by number.
        color: whether escape sequences are understood.
    """
    lines = []
    for name, found in explained["answers"].items():
        probability = found["probabilities"][found["answer"]]
        model = models[name]
        lines += [f"{model['title']}: {class_names[found['answer']]} {probability:.1%}  (reads {model['reads']})"]
        lines += _wrap(_words(explained["words"], found, color))
        for side, places in zip(("for", "against"), strongest(found["log_odds"], 5), strict=True):
            listed = ", ".join(
                f"{_plain(explained['words'][at])} {found['log_odds'][at]:+.2f} ({found['without'][at]:.1%} without it)"
                for at in places
            )
            lines += textwrap.wrap(
                f"{side + ':':<9}{listed or 'no word by 0.1 or more'}",
                WIDTH,
                initial_indent="    ",
                subsequent_indent=" " * 13,
            )
        lines.append("")
    more = explained["total_words"] - len(explained["words"])
    if more:
        which = "last" if explained["skipped"] else "first"
        lines.append(f"Only the {which} {len(explained['words'])} words were looked at; the models were given all.")
    return "\n".join([*lines, *textwrap.wrap(LEGEND[color], WIDTH)])


def _words(words: list[str], found: dict, color: bool) -> Iterator[tuple[str, int]]:
    """Each word as it is printed, with the columns it takes."""
    for at, word in enumerate(words):
        word, acts = _plain(word), level(found["log_odds"][at])
        if not color:
            word = f"{word}[{found['log_odds'][at]:+.1f}]" if acts else word
            yield word, len(word)
        elif acts:
            filled, faint = (FOR, FAINT_FOR) if acts > 0 else (AGAINST, FAINT_AGAINST)
            yield f"{filled if abs(acts) > 2 else faint}{word}{END}", len(word)
        else:
            yield f"{DIM}{word}{END}" if str(at) in found["unread"] else word, len(word)


def _plain(word: str) -> str:
    """A word without control characters, which a terminal would obey."""
    return "".join(letter if letter.isprintable() else "�" for letter in word)


def _wrap(words: Iterator[tuple[str, int]]) -> list[str]:
    lines, columns = ["   "], 3
    for word, length in words:
        if columns + 1 + length > WIDTH and columns > 3:
            lines.append("   ")
            columns = 3
        lines[-1] += f" {word}"
        columns += 1 + length
    return lines
