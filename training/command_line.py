"""The command line, made from the settings.

Flags, `settings.yaml` and recipes are all read by one parser, so a setting that is unknown or impossible is refused
alike wherever it stands.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import MISSING, asdict, fields
from pathlib import Path

from data.files import write_text
from training.settings import RECIPES, Settings

WITH_RESUME = ("--time-limit", "--memory-limit")


def parser() -> argparse.ArgumentParser:
    """The command line, made from the fields of `Settings`."""
    result = argparse.ArgumentParser(
        usage="%(prog)s [--setting value ...]",
        prog="python -m training.run",
        description="Trains SimpleRNN, LSTM, Transformer, frozen DistilBERT and a linear reference on the same "
        "texts and compares them. KERAS_BACKEND chooses tensorflow (default), jax or torch.",
        formatter_class=_Help,
        allow_abbrev=False,
    )
    result.add_argument(
        "--config", type=Path, metavar="YAML", help="settings.yaml of an earlier run; flags win over it"
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
            command_line.error(f"--resume {run} is no run folder: {path.name} is not in it")
    given = [*_read_config(command_line, path), *arguments] if path else list(arguments)
    recipe = command_line.parse_args(given).recipe
    command_line.set_defaults(**RECIPES[recipe])
    values = vars(command_line.parse_args(given))
    del values["config"], values["resume"]
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


def _refuse_settings(command_line: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """Only what changes no number may be given beside `--resume`."""
    allowed = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for flag in ("--resume", *WITH_RESUME):
        allowed.add_argument(flag)
    others = [flag for flag in allowed.parse_known_args(arguments)[1] if flag not in ("-h", "--help")]
    if others:
        command_line.error(
            f"--resume takes its settings from the run folder: leave out {' '.join(others)}, or start a new run"
        )


def save(settings: Settings, path: Path) -> None:
    """Writes the settings as YAML that `--config` reads."""
    import yaml

    write_text(path, yaml.safe_dump(asdict(settings), sort_keys=False, allow_unicode=True))


def load(path: Path) -> Settings:
    """The settings that `save` wrote."""
    return parse(["--config", str(path)])


def _read_config(command_line: argparse.ArgumentParser, path: Path) -> list[str]:
    """The settings of a YAML file as the flags that say the same."""
    import yaml

    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        command_line.error(f"--config {path} could not be read: {' '.join(str(error).split())}")
    if not isinstance(values, dict):
        command_line.error(f"--config {path} must hold one `setting: value` a line")
    arguments: list[str] = []
    for name, value in values.items():
        if value is None:
            continue
        if isinstance(value, bool):
            arguments.append(_flag(name) if value else _flag(f"no_{name}"))
        elif isinstance(value, list):
            arguments += [_flag(name), *map(str, value)]
        else:
            arguments.append(f"{_flag(name)}={value}")
    return arguments


def _flag(name: str) -> str:
    return "--" + str(name).replace("_", "-")
