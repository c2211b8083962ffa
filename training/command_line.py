"""The command line and `settings.yaml`, made from the settings.

Both are read by the same functions (`training.setting_values`), so a setting that is unknown or impossible is refused
alike wherever it stands.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, asdict, dataclass, fields
from pathlib import Path
from typing import NoReturn

from data.exits import EXIT_BAD_INPUT
from data.files import write_text
from data.messages import printable, reason_of
from data.sources.source import values_of
from models.catalog import CATALOG, DEFAULT
from training.search.wanted import refusal
from training.setting_values import did_you_mean, truth
from training.settings import RECIPES, Settings
from training.storage.places import run_folder

LONGEST_FILE = 1_000_000  # bytes: settings.yaml has two thousand
LONGEST_MESSAGE = 500  # characters
NAMES = {entry.name: entry for entry in fields(Settings)}
PROGRAM = "python -m training.run"
SET_BY_RECIPES = {name for recipe in RECIPES.values() for name in recipe}
WITH_RESUME = ("time_limit", "memory_limit", "cluster", "label_curve")


class SettingsError(Exception):
    """Settings cannot be used; the message is one sentence, which begins with the path of the file they are from."""


@dataclass(frozen=True)
class Request:
    """What a command line asks for.

    Attributes:
        settings: of the run.
        resumed: the run folder to continue, `None` for a new one.
        debug: whether the traceback of an error is shown too.
    """

    settings: Settings
    resumed: Path | None
    debug: bool


class Parser(argparse.ArgumentParser):
    """Refuses in one sentence, and with `EXIT_BAD_INPUT`, what it cannot use."""

    def error(self, message: str) -> NoReturn:
        unknown = message.removeprefix("unrecognized arguments: ")
        if unknown != message:
            near = did_you_mean(unknown.partition("=")[0].partition(" ")[0], map(_flag, NAMES))
            message = f"unknown setting {unknown}{near}"
        self.refuse(f"{message}; `{PROGRAM} --help` lists every setting.")

    def refuse(self, sentence: str) -> NoReturn:
        """Ends the process with the sentence, on one line."""
        shown = printable(sentence)
        if len(shown) > LONGEST_MESSAGE:
            shown = f"{shown[: LONGEST_MESSAGE // 2]} … {shown[-LONGEST_MESSAGE // 2 :]}"
        self.exit(EXIT_BAD_INPUT, f"error: {shown}\n")


def parser() -> Parser:
    """The command line, made from the fields of `Settings`; what is not given is not in its result."""
    titles = [CATALOG[name].title for name in DEFAULT]
    result = Parser(
        usage="%(prog)s [--setting value ...]",
        prog=PROGRAM,
        description=f"Trains {', '.join(titles[:-1])} and {titles[-1]}, or the --models that are named, on the same "
        "texts and compares them.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    result.add_argument(
        "--config",
        type=Path,
        metavar="YAML",
        help="settings.yaml of an earlier run; flags win over it, --recipe too",
    )
    result.add_argument("--debug", action="store_true", help="show the traceback of an error too")
    result.add_argument(
        "--resume",
        type=run_folder,
        metavar="RUN",
        help=f"continue a run (a folder, or a URL) with its settings; {', '.join(map(_flag, WITH_RESUME))} may be new",
    )
    titles = list(dict.fromkeys(entry.metadata["group"] for entry in NAMES.values()))
    groups = {title: result.add_argument_group(title) for title in titles}
    for name, entry in NAMES.items():
        known, group = entry.metadata, groups[entry.metadata["group"]]
        if known["read"] is truth:
            group.add_argument(_flag(name), action=argparse.BooleanOptionalAction, help=_help(entry))
        else:
            group.add_argument(
                _flag(name), type=known["read"], nargs=known["several"], metavar=known["metavar"], help=_help(entry)
            )
    return result


def read(arguments: Sequence[str]) -> Request:
    """What a command line asks for: the recipe's settings, then those of the file, then the flags.

    `--recipe` beside `--config` sets back all that recipes set; the file keeps its say on everything else.

    Exits with code 2 and a sentence where a setting is unknown or impossible.
    """
    command_line = parser()
    given = vars(command_line.parse_args(arguments))
    config, resumed, debug = (given.pop(name, None) for name in ("config", "resume", "debug"))
    if resumed:
        _refuse_beside_resume(command_line, given | ({"config": config} if config else {}))
        if not (resumed / "settings.yaml").is_file():
            command_line.refuse(f"--resume {resumed} is no run folder: settings.yaml is not in it.")
    try:
        written = _read_file(resumed / "settings.yaml" if resumed else config) if resumed or config else {}
    except SettingsError as error:
        command_line.refuse(f"{'--resume' if resumed else '--config'} {error}")
    if "recipe" in given:
        written = {name: value for name, value in written.items() if name not in SET_BY_RECIPES}
    try:
        return Request(_settings(written | given), resumed, bool(debug))
    except SettingsError as error:
        command_line.refuse(str(error))


def parse(arguments: Sequence[str]) -> Settings:
    """The settings of a command line, see `read`."""
    return read(arguments).settings


def settings_of(given: Mapping[str, object]) -> Settings:
    """The settings that Python values give, each refused as it would be in a file.

    Args:
        given: values by the names of settings; `None` leaves what the recipe says.

    Raises:
        SettingsError: one is unknown or impossible.
    """
    written = {name: _written(value) for name, value in given.items() if value is not None}
    return _settings(_read_values(written))


def save(settings: Settings, path: Path) -> None:
    """Writes the settings as YAML that `--config` reads."""
    import yaml

    write_text(path, yaml.safe_dump(asdict(settings), sort_keys=False, allow_unicode=True))


def load(path: Path) -> Settings:
    """The settings that `save` wrote.

    Raises:
        SettingsError: the file is missing or damaged.
    """
    return _settings(_read_file(path))


def typed(settings: Settings) -> str:
    """The command line that gives these settings, wherever its folder goes: what its recipe would have otherwise."""
    usual = _settings({"recipe": settings.recipe, "output": settings.output})
    given = {name: getattr(settings, name) for name in NAMES if getattr(settings, name) != getattr(usual, name)}
    recipe = {} if settings.recipe == Settings.recipe else {"recipe": settings.recipe}
    words = [word for name, value in (recipe | given).items() for word in _words(name, value)]
    return printable(f"{PROGRAM} {shlex.join(words)}".strip())


def _settings(values: dict) -> Settings:
    """The settings with these values; the recipe among them has its say on the others."""
    recipe = values.get("recipe", Settings.recipe)
    values = RECIPES[recipe] | values
    if "models" in values:
        values["models"] = list(dict.fromkeys(values["models"]))
    if isinstance(data := values.get("data"), list) and len(values_of(data)) == 1:
        values["data"] = data[0]
    if folds := values.get("folds"):
        if values.get("seeds", folds) != folds:
            raise SettingsError(f"--folds {folds} and --seeds {values['seeds']} each say how often to train: name one.")
        values["seeds"] = folds
    if "label_curve" in values:
        values["label_curve"] = sorted(set(values["label_curve"]))
    settings = Settings(**values)
    if wrong := refusal(settings.search, settings.models):
        raise SettingsError(wrong)
    return settings


def _refuse_beside_resume(command_line: Parser, given: dict) -> None:
    """Only what changes no number may be given beside `--resume`."""
    others = [_as_typed(name, value) for name, value in given.items() if name not in WITH_RESUME]
    if others:
        command_line.refuse(
            f"--resume takes its settings from the run folder: leave out {' '.join(others)}, or start a new run."
        )


def _read_file(path: Path) -> dict:
    """The settings that a YAML file gives.

    Raises:
        SettingsError: it cannot be read, or a setting in it is unknown or impossible.
    """
    import yaml

    try:
        if not path.is_file():  # a pipe or a device would be waited for without end
            raise SettingsError(f"{path} is no file: name the settings.yaml of a run.")
        if path.stat().st_size > LONGEST_FILE:
            raise SettingsError(f"{path} is larger than 1 MB: name the settings.yaml of a run.")
        # The base loader makes nothing but strings, lists and dictionaries, whatever tags stand in the file, and
        # leaves a column named 1.10 or `no` as it is written.
        found = yaml.load(path.read_bytes(), Loader=yaml.BaseLoader)
    except (OSError, yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        reason = reason_of(error)
        raise SettingsError(f"{path} could not be read ({reason}): write one `setting: value` a line.") from error
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise SettingsError(f"{path} must hold one `setting: value` a line.")
    return _read_values(found, f"{path}: ")


def _read_values(found: Mapping, place: str = "") -> dict:
    """The values of settings that are written as strings, or lists of them.

    Raises:
        SettingsError: a setting is unknown or impossible; the sentence begins with `place`.
    """
    values = {}
    for written, value in found.items():
        name = written.replace("-", "_")
        if name not in NAMES:
            near = did_you_mean(written, NAMES)
            raise SettingsError(f"{place}unknown setting {written!r}{near}: correct it or take it out.")
        try:
            values[name] = _value(NAMES[name], value)
        except argparse.ArgumentTypeError as error:
            raise SettingsError(f"{place}{name}: {error}; `{PROGRAM} --help` says what it may be.") from error
        except ValueError:
            wrong = repr(value) if isinstance(value, str) else "that"  # written out, a list may be endless
            raise SettingsError(f"{place}{name} cannot be {wrong}: {NAMES[name].metadata['meaning']}.") from None
    return values


def _written(value: object) -> str | list[str]:
    """A Python value as a file of settings has it.

    >>> _written(True), _written(0.001), _written(("rnn", "cnn"))
    ('True', '0.001', ['rnn', 'cnn'])
    """
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    return str(value)


def _value(entry: Field, written: str | list | dict) -> object:
    """The value of one setting of a YAML file.

    Raises:
        ValueError: it has the wrong form.
        argparse.ArgumentTypeError: it is impossible.
    """
    known = entry.metadata
    if entry.default is None and written in ("null", "~", ""):
        return None
    items = written if known["several"] and isinstance(written, list) else [written]
    if not all(isinstance(item, str) and "\0" not in item for item in items) or (known["several"] == "+" and not items):
        raise ValueError
    values = [known["read"](item) for item in items]
    return values if known["several"] else values[0]


def _help(entry: Field) -> str:
    """The meaning of a setting and its default, a list as it is typed."""
    default = entry.default if entry.default_factory is MISSING else entry.default_factory()
    shown = " ".join(default) if isinstance(default, list) else default
    meaning = entry.metadata["meaning"].replace("%", "%%")
    return meaning if default in (None, []) else f"{meaning} (default: {shown})"


def _as_typed(name: str, value: object) -> str:
    """A setting as a user types it."""
    return " ".join(_words(name, value))


def _words(name: str, value: object) -> list[str]:
    if isinstance(value, bool):
        return [_flag(name if value else f"no_{name}")]
    return [_flag(name), *map(str, value if isinstance(value, list) else [value])]


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
