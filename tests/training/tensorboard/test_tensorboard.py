"""TensorBoard's own backend is asked for what its pages show."""

import csv
import io
import json
import shutil
from dataclasses import fields

import numpy as np
import pytest
from PIL import Image
from tensorboard import program
from tensorboard.backend.application import TensorBoardWSGIApp
from tensorboard.backend.event_processing.data_ingester import LocalDataIngester
from werkzeug.test import Client

from data.preparing import Part
from models.catalog import CATALOG
from training.settings import Settings
from training.tensorboard.hyperparameters import hyperparameters
from training.tensorboard.outcome import _confusion_picture, write_outcome
from training.tensorboard.projector import describe_words

MODELS = ("lstm", "transformer", "linear")


@pytest.fixture(scope="module")
def run(tiny_run, tmp_path_factory):
    """A copy of the run, with what TensorBoard reads, and the vocabulary."""
    path = tmp_path_factory.mktemp("tensorboard") / "tiny"
    shutil.copytree(tiny_run[0], path)
    for model in MODELS:
        write_outcome(path, model, 3)
    return path, tiny_run[1]


@pytest.fixture(scope="module")
def ask(run):
    """Answers of the backend: `ask(path)`, or `ask(path, question)` for a POST."""
    board = program.TensorBoard()
    board.configure(argv=["", "--logdir", str(run[0]), "--load_fast", "false", "--reload_interval", "0"])
    data = LocalDataIngester(board.flags)
    data.deprecated_multiplexer.AddRunsFromDirectory(str(run[0]))
    data.deprecated_multiplexer.Reload()
    app = TensorBoardWSGIApp(
        board.flags, board.plugin_loaders, data.data_provider, board.assets_zip_provider, data.deprecated_multiplexer
    )
    client = Client(app)

    def answer(path, question=None):
        found = client.get(f"/data/{path}") if question is None else client.post(f"/data/{path}", json=question)
        assert found.status_code == 200, found.text
        return found

    return answer


@pytest.mark.slow
@pytest.mark.parametrize("model", ["lstm", "transformer"])
def test_the_projector_opens_the_learned_words(ask, run, model):
    import keras

    from models.architectures import layers  # noqa: F401

    path, vocabulary = run
    place = f"run={model}/3"
    info = ask(f"plugin/projector/info?{place}").json["embeddings"]
    assert [(entry["tensorName"], entry["tensorShape"]) for entry in info] == [
        (f"words of {model}", [len(vocabulary), 8])
    ]
    name = f"words%20of%20{model}"
    vectors = np.frombuffer(ask(f"plugin/projector/tensor?{place}&name={name}").data, "<f4").reshape(-1, 8)
    network = keras.models.load_model(path / model / "3" / "model.keras", compile=False)
    learned = next(layer for layer in network.layers if isinstance(layer, keras.layers.Embedding)).get_weights()[0]
    np.testing.assert_array_equal(vectors, learned[: len(vocabulary)])
    rows = list(csv.reader(ask(f"plugin/projector/metadata?{place}&name={name}").text.splitlines(), delimiter="\t"))
    assert [row[0] for row in rows[1:]] == ["(padding)", *vocabulary[1:]]


@pytest.mark.slow
def test_only_models_with_words_of_their_own_are_in_the_projector(ask):
    assert sorted(ask("plugin/projector/runs").json) == ["lstm/3", "transformer/3"]


@pytest.mark.slow
def test_the_table_of_hyperparameters_lists_the_final_scores_of_every_model(ask, run):
    groups = ask("plugin/hparams/session_groups", {"sliceSize": 9, "allowedStatuses": ["STATUS_UNKNOWN"]}).json
    found = {group["hparams"]["model"]: group for group in groups["sessionGroups"]}
    assert set(found) == set(MODELS)
    for model, group in found.items():
        metrics = json.loads((run[0] / model / "3" / "metrics.json").read_text())
        values = {entry["name"]["tag"]: entry["value"] for entry in group["metricValues"]}
        assert values["test/accuracy"] == pytest.approx(metrics["test"]["accuracy"])
        assert values["test/macro_f1"] == pytest.approx(metrics["test"]["macro_f1"])
        assert values["trial/texts_per_second_at_1"] == 10
        assert group["name"].startswith(f"{model} 3 ")
        assert group["hparams"]["seed"] == 3
        assert group["hparams"]["keep_negations"] is False
        # What a model does not use, and what changes no number, is no hyper-parameter of it.
        assert ("width" in group["hparams"]) is (model != "linear")
        assert not {"output", "memory_limit", "text_column", "backbone", "unfreeze"} & group["hparams"].keys()
        assert model == "linear" or group["hparams"]["width"] == 8
    columns = ask("plugin/hparams/experiment", {}).json["metricInfos"]
    assert {"tag": "test/accuracy", "group": ""} in [info["name"] for info in columns]


@pytest.mark.slow
def test_all_models_share_the_tags_of_scalars_and_curves(ask):
    scalars = ask("plugin/scalars/tags").json
    assert {frozenset(tags) for run, tags in scalars.items()} == {frozenset(scalars["linear/3"])}
    curves = ask("plugin/pr_curves/tags").json
    assert {run: list(tags) for run, tags in curves.items()} == {
        f"{model}/3": ["test/dogs/pr_curves"] for model in MODELS
    }


@pytest.mark.slow
def test_the_curve_starts_at_the_share_of_the_class(ask):
    # at threshold 0 every text is taken for a dog: all are found, and half of what is found is right
    curve = ask("plugin/pr_curves/pr_curves?tag=test/dogs/pr_curves&run=lstm/3").json["lstm/3"]
    assert (curve[0]["recall"][0], curve[0]["precision"][0]) == (1, 0.5)


@pytest.mark.slow
def test_the_confusion_matrix_is_a_picture(ask):
    shown = ask("plugin/images/images?tag=test/confusion%20matrix&run=linear/3&sample=0").json
    picture = ask(f"plugin/images/individualImage?{shown[0]['query']}").data
    assert min(Image.open(io.BytesIO(picture), formats=["PNG"]).size) > 200


@pytest.mark.slow
def test_texts_stay_text(ask):
    texts = ""
    for kind in ("right", "wrong"):
        answer = ask(f"plugin/text/text?tag=test/confidently%20{kind}&run=linear/3").json
        texts += " ".join(answer[0]["text"].split())
    assert "&lt;img src=http://example.com/x.png&gt; ![x](http://example.com/y.png)" in texts
    assert "cats &lt;b&gt;" in texts
    assert "<img" not in texts
    assert "<b>" not in texts


def test_words_are_described_by_the_texts_that_hold_them():
    train = Part(np.arange(3), [], ["good good film", "bad film", "bad grief"], np.array([1, 0, 0]), None)
    assert describe_words(["", "[UNK]", "film", "good", "bad"], train, ["no", "yes"])[1:] == [
        ["(padding)", "0", "none"],
        ["[UNK]", "0", "none"],
        ["film", "2", "no"],  # once each: the first class
        ["good", "1", "yes"],
        ["bad", "2", "no"],
    ]


@pytest.mark.slow
def test_runs_are_named_by_model_and_seed(ask):
    assert sorted(ask("plugin/scalars/tags").json) == ["linear/3", "lstm/3", "transformer/3"]


def test_every_setting_of_models_and_training_concerns_some_model():
    settings = Settings(unfreeze=2)
    listed = set().union(*(hyperparameters(settings, model) for model in CATALOG))
    of_models = {entry.name for entry in fields(Settings) if entry.metadata["group"] in ("models", "training")}
    assert of_models <= listed
    assert listed - of_models == {"model", "recipe", "sample"}
    assert "unfreeze_epochs" not in hyperparameters(Settings(), "distilbert")


@pytest.mark.parametrize("classes", [2, *(pytest.param(classes, marks=pytest.mark.slow) for classes in (40, 41, 400))])
def test_a_picture_of_many_classes_is_no_larger(classes):
    counts = np.eye(classes, dtype=int) * 3
    test = {"confusion_matrix": counts.tolist(), "n": 3 * classes}
    file, *size = _confusion_picture(
        {"model": "rnn", "seed": 0, "test": test}, [f"class ${at} with a long name" for at in range(classes)]
    )
    picture = np.asarray(Image.open(io.BytesIO(file), formats=["PNG"]))
    height, width, channels = picture.shape
    assert size == [width, height]
    assert (picture.dtype, channels) == (np.uint8, 4)
    assert height <= 2240
    assert width <= 2300
    # The diagonal is dark, as far as there are pixels for it.
    assert (picture[..., :3].sum(axis=2) < 400).mean() > 0.0005
