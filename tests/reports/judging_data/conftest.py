"""Runs prepared from a user's table, without any training: what is judged of them is their texts."""

import csv

import numpy as np
import pytest

from data import card, preparing
from data.cleaning import Cleaner
from data.files import write_json
from data.sources import catalog as sources
from data.splits.parts import clean_parts
from data.splits.split import describe_rule, split
from data.splits.unlabelled import choose_unlabelled
from models.run_folder import RunFolder
from training import command_line
from training.word_arrays import decide_unlabelled

WORDS = {
    name: [f"{name}{first}{second}" for first in "abcdef" for second in "aeiou"] for name in ("fine", "poor", "both")
}


def prepare(folder, *flags):
    """A run folder as training leaves it once the texts of its first seed are prepared."""
    settings = command_line.parse(["--language", "none", "--sequence-length", "16", *map(str, flags)])
    corpus, run = sources.load(settings), RunFolder(folder)
    settings = decide_unlabelled(settings, corpus)
    cleaner, seed = Cleaner(corpus.sentiment, "none"), settings.seed
    drawn = clean_parts(corpus, split(corpus, settings.sample_size, seed), cleaner)
    parts, removed = preparing.prepare(corpus, drawn, settings.sample_size, 16)
    unlabelled, chosen = choose_unlabelled(
        corpus, drawn, settings.unlabelled_sample, settings.unlabelled == "auto", seed, cleaner, 16
    )
    run.prepared(seed).mkdir(parents=True)
    command_line.save(settings, run.settings)
    preparing.save_texts(parts, unlabelled, run.prepared(seed), preparing.leaked(drawn, parts))
    facts = card.describe_split(parts, removed, corpus.class_names, ["", "[UNK]"], 16)
    described = card.describe_corpus(corpus, cleaner) | describe_rule(corpus, settings.sample_size)
    write_json(run.data_card, described | {"splits": [{"seed": seed, "unlabelled": chosen, **facts}]})
    return run


def write_texts(generator, labels, share=0.5):
    """A text for each label: words of its class and words of both classes; `share` of a class's own."""
    texts = []
    for label in labels:
        own = WORDS["poor" if label == 0 else "fine"]
        size = generator.integers(6, 14)
        texts.append(
            " ".join(generator.choice(own if generator.random() < share else WORDS["both"]) for _ in range(size))
        )
    return texts


@pytest.fixture(scope="session")
def prepared():
    """Prepares a run: `prepared(folder, *flags)`."""
    return prepare


@pytest.fixture(scope="session")
def generated():
    """Texts of labels: `generated(generator, labels, share)`."""
    return write_texts


@pytest.fixture
def write_csv():
    """Writes a table: `write_csv(path, header, rows)`."""

    def write(path, header, rows):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    return write


@pytest.fixture
def noisy(tmp_path, write_csv):
    """A run on a table of 360 texts, 18 of its labels turned over: `noisy(*flags)` has run, table and turned rows."""

    def make(*flags, seed=0, n=360):
        generator = np.random.default_rng(seed)
        labels = np.arange(n) % 2
        texts = write_texts(generator, labels)
        turned = generator.choice(n, n // 20, replace=False)
        labels[turned] = 1 - labels[turned]
        rows = [
            [at, text, ("poor", "fine")[label], f'"{at}", said']
            for at, (text, label) in enumerate(zip(texts, labels, strict=True))
        ]
        table = write_csv(tmp_path / "reviews.csv", ["id", "text", "label", "note"], rows)
        return prepare(tmp_path / "run", "--data", table, *flags), table, set(turned.tolist())

    return make
