"""Shows which words moved each model of a run to its answer.

python -m reports.explain runs/latest                      # chosen test texts, into explanations.json
python -m reports.explain runs/latest "Not bad at all."    # one's own text, on the terminal
python -m reports.explain runs/latest - --model lstm linear < text.txt
python -m reports.explain runs/latest "Not bad at all." --output page.html
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from data.exits import attempt, refuse
from data.messages import escape_what_cannot_be_shown
from models.run_folder import RunFolderError

MOST_OWN_WORDS = 200  # a pretrained encoder answers some hundred texts a second, and there is one for each word


def main(arguments: list[str] | None = None) -> int:
    """Explains what the command line asks for; returns the exit code, 2 after bad input."""
    escape_what_cannot_be_shown()
    parser = argparse.ArgumentParser(
        prog="python -m reports.explain",
        description="Shows which words moved each model of a run to its answer: the text is answered once whole and "
        "once without each of its words.",
    )
    parser.add_argument("run", type=Path, help="the run folder, such as runs/latest")
    parser.add_argument(
        "text",
        nargs="?",
        help="the text, - to read it from standard input; without it, test texts are chosen and explanations.json, "
        "which the report shows, is written into the run folder",
    )
    parser.add_argument("--model", nargs="+", metavar="NAME", help="only these (default: all that were trained)")
    parser.add_argument("--output", type=Path, metavar="HTML", help="also write the explanation of the text as a page")
    given = parser.parse_args(arguments)
    text = sys.stdin.buffer.read().decode("utf-8", "replace") if given.text == "-" else given.text
    if text is not None and not text.strip():
        return refuse("The text is empty: give some words.")
    if text is None and given.output:
        return refuse("--output is for a text of your own: give one, or leave it out to write explanations.json.")
    if given.output and not given.output.parent.is_dir():
        return refuse(f"--output {given.output}: {given.output.parent} is no folder.")
    return attempt(lambda: _explain(given.run, text, given.model, given.output), given.run, RunFolderError)


def _explain(run: Path, text: str | None, models: list[str] | None, output: Path | None) -> None:
    from data.files import write_text
    from models.run_folder import RunFolder
    from reports.explaining.readers import exported_seed
    from reports.explaining.run_explanations import explain_run, explain_text, load_readers, trained_models
    from reports.reading.facts import read_class_names
    from reports.writing.inside import render_own
    from reports.writing.terminal import show

    if text is None:
        found = explain_run(run, models, _say)
        print(f"{len(found['texts'])} test texts of seed {found['seed']} explained: {RunFolder(run).explanations}")
        return
    # The models that are handed over, where they are; which seed it is matters little for a text in no split.
    seeds = {}
    for name, trained in trained_models(run, models).items():
        exported = exported_seed(run, name)
        seeds[name] = exported if exported in trained else trained[0]
    readers, _ = load_readers(run, seeds, _say)
    class_names = read_class_names(run)
    described = {
        name: {"title": reader.title, "reads": reader.reads, "seed": reader.seed} for name, reader in readers.items()
    }
    explained = explain_text(text, readers, MOST_OWN_WORDS)
    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    print(show(explained, described, class_names, color))
    if output:
        write_text(output, render_own(explained, described, class_names))
        print(f"Page: {output}")


def _say(sentence: str) -> None:
    print(f"left out: {sentence}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
