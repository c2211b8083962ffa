"""Texts changed so that a right answer stays, or turns: typos, case, punctuation, names, numbers, negation.

Source of the kinds: Ribeiro et al. 2020, CheckList, https://aclanthology.org/2020.acl-main.442.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SHARE = 0.1  # of the words, those that get a typo; one at least
SHORTEST = 4  # letters of a word that gets one
LETTERS = re.compile(rf"[^\W\d_]{{{SHORTEST},}}")
ENDING = re.compile(r"(?<=\w)[.,;:!?]+(?=\s|$)")
NUMBER = re.compile(r"(?<![\w.,])\d+(?![\w.,]*\w)")
# Auxiliaries, which take "not" behind them; one that has it, or stands before "n't", is left.
AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|do|does|did|can|could|will|would|should|must|may|might)\b(?!\s+not\b|['’])",
    re.IGNORECASE,
)
# First names that are common in many countries and stand for nothing else.
NAMES = (
    *("Adam", "Alex", "Alice", "Andrew", "Anna", "Anne", "Anthony", "Barbara", "Ben", "Bob", "Brian", "Carl", "Carlos"),
    *("Carol", "Charles", "Chris", "Daniel", "David", "Elena", "Elizabeth", "Emily", "Emma", "Eric", "Eva", "Frank"),
    *("Gary", "George", "Helen", "Henry", "Ivan", "James", "Jane", "Jason", "Jennifer", "Jim", "Joe", "John", "Jose"),
    *("Joseph", "Julia", "Karen", "Karl", "Kevin", "Larry", "Laura", "Linda", "Lisa", "Lucas", "Maria", "Martin"),
    *("Mary", "Michael", "Mike", "Nancy", "Olivia", "Oliver", "Patricia", "Paul", "Pedro", "Peter", "Richard"),
    *("Robert", "Roger", "Ryan", "Sam", "Sarah", "Scott", "Sofia", "Stephen", "Steve", "Susan", "Thomas", "Tim", "Tom"),
    *("William",),
)
NAME = re.compile(rf"\b({'|'.join(NAMES)})\b")


def add_typos(text: str, generator: np.random.Generator) -> str:
    """Exchanges two neighboring letters inside a tenth of the words."""
    words = [found for found in LETTERS.finditer(text) if _swaps(found[0])]
    if not words:
        return text
    letters = list(text)
    for at in generator.choice(len(words), max(round(SHARE * len(words)), 1), replace=False):
        word = words[at]
        swap = word.start() + generator.choice(_swaps(word[0]))
        letters[swap], letters[swap + 1] = letters[swap + 1], letters[swap]
    return "".join(letters)


def _swaps(word: str) -> list[int]:
    """Places inside a word, the first and last letter apart, where it differs from the next letter."""
    return [at for at in range(1, len(word) - 2) if word[at] != word[at + 1]]


def capitalize_all(text: str, generator: np.random.Generator) -> str:  # noqa: ARG001
    """Writes every letter as a capital."""
    return text.upper()


def drop_punctuation(text: str, generator: np.random.Generator) -> str:  # noqa: ARG001
    """Leaves out the marks that end words and sentences.

    >>> drop_punctuation("Well, it is 3.5 of 5!", np.random.default_rng(0))
    'Well it is 3.5 of 5'
    """
    return ENDING.sub("", text)


def exchange_names(text: str, generator: np.random.Generator) -> str:
    """Puts another first name in the place of each, the same for the same."""
    present = sorted(set(NAME.findall(text)))
    others = [name for name in NAMES if name not in present] or NAMES
    drawn = generator.choice(others, len(present), replace=len(present) > len(others))
    new = dict(zip(present, drawn, strict=True))
    return NAME.sub(lambda found: new[found[0]], text)


def exchange_numbers(text: str, generator: np.random.Generator) -> str:
    """Puts another number of as many digits in the place of each whole number that stands by itself."""

    def other(found: re.Match[str]) -> str:
        digits = len(found[0])
        drawn = str(generator.integers(1, 10)) + "".join(map(str, generator.integers(10, size=digits - 1)))
        return drawn if drawn != found[0] else str(int(drawn[0]) % 9 + 1) + drawn[1:]

    return NUMBER.sub(other, text)


def negate(text: str, generator: np.random.Generator) -> str:  # noqa: ARG001
    """Puts "not" behind every English auxiliary that has none.

    >>> negate("It is good, and I'd say they were not wrong.", np.random.default_rng(0))
    "It is not good, and I'd say they were not wrong."
    """
    return AUXILIARY.sub(r"\1 not", text)


@dataclass(frozen=True)
class Kind:
    """A way to change texts.

    Attributes:
        name: in words.
        change: from a text to the changed one, or to the same where there is nothing to change.
        english: whether it is for English texts alone.
        turns: whether an opinion turns with it.
    """

    name: str
    change: Callable[[str, np.random.Generator], str]
    english: bool = False
    turns: bool = False


KINDS = (
    Kind("typos", add_typos),
    Kind("all in capitals", capitalize_all),
    Kind("no punctuation", drop_punctuation),
    Kind("other names", exchange_names),
    Kind("other numbers", exchange_numbers),
    Kind("negation added", negate, english=True, turns=True),
)
