"""Python, the TensorFlow graph, `tokenizer.json` and what reads in its place make the same words of any text."""

import dataclasses
import functools
import random
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.cleaning import CONTRACTIONS, NO_LANGUAGE, PUBLISHED, Cleaner, strip_markup
from data.languages.catalog import LANGUAGES, stop_words
from data.languages.english import NEGATIONS, STOP_WORDS
from data.probes import PROBES
from data.words.cutting import LEFT, RIGHT
from data.words.vectorizing import vectorize
from models.serving.reading.word_reader import WordReader

WORDS = (
    sorted(STOP_WORDS | NEGATIONS | set(CONTRACTIONS)) + "computer gim na gon lem can notcan cannotx a1 1 zz9".split()
)
PIECES = "<b> </ <!-- --> &amp; &# http:// https://a.b www. WWW.x @ a@b.c ftp://".split()
# Just short of a tag, a URL or an address, and as long as one may be.
PIECES += "A _ www www.. www.\u2026 www.\u043f a@. a@- /> = <! <![ <!a <a\u0301b=c> n".split()
PIECES += ["<y the ", "<a b=", "<A  Selected", " nowrap", " \u017felected", "<a\xa0b=c>", "<" + "n" * 64, "x" * 999]
PIECES += [*"\0\x0b\x85\u2028\u212a\u0130éÉ😀ßﬁ…\ufe0f\xa0Ⅷ½ǆ\u0301\u4e2d", *"'\"<>&;\n\r\t  -_.!", "\r\n", "  "]
# Other scripts: marks, signs, joiners, what is lowered in its own way, and emoji of several characters.
SCRIPTS = "schön ΕΛΛΗΝΙΚΟΣ ελληνικός Не 中 文字 ひら ガｶﾞ ไทย ดี กีี က္က ខ្ញុំ العَرَبِيَّةُ ـ हिन्दी 한국어 I ı".split(" ")
# Letters and their marks apart, in their order or not, and what is only put together in one step or the other.
SCRIPTS += "e\u0301 a\u0323\u0302 o\u0302\u0323 I\u0307 I\u0302 J\u030c ω\u0313\u0301\u0345 \u1f82 か\u3099".split()
SCRIPTS += "\u1112\u1161\u11ab \ud55c\u11ab \u064e\u0651 \u09c7\u09be \u0dd9\u0dcf\u0dca \u0958 \u0915\u093c".split()
SCRIPTS += "\u212b \ufb2c \u0344 \uf900 \U00011935\U00011930".split()
SCRIPTS += ["\u0e35", "\u200d", "\u200c", "\u00ad", "👍🏽", "❤\ufe0f", "🇩🇪", "1\ufe0f\u20e3", "👩\u200d💻"]
CLEANERS = [Cleaner(keep, language) for language in (PUBLISHED, NO_LANGUAGE, *LANGUAGES) for keep in (False, True)]
CLEANERS = [each for each in CLEANERS if not each.keep_negations or each.is_published or stop_words(each.language)]
texts_of_pieces = st.lists(
    st.one_of(
        st.sampled_from([*WORDS, *SCRIPTS]),
        st.sampled_from(PIECES),
        st.just(" "),
        st.characters(exclude_categories=["Cs", "Cn"]),
    )
).map("".join)


def generated(number: int, cleaner: Cleaner) -> list[str]:
    """Texts that are all edges: markup, addresses, stop words and odd characters run into each other."""
    rng = random.Random(str(cleaner))
    words = WORDS if cleaner.is_published else [*WORDS[::5], *sorted(stop_words(cleaner.language)), *SCRIPTS]
    choices = (words, PIECES, [" "], [word.upper() for word in words])
    found = []
    for _ in range(number):
        parts = [rng.choice((*choices, [chr(rng.randrange(1, 0x250))])) for _ in range(rng.randrange(40))]
        found.append("".join(rng.choice(part) for part in parts))
    return found


def by_graph(texts, cleaner):
    import tensorflow as tf

    from models.exporting import graph_text

    words = tf.strings.split(graph_text.clean(tf.constant(texts), cleaner)).to_list()
    return [" ".join(word.decode() for word in row) for row in words]


def by_tokenizer_file(texts, cleaner):
    normalizer = _word_tokenizer(cleaner).normalizer
    return [" ".join(normalizer.normalize_str(text).split()) for text in texts]


@functools.cache
def _word_tokenizer(cleaner):
    from models.exporting.tokenizer_file import word_tokenizer

    return word_tokenizer(["", "[UNK]"], cleaner, None)


@pytest.mark.slow
@pytest.mark.parametrize("cleaner", CLEANERS, ids=str)
def test_texts_are_cleaned_alike_by_python_and_graph(cleaner, capfd):
    texts = [*PROBES.values(), *generated(10_000 if cleaner.is_published else 1_000, cleaner)]
    assert by_graph(texts, cleaner) == [cleaner.clean(text) for text in texts]
    assert "out of memory" not in capfd.readouterr().err  # RE2 says so where a pattern is too large for it


@pytest.mark.slow
@pytest.mark.parametrize("side", [RIGHT, LEFT])
@pytest.mark.parametrize("cleaner", CLEANERS, ids=str)
def test_graph_and_tokenizer_file_give_the_ids_of_training(cleaner, side):
    import tensorflow as tf

    from models.exporting.text_input import WordInput
    from models.exporting.tokenizer_file import word_tokenizer

    texts = [*PROBES.values(), *generated(5_000 if cleaner.is_published else 1_000, cleaner)]
    cleaned = [cleaner.clean(text) for text in texts]
    # Half the words are known, so that ids tell them apart and unknown ones occur.
    words = sorted({word for text in cleaned for word in text.split()})[::2]
    vocabulary = ["", "[UNK]", *words]
    wanted = vectorize(cleaned, vocabulary, 12, side)
    in_graph = WordInput(vocabulary, cleaner, 12, side)(tf.constant(texts))
    np.testing.assert_array_equal(in_graph["token_ids"], wanted)
    found = word_tokenizer(vocabulary, cleaner, 12, side).encode_batch(texts)
    np.testing.assert_array_equal([encoding.ids for encoding in found], wanted)
    np.testing.assert_array_equal([sum(encoding.attention_mask) for encoding in found], (wanted != 0).sum(axis=1))
    read = WordReader({word: at for at, word in enumerate(vocabulary)}, cleaner, 12, side).read(texts)
    ids, mask = read.matrix(np.arange(len(texts)), 12)
    np.testing.assert_array_equal(ids, wanted)
    np.testing.assert_array_equal(mask, wanted != 0)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(texts_of_pieces)
@pytest.mark.parametrize(
    "cleaner", [Cleaner(), Cleaner(True, NO_LANGUAGE), Cleaner(True, "tr"), Cleaner(language="en")]
)
def test_any_text_is_cleaned_alike(cleaner, text):
    cleaned = [cleaner.clean(text)]
    assert by_graph([text], cleaner) == cleaned
    assert by_tokenizer_file([text], cleaner) == cleaned


@pytest.mark.slow
@pytest.mark.parametrize("language", [NO_LANGUAGE, "tr"])
def test_every_character_of_unicode_is_read_alike(language):
    cleaner = Cleaner(language=language)
    characters = [chr(code) for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000]
    # All of the first two planes; in those behind them there are long rows of one kind.
    texts = [f"a{c}b {c} {c}{c}" for at, c in enumerate(characters) if at < 0x20000 or at % 97 == 0]
    texts += [f"a{apart}b" for c in characters if (apart := unicodedata.normalize("NFD", c)) != c]
    marks = [c for c in characters if unicodedata.combining(c)]
    texts += [f"q{mark}{other} a{other}{mark}" for mark in marks for other in "\u0316\u0301\u0338\u093c\u3099\u0345"]
    cleaned = [cleaner.clean(text) for text in texts]
    assert by_graph(texts, cleaner) == cleaned
    assert by_tokenizer_file(texts, cleaner) == cleaned


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(texts_of_pieces)
def test_any_text_loses_its_markup_alike(text):
    import tensorflow as tf

    from models.exporting import graph_text

    found = graph_text.strip_markup(tf.constant([text])).numpy()[0].decode()
    assert found == strip_markup(text).replace("\0", "")


def test_a_graph_reads_bytes_that_are_no_text():
    import tensorflow as tf

    from models.exporting import graph_text

    for read in (lambda texts: graph_text.clean(texts, Cleaner()), graph_text.strip_markup):
        assert b"computer" in read(tf.constant([b"\xff\xfe computer \x80\xc3"])).numpy()[0]


def test_word_pieces_are_those_of_the_encoders_own_tokenizer(tiny_backbones):
    """Beside and between letters, every character that Unicode 12.0 knows (the tables of `tokenizers`)."""
    from models.encoder.backbones import Backbone, tokenize
    from models.exporting.tokenizer_file import word_piece_tokenizer

    known = [chr(code) for code in range(1, 0x110000) if unicodedata.category(chr(code)) not in ("Cn", "Co", "Cs")]
    characters = random.Random(0).sample(known, 6000) + [chr(code) for code in range(1, 0x500)]
    characters = [c for c in characters if not _newer_than_unicode_12(c)]
    source = tiny_backbones["bert"].tokenizer
    letters = [*"abcdefghijklmnopqrstuvwxyz.,-/()'", *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz.'")]
    vocabulary = list(dict.fromkeys([*source.get_vocabulary(), *letters]))
    tokenizer = type(source)(vocabulary=vocabulary, lowercase=True)
    backbone = Backbone("tiny", "tiny", tiny_backbones["bert"].model, tokenizer)
    texts = [f"a{c}b {c} good{c} É{c} sat" for c in characters] + [*PROBES.values()]
    ids, mask = tokenize(backbone, [strip_markup(text) for text in texts], 40)
    found = word_piece_tokenizer(tokenizer, None, 40)
    found.enable_padding(length=40, pad_id=tokenizer.pad_token_id, pad_token="[PAD]")
    encoded = found.encode_batch(texts)
    different = [text for text, row, encoding in zip(texts, ids.tolist(), encoded, strict=True) if row != encoding.ids]
    assert different == []
    np.testing.assert_array_equal([encoding.attention_mask for encoding in encoded], mask)


@pytest.mark.parametrize("side", [RIGHT, LEFT])
def test_word_pieces_are_cut_alike_by_graph_and_tokenizer_file(tiny_backbones, side):
    import tensorflow as tf

    from models.encoder.backbones import tokenize
    from models.exporting.text_input import EncoderInput
    from models.exporting.tokenizer_file import word_piece_tokenizer

    backbone = dataclasses.replace(tiny_backbones["distilbert"], side=side)
    texts = ["the cat sat", "", "the dog sat and the cat! sat", *PROBES.values()]
    ids, mask = tokenize(backbone, [strip_markup(text) for text in texts], 6)
    in_graph = EncoderInput(backbone, None, 6)(tf.constant(texts))
    np.testing.assert_array_equal(in_graph["token_ids"], ids)
    np.testing.assert_array_equal(in_graph["padding_mask"], mask)
    found = word_piece_tokenizer(backbone.tokenizer, None, 6, side)
    np.testing.assert_array_equal([encoding.ids for encoding in found.encode_batch(texts)], ids)


def _newer_than_unicode_12(character: str) -> bool:
    """Letters and digits added later that stand for plain ones: what `tokenizers` cannot know of."""
    return any(low <= character <= high for low, high in (("㋿", "㋿"), ("🅬", "🅬"), ("ꟲ", "ꟴ"), ("𐞀", "𐞿"), ("🯰", "🯹")))
