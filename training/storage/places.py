"""Where `--output` and `--resume` lead: to a folder of this machine, or to storage that is none."""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path

WORKED_IN = Path("runs")  # where a run lies here while its copy is kept elsewhere


def is_url(place: str) -> bool:
    """Whether a place is on storage that is no folder of this machine."""
    return "://" in place


def folder_here(output: str) -> Path:
    """The folder of this machine that gets the run folder."""
    return WORKED_IN if is_url(output) else Path(output)


def run_folder(text: str) -> Path:
    """The folder that `--resume` names, fetched from where it is kept if that is none of this machine.

    Raises:
        ArgumentTypeError: it cannot be fetched.
    """
    if not is_url(text):
        return Path(text)
    from training.run_folders import RunFailed
    from training.storage.mirror import fetched

    try:
        return fetched(text)
    except RunFailed as error:
        raise ArgumentTypeError(str(error).rstrip(".")) from error
