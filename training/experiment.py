"""One architecture after another on the same splits, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing import forkserver
from pathlib import Path

from data import card, preparing, sources
from data.corpus import Corpus
from data.files import read_json, write_json
from models.run_folder import RunFolder
from training import command_line
from training.environment import describe_environment
from training.settings import Settings
from training.tensorboard import write_outcome
from training.trials import make_arrays, run_trial


class RunFailed(Exception):
    """The run as a whole cannot go on; the message is one sentence."""


class Interrupted(Exception):
    """The user stopped the run; `run` is what there is of it."""

    def __init__(self, run: RunFolder):
        super().__init__()
        self.run = run


def compare(settings: Settings) -> tuple[RunFolder, bool]:
    """Trains every architecture for every seed.

    Returns:
        The run folder, and whether every trial that had its weights was finished.

    Raises:
        DataError: the data cannot be had or used.
        RunFailed: no run folder can be made, or the arrays cannot.
        Interrupted: on Ctrl-C; finished trials are kept.
    """
    _start_fork_server()
    corpus = sources.load(
        settings.data,
        positive_groups=settings.positive_groups,
        keep_subject=settings.keep_subject,
        text_column=settings.text_column,
        label_column=settings.label_column,
        encoding=settings.encoding,
    )
    keep_negations = corpus.sentiment if settings.keep_negations is None else settings.keep_negations
    whole, missing = True, set()  # what is missing for one seed is not looked for again for the next
    # The first split is drawn before there is a folder, so that data too poor to split leaves none behind.
    first = _prepare(corpus, settings, settings.seed, keep_negations)
    run = _new_run_folder(Path(settings.output), corpus.name)
    command_line.save(settings, run.settings)
    write_json(run.environment, describe_environment())
    write_json(run.data_card, card.describe_corpus(corpus, keep_negations) | {"splits": []})
    print(f"{corpus.source}; {len(corpus.texts):,} texts. Run folder: {run.path}", flush=True)
    try:
        for seed in settings.seed_numbers:
            parts, removed = first if seed == settings.seed else _prepare(corpus, settings, seed, keep_negations)
            _write_split(run, settings, seed, parts, removed, corpus)
            for model in settings.models:
                if model not in missing:
                    outcome = _run_trial(run, model, seed)
                    whole &= outcome != "failed"
                    missing |= {model} if outcome == "missing" else set()
    except KeyboardInterrupt:
        raise Interrupted(run) from None
    return run, whole


def _start_fork_server() -> None:
    """Imports Keras while the data is prepared; each child then starts from it in hundredths of a second."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(["models.framework"])
    forkserver.ensure_running()


def _prepare(corpus: Corpus, settings: Settings, seed: int, keep_negations: bool):
    return preparing.prepare(corpus, settings.sample_size, seed, keep_negations, settings.sequence_length)


def _new_run_folder(output: Path, name: str) -> RunFolder:
    """Makes `<date>-<data>` in `output`, and `latest` point at it."""
    stem = f"{time.strftime('%Y-%m-%d-%H%M%S')}-{''.join(c if c.isalnum() or c in '-_' else '-' for c in name)}"
    try:
        output.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, 1000):
            path = output / (stem if attempt == 1 else f"{stem}-{attempt}")
            try:
                path.mkdir()
            except FileExistsError:
                continue
            break
        aside = output / f".latest-{os.getpid()}"
        aside.symlink_to(path.name)
        os.replace(aside, output / "latest")
    except OSError as error:
        raise RunFailed(
            f"No run folder can be made in {output} ({error.strerror}): choose another with --output."
        ) from error
    return RunFolder(path)


def _write_split(
    run: RunFolder, settings: Settings, seed: int, parts: dict[str, preparing.Part], removed: dict, corpus: Corpus
) -> None:
    """Writes texts, vocabulary, arrays and the data card of one seed."""
    folder = run.prepared(seed)
    folder.mkdir(parents=True)
    preparing.save_texts(parts, folder)
    if _in_child("forkserver", make_arrays, run.path, seed) != 0:
        raise RunFailed("The arrays could not be made; the lines above say why.")
    split = card.describe_split(
        parts, removed, corpus.class_names, preparing.load_vocabulary(folder), settings.sequence_length
    )
    described = read_json(run.data_card)
    described["splits"].append({"seed": seed, **split})
    write_json(run.data_card, described)


def _run_trial(run: RunFolder, model: str, seed: int) -> str:
    """Trains one architecture: `finished`, `failed`, or `missing` where weights cannot be had."""
    # The linear reference starts from a bare interpreter, so that its peak memory is its own and not Keras's.
    code = _in_child("spawn" if model == "linear" else "forkserver", run_trial, run.path, model, seed)
    if run.metrics(model, seed).exists():
        _add_to_card(run, model, seed)
        _in_child("forkserver", write_outcome, run.path, model, seed)
        return "finished"
    if not run.failure(model, seed).exists():
        ended = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        run.trial(model, seed).mkdir(parents=True, exist_ok=True)
        write_json(run.failure(model, seed), {"kind": "failed", "reason": f"its process ended with {ended}"})
    failure = read_json(run.failure(model, seed))
    print(f"{model}: {failure['kind']}: {failure['reason']}", flush=True)
    return failure["kind"]


def _add_to_card(run: RunFolder, model: str, seed: int) -> None:
    """Puts what only the trial could know of the data, the coverage of its own tokenizer, into the data card."""
    wordpiece = read_json(run.metrics(model, seed)).get("wordpiece")
    if wordpiece:
        described = read_json(run.data_card)
        next(split for split in described["splits"] if split["seed"] == seed)["wordpiece"] = wordpiece
        write_json(run.data_card, described)


def _in_child(method: str, target: Callable[..., None], *arguments) -> int:
    """Runs `target` in a child process and gives its exit code, negative where a signal ended it."""
    child = multiprocessing.get_context(method).Process(target=target, args=arguments)
    child.start()
    try:
        child.join()
    except KeyboardInterrupt:
        child.terminate()
        child.join()
        raise
    return child.exitcode
