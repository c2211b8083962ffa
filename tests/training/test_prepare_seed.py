"""One seed of a user's own table, from its texts to what models are given."""

from data.files import read_json
from data.sources.catalog import load
from data.splits import split as splits
from models.run_folder import RunFolder
from training.command_line import parse
from training.experiment import prepare_seed


def test_texts_are_drawn_once_and_their_language_is_that_of_the_training_texts(tmp_path, monkeypatch):
    drawn = []
    draw = splits.draw

    def counted(*arguments):
        drawn.append(arguments)
        return draw(*arguments)

    monkeypatch.setattr(splits, "draw", counted)
    rows = [f"der Film Nummer {at} war nicht so {word},{word}" for at in range(60) for word in ("gut", "schlecht")]
    (tmp_path / "filme.csv").write_text("\n".join(["text,label", *rows]))
    settings = parse(["--data", str(tmp_path / "filme.csv"), "--models", "linear", "--near-duplicates", "0"])
    run = RunFolder(tmp_path / "run")
    run.path.mkdir()
    assert prepare_seed(run, settings, 0, load(settings)).language == "de"
    assert len(drawn) == 2  # the test split, and validation
    assert read_json(run.data_card)["cleaning"]["language"] == "de"
