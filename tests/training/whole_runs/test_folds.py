"""`--folds`, from the command line to the report."""

import json

import pytest

from training.command_line import parse

SMALL = "--data sample --sample 120 --models linear --formats --no-explain --unlabelled none".split()


def test_folds_are_as_many_seeds():
    found = parse(["--folds", "4", "--seed", "10"])
    assert list(found.seed_numbers) == [10, 11, 12, 13]
    assert [found.fold(seed).number for seed in found.seed_numbers] == [0, 1, 2, 3]
    assert {found.fold(seed).seed for seed in found.seed_numbers} == {10}
    assert parse([]).fold(0) is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--folds", "2"], "2 is too few: take 3 or more, or 0 for none"),
        (["--folds", "5", "--seeds", "3"], "--folds 5 and --seeds 3 each say how often to train: name one."),
    ],
)
def test_what_cannot_be_is_one_sentence(arguments, sentence, capsys):
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.long
def test_every_text_is_tested_once(command, tmp_path):
    done = command("training.run", *SMALL, "--folds", "3", "--output", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "mean ± standard deviation over 3 folds" in done.stdout
    run = tmp_path / "latest"
    tested = []
    for seed in range(3):
        lines = (run / "data" / str(seed) / "texts.jsonl").read_text(encoding="utf-8").splitlines()
        tested += [record["index"] for record in map(json.loads, lines) if record["part"] == "test"]
    assert len(tested) == len(set(tested))
    assert 110 <= len(tested) <= 120  # but for repeated ones
    assert "3 folds" in (run / "data_card.md").read_text(encoding="utf-8")
    assert command("training.run", "--resume", run).returncode == 0
    again = parse(["--config", str(run / "settings.yaml")])
    assert (again.folds, list(again.seed_numbers)) == (3, [0, 1, 2])
