"""The six steps, their order, the tokens, and that nobody's text can stop or slow them."""

import re
import subprocess
import sys
import time
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data import cleaning
from data.cleaning import Cleaner, normalize, strip_markup
from data.languages.english import NEGATIONS, STOP_WORDS

clean = Cleaner().clean

# Pieces that the patterns look for, glued together: random characters alone would hardly ever make a tag.
PIECES = "< </ > <b> <!-- --> &amp; &#39; & ; http:// HTTPS:// www. ftp: @".split()
# Just short of a tag, a URL or an address, and as long as one may be.
PIECES += "A _ W www www.. www.x www.\u2026 www.\u043f a@. a@- /> = <! <![ <!a <a\u0301b=c> n".split()
PIECES += ["<y the ", "<a b=", "<A  Selected", " nowrap", " \u017felected", "<a\xa0b=c>", "<" + "n" * 64, "x" * 999]
PIECES += ". - % me@x.org don't cannot GIMME wanna 'tis '' `` not".split()
PIECES += ["é", "É", "\u0130", "\u212a", "\u0301", "\u4e2d", "\u200d", "😀", "\ud800"]
PIECES += ["\0", "\t", "\r\n", "\x0b", "\x0c", "\x1f", "\x85", "\u2028", "\u3000", "\ufeff", " ", '"', "#"]
any_text = st.one_of(
    st.text(st.characters(exclude_categories=())),  # surrogates too
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=20).map("".join),
)


def test_a_post_with_everything_in_it():
    text = "Visit our website at https://example.com for more info! <b>Special Offer!!!</b>"
    assert clean(text) == "visit website info special offer"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ABC xyz", "abc xyz", id="lowercase"),
        pytest.param("a<b>c</b>d", "a c d", id="tags part words"),
        pytest.param('x <a href="u" title="v">y</a> z', "x y z", id="attributes go with the tag"),
        pytest.param("x <!-- a < b --> y", "x y", id="comments"),
        pytest.param("x<br/>y<BR />z", "x y z", id="closed tags"),
        pytest.param("fish &amp; chips &#163;5 &nbsp;&#xA3;", "fish chips 5", id="entities"),
        pytest.param("3 < 4 and 5 > 4", "3 4 and 5 4", id="a comparison is no tag"),
        pytest.param("<3 you <- here", "3 you here", id="neither is a heart"),
        pytest.param("at http://a.b/c?d=e&f#g, or ftp://h/i now", "at or now", id="URLs to their last character"),
        pytest.param("see (www.a.com) now", "see now", id="URLs without a scheme"),
        pytest.param("Awww...terrible, Awww.x", "awww terrible awww x", id="a URL begins where a word does"),
        pytest.param(
            "www...awful (www.) www.\u2026x", "www awful www www x", id="a host begins with a letter or digit"
        ),
        pytest.param("\u00e9www.x.org/y _www.x", "www x", id="words are of ASCII letters, digits and underscores"),
        pytest.param("www.\u043f\u0440.\u0440\u0444/x now", "now", id="a host may be of any script"),
        pytest.param("seehttp://a.b now", "see now", id="a scheme needs no boundary"),
        pytest.param("great@...terrible 2@-5", "great terrible 2 5", id="a domain begins with a letter or digit"),
        pytest.param("x<y the kettle > done", "x y the kettle done", id="words between two comparisons"),
        pytest.param("<evil grin> <stuff deleted>", "evil grin stuff deleted", id="words in angle brackets"),
        pytest.param("i<n; a->b", "i n a b", id="an arrow ends no tag"),
        pytest.param("a<hr noshade>b<Option\nSELECTED value=3>c", "a b c", id="attributes without a value"),
        pytest.param("a<x:y z.1 = 'u v'\n w=x/>b</p >c", "a b c", id="names, spaces and words of attributes"),
        pytest.param(f"a<b c='{'x ' * 5000}'>d", "a d", id="an attribute of any length"),
        pytest.param("a<b c=d e='f g>h", "a b c d e f g h", id="a quote that is not closed"),
        pytest.param("a<b c=d and e>f", "a b c d and e f", id="words after an attribute"),
        pytest.param(f"a<{'b' * 65}>c", f"a {'b' * 65} c", id="longer than a name may be"),
        pytest.param("a<b <i>c</i> d=e>f", "a b c d e f", id="a tag in a tag"),
        pytest.param("a<!DOCTYPE html>b<![CDATA[c]]>d<! e >f", "a b d e f", id="declarations"),
        pytest.param("ask a.b+c%d_e-f@g-h.co.uk now", "ask now", id="addresses"),
        pytest.param("isn't it? naïve; co-op_x", "isn t it na ve co op x", id="special characters part words"),
        pytest.param("a\t b\r\n\r\n  c \n", "a b c", id="whitespace"),
        pytest.param("a\x0bb\x0cc\u00a0d\u2003e\x00f", "a b c d e f", id="other whitespace and NUL are special"),
        pytest.param("\u212a \u0130 \u017f", "", id="letters that lower or fold into a-z are special all the same"),
        pytest.param("route 66", "route 66", id="digits stay"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_each_step(text, expected):
    assert normalize(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Were addresses or special characters looked for before lowering, [^a-z0-9] would eat the capitals.
        pytest.param("HTTP://X.ORG Me@X.ORG END", "end", id="lowercase before all"),
        # Tags first: the URL within the attribute goes with them, and the URL pattern stops at the tag.
        pytest.param("<a href='http://x.org'>http://y.org</a>z", "z", id="tags before URLs"),
        # URLs first: as an address only "user:me@x.org" less "user:" would be found, and "http" left over.
        pytest.param("http://user:me@x.org/path end", "end", id="URLs before addresses"),
        # Addresses first: without "@" and "." their parts would be words.
        pytest.param("me@example.org end", "end", id="addresses before special characters"),
        # Special characters become spaces, so whitespace is put in order last.
        pytest.param("a - b", "a b", id="special characters before whitespace"),
    ],
)
def test_order_of_the_steps(text, expected):
    assert normalize(text) == expected


def test_stop_words_and_short_tokens_go():
    # "the" and "is" are stop words, "ox" has two letters, "cow" three.
    assert clean("The ox is a cow") == "cow"


@pytest.mark.parametrize(
    ("text", "dropped", "kept"),
    [
        ("This is not good.", "good", "not good"),
        ("No, never! Nor I.", "never", "no never nor"),  # "never" is none of NLTK's stop words
        ("I don't, you can't", "", "don"),  # can't: "can" is a stop word, "t" too short
        ("I cannot say", "say", "not say"),  # NLTK parts "cannot" into "can" and "not"
        ("Nothing without doubt", "nothing without doubt", "nothing without doubt"),
    ],
)
def test_negations_are_kept_where_asked_for(text, dropped, kept):
    assert clean(text) == dropped
    assert Cleaner(keep_negations=True).clean(text) == kept


@pytest.mark.parametrize("word", ["no", "not", "nor", "never"])
def test_negations_of_the_requirement(word):
    assert word in NEGATIONS
    assert Cleaner(keep_negations=True).clean(word) == word


def test_stop_words_are_nltk_s(nltk_stop_words_file):
    with zipfile.ZipFile(nltk_stop_words_file) as archive:
        words = archive.read("stopwords/english").decode().split()
    assert frozenset(words) == STOP_WORDS


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(any_text)
@example("cannot gimme gonna gotta lemme wanna more n d ye")
def test_tokens_are_those_of_word_tokenize(text):
    from nltk.tokenize import word_tokenize

    normal = normalize(text)
    keeps = Cleaner().keeps
    assert clean(text) == " ".join(token for token in word_tokenize(normal, preserve_line=True) if keeps(token))


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(any_text)
@example("x@a.b@c.d @e@f " + "y" * 70 + "@g.h" + "z" * 260 + "@i.j &lt;k@l.m>")
def test_markup_is_looked_for_only_where_its_signs_are_and_nothing_is_missed(text):
    expected = text
    for pattern in (cleaning.HTML, cleaning.URL, cleaning.EMAIL):
        expected = re.sub(pattern, " ", expected, flags=re.ASCII)
    assert cleaning.without_markup(text) == expected
    lowered = re.sub("[A-Z]", lambda letter: letter[0].lower(), text)
    for pattern in (cleaning.HTML, cleaning.URL, cleaning.EMAIL, cleaning.SPECIAL, cleaning.WHITESPACE):
        lowered = re.sub(pattern, " ", lowered, flags=re.ASCII)
    assert normalize(text) == lowered.strip(" ")


@pytest.mark.slow
def test_nltk_is_not_asked():
    # It takes half a second to import, in each process that cleans. A process of its own: others here have loaded it.
    code = (
        "import sys\n"
        "from data.cleaning import Cleaner\n"
        "print(Cleaner().clean('The cats cannot sleep. They are hungry.'), 'nltk' in sys.modules)"
    )
    environment = {"PYTHONPATH": ":".join(path or "." for path in sys.path)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert result.stdout == "cats sleep hungry False\n"


@settings(max_examples=300, deadline=None)
@given(any_text, st.booleans())
def test_only_single_spaced_ascii_words_come_out_of_any_text(text, keep_negations):
    cleaner = Cleaner(keep_negations)
    cleaned = cleaner.clean(text)
    assert cleaned == " ".join(cleaned.split(" ")).strip(" ")
    assert "  " not in cleaned
    assert set(cleaned) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert cleaner.clean(cleaned) == cleaned


@settings(max_examples=200, deadline=None)
@given(any_text)
def test_normalizing_twice_changes_nothing(text):
    assert normalize(normalize(text)) == normalize(text)


HOSTILE = ["<", "a", "a@", "&", "<!--", "<!-", "<!--x ", "</", "a.a-", "<a", "&#", "&a", "@", "a.", "www.", "http://a"]
HOSTILE += ["'", '"', " ", "\0", "cannot ", ".", "<a b=", "<a b=c ", "<a nowrap ", "<a ", "<!a ", "w", "www.a"]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("start", ["", "<a ", "<a b="])
def test_hostile_texts_take_no_longer_than_others(start, piece):
    text = start + piece * (100_000 // len(piece))
    clean("")  # the import of NLTK is not the text's fault
    start = time.process_time()
    clean(text)
    strip_markup(text)
    assert time.process_time() - start < 2  # 0.2 s at most where it was written; quadratic time would be minutes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>It isn't   <b>BAD</b>!</p>", "It isn't BAD !"),
        ("Mail Me@Example.org\nor see HTTP://x.org, Https://X.org or WWW.x.org", "Mail or see or"),
        ("fish &amp; chips", "fish chips"),
        ("naïve\u00a0café", "naïve café"),
        ("", ""),
    ],
)
def test_an_encoder_s_text_keeps_case_and_punctuation(text, expected):
    assert strip_markup(text) == expected


@pytest.mark.parametrize("name", ["HTML", "URL", "EMAIL", "SPECIAL", "WHITESPACE"])
def test_patterns_keep_to_what_re2_knows(name):
    import re._constants as constants
    import re._parser as parser

    unknown = {constants.ASSERT, constants.ASSERT_NOT, constants.GROUPREF, constants.GROUPREF_EXISTS}
    unknown |= {constants.ATOMIC_GROUP, constants.POSSESSIVE_REPEAT, constants.CATEGORY}

    def check(node):
        if isinstance(node, tuple) and node and node[0] in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            least, most, _ = node[1]
            assert least <= 1000
            assert most <= 1000 or most is constants.MAXREPEAT
        if isinstance(node, (list, tuple, parser.SubPattern)):
            for part in node:
                check(part)
        else:
            assert node not in unknown, f"{node} differs in RE2 or is not in it"

    check(parser.parse(getattr(cleaning, name)))


@pytest.mark.slow
def test_a_tensorflow_graph_cleans_as_python_does(capfd):
    tf = pytest.importorskip("tensorflow")

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def graph(texts):
        texts = tf.strings.lower(texts, encoding="")  # ASCII letters only
        for pattern in (cleaning.HTML, cleaning.URL, cleaning.EMAIL, cleaning.SPECIAL, cleaning.WHITESPACE):
            texts = tf.strings.regex_replace(texts, pattern, " ")
        return tf.strings.strip(texts)

    def check(texts):
        answers = graph(tf.constant([text.encode() for text in texts])).numpy()
        assert [answer.decode() for answer in answers] == [normalize(text) for text in texts]

    check(
        [
            "Visit <b>US</b> at https://example.com!",
            "<!-- a > b --> c",
            "a\0b",
            "\u0130\u212a \u017f",
            "<a\nb>c",
            "x" * 70 + "@y.z",
            *(
                f"{start}{'é ' * 990}{end}"
                for start in ("<!-- ", "<! ", "<!a ", "<a b='", "<a b=")
                for end in ("-->", "'>")
            ),
            "",
        ]
    )

    @settings(max_examples=200, deadline=None)
    @given(st.lists(any_text.map(lambda text: text.encode("utf-8", "replace").decode()), min_size=1, max_size=5))
    def agree(texts):
        check(texts)

    agree()
    assert "out of memory" not in capfd.readouterr().err  # RE2 says so, and slows down, at every text, where it is
