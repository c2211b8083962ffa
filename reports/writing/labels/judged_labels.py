"""`labels.csv`, which the user may edit, and `labels.json`, which the report shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict

from data.files import write_json, write_text
from data.messages import excerpt
from data.splits.split import PARTS
from models.run_folder import RunFolder
from reports.judging_data.suspicious_labels import JudgedLabel, Judgement
from reports.reading.judged_labels import COLUMNS, digest_of
from reports.reading.run_texts import RunTexts

SHOWN = 20  # of the most suspicious labels in the report
Places = Mapping[tuple[str, int], str]


def write_judgement(texts: RunTexts, judgement: Judgement, places: Places) -> None:
    """Writes both files.

    Args:
        texts: that were judged.
        judgement: of their labels.
        places: where texts stand in the user's table, by text and class, as far as that is known.
    """
    run = RunFolder(texts.plan.path)
    rows = [_row(texts, found, places) for found in judgement.labels]
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    write_text(run.labels, table.getvalue())
    suspicious = [row for row in rows if row["suspicious"]]
    facts = {
        "seed": texts.seed,
        "models": judgement.voices,
        "without_encoder": texts.without,
        "texts": {name: len(texts.parts[name].labels) for name in PARTS},
        "suspicious": {name: sum(row["split"] == name for row in suspicious) for name in PARTS},
        "recovery": asdict(judgement.recovery),
        "most_suspicious": suspicious[:SHOWN],
        "digest": digest_of(run.labels),
    }
    write_json(run.judged_labels, facts)


def _row(texts: RunTexts, found: JudgedLabel, places: Places) -> dict[str, str]:
    part, names = texts.parts[found.part], texts.class_names
    text = part.texts[found.at]
    return {
        "split": found.part,
        "index": str(part.index[found.at]),
        "row": places.get((text, found.label), ""),
        "label": names[found.label],
        "looks_like": names[found.looks_like],
        "probability_of_label": f"{found.own:.4f}",
        "probability_of_looks_like": f"{found.other:.4f}",
        "suspicious": "yes" if found.suspicious else "",
        "corrected_label": names[found.looks_like] if found.suspicious else "",
        "words": ", ".join(found.words),
        "text": excerpt(text),
    }
