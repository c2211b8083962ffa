"""A field of the settings, with what the command line and `settings.yaml` need to know of it."""

from __future__ import annotations

from dataclasses import field

from training import setting_values as values


def setting(
    default,
    meaning: str,
    group: str,
    read: values.Reader = values.plain,
    *,
    choices: tuple[str, ...] | None = None,
    several: str | None = None,
    metavar: str | None = None,
):
    """A field, with what the command line and `settings.yaml` need to know of it.

    Args:
        default: its value unless a recipe, a file or a flag says otherwise.
        meaning: for the help.
        group: the heading of the help that it stands under.
        read: makes a value, or an item of a list, of a string.
        choices: all there are, in place of `read`.
        several: how many items the list may have, `+` or `*` as in `argparse`; `None` where it is no list.
        metavar: what stands for a value in the help.
    """
    kept = {"default_factory": lambda: list(default)} if isinstance(default, list) else {"default": default}
    if choices:
        read, metavar = values.choice(*choices), "{" + ",".join(choices) + "}"
    known = {"meaning": meaning, "group": group, "read": read, "several": several, "metavar": metavar}
    return field(**kept, metadata=known)
