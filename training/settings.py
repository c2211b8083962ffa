"""Every setting of a run: its default, its meaning, and the two recipes."""

from __future__ import annotations

from dataclasses import dataclass, field

from data.amounts import memory_mb
from data.classes import FEWEST_PER_CLASS, RARE, REFUSE
from data.reading.dialect import QUOTINGS, delimiter
from data.reading.table import BAD_ROWS
from data.sources import catalog as sources
from data.sources.newsgroups import POSITIVE_GROUPS
from models.catalog import CATALOG, DEFAULT, Family, of_family
from models.serving.formats import DEFAULT as DEFAULT_FORMATS
from models.serving.formats import FORMATS
from training import setting_values as values

NONE, ALL, COOCCURRENCE = "none", "all", "cooccurrence"
POOLINGS = ("auto", "pooled", "mean", "first")


def _setting(
    default,
    meaning: str,
    group: str,
    read: values.Reader = values.plain,
    *,
    choices: tuple[str, ...] | None = None,
    several: str | None = None,
    metavar: str | None = None,
):
    """A field, with what the command line and `settings.yaml` need to know of it.

    Args:
        default: its value unless a recipe, a file or a flag says otherwise.
        meaning: for the help.
        group: the heading of the help that it stands under.
        read: makes a value, or an item of a list, of a string.
        choices: all there are, in place of `read`.
        several: how many items the list may have, `+` or `*` as in `argparse`; `None` where it is no list.
        metavar: what stands for a value in the help.
    """
    kept = {"default_factory": lambda: list(default)} if isinstance(default, list) else {"default": default}
    if choices:
        read, metavar = values.choice(*choices), "{" + ",".join(choices) + "}"
    known = {"meaning": meaning, "group": group, "read": read, "several": several, "metavar": metavar}
    return field(**kept, metadata=known)


@dataclass(frozen=True)
class Settings:
    """All settings of one run. See `python -m training.run --help`."""

    recipe: str = _setting(
        "sound",
        "sound: what we hold to be right; best: some minutes more for what was shown to pay (the encoder's last two "
        "blocks trained too, more unlabelled texts, texts read further); slides: the published set-up with its "
        "mistakes (no mask, early stopping before the plateau rule can act, a backbone's learning rate for the frozen "
        "DistilBERT's head); beside --config it wins over what the file says of the settings that recipes set",
        "run",
        choices=("sound", "best", "slides"),
    )
    models: list[str] = _setting(list(DEFAULT), "architectures to train", "run", choices=tuple(CATALOG), several="+")
    seeds: int = _setting(1, "repeats, each with its own split and weights", "run", values.whole_number(1, 1000))
    seed: int = _setting(0, "first seed", "run", values.whole_number(0, 2**31 - 1))
    formats: list[str] = _setting(
        list(DEFAULT_FORMATS),
        "how trained models are exported; nothing behind the flag: not at all",
        "run",
        choices=tuple(FORMATS),
        several="*",
    )
    explain: bool = _setting(
        True,
        "show for some test texts which words moved each model; some 15 s, most of it DistilBERT's",
        "run",
        values.truth,
    )
    output: str = _setting("runs", "folder that gets a folder for this run", "run", metavar="DIR")
    memory_limit: str = _setting(
        "10GB",
        "most memory the process of a model may take, such as 800MB; a model that takes more is ended, and the others "
        "are trained",
        "run",
        values.memory,
        metavar="SIZE",
    )
    time_limit: str | None = _setting(
        None,
        "most time for training, such as 90s, 20m or 2h; what is there by then is evaluated and reported (default: "
        "none)",
        "run",
        values.duration,
        metavar="TIME",
    )

    data: str = _setting(sources.AUTO, sources.HELP, "data")
    sample: str = _setting(
        "3000",
        "texts to draw, stratified, and split 4:1:1; all: every text, and the published test split where there is one",
        "data",
        values.sample_size,
        metavar="N",
    )
    positive_groups: list[str] = _setting(
        list(POSITIVE_GROUPS),
        "newsgroups (shell patterns) that make the positive class",
        "data",
        several="+",
        metavar="GROUP",
    )
    keep_subject: bool = _setting(False, "put the subject line in front of each newsgroup post", "data", values.truth)
    keep_negations: bool | None = _setting(
        None,
        "keep not, no, never and their like (default: kept, except where labels are known to be topics)",
        "data",
        values.truth,
    )
    text_column: list[str] = _setting(
        [values.AUTO],
        "column of a table that holds the texts, or several that are joined; auto: the one called text, or the only "
        "one that can be meant",
        "data",
        several="+",
        metavar="NAME",
    )
    label_column: str = _setting(
        values.AUTO,
        "column of a table that holds the labels; auto: the one called label, or the only one that can be meant; rows "
        "without a label are unlabelled texts",
        "data",
        metavar="NAME",
    )
    encoding: str = _setting(
        values.AUTO,
        "of a file; auto: what a byte order mark says, UTF-8 where it is that, else the best guess, which is said",
        "data",
    )
    delimiter: str = _setting(
        values.AUTO,
        "what separates the cells of a table, one character or tab; auto: what gives the columns asked for and rows of "
        "equal length",
        "data",
        delimiter,
        metavar="MARK",
    )
    quoting: str = _setting(
        values.AUTO,
        "of a table; doubled: cells stand in quotes, and quotes in them are doubled, as spreadsheets write CSV; "
        "backslash: these have a backslash before them; none: quotes are letters like others",
        "data",
        choices=QUOTINGS,
    )
    bad_rows: float = _setting(
        BAD_ROWS,
        "largest share of damaged rows that is passed over, counted and shown with their lines; 0: none",
        "data",
        values.number(0, 1),
        metavar="SHARE",
    )

    positive: str | None = _setting(
        None, "which class of two is the positive one (default: the second in their order)", "data", metavar="CLASS"
    )
    min_class_size: int = _setting(
        FEWEST_PER_CLASS,
        "texts that each class must have",
        "data",
        values.whole_number(FEWEST_PER_CLASS),
        metavar="N",
    )
    rare: str = _setting(
        REFUSE,
        "what becomes of classes that have fewer: the data is refused, or the classes are dropped or merged into one",
        "data",
        choices=RARE,
    )

    unlabelled: str = _setting(
        values.AUTO,
        "texts without a label, from which the small models learn words; auto: those that the data has, and those that "
        "were not drawn; none; or a file with a column of texts, or one text a line. None of them is in validation or "
        "test",
        "data",
        metavar="auto|none|FILE",
    )
    unlabelled_sample: int = _setting(
        5000, "most of them to take", "data", values.whole_number(0, 10_000_000), metavar="N"
    )

    vocabulary_size: int | str = _setting(
        values.AUTO,
        "words known to the small models, padding and [UNK] among them; auto: as published on the data, else those "
        "seen twice, at most 20,000",
        "models",
        values.word_or(values.AUTO, values.whole_number(3)),
        metavar="N",
    )
    sequence_length: int | str = _setting(
        values.AUTO,
        "words of a text the small models read; auto: as published on the data, else what covers nine tenths of the "
        "training texts, at most 256",
        "models",
        values.word_or(values.AUTO, values.whole_number(1, 100_000)),
        metavar="N",
    )
    word_vectors: str = _setting(
        COOCCURRENCE,
        "what the small models' embeddings start from; cooccurrence: vectors learned from which words stand together "
        "in training and unlabelled texts; none: small random numbers",
        "models",
        choices=(COOCCURRENCE, NONE),
    )
    word_vector_scale: float = _setting(
        0.3, "standard deviation that these vectors are brought to", "models", values.learning_rate
    )
    width: int = _setting(64, "of embedding and hidden layers of the small models", "models", values.width)
    dropout: float = _setting(
        0.3, "share of activations dropped in training by the small models", "models", values.number(0, 1)
    )
    mask: bool = _setting(True, "keep padding out of the small models' answers", "models", values.truth)
    initialization: str = _setting(
        "keras",
        "first weights of the small models; keras: small embeddings, and recurrent weights that keep a state (for the "
        "SimpleRNN the identity: validation accuracy 84.8 against 77.9 with orthogonal ones, mean of six splits of "
        "20newsgroups); torch: PyTorch's, as published",
        "models",
        choices=("keras", "torch"),
    )
    norm_first: bool = _setting(
        True,
        "the Transformer's layer norm before attention and feed-forward network, not behind them as published; it then "
        "learns the order of words (built-in sample: validation accuracy NN against NN)",
        "models",
        values.truth,
    )
    backbone: str = _setting(
        "auto",
        "pretrained encoder: a keras-nlp preset, a folder (./name), minilm; auto: DistilBERT where its weights can be "
        "had, else MiniLM-L6 from the package index",
        "models",
        metavar="NAME_OR_PATH",
    )
    backbone_length: int = _setting(
        128, "word pieces of a text the pretrained encoder reads", "models", values.whole_number(3, 512)
    )
    backbone_cleaned: bool = _setting(
        False, "give the pretrained encoder cleaned words instead of sentences", "models", values.truth
    )
    pooling: str = _setting(
        "auto",
        "one vector from the encoder's token states; auto: its pooled output where it has one, else the masked mean "
        "(MiniLM-L6: validation accuracy 92.2 against 90.1 for the first token, mean of three splits of 20newsgroups)",
        "models",
        choices=POOLINGS,
    )

    student: str = _setting(
        "cnn",
        "network that is taught by the model best on validation",
        "models",
        choices=of_family(Family.WORDS),
    )
    student_batch_size: int = _setting(
        64, "texts per step of that; it learns from the unlabelled ones too", "training", values.whole_number(1)
    )

    epochs: int = _setting(40, "most epochs", "training", values.whole_number(1))
    batch_size: int = _setting(
        32,
        "texts per step, small models (LSTM: validation accuracy 86.6, against 85.4 with 16 and 85.6 with 64, mean of "
        "six splits of 20newsgroups)",
        "training",
        values.whole_number(1),
    )
    learning_rate: float = _setting(1e-3, "of Adam, small models", "training", values.learning_rate)
    head_batch_size: int = _setting(32, "texts per step, DistilBERT's head", "training", values.whole_number(1))
    head_learning_rate: float = _setting(1e-3, "of Adam, DistilBERT's head", "training", values.learning_rate)
    unfreeze: int | str = _setting(
        0,
        "blocks of the pretrained encoder, from the last, to train too once the head is trained, or all of them; 2 "
        "take some three minutes for 3,000 texts",
        "training",
        values.word_or(ALL, values.whole_number(0)),
        metavar="N|all",
    )
    unfreeze_epochs: int = _setting(5, "most epochs of that", "training", values.whole_number(1))
    unfreeze_learning_rate: float = _setting(
        5e-5, "of Adam for that; pretrained weights are wrecked by more", "training", values.learning_rate
    )
    unfreeze_batch_size: int = _setting(16, "texts per step of that", "training", values.whole_number(1))
    weight_decay: float = _setting(1e-4, "of Adam, decoupled", "training", values.number(0))
    label_smoothing: float = _setting(
        0.05, "share of the target spread over all classes", "training", values.number(0, 1)
    )
    clip_norm: float = _setting(1.0, "longest gradient, over all weights together", "training", values.number(0))
    early_stopping_patience: int = _setting(
        5, "epochs without a better validation loss until the end", "training", values.whole_number(0)
    )
    plateau_patience: int = _setting(
        2,
        "epochs without a better validation loss until the learning rate falls; it must be less than "
        "--early-stopping-patience to act at all",
        "training",
        values.whole_number(0),
    )
    plateau_factor: float = _setting(
        0.5, "what the learning rate is then multiplied by", "training", values.number(0, 1)
    )

    @property
    def sample_size(self) -> int | None:
        """How many texts to draw, `None` for all."""
        return None if self.sample == ALL else int(self.sample)

    @property
    def length_read(self) -> int:
        """`sequence_length`, once it is decided."""
        return int(self.sequence_length)

    @property
    def words_known(self) -> int:
        """`vocabulary_size`, once it is decided."""
        return int(self.vocabulary_size)

    @property
    def blocks_trained(self) -> int:
        """`unfreeze`, once the encoder is there to say how many are all."""
        return int(self.unfreeze)

    @property
    def vector_width(self) -> int | None:
        """Of the word vectors that the small models start from, `None` where they start from none."""
        return self.width if self.word_vectors == COOCCURRENCE else None

    @property
    def memory_limit_mb(self) -> float:
        """`memory_limit` in MB, of 1,048,576 bytes like every MB of a report."""
        return memory_mb(self.memory_limit)

    @property
    def time_limit_seconds(self) -> float | None:
        """`time_limit` in seconds, `None` for none."""
        if self.time_limit is None:
            return None
        return float(self.time_limit[:-1]) * values.SECONDS[self.time_limit[-1]]

    @property
    def has_encoder(self) -> bool:
        """Whether a pretrained encoder is among the models."""
        return any(CATALOG[model].family is Family.ENCODER for model in self.models)

    @property
    def has_student(self) -> bool:
        """Whether a model is among them that others teach."""
        return any(CATALOG[model].taught for model in self.models)

    @property
    def seed_numbers(self) -> range:
        """The seeds of the repeats."""
        return range(self.seed, self.seed + self.seeds)


RECIPES: dict[str, dict] = {
    "sound": {},
    "best": {
        "models": [*DEFAULT[:-2], "cnn", *DEFAULT[-2:]],
        "unlabelled_sample": 12_000,
        "vocabulary_size": 20_000,
        "sequence_length": 128,
        "unfreeze": 2,
    },
    "slides": {
        "models": ["rnn", "lstm", "transformer", "distilbert", "linear"],
        "unlabelled": NONE,
        "vocabulary_size": 5000,
        "sequence_length": 64,
        "word_vectors": NONE,
        "mask": False,
        "initialization": "torch",
        "norm_first": False,
        "batch_size": 16,
        "epochs": 20,
        "early_stopping_patience": 3,
        "plateau_patience": 3,
        "backbone_cleaned": True,
        "pooling": "first",
        "head_batch_size": 8,
        "head_learning_rate": 2e-5,
    },
}
