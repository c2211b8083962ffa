"""The command line, made from the settings.

Flags, `settings.yaml` and recipes are all read by one parser, so a setting that is unknown or impossible is refused
alike wherever it stands.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import MISSING, asdict, fields
from pathlib import Path

from training.settings import RECIPES, Settings


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
    """The settings of a command line: defaults, then the recipe, then `--config`, then the flags.

    Exits with code 2 and a sentence where a setting is unknown or impossible.
    """
    command_line = parser()
    config = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    config.add_argument("--config", type=Path)
    path = config.parse_known_args(arguments)[0].config
    given = [*_read_config(command_line, path), *arguments] if path else list(arguments)
    recipe = command_line.parse_args(given).recipe
    command_line.set_defaults(**RECIPES[recipe])
    values = vars(command_line.parse_args(given))
    del values["config"]
    values["models"] = list(dict.fromkeys(values["models"]))
    return Settings(**values)


def save(settings: Settings, path: Path) -> None:
    """Writes the settings as YAML that `--config` reads."""
    import yaml

    path.write_text(yaml.safe_dump(asdict(settings), sort_keys=False, allow_unicode=True), encoding="utf-8")


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
