"""Whether enough is left of each split once empty and repeated texts are gone; and if not, what took them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from data.corpus import Corpus
from data.messages import shorten
from data.splits.parts import Part, models_view, separate
from data.words.cutting import KEPT, RIGHT

WHAT_IS_READ = "punctuation, markup, addresses, stop words and short English words are not read"


def lacking(parts: Mapping[str, Part], class_names: Sequence[str]) -> str | None:
    """The first part with too little in it: training needs every class, and two classes are the fewest to measure on.

    Returns:
        Its name, or `None` where all have enough.
    """
    for name, part in parts.items():
        present = len(np.unique(part.labels))
        if present < 2 or (name == "train" and present < len(class_names)):
            return name
    return None


def why_too_few(
    name: str,
    drawn: Mapping[str, Part],
    corpus: Corpus,
    sample: int | None,
    sequence_length: int,
    side: str = RIGHT,
) -> str:
    """Says in one sentence what took the texts of a part, and what helps against it.

    Args:
        name: the part that lacks texts.
        drawn: all parts as they were drawn, cleaned, with the empty texts.
        corpus: what they were drawn from.
        sample: how many were asked for, `None` for all.
        sequence_length: words of a text that the models are given.
        side: on which longer texts are cut.
    """
    readable = {part: texts.without_empty() for part, texts in drawn.items()}
    left = separate(readable, models_view(readable, sequence_length, side))[name]
    total = len(drawn[name].texts)
    empty, repeated = total - len(readable[name].texts), len(readable[name].texts) - len(left.texts)
    larger_sample = ", or take a larger --sample" if sample is not None and sample < len(corpus.texts) else ""
    if empty == total:
        return f"All {total:,} texts in {name} are empty once cleaned: {WHAT_IS_READ}; check --text-column."
    counts = np.bincount(left.labels, minlength=len(corpus.class_names))
    if np.count_nonzero(counts) > 1:
        missing = shorten(corpus.class_names[int(counts.argmin())])
        return (
            f"Class {missing!r} has no text left in {name} once cleaned, since {WHAT_IS_READ}: add texts, or merge or "
            f"remove the class{larger_sample}."
        )
    length = _length_that_helps(readable, corpus.class_names, sequence_length, side)
    causes = [f"{empty:,} that clean to nothing"] if empty else []
    if repeated:
        same = f"{KEPT[side]} {sequence_length:,} words, all that is read," if length else "words"
        causes.append(f"{repeated:,} with the same {same} as a text of an earlier split")
    cause, remedy = " and ".join(causes) or "none", f"add texts that differ{larger_sample}"
    if length:
        remedy = f"read more of each text with --sequence-length {length}"
    elif not lacking(separate(drawn, {part: texts.texts for part, texts in drawn.items()}), corpus.class_names):
        cause += f", since {WHAT_IS_READ}"
        remedy = "check --text-column, or use texts in English"
    return (
        f"Of {total:,} texts in {name} {len(left.texts):,} are left once empty and repeated ones are removed, of fewer "
        f"than two classes: removed were {cause}; {remedy}."
    )


def _length_that_helps(
    parts: Mapping[str, Part], class_names: Sequence[str], sequence_length: int, side: str
) -> int | None:
    """A number of words by which enough texts differ, or `None` where they do not differ even as a whole."""
    longest = max(text.count(" ") + 1 for part in parts.values() for text in part.cleaned)
    while sequence_length < longest:
        sequence_length = min(2 * sequence_length, longest)
        if not lacking(separate(parts, models_view(parts, sequence_length, side)), class_names):
            return sequence_length
    return None
