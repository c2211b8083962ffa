"""What a run does, and within which limits."""

from __future__ import annotations

from dataclasses import dataclass

from models.catalog import CATALOG, DEFAULT
from models.serving.formats import DEFAULT as DEFAULT_FORMATS
from models.serving.formats import FORMATS
from training import setting_values as values
from training.search.wanted import search_item
from training.setting_fields.field import setting


@dataclass(frozen=True)
class RunSettings:
    """What a run does, and within which limits."""

    recipe: str = setting(
        "sound",
        "sound: what we hold to be right; best: some minutes more for what was shown to pay (the encoder's last two "
        "blocks trained too, more unlabelled texts, texts read further); slides: the published set-up with its "
        "mistakes (no mask, early stopping before the plateau rule can act, a backbone's learning rate for the frozen "
        "DistilBERT's head); beside --config it wins over what the file says of the settings that recipes set",
        "run",
        choices=("sound", "best", "slides"),
    )
    models: list[str] = setting(list(DEFAULT), "architectures to train", "run", choices=tuple(CATALOG), several="+")
    seeds: int = setting(1, "repeats, each with its own split and weights", "run", values.whole_number(1, 1000))
    seed: int = setting(0, "first seed", "run", values.whole_number(0, 2**31 - 1))
    folds: int = setting(
        0,
        "cross-validation in place of --seeds: every text drawn is tested once, in as many splits as there are folds, "
        "3 or more; 0: none",
        "run",
        values.folds,
    )
    label_curve: list[int] = setting(
        [],
        "numbers of labels, such as 50 100 250 500 1000, to train every model with too once the run is trained, so "
        "that the report can say whether more labels would help; the other training texts then count as unlabelled",
        "run",
        values.whole_number(2),
        several="*",
        metavar="N",
    )
    search: list[str] = setting(
        [],
        "how many settings of each network to try on validation texts before the run trains it with the best (20: "
        "dropout, learning rate, width and weight decay; the pretrained encoder's head alike), or settings with the "
        "values to try, such as dropout=0.1,0.3,0.6",
        "run",
        search_item,
        several="*",
        metavar="N|NAME=VALUES",
    )
    formats: list[str] = setting(
        list(DEFAULT_FORMATS),
        "how trained models are exported; nothing behind the flag: not at all",
        "run",
        choices=tuple(FORMATS),
        several="*",
    )
    explain: bool = setting(
        True,
        "show for some test texts which words moved each model; some 15 s, most of it DistilBERT's",
        "run",
        values.truth,
    )
    backend: str = setting(
        values.AUTO,
        "of Keras; auto: jax where it is installed, which trains the small models fastest on processors, else "
        "tensorflow; KERAS_BACKEND wins over it",
        "run",
        choices=(values.AUTO, "tensorflow", "jax", "torch"),
    )
    device: str = setting(
        values.AUTO,
        "what networks are trained on; auto: a GPU or another device where the backend sees one; cpu: the processor",
        "run",
        choices=(values.AUTO, values.CPU),
    )
    cluster: str = setting(
        values.NONE,
        "train seeds, architectures, the trials of a search and fewer labels side by side on a Ray cluster that this "
        "machine is a node of: auto for the one that runs here, or its address; none: here, one after another",
        "run",
        metavar="auto|ADDRESS|none",
    )
    devices: int = setting(
        1,
        "on JAX and TensorFlow: how many of this machine's devices (GPUs) share the batches of a network; where there "
        "are fewer, virtual ones of the processor stand in, which is to try it out and no faster",
        "run",
        values.whole_number(1, 1024),
        metavar="N",
    )
    output: str = setting(
        "runs",
        "folder that gets a folder for this run; or a URL that fsspec writes to, such as s3://bucket/runs: the run "
        "then lies in runs, and is copied there while it grows",
        "run",
        metavar="DIR|URL",
    )
    memory_limit: str = setting(
        "10GB",
        "most memory the process of a model may take, such as 800MB; a model that takes more is ended, and the others "
        "are trained",
        "run",
        values.memory,
        metavar="SIZE",
    )
    time_limit: str | None = setting(
        None,
        "most time for training, such as 90s, 20m or 2h; what is there by then is evaluated and reported (default: "
        "none)",
        "run",
        values.duration,
        metavar="TIME",
    )
