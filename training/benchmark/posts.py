"""Any number of generated posts with a sentiment, as a table: to measure what a run takes of time and memory.

What a post says is written by the built-in sample; behind it stand made-up words, as often as words of a language are
(Zipf), so that there are as many different words and texts as one asks for. They are the same for the same number.
An accuracy on them says nothing of real posts.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from data.files import whole
from data.sources.sample import PATTERNS, write_post

PHENOMENA = list(PATTERNS)
WORDS, EXPONENT = 200_000, 1.1  # made-up ones, and how fast they become rare
FEWEST, MOST = 5, 25  # of them in a post
MISTAKEN = 0.1  # share of the posts with the other label
AT_ONCE = 10_000
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


def generate(count: int, seed: int = 0) -> Iterator[tuple[str, str]]:
    """Texts and their labels, one after another."""
    generator, rng = np.random.default_rng(seed), random.Random(seed)
    words = ["".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 5))) for _ in range(WORDS)]
    shares = 1 / np.arange(1, WORDS + 1) ** EXPONENT
    ends = np.cumsum(shares / shares.sum())
    for start in range(0, count, AT_ONCE):
        lengths = generator.integers(FEWEST, MOST + 1, min(AT_ONCE, count - start)).tolist()
        drawn = iter(np.searchsorted(ends, generator.random(sum(lengths))).tolist())
        for at, length in enumerate(lengths):
            label = at % 2
            said = write_post(rng, rng.choice(PHENOMENA), label)
            more = " ".join(words[next(drawn)] for _ in range(length))
            mistaken = rng.random() < MISTAKEN
            yield f"{said} {more}", "negative" if label == mistaken else "positive"


def write_posts(path: Path, count: int) -> None:
    """Writes a table of `count` posts with the columns `text` and `label`."""
    with whole(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows(generate(count))
