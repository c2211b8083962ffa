"""`python -m reports.drift` as a user types it."""

import pytest

pytestmark = pytest.mark.slow


def test_validation_texts_are_alike_and_others_are_not(exported_run, command, tmp_path):
    import json

    lines = (exported_run / "data" / "0" / "texts.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [record["text"] for record in map(json.loads, lines) if record["part"] == "test"]
    (tmp_path / "like.txt").write_text("\n".join(" ".join(text.split()) for text in texts))
    (tmp_path / "other.csv").write_text("post\n" + "das ist nicht so gut wie der andere\n" * 50)
    alike = command("reports.drift", exported_run, tmp_path / "like.txt", "--model", "lstm")
    assert (alike.returncode, alike.stderr) == (0, "")
    assert "They are alike." in alike.stdout
    other = command("reports.drift", exported_run, tmp_path / "other.csv", "--model", "linear")
    assert (other.returncode, other.stderr) == (0, "")
    assert "50 texts of other.csv beside " in other.stdout
    assert "language de: 0 % of validation, 100 % now" in other.stdout
    assert "for example:\n  das ist nicht so gut" in other.stdout


def test_bad_input_is_one_sentence(exported_run, command, tmp_path):
    (tmp_path / "few.txt").write_text("a\nb\n")
    for arguments, said in (
        ((tmp_path, tmp_path / "few.txt"), "is no run folder"),
        ((exported_run, tmp_path / "few.txt", "--model", "lstm"), "holds 2 texts; fewer than 20 tell nothing"),
        ((exported_run, tmp_path / "nothing.csv", "--model", "lstm"), "nothing.csv"),
    ):
        done = command("reports.drift", *arguments)
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
