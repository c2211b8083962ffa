"""Python, the TensorFlow graph and `tokenizer.json` make the same words of any text."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.cleaning import CONTRACTIONS, Cleaner, strip_markup
from data.probes import PROBES
from data.stopwords import NEGATIONS, STOP_WORDS
from data.vectorizing import vectorize

WORDS = (
    sorted(STOP_WORDS | NEGATIONS | set(CONTRACTIONS)) + "computer gim na gon lem can notcan cannotx a1 1 zz9".split()
)
PIECES = "<b> </ <!-- --> &amp; &# http:// https://a.b www. WWW.x @ a@b.c ftp://".split()
# Just short of a tag, a URL or an address, and as long as one may be.
PIECES += "A _ www www.. www.\u2026 www.\u043f a@. a@- /> = <! <![ <!a <a\u0301b=c> n".split()
PIECES += ["<y the ", "<a b=", "<A  Selected", " nowrap", " \u017felected", "<a\xa0b=c>", "<" + "n" * 64, "x" * 999]
PIECES += [*"\0\x0b\x85\u2028\u212a\u0130éÉ😀ßﬁ…\ufe0f\xa0Ⅷ½ǆ\u0301\u4e2d", *"'\"<>&;\n\r\t  -_.!", "\r\n", "  "]
texts_of_pieces = st.lists(
    st.one_of(
        st.sampled_from(WORDS), st.sampled_from(PIECES), st.just(" "), st.characters(exclude_categories=["Cs", "Cn"])
    )
).map("".join)


def generated(number: int, seed: int) -> list[str]:
    """Texts that are all edges: markup, addresses, stop words and odd characters run into each other."""
    rng = random.Random(seed)
    choices = (WORDS, PIECES, [" "], [word.upper() for word in WORDS])
    found = []
    for _ in range(number):
        parts = [rng.choice((*choices, [chr(rng.randrange(1, 0x250))])) for _ in range(rng.randrange(40))]
        found.append("".join(rng.choice(part) for part in parts))
    return found


def by_graph(texts, keep_negations):
    import tensorflow as tf

    from models.exporting import graph_text

    words = tf.strings.split(graph_text.clean(tf.constant(texts), keep_negations)).to_list()
    return [" ".join(word.decode() for word in row) for row in words]


@pytest.mark.slow
@pytest.mark.parametrize("keep_negations", [False, True])
def test_twenty_thousand_texts_are_cleaned_alike_by_python_and_graph(keep_negations):
    texts = [*PROBES.values(), *generated(10_000, seed=int(keep_negations))]
    cleaner = Cleaner(keep_negations)
    assert by_graph(texts, keep_negations) == [cleaner.clean(text) for text in texts]


@pytest.mark.slow
@pytest.mark.parametrize("keep_negations", [False, True])
def test_the_tokenizer_file_gives_the_ids_of_training(keep_negations):
    from models.exporting.tokenizer_file import word_tokenizer

    texts = [*PROBES.values(), *generated(5_000, seed=7)]
    cleaner = Cleaner(keep_negations)
    cleaned = [cleaner.clean(text) for text in texts]
    # Half the words are known, so that ids tell them apart and unknown ones occur.
    words = sorted({word for text in cleaned for word in text.split()})[::2]
    vocabulary = ["", "[UNK]", *words]
    wanted = vectorize(cleaned, vocabulary, 12)
    found = word_tokenizer(vocabulary, keep_negations, 12).encode_batch(texts)
    np.testing.assert_array_equal([encoding.ids for encoding in found], wanted)
    np.testing.assert_array_equal([sum(encoding.attention_mask) for encoding in found], (wanted != 0).sum(axis=1))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(texts_of_pieces)
def test_any_text_is_cleaned_alike(text):
    assert by_graph([text], False) == [Cleaner().clean(text)]


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

    for read in (lambda texts: graph_text.clean(texts, False), graph_text.strip_markup):
        assert b"computer" in read(tf.constant([b"\xff\xfe computer \x80\xc3"])).numpy()[0]


def test_word_pieces_are_those_of_the_encoders_own_tokenizer(tiny_backbones):
    """Beside and between letters, every character that Unicode 12.0 knows (the tables of `tokenizers`)."""
    import unicodedata

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
    found = word_piece_tokenizer(tokenizer, False, False, 40)
    found.enable_padding(length=40, pad_id=tokenizer.pad_token_id, pad_token="[PAD]")
    encoded = found.encode_batch(texts)
    different = [text for text, row, encoding in zip(texts, ids.tolist(), encoded, strict=True) if row != encoding.ids]
    assert different == []
    np.testing.assert_array_equal([encoding.attention_mask for encoding in encoded], mask)


def _newer_than_unicode_12(character: str) -> bool:
    """Letters and digits added later that stand for plain ones: what `tokenizers` cannot know of."""
    return any(low <= character <= high for low, high in (("㋿", "㋿"), ("🅬", "🅬"), ("ꟲ", "ꟴ"), ("𐞀", "𐞿"), ("🯰", "🯹")))
