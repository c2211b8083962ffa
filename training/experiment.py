"""One architecture after another on the same splits, each in a process of its own."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path

from data import card, preparing
from data.cleaning import Cleaner
from data.corpus import Corpus
from data.exits import EXIT_DISK_FULL
from data.files import read_json, write_json
from data.reading.table import Reading
from data.sources import catalog as sources
from data.sources.source import values_of
from data.sources.text_stream import read_texts
from data.splits.split import describe_rule
from data.splits.unlabelled import choose_unlabelled
from models.catalog import CATALOG, in_order
from models.children import MemoryExceeded, exit_name, run_in_child, start_fork_server
from models.run_folder import RunFolder
from training import command_line
from training.run_folders import RunFailed
from training.setting_values import AUTO, NONE
from training.settings import Settings
from training.trials import make_arrays, run_trial, show_trial


@dataclass
class Outcome:
    """What became of the trials of a run.

    Attributes:
        trained: whether every trial that had its weights was finished.
        shown: whether TensorBoard has the outcome of each that was.
    """

    trained: bool = True
    shown: bool = True

    @property
    def unfinished(self) -> str | None:
        """What is left to do, as a sentence; `None` where nothing is."""
        if not self.trained:
            return "Some models are unfinished."
        return None if self.shown else "Some models are missing in TensorBoard."


def compare(settings: Settings, run: RunFolder) -> Outcome:
    """Trains every architecture for every seed; what the folder already has finished is left as it is.

    Raises:
        DataError: the data cannot be had or used.
        RunFailed: the arrays cannot be made, or the data is no longer what it was.
        OSError: the disk is full.
        KeyboardInterrupt: on Ctrl-C; finished trials are kept.
    """
    deadline = settings.time_limit_seconds and time.monotonic() + settings.time_limit_seconds
    if not _is_complete(run, settings):
        start_fork_server("models.framework")  # it imports Keras while the data is prepared
    outcome, missing = Outcome(), set()  # what is missing for one seed is not looked for again for the next
    corpus = None
    for seed in settings.seed_numbers:
        if not _is_prepared(run, seed):
            if corpus is None:
                settings, corpus = _load(settings, run)
            settings = _prepare(run, settings, seed, corpus)
        for model in in_order(settings.models):
            if model in missing:
                continue
            if not CATALOG[model].needs and not _is_finished(run.metrics(model, seed)):
                _forget_dependents(run, settings, seed)
            kind = _run_trial(run, settings, model, seed, deadline)
            outcome.trained &= kind in ("finished", "missing")
            # Weights that cannot be had now are not there for the next seed either; other models may be.
            missing |= {model} if kind == "missing" and not CATALOG[model].needs else set()
            if kind == "finished":
                outcome.shown &= _show_in_tensorboard(run, settings, model, seed)
    return outcome


def _is_complete(run: RunFolder, settings: Settings) -> bool:
    """Whether every trial is finished and shown."""
    return all(
        _is_finished(run.metrics(model, seed)) and run.shown_in_tensorboard(model, seed).exists()
        for model in settings.models
        for seed in settings.seed_numbers
    )


def _load(settings: Settings, run: RunFolder) -> tuple[Settings, Corpus]:
    """The corpus, and the settings with the name of what `auto` turned out to be."""
    corpus = sources.load(settings)
    if settings.unlabelled not in (AUTO, NONE):
        reading = Reading(settings.encoding, settings.delimiter, settings.quoting, settings.bad_rows)
        texts = read_texts(settings.unlabelled, settings.text_column, reading)
        corpus = corpus.with_unlabelled(list(texts))
    if corpus.source_name != settings.data:  # a run that is continued, or repeated, is to have the same texts
        settings = replace(settings, data=corpus.source_name)
        command_line.save(settings, run.settings)
    if run.data_card.exists() and read_json(run.data_card)["digest"] != card.digest(corpus):
        raise RunFailed(f"{' '.join(values_of(settings.data))} is not what it was when the run began: start a new run.")
    return settings, corpus


def _is_prepared(run: RunFolder, seed: int) -> bool:
    """Whether the card describes the seed's split, which is the last step of preparing it."""
    return run.data_card.exists() and any(split["seed"] == seed for split in read_json(run.data_card)["splits"])


def _prepare(run: RunFolder, settings: Settings, seed: int, corpus: Corpus) -> Settings:
    """Splits and cleans; writes texts, vocabulary, arrays and the data card of one seed.

    Returns:
        The settings, with what sizes `auto` turned out to be: the first seed decides them for all.
    """
    cleaner = _choose_cleaner(run, settings, seed, corpus)
    drawn = preparing.draw(corpus, settings.sample_size, seed, cleaner)
    if settings.sequence_length == AUTO:
        length = preparing.fitting_length(corpus, drawn["train"].cleaned)
    else:
        length = settings.length_read
    parts, removed = preparing.prepare(corpus, drawn, settings.sample_size, length, settings.near_duplicates)
    unlabelled, chosen = choose_unlabelled(
        corpus,
        drawn,
        most=0 if settings.unlabelled == NONE else settings.unlabelled_sample,
        undrawn=settings.unlabelled == AUTO,
        seed=seed,
        cleaner=cleaner,
        length=length,
        near=settings.near_duplicates,
    )
    if settings.vocabulary_size == AUTO:
        words = preparing.fitting_vocabulary(corpus, [*parts["train"].cleaned, *unlabelled.cleaned])
    else:
        words = settings.words_known
    decided = replace(settings, language=cleaner.language, sequence_length=length, vocabulary_size=words)
    if decided != settings:  # the other seeds are to have the same, so that a mean over them is one of equals
        settings = decided
        command_line.save(settings, run.settings)
    if not run.data_card.exists():  # the data has not been refused
        print(f"{corpus.source}; {len(corpus.texts):,} texts; {cleaner.title}. Run folder: {run.path}", flush=True)
        described = card.describe_corpus(corpus, cleaner) | describe_rule(corpus, settings.sample_size)
        write_json(run.data_card, described | {"splits": []})
    folder = run.prepared(seed)
    folder.mkdir(parents=True, exist_ok=True)
    preparing.save_texts(parts, unlabelled, folder, preparing.leaked(drawn, parts))
    try:
        code = run_in_child("forkserver", make_arrays, run.path, seed, memory_limit_mb=settings.memory_limit_mb)
    except MemoryExceeded as error:
        raise RunFailed(
            f"To make the arrays took {error}, more than --memory-limit {settings.memory_limit}: raise it."
        ) from None
    if code != 0:
        raise RunFailed(f"The arrays could not be made: the process that makes them ended with {exit_name(code)}.")
    split = card.describe_split(
        parts, removed, corpus.class_names, preparing.load_vocabulary(folder), settings.length_read
    )
    described = read_json(run.data_card)
    described["splits"].append({"seed": seed, "unlabelled": chosen, **split})
    write_json(run.data_card, described)
    return settings


def _choose_cleaner(run: RunFolder, settings: Settings, seed: int, corpus: Corpus) -> Cleaner:
    """How texts become words: as they do for the other seeds, which may be older than the setting."""
    if run.data_card.exists():
        return Cleaner.of(read_json(run.data_card))
    language = settings.language
    if language == AUTO:
        language = preparing.choose_language(corpus, settings.sample_size, seed)
    return Cleaner(corpus.sentiment if settings.keep_negations is None else settings.keep_negations, language)


def _run_trial(run: RunFolder, settings: Settings, model: str, seed: int, deadline: float | None) -> str:
    """Trains one architecture: `finished`, `failed`, `missing` where weights cannot be had, `unfinished` where
    `--time-limit` was over.
    """
    metrics, failed = run.metrics(model, seed), run.failure(model, seed)
    if not _is_finished(metrics):
        failed.unlink(missing_ok=True)
        _train(run, settings, model, seed, deadline)
    if _is_finished(metrics):
        failed.unlink(missing_ok=True)  # left by a process that outlived its parent for a moment
        return "finished"
    if not failed.exists():
        return "unfinished"
    failure = read_json(failed)
    print(f"{model}: {failure['kind']}: {failure['reason']}", flush=True)
    return failure["kind"]


def _forget_dependents(run: RunFolder, settings: Settings, seed: int) -> None:
    """What is made of others is made anew where one of these is trained now, as in a run that was not interrupted."""
    for model in settings.models:
        if CATALOG[model].needs:
            shutil.rmtree(run.trial(model, seed), ignore_errors=True)


def _show_in_tensorboard(run: RunFolder, settings: Settings, model: str, seed: int) -> bool:
    """Adds the outcome of a finished trial to what TensorBoard reads; whether it is there."""
    shown = run.shown_in_tensorboard(model, seed)
    if shown.exists():
        return True
    try:
        code = run_in_child("forkserver", show_trial, run.path, model, seed, memory_limit_mb=settings.memory_limit_mb)
    except MemoryExceeded as error:
        wrong = f"took {error}, more than --memory-limit {settings.memory_limit}"
    else:
        if shown.exists():
            return True
        wrong = f"ended with {exit_name(code)}"
    print(f"{model}: what TensorBoard shows of it could not be written: the process {wrong}.", flush=True)
    return False


def _is_finished(metrics: Path) -> bool:
    return metrics.exists() and not read_json(metrics).get("stopped_by")


def _train(run: RunFolder, settings: Settings, model: str, seed: int, deadline: float | None) -> None:
    """Leaves the trial's metrics, or its failure."""
    if deadline and time.monotonic() > deadline:
        _fail(run, model, seed, f"--time-limit {settings.time_limit} was over before its turn", "unfinished")
        return
    try:
        # What Keras does not train starts from a bare interpreter, so that its peak memory is its own.
        code = run_in_child(
            "forkserver" if CATALOG[model].is_network else "spawn",
            run_trial,
            run.path,
            model,
            seed,
            deadline,
            memory_limit_mb=settings.memory_limit_mb,
        )
    except MemoryExceeded as error:
        _fail(run, model, seed, f"it took {error}, more than --memory-limit {settings.memory_limit}")
        return
    if code == EXIT_DISK_FULL:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(run.path))
    finished = _is_finished(run.metrics(model, seed))  # a crash behind the last line of a trial costs nothing
    if code != 0 and not finished and not run.failure(model, seed).exists():
        system = ", as when the system runs out of memory" if code == -signal.SIGKILL else ""
        _fail(run, model, seed, f"its process ended with {exit_name(code)}{system}")


def _fail(run: RunFolder, model: str, seed: int, reason: str, kind: str = "failed") -> None:
    run.trial(model, seed).mkdir(parents=True, exist_ok=True)
    write_json(run.failure(model, seed), {"kind": kind, "reason": reason})
