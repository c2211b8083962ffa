"""Options of the commands that answer with an exported model; nothing heavy is imported."""

from __future__ import annotations

import argparse

from data.amounts import share, whole_number
from models.serving.formats import FORMATS


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Adds which model answers, from which of its exports, and from how sure on."""
    parser.add_argument("--model", help="which architecture answers (default: the one the run recommends)")
    parser.add_argument(
        "--format", choices=list(FORMATS), help="which export answers (default: the fastest, as it was measured)"
    )
    parser.add_argument(
        "--batch-size", type=whole_number, metavar="N", help="texts that it answers at once (default: likewise)"
    )
    parser.add_argument(
        "--abstain",
        type=share,
        metavar="SHARE",
        help="answer 'unsure' where the model is less sure than of this share of the validation texts, such as 0.1",
    )
