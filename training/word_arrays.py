"""What the networks over words read: its size is decided once a run, then arrays are made, and the data card told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from data import card, deciding
from data.corpus import Corpus
from data.splits.parts import Part
from data.words.arrays import load_vocabulary
from data.words.cutting import RIGHT
from models.catalog import CATALOG, Family
from models.children import MemoryExceeded, exit_name, run_in_child
from models.run_folder import RunFolder
from training.run_folders import RunFailed
from training.setting_values import AUTO
from training.settings import Settings
from training.trials import make_arrays

# Most words of a text that a student reads where others read fewer, as was published. With 256 it is no better on
# 20newsgroups (validation accuracy 90.5 against 91.2, log loss 0.231 against 0.233, mean of two splits), and takes
# twice as long to train and to answer.
STUDENT_READS = 128


def decide_lengths(settings: Settings, corpus: Corpus, training: Part) -> Settings:
    """The settings with how many words of a text are read, and on which side longer ones are cut, where that is `auto`.

    Args:
        settings: of the run.
        corpus: where the texts come from.
        training: the texts for training.
    """
    length, side = settings.sequence_length, settings.truncation_side
    if length == AUTO:
        length = deciding.fitting_length(corpus, training.cleaned)
    further = settings.student_sequence_length
    if settings.has_student and further == AUTO:
        further = max(int(length), min(deciding.length_of_most(training.cleaned), STUDENT_READS))
    if side == AUTO:
        reads_words = any(CATALOG[model].family is Family.WORDS for model in settings.models)
        read = [int(length)] * reads_words + [settings.backbone_length] * settings.has_encoder
        side = deciding.side_to_cut(corpus, training.cleaned, training.labels, min(read)) if read else RIGHT
    return replace(settings, sequence_length=length, student_sequence_length=further, truncation_side=side)


def decide_unlabelled(settings: Settings, corpus: Corpus) -> Settings:
    """The settings with how many unlabelled texts are taken, where that is `auto`."""
    if settings.unlabelled_sample != AUTO:
        return settings
    return replace(settings, unlabelled_sample=deciding.enough_unlabelled(len(corpus.class_names)))


def decide_vocabularies(settings: Settings, corpus: Corpus, *texts: Iterable[str]) -> Settings:
    """The settings with how many words are known, where that is `auto`.

    Args:
        settings: of the run.
        corpus: where the texts come from.
        texts: cleaned, of which the words are learned.
    """
    size = settings.vocabulary_size
    if size == AUTO:
        size = deciding.fitting_vocabulary(corpus, chain(*texts))
    more = settings.student_vocabulary_size
    if settings.has_student and more == AUTO:
        more = max(int(size), deciding.words_seen_twice(chain(*texts)))
    return replace(settings, vocabulary_size=size, student_vocabulary_size=more)


def make_arrays_of(run: RunFolder, settings: Settings, seed: int) -> None:
    """Learns vocabularies and word vectors of a seed's texts and writes the arrays of its splits, where networks over
    word ids are to read them.

    Raises:
        RunFailed: it cannot be done.
    """
    if not settings.readers:
        return
    try:
        code = run_in_child("forkserver", make_arrays, run.path, seed, memory_limit_mb=settings.memory_limit_mb)
    except MemoryExceeded as error:
        raise RunFailed(
            f"To make the arrays took {error}, more than --memory-limit {settings.memory_limit}: raise it."
        ) from None
    if code != 0:
        raise RunFailed(f"The arrays could not be made: the process that makes them ended with {exit_name(code)}.")


def describe_split(
    run: RunFolder, settings: Settings, seed: int, parts: dict[str, Part], removed: dict, class_names: Sequence[str]
) -> dict:
    """Facts of a prepared split, with how much of it is read by the networks over words.

    Where they do not all read equally much, `read_by_others` has a list of what is not read by most: `models`,
    `sequence_length`, and what `data.card.describe_reading` says.
    """
    folder, readers = run.prepared(seed), settings.readers
    read: list[tuple[list[str] | None, int]] = [
        (load_vocabulary(folder / made.folder), made.sequence_length) for made in readers
    ]
    first, *others = read or [(None, int(settings.sequence_length))]
    return card.describe_split(parts, removed, class_names, *first) | {
        "read_by_others": [
            {"models": models, "sequence_length": length, **card.describe_reading(parts, vocabulary, length)}
            for models, (vocabulary, length) in zip(list(readers.values())[1:], others, strict=True)
        ]
    }
