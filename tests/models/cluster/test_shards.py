"""Files that are answered on a cluster: where their answers go, and what is said of one that cannot be answered."""

import contextlib
import json

import pytest

from data.corpus import DataError
from data.reading.table import Reading
from models import predict
from models.cluster import shards
from models.cluster.shards import Asked, find_shards
from models.serving.scoring import Scores

TABLE = "text,label\n" + "a" * 90 + ",long\nb,short\nc,long\n"


@pytest.fixture
def tables(tmp_path):
    for name in ("shards/1.csv", "shards/more/2.tsv.gz", "shards/more/3.parquet"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(TABLE)
    return tmp_path / "shards"


def test_every_file_has_answers_of_its_name_and_kind(tables, tmp_path):
    found = find_shards(f"{tables}/**/*", str(tmp_path / "answers"), None)
    assert [shard.source for shard in found] == [
        str(tables / name) for name in ("1.csv", "more/2.tsv.gz", "more/3.parquet")
    ]
    answers = tmp_path / "answers"
    assert [shard.output for shard in found] == [
        str(answers / name) for name in ("1.csv", "more/2.csv", "more/3.parquet")
    ]
    (only,) = find_shards(f"{tables}/more/*.parquet", "answers", "jsonl")
    assert (only.output.endswith("/answers/3.jsonl"), only.style) == (True, "jsonl")


def test_what_cannot_be_answered_in_order_is_refused(tables):
    with pytest.raises(DataError, match="names no file"):
        find_shards(f"{tables}/*.orc", "answers", None)
    with pytest.raises(DataError, match="is the file that is read"):
        find_shards(f"{tables}/*.csv", str(tables), None)
    (tables / "1.json").write_text("[]")
    with pytest.raises(DataError, match="would both be"):
        find_shards(f"{tables}/1.*", "answers", None)


def test_a_worker_counts_what_is_right_or_says_why_it_could_not(tables, tmp_path, make_classifier):
    worker = shards._Answering.__new__(shards._Answering)
    worker.classifier, worker.asked = make_classifier(), Asked(Reading(), ["text"], "auto", None)
    (shard,) = find_shards(f"{tables}/1.csv", str(tmp_path), None)
    answered = worker(vars(shard))
    assert (answered["refused"], answered["texts"], answered["label_column"]) == ("", 3, "label")
    scores = Scores(["short", "long"])
    scores.merge(json.loads(answered["scores"]))
    assert scores.counts.tolist() == [[1, 0], [1, 1]]
    assert (tmp_path / "1.csv").read_text().startswith("text,label,predicted_label,confidence")
    (tables / "1.csv").write_text("post\nno\n")
    assert "has no column 'text'" in worker(vars(shard))["refused"]
    (tables / "1.csv").unlink()
    refused = worker(vars(shard))["refused"]
    assert refused.startswith(f"{tables}/1.csv: No such file or directory on a node of the cluster: every node has to")


@pytest.mark.long  # the errors of Ray are imported, which comes with an extra
def test_answers_of_an_earlier_run_are_not_taken_for_those_of_this_one(tables, tmp_path, make_classifier, monkeypatch):
    found = find_shards(f"{tables}/*.csv", str(tmp_path / "answers"), None)
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers/1.csv").write_text("an earlier run's")
    written_here = False

    def answer_all(*_):
        if written_here:
            (tmp_path / "answers/new").write_text("this run's")
            (tmp_path / "answers/new").replace(tmp_path / "answers/1.csv")
        yield {"refused": "", "texts": 3, "label_column": "label", "scores": json.dumps(Scores(["a", "b"]).counted())}

    classifier = make_classifier()
    classifier.folder = tmp_path
    monkeypatch.setattr(shards, "connected", lambda _: contextlib.nullcontext())
    monkeypatch.setattr(shards, "_answer_all", answer_all)
    asked = Asked(Reading(), ["text"], "auto", None)
    with pytest.raises(DataError, match="answers/1.csv was written where only a node sees it"):
        shards.answer_shards(classifier, found, asked, "auto")
    written_here = True
    assert shards.answer_shards(classifier, found, asked, "auto")[1] == "label"


@pytest.mark.parametrize("arguments", [["a text"], ["--output", "answers"], ["--input", "shards/*.parquet"]])
def test_a_cluster_answers_files_into_a_folder(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        predict.main(["runs/latest", "--cluster", "auto", *arguments])
    assert ended.value.code == 2
    assert "--cluster answers files" in capsys.readouterr().err
