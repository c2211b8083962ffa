"""Texts that nothing may be learned from although they were not drawn: those of the side that is tested on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from data.corpus import PARTS, Corpus, SplitBy, SplitKind
from data.splits.parts import Part


def may_be_learned_from(corpus: Corpus, drawn: Mapping[str, Part]) -> tuple[np.ndarray, np.ndarray]:
    """Which texts are on the side of training.

    Args:
        corpus: n texts with a label and u without.
        drawn: the parts of a split.

    Returns:
        Boolean arrays of shapes `(n,)` and `(u,)`.
    """
    by = corpus.split_by
    if by is None:
        return np.full(len(corpus.texts), True), np.full(len(corpus.unlabelled), True)
    rule = _RULES[by.kind](by, drawn)
    return rule(by.values), rule(by.unlabelled)


def _of_training(by: SplitBy, drawn: Mapping[str, Part]) -> Callable[[np.ndarray], np.ndarray]:  # noqa: ARG001
    return lambda parts: parts == PARTS.index("train")


def _of_no_other_group(by: SplitBy, drawn: Mapping[str, Part]) -> Callable[[np.ndarray], np.ndarray]:
    others = np.concatenate([by.values[drawn[name].index] for name in PARTS[1:]])
    return lambda groups: ~np.isin(groups, others)


def _of_no_other_group_before_test(by: SplitBy, drawn: Mapping[str, Part]) -> Callable[[np.ndarray], np.ndarray]:
    of_no_other = _of_no_other_group(by, drawn)
    return lambda groups: of_no_other(groups) & (groups >= 0)


def _of_the_past(by: SplitBy, drawn: Mapping[str, Part]) -> Callable[[np.ndarray], np.ndarray]:
    latest = by.values[drawn["train"].index].max()
    return lambda times: times <= latest


_RULES = {
    SplitKind.PREDEFINED: _of_training,
    SplitKind.GROUPED: _of_no_other_group,
    SplitKind.CHRONOLOGICAL: _of_the_past,
    SplitKind.GROUPED_BEFORE_TEST: _of_no_other_group_before_test,
}
