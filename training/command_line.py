"""The command line, made from the settings.

Flags, `settings.yaml` and recipes are all read by one parser, so a setting that is unknown or impossible is refused
alike wherever it stands.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, Field, asdict, fields
from pathlib import Path
from typing import NoReturn

from data.files import write_text
from data.messages import printable
from training.settings import RECIPES, Settings

DEBUG = "--debug"
LONGEST_CONFIG = 1_000_000  # bytes: settings.yaml has one thousand
LONGEST_MESSAGE = 500  # characters
PROGRAM = "python -m training.run"
WITH_RESUME = ("--time-limit", "--memory-limit")


class Parser(argparse.ArgumentParser):
    """Refuses in one sentence, and with exit code 2, what it cannot use."""

    def error(self, message: str) -> NoReturn:
        unknown = message.removeprefix("unrecognized arguments: ")
        if unknown != message:
            flags = [_flag(entry.name) for entry in fields(Settings)]
            near = did_you_mean(unknown.partition("=")[0].partition(" ")[0], flags)
            message = f"unknown setting {unknown}{near}"
        self.refuse(f"{message}; `{PROGRAM} --help` lists every setting.")

    def refuse(self, sentence: str) -> NoReturn:
        """Ends the process with the sentence, on one line."""
        shown = printable(sentence)
        if len(shown) > LONGEST_MESSAGE:
            shown = f"{shown[: LONGEST_MESSAGE // 2]} … {shown[-LONGEST_MESSAGE // 2 :]}"
        self.exit(2, f"error: {shown}\n")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The nearest of the known names as a question in parentheses, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def parser() -> Parser:
    """The command line, made from the fields of `Settings`."""
    result = Parser(
        usage="%(prog)s [--setting value ...]",
        prog=PROGRAM,
        description="Trains SimpleRNN, LSTM, Transformer, frozen DistilBERT and a linear reference on the same "
        "texts and compares them. KERAS_BACKEND chooses tensorflow (default), jax or torch.",
        formatter_class=_Help,
        allow_abbrev=False,
    )
    result.add_argument(
        "--config", type=Path, metavar="YAML", help="settings.yaml of an earlier run; flags win over it"
    )
    result.add_argument(
        DEBUG, action="store_true", default=argparse.SUPPRESS, help="show the traceback of an error too"
    )
    result.add_argument(
        "--resume",
        type=Path,
        metavar="RUN",
        help=f"go on with a run folder such as runs/latest, with its settings; {' and '.join(WITH_RESUME)} may be new",
    )
    groups = {}
    for entry in fields(Settings):
        name = entry.metadata["group"]
        if name not in groups:
            groups[name] = result.add_argument_group(name)
        default = entry.default_factory() if entry.default is MISSING else entry.default
        argument = dict(entry.metadata["argument"])
        if entry.type.startswith("bool"):
            argument["action"] = argparse.BooleanOptionalAction
        groups[name].add_argument(_flag(entry.name), default=default, help=entry.metadata["meaning"], **argument)
    return result


class _Help(argparse.HelpFormatter):
    """Shows the default of every setting, lists as they are typed."""

    def _get_help_string(self, action: argparse.Action) -> str:
        if action.default in (None, argparse.SUPPRESS):
            return action.help
        default = action.default
        shown = " ".join(default) if isinstance(default, list) else str(default)
        return f"{action.help} (default: {shown})"


def parse(arguments: Sequence[str]) -> Settings:
    """The settings of a command line: defaults, then the recipe, then `--config` or `--resume`, then the flags.

    Exits with code 2 and a sentence where a setting is unknown or impossible.
    """
    command_line = parser()
    path = _path_of("--config", arguments)
    if run := run_to_resume(arguments):
        _refuse_settings(command_line, arguments)
        path = run / "settings.yaml"
        if not path.is_file():
            command_line.refuse(f"--resume {run} is no run folder: {path.name} is not in it.")
    given = [*_read_config(command_line, path), *arguments] if path else list(arguments)
    recipe = command_line.parse_args(given).recipe
    command_line.set_defaults(**RECIPES[recipe])
    values = vars(command_line.parse_args(given))
    del values["config"], values["resume"]
    values.pop(DEBUG.removeprefix("--"), None)
    values["models"] = list(dict.fromkeys(values["models"]))
    return Settings(**values)


def run_to_resume(arguments: Sequence[str]) -> Path | None:
    """The run folder that `--resume` names, if it is there."""
    return _path_of("--resume", arguments)


def _path_of(flag: str, arguments: Sequence[str]) -> Path | None:
    reader = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    reader.add_argument(flag, type=Path, dest="path")
    try:
        return reader.parse_known_args(arguments)[0].path
    except argparse.ArgumentError:
        return None  # the whole parser says what is wrong


def _refuse_settings(command_line: Parser, arguments: Sequence[str]) -> None:
    """Only what changes no number may be given beside `--resume`."""
    allowed = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for flag in ("--resume", *WITH_RESUME):
        allowed.add_argument(flag)
    allowed.add_argument(DEBUG, action="store_true")
    others = [flag for flag in allowed.parse_known_args(arguments)[1] if flag not in ("-h", "--help")]
    if others:
        command_line.refuse(
            f"--resume takes its settings from the run folder: leave out {' '.join(others)}, or start a new run."
        )


def save(settings: Settings, path: Path) -> None:
    """Writes the settings as YAML that `--config` reads."""
    import yaml

    write_text(path, yaml.safe_dump(asdict(settings), sort_keys=False, allow_unicode=True))


def load(path: Path) -> Settings:
    """The settings that `save` wrote."""
    return parse(["--config", str(path)])


def _read_config(command_line: Parser, path: Path) -> list[str]:
    """The settings of a YAML file as the flags that say the same."""
    import yaml

    try:
        if not path.is_file():  # a pipe or a device would be waited for without end
            command_line.refuse(f"--config {path} is no file: name the settings.yaml of a run.")
        if path.stat().st_size > LONGEST_CONFIG:
            command_line.refuse(f"--config {path} is larger than 1 MB: name the settings.yaml of a run.")
        # The base loader makes nothing but strings, lists and dictionaries, whatever tags stand in the file, and
        # leaves a column named 1.10 or `no` as it is written.
        values = yaml.load(path.read_bytes(), Loader=yaml.BaseLoader)
    except (OSError, yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        reason = " ".join(str(error).split())
        command_line.refuse(f"--config {path} could not be read ({reason}): write one `setting: value` a line.")
    if not isinstance(values, dict):
        command_line.refuse(f"--config {path} must hold one `setting: value` a line.")
    known = {entry.name: entry for entry in fields(Settings)}
    arguments: list[str] = []
    for name, value in values.items():
        entry = known.get(name.replace("-", "_"))
        if entry is None:
            near = did_you_mean(name, known)
            command_line.refuse(f"--config {path}: unknown setting {name!r}{near}: correct it or take it out.")
        found = _as_arguments(entry, value)
        if found is None:
            wrong = repr(value) if isinstance(value, str) else "that"  # written out, a list may be endless
            command_line.refuse(f"--config {path}: {name} cannot be {wrong}: {entry.metadata['meaning']}.")
        arguments += found
    return arguments


def _as_arguments(entry: Field, value: str | list | dict) -> list[str] | None:
    """One setting of a YAML file as flags, `None` where the value has the wrong form."""
    import yaml

    flag = _flag(entry.name)
    if entry.default is None and value in ("null", "~", ""):
        return []
    if entry.type.startswith("bool"):
        truth = yaml.constructor.SafeConstructor.bool_values.get(value.lower()) if isinstance(value, str) else None
        return None if truth is None else [flag if truth else _flag(f"no_{entry.name}")]
    items = value if isinstance(value, list) and "nargs" in entry.metadata["argument"] else [value]
    if not all(isinstance(item, str) and "\0" not in item for item in items):
        return None
    if isinstance(value, list):
        return None if any(item.startswith("-") for item in items) else [flag, *items]  # it would be read as a flag
    return [f"{flag}={value}"]


def _flag(name: str) -> str:
    return "--" + str(name).replace("_", "-")
