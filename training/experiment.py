"""One architecture after another on the same splits, each in a process of its own."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from data import card, deciding, preparing
from data.cleaning import Cleaner
from data.corpus import Corpus
from data.files import read_json, write_json
from data.reading.table import Reading
from data.sources import catalog as sources
from data.sources.source import values_of
from data.sources.text_stream import read_texts
from data.splits.parts import clean_parts
from data.splits.split import describe_rule, split
from data.splits.unlabelled import choose_unlabelled
from data.stored.storage import MOST_EVALUATED, Storage, streaming_note
from data.stored.training import sample_of, save_training
from models.catalog import CATALOG, in_order
from models.children import start_fork_server
from models.run_folder import RunFolder
from training import command_line
from training.advice import before_training
from training.environment import backend
from training.label_curve import train_label_curve
from training.progress.overall import overall
from training.progress.planning import CLUSTER, data_name, trial_name
from training.progress.timing import TIMING, Timing
from training.run_folders import RunFailed
from training.search.search import search_settings
from training.setting_values import AUTO, NONE
from training.settings import Settings
from training.trial_processes import (
    is_finished,
    is_prepared,
    show_in_tensorboard,
    train_trial,
)
from training.word_arrays import (
    decide_lengths,
    decide_unlabelled,
    decide_vocabularies,
    describe_split,
    make_arrays_of,
)


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
    if settings.has_network and not _is_complete(run, settings):
        start_fork_server("models.framework")  # it imports Keras while the data is prepared
    outcome, missing = Outcome(), set()  # what is missing for one seed is not looked for again for the next
    corpus = None
    for seed in settings.seed_numbers:
        if not is_prepared(run, seed):
            overall.begin(data_name(settings, seed))
            timing = Timing()
            if corpus is None:
                with timing.part("reading"):
                    settings, corpus = _load(settings, run)
            settings = prepare_seed(run, settings, seed, corpus, timing)
        if seed == settings.seed_numbers[0]:
            search_settings(run, settings, deadline)
        if settings.cluster != NONE:
            continue  # until all seeds are prepared
        for model in in_order(settings.models):
            if model in missing:
                continue
            overall.begin(trial_name(settings, model, seed))
            kind = train_trial(run, settings, model, seed, deadline)
            outcome.trained &= kind in ("finished", "missing")
            # Weights that cannot be had now are not there for the next seed either; other models may be.
            missing |= {model} if kind == "missing" and not CATALOG[model].needs else set()
            if kind == "finished":
                outcome.shown &= show_in_tensorboard(run, settings, model, seed)
    if settings.cluster != NONE:
        _train_on_cluster(run, settings, deadline, outcome)
    outcome.trained &= train_label_curve(run, deadline)
    return outcome


def _train_on_cluster(run: RunFolder, settings: Settings, deadline: float | None, outcome: Outcome) -> None:
    """Every trial of every seed, on the nodes of a cluster."""
    from training.cluster.jobs import jobs_left
    from training.cluster.training import train_on_cluster

    overall.begin(CLUSTER)
    kinds = train_on_cluster(run, settings, jobs_left(run, settings), deadline)
    outcome.trained &= all(kind in ("finished", "missing") for kind in kinds.values())
    for seed in settings.seed_numbers:
        for model in settings.models:
            if is_finished(run.metrics(model, seed)):
                outcome.shown &= show_in_tensorboard(run, settings, model, seed)


def prepare_seed(
    run: RunFolder, settings: Settings, seed: int, corpus: Corpus, timing: Timing | None = None
) -> Settings:
    """Splits and cleans; writes texts, vocabulary, arrays and the data card of one seed, and how long that took.

    Returns:
        The settings, with what sizes `auto` turned out to be: the first seed decides them for all.
    """
    storage = Storage(run.path, settings.streaming)
    texts = min(settings.sample_size or len(corpus.texts), len(corpus.texts))
    most = MOST_EVALUATED if storage.streams(texts) else None
    timing = timing or Timing()
    is_first = not run.data_card.exists() or not read_json(run.data_card)["splits"]
    with timing.part("cleaning"):
        indices = split(corpus, settings.sample_size, seed, settings.fold(seed), most)
        cleaner = _choose_cleaner(run, settings, corpus, indices.train)
        drawn = clean_parts(corpus, indices, cleaner, storage)
    with timing.part("comparing"):
        decided = replace(settings, language=cleaner.language)
        if is_first:  # the other seeds are to have the same, so that a mean over them is one of equals
            decided = decide_unlabelled(decide_lengths(decided, corpus, drawn["train"]), corpus)
        length, side = decided.words_compared, decided.side_cut
        parts, removed = preparing.prepare(
            corpus, drawn, settings.sample_size, length, settings.near_duplicates, most, side
        )
        taught = 0 if settings.unlabelled == NONE else int(decided.unlabelled_sample)
        unlabelled, chosen = choose_unlabelled(
            corpus,
            drawn,
            most=taught,
            undrawn=settings.unlabelled == AUTO,
            seed=seed,
            cleaner=cleaner,
            length=length,
            near=settings.near_duplicates,
            further=max(settings.vector_sample - taught, 0) if taught and settings.vector_width else 0,
            side=side,
        )
    with timing.part("counting"):
        if is_first:
            decided = decide_vocabularies(decided, corpus, parts["train"].cleaned, unlabelled.words_learned_from)
    if decided != settings:
        settings = decided
        command_line.save(settings, run.settings)
    if not run.data_card.exists():  # the data has not been refused
        begun = f"{corpus.source}; {len(corpus.texts):,} texts; {cleaner.title}. Run folder: {run.path}"
        print(f"Keras on {backend()}; {begun}" if settings.has_network else begun, flush=True)
        rule = describe_rule(corpus, settings.sample_size, settings.folds, most)
        with timing.part("describing"):
            described = card.describe_corpus(corpus, cleaner) | rule
        if most is not None:
            note = streaming_note(len(parts["train"].labels))
            print(f"{note[0].upper()}{note[1:]}.", flush=True)
            described["notes"].append(note)
        write_json(run.data_card, described | {"splits": []})
    folder = run.prepared(seed)
    folder.mkdir(parents=True, exist_ok=True)
    with timing.part("saving"):
        if most is not None:
            save_training(parts["train"], folder)
            removed["training_sample"] = most
            parts = parts | {"train": sample_of(parts["train"], most)}
        preparing.save_texts(parts, unlabelled, folder, preparing.leaked(drawn, parts))
    with timing.part("arrays"):
        make_arrays_of(run, settings, seed)
    timing.save(folder / TIMING)
    facts = describe_split(run, settings, seed, parts, removed, corpus.class_names)
    described = read_json(run.data_card)
    described["splits"].append({"seed": seed, "unlabelled": chosen, **facts})
    write_json(run.data_card, described)
    if seed == settings.seed:
        folds = corpus.split_by is None or corpus.split_by.allows_folds
        for sentence in before_training(settings, len(parts["test"].labels), described["same_test"], folds):
            print(sentence, flush=True)
    return settings


def _is_complete(run: RunFolder, settings: Settings) -> bool:
    """Whether every trial is finished and shown."""
    return all(
        is_finished(run.metrics(model, seed)) and run.shown_in_tensorboard(model, seed).exists()
        for model in settings.models
        for seed in settings.seed_numbers
    )


def _load(settings: Settings, run: RunFolder) -> tuple[Settings, Corpus]:
    """The corpus, and the settings with the name of what `auto` turned out to be."""
    corpus = sources.load(settings, Storage(run.path, settings.streaming))
    if settings.unlabelled not in (AUTO, NONE):
        reading = Reading(settings.encoding, settings.delimiter, settings.quoting, settings.bad_rows)
        texts = read_texts(settings.unlabelled, settings.text_column, reading)
        growing = Storage(run.path, settings.streaming).growing_texts()
        for text in texts:
            growing.append(text)
        corpus = corpus.with_unlabelled(growing.finish())
    if corpus.source_name != settings.data:  # a run that is continued, or repeated, is to have the same texts
        settings = replace(settings, data=corpus.source_name)
        command_line.save(settings, run.settings)
    if run.data_card.exists() and read_json(run.data_card)["digest"] != card.digest(corpus):
        raise RunFailed(f"{' '.join(values_of(settings.data))} is not what it was when the run began: start a new run.")
    return settings, corpus


def _choose_cleaner(run: RunFolder, settings: Settings, corpus: Corpus, train: np.ndarray) -> Cleaner:
    """How texts become words: as they do for the other seeds, which may be older than the setting."""
    if run.data_card.exists():
        return Cleaner.of(read_json(run.data_card))
    language = settings.language
    if language == AUTO:
        language = deciding.choose_language(corpus, train)
    return Cleaner(corpus.sentiment if settings.keep_negations is None else settings.keep_negations, language)
