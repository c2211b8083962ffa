"""What a child process does: make the arrays of a seed, or train and evaluate one architecture for it.

All it is told and all it says is in the run folder; only progress goes to the terminal.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from data.cleaning import Cleaner
from data.exits import EXIT_DISK_FULL, EXIT_FAILED
from data.files import UNFINISHED, read_json, remove_unfinished, write_json, write_text
from data.messages import kind_and_reason, reason_of
from data.preparing import load_leaked, load_texts, load_unlabelled
from data.probes import PROBES
from data.splits.parts import Part
from data.splits.unlabelled import Unlabelled
from data.stored.training import load_training
from data.words.arrays import vectorize_parts
from models.catalog import CATALOG, Family
from models.peak_memory import peak_memory_mb
from models.predictions import PARTS as ANSWERED
from models.predictions import Answers, write_predictions
from models.run_folder import CHECKPOINTS, RunFolder
from training import command_line
from training.devices.device_set import device_set
from training.devices.sharing import share_task
from training.ending import TimeIsUp, begin, ending
from training.fitting.history import describe_history
from training.measuring.device import describe_device
from training.measuring.evaluating import accuracy_by_group, evaluate, overfits, texts_per_second
from training.measuring.other_work import OtherWork
from training.search.chosen import load_chosen, settings_of
from training.trainers import encoder, ensemble, linear, words
from training.trainers.others import OthersMissing, write_learned_from
from training.trainers.trained import Task, Trained

TRAINERS = {
    Family.WORDS: words.train,
    Family.ENCODER: encoder.train,
    Family.LINEAR: linear.train,
    Family.COMBINED: ensemble.train,
}


def make_arrays(path: Path, seed: int) -> None:
    """Learns vocabularies and word vectors of a seed's texts and writes the arrays of its splits."""
    begin(None)
    settings, texts = command_line.load(RunFolder(path).settings), RunFolder(path).prepared(seed)
    for made in settings.readers:
        vectorize_parts(
            texts,
            made.vocabulary_size,
            made.sequence_length,
            settings.vector_width,
            seed,
            texts / made.folder,
            made.side,
        )


def run_trial(path: Path, model: str, seed: int, deadline: float | None) -> None:
    """Trains `model` and leaves `metrics.json`, or `failure.json` where that cannot be done.

    Ends the process with `EXIT_FAILED` after a failure, and with `EXIT_DISK_FULL` where the disk is full.

    Args:
        path: the run folder.
        model, seed: which trial of it.
        deadline: when `--time-limit` is over, in seconds of `time.monotonic`.
    """
    run, started, others = RunFolder(path), time.perf_counter(), OtherWork()
    attempt_trial(run, model, seed, deadline, lambda: _train_and_evaluate(run, model, seed, started, others))


def attempt_trial(place: RunFolder, model: str, number: int, deadline: float | None, work: Callable[[], None]) -> None:
    """Does the work of a trial in its folder, and leaves `failure.json` there where that cannot be done.

    Ends the process with `EXIT_FAILED` after a failure, and with `EXIT_DISK_FULL` where the disk is full.

    Args:
        place: a run folder, or that of a search.
        model, number: which trial of it.
        deadline: when it has to end, in seconds of `time.monotonic`.
        work: what is to be done.
    """
    begin(deadline)
    folder, failed = place.trial(model, number), place.failure(model, number)
    from models.encoder.weights import BackboneUnavailable

    try:
        remove_unfinished(folder)
        if not any((folder / name).exists() for name in CHECKPOINTS):
            shutil.rmtree(folder, ignore_errors=True)  # what a failed trial left
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=UNFINISHED) as tempfile.tempdir:
            # TensorFlow leaves files there that it would remove at the end of a process, but not of a child.
            work()
    except (BackboneUnavailable, OthersMissing) as error:
        write_json(failed, {"kind": "missing", "reason": str(error)})
    except TimeIsUp as error:
        write_json(failed, {"kind": "unfinished", "reason": str(error)})
    except Exception as error:
        details = traceback.format_exc()
        # Asked of the words, since TensorFlow and h5py raise errors of their own. No model is to blame for it.
        if os.strerror(errno.ENOSPC) in str(error):
            raise SystemExit(EXIT_DISK_FULL) from None
        write_json(failed, {"kind": "failed", "reason": reason_of(error)})
        write_text(folder / "traceback.txt", details)
        raise SystemExit(EXIT_FAILED) from None  # no traceback on the terminal: it is in the file


def show_trial(path: Path, model: str, seed: int) -> None:
    """Adds the outcome of a finished trial to what TensorBoard reads; ends with `EXIT_FAILED` where that fails."""
    from training.tensorboard.outcome import write_outcome

    try:
        write_outcome(path, model, seed)
    except Exception as error:
        details = RunFolder(path).trial(model, seed) / "traceback.txt"
        write_text(details, traceback.format_exc())
        print(f"{model}: {kind_and_reason(error)}; see {details}", flush=True)
        raise SystemExit(EXIT_FAILED) from None


def task_of(run: RunFolder, model: str, seed: int) -> Task:
    """What is to be done for one architecture and seed of a run."""
    settings, card = settings_of(run, model), read_json(run.data_card)
    parts = load_texts(run.prepared(seed))
    unlabelled = load_unlabelled(run.prepared(seed)) if settings.has_student else Unlabelled([], [])
    return Task(
        CATALOG[model],
        settings,
        run,
        seed,
        parts,
        unlabelled,
        len(card["class_names"]),
        Cleaner.of(card),
        load_training(run.prepared(seed)),
    )


def _train_and_evaluate(run: RunFolder, model: str, seed: int, started: float, others: OtherWork) -> None:
    from models.calibration import measure_calibration  # here, since the run itself, which imports this, fits nothing

    task = task_of(run, model, seed)
    settings, parts, cleaner = task.settings, task.parts, task.cleaner
    class_names = read_json(run.data_card)["class_names"]
    share_task(task)
    trained = TRAINERS[task.architecture.family](task)
    seconds_training = time.perf_counter() - started
    answers = {part: _answers(trained.probabilities[part], parts[part]) for part in ANSWERED}
    write_predictions(run.predictions(model, seed), answers, class_names)
    write_learned_from(run, model, seed, trained.probabilities)
    _write_probes(run.probes(model, seed), trained, cleaner)
    scores = {part: evaluate(trained.probabilities[part], found.labels, class_names) for part, found in parts.items()}
    calibration = measure_calibration(answers["validation"])
    test = parts["test"]
    result = {
        "model": model,
        "seed": seed,
        **trained.facts,
        "test": scores["test"],
        "validation": scores["validation"],
        "calibration": asdict(calibration) if calibration else None,
        "train": {"n": scores["train"]["n"], "accuracy": scores["train"]["accuracy"]},
        "leaked": _leaked(trained, load_leaked(run.prepared(seed))),
        "accuracy_by_group": None
        if test.groups is None
        else accuracy_by_group(trained.probabilities["test"].argmax(axis=1), test.labels, test.groups),
        "parameters": trained.parameters,
        "trainable_parameters": trained.trainable_parameters,
        "accuracy_per_million_parameters": scores["test"]["accuracy"] / (trained.parameters / 1e6),
        **describe_history(trained.history),
        "seconds_training": seconds_training + trained.facts.get("seconds_training_needed", 0),
        "texts_per_second": texts_per_second(trained.answer, trained.most_at_once)
        if trained.answer
        else trained.texts_per_second,
        "devices": device_set.count,
        "virtual_devices": device_set.virtual,
        "stopped_by": f"--time-limit {settings.time_limit}" if ending.cut_short else None,
        "collapsed": scores["validation"]["collapsed"],
        "overfitted": overfits(scores["train"]["accuracy"], scores["validation"]["accuracy"]),
    }
    # What cannot be had without other models costs what these cost too.
    result["seconds_total"] = time.perf_counter() - started + result.get("seconds_needed", 0)
    result["other_work"] = others.share()
    result["peak_memory_mb"] = max(peak_memory_mb(), result.get("memory_needed_mb", 0))
    result["peak_device_memory_mb"] = describe_device(run) if CATALOG[model].is_network else None
    chosen = load_chosen(run, model)
    description = trained.description
    if chosen:
        description = replace(description, chosen=chosen.sentence, searched=chosen.settings)
    description.save(run.description(model, seed))
    write_json(run.metrics(model, seed), result)
    if not ending.cut_short:
        for name in CHECKPOINTS:
            (run.trial(model, seed) / name).unlink(missing_ok=True)


def _answers(probabilities: np.ndarray, part: Part) -> Answers:
    return Answers(part.index, part.labels, probabilities.argmax(axis=1), probabilities)


def _leaked(trained: Trained, leaked: Part | None) -> dict[str, float] | None:
    """How many of the texts that were taken out of the test split the model would have got right."""
    if leaked is None or CATALOG[trained.description.name].family is Family.COMBINED:  # which answers by its members
        return None
    said = trained.answer_texts(list(leaked.texts), list(leaked.cleaned)).argmax(axis=1)
    return {"n": len(said), "accuracy": float((said == leaked.labels).mean())}


def _write_probes(path: Path, trained: Trained, cleaner: Cleaner) -> None:
    """The answers to `data.probes`, which every export must give too."""
    texts = list(PROBES.values())
    probabilities = trained.answer_texts(texts, [cleaner.clean(text) for text in texts])
    write_json(
        path,
        {
            name: {"text": text, "probabilities": [float(value) for value in row]}
            for (name, text), row in zip(PROBES.items(), probabilities, strict=True)
        },
    )
