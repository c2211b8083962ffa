"""What the networks over words read: decided once a run, and made once for all that read the same."""

import numpy as np
import pytest
import yaml

from data.corpus import Corpus, Published
from data.deciding import words_seen_twice
from data.preparing import load_texts, load_unlabelled
from data.splits.parts import Part
from models.run_folder import RunFolder
from training import command_line, experiment, word_arrays
from training.command_line import parse
from training.settings import WordArrays
from training.word_arrays import decide_lengths, decide_unlabelled, decide_vocabularies

SHORT = [" ".join(f"word{n}" for n in range(100))] * 10
LONG = [" ".join(f"word{n}" for n in range(6000))] * 10
AS_PUBLISHED, MODELS = (Published("rnn", 0.5, "slides", 64, 5000),), "--models rnn linear student "


def decide(flags, texts, published=()):
    corpus = Corpus("tiny", "made up", ["a", "b"], np.array([0, 1]), ("bad", "good"), published=published)
    labels = np.arange(len(texts)) % 2
    part = Part(labels, texts, texts, labels, None)
    return decide_vocabularies(decide_lengths(parse((MODELS + flags).split()), corpus, part), corpus, texts)


@pytest.mark.parametrize(
    ("flags", "texts", "published", "shared", "student"),
    [
        # What was published stays comparable; the student knows and reads what suits the texts, within 128.
        ("", LONG, AS_PUBLISHED, (5000, 64), (6002, 128)),
        ("", SHORT, AS_PUBLISHED, (5000, 64), (5000, 100)),  # never fewer than the others
        ("--sequence-length 16 --vocabulary-size 20", SHORT, (), (20, 16), (102, 100)),
        ("--student-sequence-length 30 --student-vocabulary-size 50", LONG, AS_PUBLISHED, (5000, 64), (50, 30)),
        # Nothing of its own where the others read as much.
        ("", LONG, (), (6002, 256), None),
        ("", SHORT, (), (102, 100), None),
        ("--recipe best --models rnn student", LONG, AS_PUBLISHED, (20_000, 128), None),
    ],
)
def test_sizes(flags, texts, published, shared, student):
    found = decide(flags, texts, published)
    assert found.arrays_of("rnn") == WordArrays(*shared)
    own = WordArrays(*student, f"{student[0]}x{student[1]}") if student else WordArrays(*shared)
    assert found.arrays_of("student") == own
    wanted = {WordArrays(*shared): ["rnn"]}
    wanted.setdefault(own, []).append("student")
    assert found.readers == wanted
    assert found.words_compared == min(shared[1], own.sequence_length)


@pytest.mark.parametrize(
    ("flags", "classes", "taken"),
    [("", 2, 5000), ("", 20, 10_000), ("--unlabelled-sample 300", 20, 300), ("--unlabelled-sample 0", 2, 0)],
)
def test_more_classes_take_more_unlabelled_texts(flags, classes, taken):
    names = tuple(f"class {at}" for at in range(classes))
    corpus = Corpus("tiny", "made up", SHORT, np.arange(len(SHORT)) % classes, names)
    assert decide_unlabelled(parse(flags.split()), corpus).unlabelled_sample == taken


def test_nothing_is_made_that_no_network_reads():
    assert list(decide("--models linear student", LONG, AS_PUBLISHED).readers) == [WordArrays(6002, 128, "6002x128")]
    settings = decide("--models linear", LONG, AS_PUBLISHED)
    assert settings.readers == {}
    assert settings.student_sequence_length == "auto"  # whoever repeats the run with a student has the usual one
    assert settings.words_compared == 64


@pytest.fixture
def corpus():
    """Texts of which every third begins with the two words of another one, and whose third word is their own."""
    texts = [f"{('poor', 'fine')[at % 2]} thing{at // 2 % 30} number{at} shared end" for at in range(90)]
    more = [f"fine item{at} shared end" for at in range(5)]
    return Corpus("tiny", "made up", texts, np.arange(90) % 2, ("bad", "good"), unlabelled=tuple(more))


@pytest.fixture
def prepare(tmp_path, corpus, monkeypatch):
    """Prepares a seed of a run without making its arrays: `prepare(flags, seed)`; its folder and settings."""
    monkeypatch.setattr(experiment, "make_arrays_of", lambda *_: None)
    monkeypatch.setattr(experiment, "describe_split", lambda *_: {})
    run = RunFolder(tmp_path / "run")
    run.path.mkdir()

    def done(flags, seed=0):
        settings = command_line.load(run.settings) if run.settings.exists() else parse((MODELS + flags).split())
        return run, experiment.prepare_seed(run, settings, seed, corpus)

    return done


def test_what_was_decided_is_kept_for_the_other_seeds(prepare, monkeypatch):
    run, first = prepare("--sequence-length 4 --vocabulary-size 8 --seeds 2 --near-duplicates 0")
    learned = [*load_texts(run.prepared(0))["train"].cleaned, *load_unlabelled(run.prepared(0)).cleaned]
    assert (first.student_sequence_length, first.student_vocabulary_size) == (5, words_seen_twice(learned))
    assert command_line.load(run.settings) == first
    monkeypatch.setattr(word_arrays.deciding, "length_of_most", lambda _: pytest.fail("it is decided"))
    assert prepare("", 1)[1] == first


def test_a_run_that_is_older_than_the_setting_goes_on_as_it_began(prepare):
    run, decided = prepare("--sequence-length 4 --vocabulary-size 8 --seeds 2 --near-duplicates 0")
    older = yaml.safe_load(run.settings.read_text(encoding="utf-8"))
    del older["student_sequence_length"], older["student_vocabulary_size"]
    run.settings.write_text(yaml.safe_dump(older), encoding="utf-8")
    assert prepare("", 1)[1].arrays_of("student") == decided.arrays_of("rnn")


def test_texts_that_are_the_same_to_any_network_are_kept_apart(prepare):
    flags = "--sequence-length 5 --vocabulary-size 99 --near-duplicates 0 --student-sequence-length "
    run, _ = prepare(f"{flags}2")
    parts = load_texts(run.prepared(0))
    begun = {name: {" ".join(text.split()[:2]) for text in part.cleaned} for name, part in parts.items()}
    assert not begun["train"] & (begun["validation"] | begun["test"])
    assert not begun["test"] & begun["validation"]
