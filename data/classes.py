"""Which classes a run compares: the positive one of two, and what becomes of classes with few texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from data.corpus import Corpus, DataError
from data.messages import NAMES_SHOWN, listed, printable, shorten

FEWEST_PER_CLASS = 6  # so that each part of a 4 : 1 : 1 split gets one
REFUSE, DROP, MERGE = "refuse", "drop", "merge"
RARE = (REFUSE, DROP, MERGE)  # what may become of classes with few texts
MERGED = "other"


def arrange_classes(
    corpus: Corpus, positive: str | None = None, min_class_size: int = FEWEST_PER_CLASS, rare: str = REFUSE
) -> Corpus:
    """The corpus with the classes that are asked for.

    Args:
        corpus: as its source gives it.
        positive: which class of two is the positive one, and stands second; `None` leaves them in their order.
        min_class_size: a class with fewer texts is rare; those of a given test split do not count.
        rare: one of `RARE`.

    Raises:
        DataError: a class is rare and that is refused, too little is left of the classes, or none is called `positive`.
    """
    corpus = _without_rare(corpus, min_class_size, rare)
    if positive is None:
        return corpus
    names = corpus.class_names
    if positive not in names:
        raise DataError(f"--positive {shorten(positive)}: there is no such class; there are: {listed(names)}.")
    if len(names) != 2:
        raise DataError(
            f"--positive {shorten(positive)}: there are {len(names)} classes, and only of two is one the positive one: "
            "leave it out."
        )
    return corpus if names[1] == positive else replace(corpus, labels=1 - corpus.labels, class_names=names[::-1])


def why_rare(names: Sequence[str], counts: Sequence[int], fewest: int, drawn: str, remedy: str) -> str:
    """Says which classes have too few texts, the smallest first.

    Args:
        names: of the rare classes.
        counts: their texts.
        fewest: texts that each needs.
        drawn: which texts these are, or nothing for all.
        remedy: what helps.
    """
    order = sorted(range(len(names)), key=lambda at: counts[at])
    of = ["1 text" if counts[at] == 1 else f"{counts[at]} texts" for at in order]
    if len(names) == 1:
        return f"Class {shorten(names[0])!r} has {of[0]}{drawn}: each needs at least {fewest}; {remedy}."
    shown = ", ".join(f"{shorten(names[at])!r} ({n})" for at, n in list(zip(order, of, strict=True))[:NAMES_SHOWN])
    more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
    return f"{len(names):,} classes have too few texts{drawn}, {shown}{more}: each needs at least {fewest}; {remedy}."


def _without_rare(corpus: Corpus, fewest: int, rare: str) -> Corpus:
    import numpy as np  # only once there is a corpus: --help needs no more than the names here

    # A class that only test texts have cannot be learned.
    learned = corpus.labels[~corpus.is_held_out]
    counts = np.bincount(learned, minlength=len(corpus.class_names))
    few = np.flatnonzero(counts < fewest)
    if not len(few):
        return corpus
    names, texts = [corpus.class_names[at] for at in few], int(counts[few].sum())
    which = " to learn from" if len(learned) < len(corpus.labels) else ""
    if rare == REFUSE:
        remedy = f"add texts, or merge or remove the class (--rare {MERGE}, --rare {DROP})"
        raise DataError(why_rare(names, counts[few].tolist(), fewest, which, remedy))
    kept = np.flatnonzero(counts >= fewest)
    class_names = [corpus.class_names[at] for at in kept]
    what = f"the class {listed(names)}" if len(few) == 1 else f"the {len(few):,} classes {listed(names)}"
    with_texts = f"{what}, each of fewer than {fewest} texts{which}"
    if rare == MERGE and texts < fewest:
        raise DataError(
            f"--rare {MERGE}: {what}, have {texts} texts{which} together, and {fewest} are needed: add texts, or "
            f"take --rare {DROP}."
        )
    if rare == MERGE:
        class_names.append(MERGED if MERGED not in class_names else f"{MERGED} (rare)")
    if len(class_names) < 2:
        raise DataError(
            f"--rare {rare}: without {with_texts}, {'one class is' if class_names else 'no class is'} left and a "
            "classifier needs two: add texts."
        )
    new = np.full(len(counts), len(class_names) - 1, dtype=np.int64)  # of each class, its place among those left
    new[kept] = np.arange(len(kept))
    if rare == DROP:
        corpus = corpus.take(np.flatnonzero(counts[corpus.labels] >= fewest))
        note = f"{with_texts}, dropped, {texts:,} texts in all"
    else:
        note = f"{with_texts}, merged into {class_names[-1]!r}, {texts:,} texts in all"
    return replace(
        corpus,
        labels=new[corpus.labels],
        class_names=tuple(class_names),
        notes=(*corpus.notes, printable(note)),
    )
