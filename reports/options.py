"""Options that several commands of this folder have, and the types of their values; nothing heavy is imported."""

from __future__ import annotations

import argparse
import math


def add_worth_points(parser: argparse._ActionsContainer) -> None:
    """Adds `--worth-points`, `None` where it is not given."""
    parser.add_argument(
        "--worth-points",
        type=margin,
        metavar="POINTS",
        help="accuracy, in points, that a quicker model may be expected to give up to the best one (default: 1)",
    )


def margin(text: str) -> float:
    """Points of accuracy, as a share."""
    value = float(text)
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not 0 or above")
    return value / 100


margin.__name__ = "number"  # argparse names the type in its message
