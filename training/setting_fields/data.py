"""The texts: which, how they are read, and how many."""

from __future__ import annotations

from dataclasses import dataclass

from data.classes import FEWEST_PER_CLASS, RARE, REFUSE
from data.cleaning import NO_LANGUAGE, PUBLISHED
from data.languages.catalog import LANGUAGES
from data.reading.dialect import QUOTINGS, delimiter
from data.reading.table import BAD_ROWS
from data.sources import catalog as sources
from data.sources.newsgroups import POSITIVE_GROUPS
from data.sources.source import Data
from data.stored.storage import AUTO, MOST_EVALUATED, MOST_TEXTS, STREAMING
from training import setting_values as values
from training.setting_fields.field import setting


@dataclass(frozen=True)
class DataSettings:
    """The texts: which, how they are read, and how many."""

    data: Data = setting(sources.AUTO, sources.HELP, "data", several="+", metavar="DATA")
    sample: str = setting(
        "3000",
        "texts to draw, stratified, and split 4:1:1; all: every text, and the published test split where there is one; "
        "a test split that --test or --split-column gives is taken whole, and the draw is from the other texts",
        "data",
        values.sample_size,
        metavar="N",
    )
    positive_groups: list[str] = setting(
        list(POSITIVE_GROUPS),
        "newsgroups (shell patterns) that make the positive class",
        "data",
        several="+",
        metavar="GROUP",
    )
    test: str | None = setting(
        None,
        "labelled table whose rows are the test split, all of them (but see --group-column), with the columns and "
        "labels of --data, a fifth of whose texts is for validation (default: drawn)",
        "data",
        metavar="FILE",
    )
    split_column: str | None = setting(
        None,
        "column of a table that says train, validation (or dev, val, valid) or test; where no row is for validation it "
        "is a fifth of those to train on (default: none)",
        "data",
        metavar="NAME",
    )
    group_column: str | None = setting(
        None,
        "column of a table, such as author, product or thread: texts with the same value are all in one split, 4:1:1 "
        "as nearly as that allows; rows of --test whose value is learned from are left out (default: none)",
        "data",
        metavar="NAME",
    )
    time_column: str | None = setting(
        None,
        "column of a table with dates, times or numbers: the earliest texts are to train on, later ones to validate "
        "on, the latest to test on, 4:1:1 (default: none); --bad-rows bounds those that cannot be read",
        "data",
        metavar="NAME",
    )
    keep_subject: bool = setting(False, "put the subject line in front of each newsgroup post", "data", values.truth)
    keep_quotes: bool = setting(False, "leave what a newsgroup post quotes of another", "data", values.truth)
    language: str = setting(
        values.AUTO,
        "of the texts, whose stop words are dropped; none: no stop words; published: English, of the letters a-z "
        "alone; auto: as was published of the data, else what most of its texts are in, none where that is not clear",
        "data",
        choices=(values.AUTO, NO_LANGUAGE, PUBLISHED, *LANGUAGES),
    )
    keep_negations: bool | None = setting(
        None,
        "keep not, no, never and their like (default: kept, except where labels are known to be topics)",
        "data",
        values.truth,
    )
    text_column: list[str] = setting(
        [values.AUTO],
        "column of a table that holds the texts, or several that are joined; auto: the one called text, or the only "
        "one that can be meant",
        "data",
        several="+",
        metavar="NAME",
    )
    label_column: str = setting(
        values.AUTO,
        "column of a table that holds the labels; auto: the one called label, or the only one that can be meant; rows "
        "without a label are unlabelled texts",
        "data",
        metavar="NAME",
    )
    encoding: str = setting(
        values.AUTO,
        "of a file; auto: what a byte order mark says, UTF-8 where it is that, else the best guess, which is said",
        "data",
    )
    delimiter: str = setting(
        values.AUTO,
        "what separates the cells of a table, one character or tab; auto: what gives the columns asked for and rows of "
        "equal length",
        "data",
        delimiter,
        metavar="MARK",
    )
    quoting: str = setting(
        values.AUTO,
        "of a table; doubled: cells stand in quotes, and quotes in them are doubled, as spreadsheets write CSV; "
        "backslash: these have a backslash before them; none: quotes are letters like others",
        "data",
        choices=QUOTINGS,
    )
    bad_rows: float = setting(
        BAD_ROWS,
        "largest share of damaged rows that is passed over, counted and shown with their lines; 0: none",
        "data",
        values.number(0, 1),
        metavar="SHARE",
    )
    positive: str | None = setting(
        None, "which class of two is the positive one (default: the second in their order)", "data", metavar="CLASS"
    )
    min_class_size: int = setting(
        FEWEST_PER_CLASS,
        "texts that each class must have",
        "data",
        values.whole_number(FEWEST_PER_CLASS),
        metavar="N",
    )
    rare: str = setting(
        REFUSE,
        "what becomes of classes that have fewer: the data is refused, or the classes are dropped or merged into one",
        "data",
        choices=RARE,
    )
    streaming: str = setting(
        AUTO,
        f"training texts from files of the run folder, never all in memory; auto: where more than {MOST_TEXTS:,} texts "
        f"are drawn; validation and test then have {MOST_EVALUATED:,} texts at most",
        "data",
        choices=STREAMING,
    )
    near_duplicates: float = setting(
        0.8,
        "texts of validation and test, and unlabelled ones of either, that share at least this share of their runs of "
        "three words with a text of an earlier split are taken out; 0: none",
        "data",
        values.number(0, 1),
        metavar="SHARE",
    )
    unlabelled: str = setting(
        values.AUTO,
        "texts without a label, from which the small models learn words; auto: those that the data has, and those that "
        "were not drawn; none; or a file with a column of texts, or one text a line. None of them is in validation or "
        "test",
        "data",
        metavar="auto|none|FILE",
    )
    unlabelled_sample: int | str = setting(
        values.AUTO,
        "most of them to take, which a student learns from too; auto: 5,000, but 500 for each class where there are "
        "more than ten (student of 20 classes, 2,400 other posts, two splits: 73.2 with 10,000 against 72.0); 0: none",
        "data",
        values.word_or(values.AUTO, values.whole_number(0, 10_000_000)),
        metavar="N",
    )
    vector_sample: int = setting(
        12_000,
        "most of them to take for word vectors, those included (20newsgroups, validation accuracy with 12,000 against "
        "5,000: LSTM 89.4 against 88.4, mean of four splits; SimpleRNN 87.9 against 87.3, five; CNN 89.8 against 90.0 "
        "and Transformer 88.9 against 89.1, three; the student 91.5 against 91.3, three)",
        "data",
        values.whole_number(0, 10_000_000),
        metavar="N",
    )
