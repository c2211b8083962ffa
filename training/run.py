"""The command that trains and compares all architectures.

python -m training.run                                     # 20 Newsgroups, some minutes on two cores
python -m training.run --seeds 3                           # mean and deviation over three splits
python -m training.run --data reviews.csv --text-column review --label-column stars
python -m training.run --recipe slides                     # the published set-up, mistakes included
python -m training.run --config runs/latest/settings.yaml  # the same run again
python -m training.run --resume runs/latest                # go on with a run that was interrupted
python -m training.run --output s3://bucket/runs           # copied there while it grows; --resume takes that too
python -m training.run --backend torch                     # or tensorflow, or jax, which is fastest

Started with Ctrl-C ignored, as scripts start what they put into the background, it ignores Ctrl-C; SIGTERM ends it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from data.exits import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_INTERRUPTED, end_by_sigterm, leave_output_unread, refuse
from data.messages import escape_what_cannot_be_shown, kind_and_reason
from data.sources import catalog as sources
from data.sources.source import values_of
from data.sources.table_rows import STANDARD_INPUT
from training.command_line import PROGRAM, read, typed
from training.setting_values import AUTO, NONE

if TYPE_CHECKING:
    from models.run_folder import RunFolder
    from training.devices.processes import Processes
    from training.experiment import Outcome
    from training.settings import Settings


class Refused(Exception):
    """A setting asks for what is not there; the message is one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the comparison that `arguments` (by default the command line) ask for; returns the exit code.

    0: done. 1: a model failed, a time limit was over, a step after training failed, or the software is defective.
    2: bad input, or no place to write. 130: interrupted. 143: ended by SIGTERM.
    """
    try:
        request = read(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:  # while a run was fetched
        return _interrupted()
    escape_what_cannot_be_shown()
    try:
        from models.cluster import address
        from training.devices import device_set
        from training.devices.processes import Processes
        from training.environment import begun_backend, choose_backend, prepare_environment

        settings = request.settings
        begun = begun_backend(request.resumed) if request.resumed else None
        settings = replace(settings, backend=choose_backend(begun or settings.backend, resumed=bool(begun)))
        processes = Processes.of()
        wrong = device_set.refusal(settings.devices, settings.backend) or processes.refusal(settings.backend)
        if wrong := wrong or address.refusal(settings.cluster):
            raise Refused(wrong)
        if not request.resumed:
            settings = _with_absolute_paths(settings)
        if settings.has_encoder:
            _check_backbone(settings.backbone)
        end_by_sigterm()
        # Not before the settings are read: scikit-learn takes a second to import.
        from training.experiment import compare
        from training.run_folders import open_run
        from training.storage.mirror import mirrored

        prepare_environment(settings.device)
        if processes.index:
            from training.devices.joining import join

            return join(settings, processes)
        with (
            open_run(settings, request.resumed, typed(request.settings)) as run,
            mirrored(run, settings.output),
            _joined(settings, processes),
        ):
            return _run(settings, run, compare)
    except KeyboardInterrupt:
        end_fork_server()
        return _interrupted()
    except Exception as error:
        end_fork_server()
        if request.debug:
            traceback.print_exc()
        code, sentence = _explain(error)
        refuse(sentence)
        return code


def _interrupted() -> int:
    print("Interrupted before anything was begun.", file=sys.stderr)
    return EXIT_INTERRUPTED


def _run(settings: Settings, run: RunFolder, compare: Callable[[Settings, RunFolder], Outcome]) -> int:
    """Trains, and has the steps after it done; the exit code."""
    from training.progress.overall import overall
    from training.progress.planning import tasks_of
    from training.progress.terminal import shown_below
    from training.run_folders import RunFailed, command_to_continue
    from training.steps import report_step, steps_after

    try:
        overall.plan(tasks_of(run, settings))
        with shown_below(overall):
            outcome = compare(settings, run)
            done = [step.take(run) for step in steps_after(settings)]
        if unfinished := outcome.unfinished:
            print(f"{unfinished} To try again: {command_to_continue(run)}", file=sys.stderr)
        return EXIT_FAILED if unfinished or not all(done) else 0
    except KeyboardInterrupt:
        if run.data_card.exists():
            report_step(settings).take(run)
        print(f"Interrupted. What is finished is kept; to continue: {command_to_continue(run)}", file=sys.stderr)
        return EXIT_INTERRUPTED
    except RunFailed as error:
        raise RunFailed(f"{error} To continue: {command_to_continue(run)}") from error
    except SystemExit:
        print(f"Ended. What is finished is kept; to continue: {command_to_continue(run)}", file=sys.stderr)
        raise
    except BrokenPipeError as error:
        leave_output_unread()
        raise RunFailed(
            f"Nobody reads any more what is printed. What is finished is kept; to continue: {command_to_continue(run)}"
        ) from error
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise RunFailed(
            f"{place}{error.strerror or error}: free some space, or mend what is in the way, and continue with "
            f"{command_to_continue(run)}"
        ) from error


@contextlib.contextmanager
def _joined(settings: Settings, processes: Processes) -> Iterator[None]:
    """Tells the other processes that train along when the run has ended, however it does."""
    try:
        yield
    finally:
        if processes.count > 1:
            from training.devices.joining import dismiss

            dismiss(settings)


def end_fork_server() -> None:
    """Ends the fork server, which would import Keras for seconds yet and keep a pipe of the caller's open."""
    if "models.children" not in sys.modules:
        return  # nothing that could have started it was imported
    import psutil

    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if any("multiprocessing.forkserver" in argument for argument in child.cmdline()):
                child.kill()


def _explain(error: Exception) -> tuple[int, str]:
    """Exit code and sentence for what went wrong."""
    if isinstance(error, Refused):
        return EXIT_BAD_INPUT, str(error)
    if isinstance(error, ImportError):
        return EXIT_BAD_INPUT, f"{error}: install what is missing with `pip install -e .` in the project's folder."
    from data.corpus import DataError
    from training.devices.processes import ProcessesUnusable
    from training.environment import BackendUnusable
    from training.run_folders import RunFailed

    if isinstance(error, DataError | RunFailed | BackendUnusable | ProcessesUnusable):
        return EXIT_BAD_INPUT, str(error)
    if isinstance(error, OSError):
        return EXIT_BAD_INPUT, f"{error}: free some space or choose another folder with --output."
    return EXIT_FAILED, (
        f"{kind_and_reason(error)}. This is a defect of the software: run `{PROGRAM}` again with --debug and report "
        "what it shows."
    )


def _with_absolute_paths(settings: Settings) -> Settings:
    """The settings as they mean the same files in whatever folder the run is continued.

    Raises:
        DataError: no source has the name that `--data` gives.
    """
    data, backbone = settings.data, None
    if data != sources.AUTO:
        is_named = sources.is_name(data)
        files = [value if is_named else _absolute(value) for value in values_of(data)]
        data = files if len(files) > 1 else files[0]
    if settings.has_encoder:
        from models.encoder.backbones import named_folder

        backbone = named_folder(settings.backbone)
    unlabelled = settings.unlabelled
    if unlabelled not in (AUTO, NONE):
        unlabelled = str(Path(unlabelled).absolute())
    test = settings.test
    if test is not None and test != STANDARD_INPUT:
        test = str(Path(test).absolute())
    return replace(settings, data=data, test=test, backbone=str(backbone or settings.backbone), unlabelled=unlabelled)


def _absolute(path: str) -> str:
    """The path from the root, where it is one and there is something."""
    return str(Path(path).absolute()) if os.path.exists(path) else path  # noqa: PTH110 -- Path.exists raises where a name is too long


def _check_backbone(name: str) -> None:
    """A folder that is named and broken is refused here, rather than found out once the other models are trained."""
    from models.encoder.backbones import named_folder
    from models.encoder.weights import BackboneUnavailable, check_preset

    folder = named_folder(name)
    try:
        if folder:
            check_preset(folder)
    except BackboneUnavailable as error:
        raise Refused(f"--backbone {name}: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
