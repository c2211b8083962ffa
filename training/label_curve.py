"""Every model of a run trained with fewer labels too, each number of them as a run folder inside that of the run.

What a trial is, how it resumes and what limits it are those of the run itself. Only what TensorBoard, exports and
explanations would show of it is left out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from data import preparing
from data.files import read_json, write_json
from data.splits.fewer_labels import with_fewer_labels
from models.catalog import in_order
from models.children import start_fork_server
from models.run_folder import RunFolder
from training import command_line
from training.progress.overall import overall
from training.progress.planning import CLUSTER_CURVE, trial_name
from training.search.chosen import load_chosen
from training.setting_values import NONE
from training.settings import Settings
from training.trial_processes import is_finished, is_prepared, train_trial
from training.word_arrays import describe_split, make_arrays_of


def train_label_curve(run: RunFolder, deadline: float | None) -> bool:
    """Trains what is unfinished of the numbers of labels that `--label-curve` names.

    A model that the run itself has not finished with a seed is left out for that seed.

    Args:
        run: its own trials were had.
        deadline: when `--time-limit` is over, in seconds of `time.monotonic`.

    Returns:
        Whether all of it is finished now.

    Raises:
        RunFailed: the arrays cannot be made.
        OSError: the disk is full.
        KeyboardInterrupt: on Ctrl-C; finished trials are kept.
    """
    # Read again: its trials have written there which weights the encoder stands on.
    settings = command_line.load(run.settings)
    sizes = _sizes(run, settings.label_curve) if settings.label_curve else []
    settings = replace(settings, label_curve=[], search=[])
    complete, begun, waiting = True, False, []
    for seed in settings.seed_numbers:
        models = [model for model in in_order(settings.models) if is_finished(run.metrics(model, seed))]
        for labels in sizes:
            fewer = run.with_fewer_labels(labels)
            if all(is_finished(fewer.metrics(model, seed)) for model in models):
                continue
            if deadline and time.monotonic() > deadline:
                print(f"--time-limit {settings.time_limit} was over before {labels:,} labels had their turn.")
                return False
            if settings.cluster != NONE:
                _prepare(run, fewer, settings, seed, labels)
                waiting.append((models, seed, labels))
                continue
            if not begun and settings.has_network:
                start_fork_server("models.framework")
            begun = True
            print(f"With {labels:,} labels, seed {seed}:", flush=True)
            _prepare(run, fewer, settings, seed, labels)
            for model in models:
                overall.begin(trial_name(settings, model, seed, labels))
                complete &= train_trial(fewer, settings, model, seed, deadline) in ("finished", "missing")
    return complete and (not waiting or _train_on_cluster(run, settings, waiting, deadline))


def _train_on_cluster(
    run: RunFolder, settings: Settings, waiting: Sequence[tuple[Sequence[str], int, int]], deadline: float | None
) -> bool:
    """All models, seeds and numbers of labels side by side; whether they are finished now."""
    from training.cluster.jobs import jobs_of_seed
    from training.cluster.training import train_on_cluster

    overall.begin(CLUSTER_CURVE)
    jobs = [job for models, seed, labels in waiting for job in jobs_of_seed(run, settings, models, seed, labels)]
    kinds = train_on_cluster(run, settings, jobs, deadline).values()
    return all(kind in ("finished", "missing") for kind in kinds)


def _sizes(run: RunFolder, wanted: Sequence[int]) -> list[int]:
    """The numbers of labels that the run can be trained with; says which it cannot, and why."""
    described = read_json(run.data_card)
    classes = len(described["class_names"])
    # Where training texts are streamed, those that can be taken a label from are a sample.
    every = min(split["samples"]["after"]["train"] for split in described["splits"])
    texts = min([every, *(split["training_sample"] for split in described["splits"] if "training_sample" in split)])
    if few := [labels for labels in wanted if labels < classes]:
        print(f"--label-curve leaves out {_listed(few)}: {classes:,} classes need at least one label each.", flush=True)
    if many := [labels for labels in wanted if labels >= texts]:
        why = f"with all {texts:,} training texts the run itself is trained"
        if texts < every:
            why = f"it draws from a sample of {texts:,} of the {every:,} training texts"
        print(f"--label-curve leaves out {_listed(many)}: {why}.", flush=True)
    return [labels for labels in wanted if classes <= labels < texts]


def _listed(sizes: Sequence[int]) -> str:
    return ", ".join(f"{labels:,}" for labels in sizes)


def _prepare(run: RunFolder, fewer: RunFolder, settings: Settings, seed: int, labels: int) -> None:
    """Writes settings, texts, arrays and the data card of one seed with fewer labels, as far as they are not there."""
    fewer.path.mkdir(parents=True, exist_ok=True)
    command_line.save(settings, fewer.settings)  # of a run that is continued the limits may be new
    for model in settings.models:
        if chosen := load_chosen(run, model):
            fewer.chosen(model).parent.mkdir(parents=True, exist_ok=True)
            chosen.save(fewer.chosen(model))
    if is_prepared(fewer, seed):
        return
    write_json(fewer.environment, read_json(run.environment))
    texts, given = preparing.load_texts(run.prepared(seed)), preparing.load_unlabelled(run.prepared(seed))
    parts, unlabelled = with_fewer_labels(texts, given, labels, seed)
    if settings.unlabelled == NONE:  # the user wants to know what labels alone can do
        unlabelled = given
    folder = fewer.prepared(seed)
    folder.mkdir(parents=True, exist_ok=True)
    preparing.save_texts(parts, unlabelled, folder)
    make_arrays_of(fewer, settings, seed)
    described = read_json(run.data_card)
    of_seed = next(split for split in described["splits"] if split["seed"] == seed)
    cut, given = len(unlabelled.texts) - len(given.texts), of_seed["unlabelled"]
    facts = of_seed | {
        "samples": of_seed["samples"] | {"after": of_seed["samples"]["after"] | {"train": labels}},
        "unlabelled": given | {name: given[name] + cut for name in ("candidates", "taken")},
    }
    split = describe_split(fewer, settings, seed, parts, facts, described["class_names"])
    before = read_json(fewer.data_card)["splits"] if fewer.data_card.exists() else []
    write_json(fewer.data_card, described | {"splits": [*before, split]})
