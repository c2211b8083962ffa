"""The data card: what the texts are, what was removed, and how much of them the models can see."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain

import numpy as np

from data.cleaning import Cleaner
from data.corpus import Corpus
from data.languages.scripts import script_of
from data.splits.parts import Part
from data.splits.split import PARTS

PERCENTILES = (5, 25, 50, 75, 95, 100)
NOTABLE = 0.01  # of the letters, for a script to be listed


def describe_corpus(corpus: Corpus, cleaner: Cleaner) -> dict:
    """Facts of the whole corpus, before any split, and all that its source says of it."""
    return {
        "name": corpus.name,
        "source": corpus.source,
        "notes": list(corpus.notes),
        "texts": len(corpus.texts),
        "digest": digest(corpus),
        "class_names": list(corpus.class_names),
        "class_shares": _class_shares(corpus.labels, corpus.class_names),
        "meaning": corpus.meaning,
        "sentiment": corpus.sentiment,
        "group_kind": corpus.group_kind,
        "published": [asdict(figure) for figure in corpus.published],
        "cleaning": asdict(cleaner),
    }


def digest(corpus: Corpus) -> str:
    """Identity of all texts and labels in their order, and of what says how they are split, in hexadecimal."""
    result = hashlib.sha256(corpus.labels.astype("<i8").tobytes())
    for text in chain(corpus.texts, corpus.unlabelled):
        encoded = text.encode("utf-8", "surrogatepass")
        result.update(len(encoded).to_bytes(8, "big") + encoded)  # the length keeps neighbours apart
    if by := corpus.split_by:
        result.update(by.kind.encode() + by.values.astype("<f8").tobytes() + by.unlabelled.astype("<f8").tobytes())
    return result.hexdigest()


def describe_split(
    parts: dict[str, Part],
    removed: dict,
    class_names: Sequence[str],
    vocabulary: Sequence[str] | None,
    sequence_length: int,
) -> dict:
    """Facts of one prepared split: removals, class shares, lengths, and what `describe_reading` says."""
    labels = np.concatenate([parts[name].labels for name in PARTS])
    shares = _class_shares(labels, class_names)
    lengths = _word_counts(parts)
    return {
        **removed,
        "characters_removed": characters_removed(
            [text for name in PARTS for text in parts[name].texts],
            [text for name in PARTS for text in parts[name].cleaned],
        ),
        "positive_share": shares[class_names[1]] if len(class_names) == 2 else None,
        "class_shares": {name: _class_shares(parts[name].labels, class_names) for name in PARTS},
        "length_percentiles": {
            name: {str(p): float(np.percentile(found, p)) for p in PERCENTILES} for name, found in lengths.items()
        },
        **describe_reading(parts, vocabulary, sequence_length),
    }


def describe_reading(parts: dict[str, Part], vocabulary: Sequence[str] | None, sequence_length: int) -> dict:
    """How much of the texts is read: by length, and what a vocabulary covers of them, where there is one."""
    lengths = _word_counts(parts)
    described: dict = {
        "longer_than_sequence": {name: float(np.mean(found > sequence_length)) for name, found in lengths.items()},
        "words_cut": {
            name: float(np.maximum(found - sequence_length, 0).sum() / found.sum()) for name, found in lengths.items()
        },
    }
    if vocabulary is not None:
        known = set(vocabulary[2:])
        described["words_in_vocabulary"] = len(known)
        described["vocabulary_coverage"] = {name: coverage(parts[name].cleaned, known) for name in PARTS}
    return described


def _word_counts(parts: dict[str, Part]) -> dict[str, np.ndarray]:
    """How many words each cleaned text has."""
    return {name: np.array([text.count(" ") + 1 for text in parts[name].cleaned]) for name in PARTS}


def characters_removed(texts: Sequence[str], cleaned: Sequence[str]) -> dict:
    """What cleaning took away, stop words among it: the share of all characters but spaces, and of each script's
    letters, those of rare scripts left out.

    >>> characters_removed(["Good film, хорошо!"], ["good film"])
    {'share': 0.5, 'by_script': {'Latin': 0.0, 'Cyrillic': 1.0}}
    """
    before, after = _characters(texts), _characters(cleaned)
    were, are = _by_script(before), _by_script(after)
    shown = [script for script, count in were.most_common() if count >= NOTABLE * were.total()]
    return {
        "share": 1 - after.total() / max(before.total(), 1),
        "by_script": {script: 1 - are[script] / were[script] for script in shown},
    }


def _characters(texts: Sequence[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(unicodedata.normalize("NFC", text))
    return Counter({character: count for character, count in counts.items() if not character.isspace()})


def _by_script(characters: Counter[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for character, count in characters.items():
        if script := script_of(character):
            counts[script] += count
    return counts


def coverage(texts: Sequence[str], known: set[str]) -> float:
    """Share of the running words of cleaned texts that are in the vocabulary.

    >>> coverage(["good film", "good grief"], {"good"})
    0.5
    """
    words = [word for text in texts for word in text.split(" ")]
    return sum(word in known for word in words) / max(len(words), 1)


def _class_shares(labels: np.ndarray, class_names: Sequence[str]) -> dict[str, float]:
    return {
        name: float(share)
        for name, share in zip(class_names, np.bincount(labels, minlength=len(class_names)) / len(labels), strict=True)
    }
