"""Delimited files of every kind: what separates and quotes their cells is found, whatever they are called."""

import csv
import time

import pytest

from data.corpus import DataError
from data.reading.dialect import Dialect, delimiter, parse
from data.reading.table import Reading, open_table
from data.sources.tables import load
from data.sources.text_stream import read_texts

from .conftest import REVIEWS

TEXTS = [text for text, _ in REVIEWS]


def check(corpus, texts=None):
    assert corpus.texts == (texts or TEXTS)
    assert [corpus.class_names[label] for label in corpus.labels] == [label for _, label in REVIEWS]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("delimiter", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "pipe")])
def test_the_delimiter_is_found_and_said(write, delimited, delimiter, name, end, suffix):
    corpus = load(write(delimited(REVIEWS, delimiter, end), f"reviews{suffix}"))
    check(corpus)
    assert f"separated by {name}" in corpus.source


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
@pytest.mark.parametrize("delimiter", [",", "\t", " "])
def test_numbers_of_rows_that_have_no_name_are_none_of_the_texts(write, delimited, delimiter, quoting):
    """As `write.table` of R leaves them, in whatever order the rows stand."""
    numbered = [(3 * at % 41, *row) for at, row in enumerate(REVIEWS, start=1)]
    path = write(delimited(numbered, delimiter, quoting=quoting))
    said = delimiter if delimiter == " " else "auto"
    check(load(path, delimiter=said))
    table = open_table(path, Reading(delimiter=said))
    assert table.names == ["", "text", "label"]
    assert [cells for _, cells in table.rows([""])] == [[str(row[0])] for row in numbered]


def test_quotes_within_texts_with_numbers_of_rows_are_escaped_as_r_does(write):
    texts = [f'film {at}, she said "good", twice' for at in range(40)]
    rows = [f'"{at}","{text}","{label}"' for at, (text, (_, label)) in enumerate(zip(texts, REVIEWS, strict=True))]
    escaped = [row.replace(' "good"', r" \"good\"") for row in rows]
    check(load(write("\n".join(['"text","label"', *escaped]))), texts)


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("text,label", [(f"film {at}, all in all", at % 2) for at in range(40)]),  # a comma that nobody quoted
        ("id,text", [(at, f"Paris {at}", " the capital") for at in range(40)]),  # likewise, behind an id
        ("text,label", [(at, f"film {at}", "") for at in range(40)]),  # behind the rest
        ("text,label", [(at, f"film {at}", "" if at else "note") for at in range(40)]),
        ("text,label", [(at // 2, f"film {at}", at % 2) for at in range(40)]),  # the numbers tell no rows apart
        ("text,label", [(at, f"film {at}", at % 2) for at in range(9)]),
    ],
)
def test_other_rows_that_are_longer_than_the_header_have_no_numbers(write, header, rows):
    path = write(f"{header}\n" + "".join(f"{','.join(map(str, row))}\n" for row in rows))
    assert open_table(path, Reading()).names == header.split(",")


@pytest.mark.parametrize("mark", "^~\x1f\x01")
def test_marks_that_are_seldom_are_found_where_no_other_gives_columns(write, delimited, mark):
    check(load(write(delimited(REVIEWS, mark))))
    corpus = load(write(delimited([(f"{mark} {text}", label) for text, label in REVIEWS])))
    assert "separated by comma" in corpus.source


def test_a_flag_wins_over_what_is_found(write):
    path = write("text;a,label\none;1,x\ntwo;2,y\nthree;3,x\n")
    assert load(path, delimiter=",", text_column=["text;a"]).texts == ["one;1", "two;2", "three;3"]
    with pytest.raises(DataError, match="line 1, has no column 'label' .*; its columns are: 'text', 'a,label'"):
        load(path, delimiter=";", text_column=["text"], label_column="label")


@pytest.mark.parametrize(
    ("written", "mark"), [("tab", "\t"), (r"\t", "\t"), ("\t", "\t"), ("^", "^"), ("auto", "auto")]
)
def test_a_delimiter_as_it_is_typed(write, delimited, written, mark):
    assert delimiter(written) == mark
    if mark != "auto":
        assert len(load(write(delimited(REVIEWS, mark)), delimiter=mark).texts) == 40


@pytest.mark.parametrize("mark", ",;|\t")
@pytest.mark.parametrize("quoted", [True, False])
def test_a_line_says_the_delimiter(write, delimited, mark, quoted):
    line = f'"sep={mark}"\r\n' if quoted else f"sep={mark}\r\n"
    path = write(line + delimited(REVIEWS, mark, "\r\n"))
    check(load(path))
    path.write_bytes(path.read_bytes() + b"x\r\n")
    with pytest.raises(DataError, match="line 43: expected 2 fields"):  # lines are counted with it
        load(path)


def test_texts_with_other_delimiters_in_them(write, delimited):
    rows = [(f"first, second, {text}", label) for text, label in REVIEWS]
    check(load(write(delimited(rows, ";"))), [text for text, _ in rows])


def test_semicolons_with_a_comma_in_the_header(write, delimited):
    corpus = load(
        write(
            delimited([(text.replace(",", ""), label) for text, label in REVIEWS], ";", header=("text, free", "label"))
        )
    )
    assert "column 'text, free' labeled by column 'label', guessed" in corpus.source
    assert len(corpus.texts) == 40


def test_tabs_mean_no_quoting(write):
    # A quote at the beginning of one text and one at the end of another: the rows between them stay rows.
    lines = [f"{text}\t{label}\n" for text, label in REVIEWS]
    lines[10], lines[20] = '"' + lines[10], lines[20].replace("\t", '"\t')
    corpus = load(write("text\tlabel\n" + "".join(lines), "reviews.tsv"))
    assert len(corpus.texts) == 40
    assert corpus.texts[10] == '"' + TEXTS[10]
    assert "no quoting" in corpus.source


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC])
@pytest.mark.parametrize("delimiter", "\t|")
def test_tabs_with_quotes_where_a_program_wrote_them(write, delimited, quoting, delimiter):
    rows = [
        (f'He said "{text}"' if at % 3 else f"two\nlines {text}", label) for at, (text, label) in enumerate(REVIEWS)
    ]
    check(load(write(delimited(rows, delimiter, quoting=quoting), "reviews.tsv")), [text for text, _ in rows])


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
@pytest.mark.parametrize("delimiter", ",;\t|")
@pytest.mark.parametrize("header", [("body", "kind"), ("body",)])
def test_texts_of_several_lines_with_every_mark(write, delimited, header, delimiter, quoting, suffix):
    texts = ["", *(f'{text}, he said;\n\n"so" | and, well,\n\t{text}\n' for text in TEXTS), " \n", ""]
    rows = [(text, "ab"[at % 2])[: len(header)] for at, text in enumerate(texts)]
    path = write(delimited(rows, delimiter, quoting=quoting, header=header), f"posts.{suffix}")
    assert list(read_texts(str(path), ["body"])) == texts


def test_a_quote_that_is_closed_behind_the_lines_looked_at(write, delimited):
    texts = [f"{text}\n" * 15 for text in TEXTS]
    path = write(delimited([(text,) for text in texts], header=("body",)))
    assert list(read_texts(str(path), ["body"])) == texts


@pytest.mark.parametrize("lines", [60, 250])
def test_columns_are_guessed_of_long_texts_with_a_comma_a_line(write, delimited, lines):
    texts = ["\n".join(f"Linea {line}, del correo {at} que sigue" for line in range(lines)) for at in range(40)]
    corpus = load(write(delimited([("ab"[at % 2], text) for at, text in enumerate(texts)], header=("tipo", "correo"))))
    assert corpus.texts == texts
    assert corpus.class_names == ("a", "b")


def test_a_log_in_a_text_stays_in_it(write, delimited):
    rows = [("It fails:\n" + "\n".join(f"10:00:{second:02}, INFO" for second in range(14)) + "\nhelp", "bug")]
    rows += [(f"good film {at}", ("bug", "question")[at % 2]) for at in range(40)]
    for ordered in (rows, rows[::-1], rows[:1] * 2 + rows):
        assert load(write(delimited(ordered, header=("text", "label")))).texts == [text for text, _ in ordered]


def test_quotes_within_the_lines_of_a_single_column(write):
    lines = ["text", *(f'"{text}" he said, and "so" too' if at % 3 else text for at, text in enumerate(TEXTS))]
    assert list(read_texts(str(write("\n".join(lines))))) == lines[1:]


def test_quotes_with_a_backslash_before_them(write):
    lines = "".join(f'"He said \\"{text}\\"",{label}\n' for text, label in REVIEWS)
    corpus = load(write("text,label\n" + lines))
    check(corpus, [f'He said "{text}"' for text in TEXTS])
    assert "backslashes before quotes" in corpus.source


def test_quoting_that_is_named(write):
    path = write('text,label\n"a" b,x\n"c,y\nd,x\n')
    assert load(path, quoting="none").texts == ['"a" b', '"c', "d"]
    with pytest.raises(DataError, match="line 2, is not well-formed.* or say --quoting none"):
        load(path, quoting="doubled")


def test_rows_and_columns_that_are_empty_are_passed_over(write):
    corpus = load(write("\n\ntext,label,,\n,\n,,,\na,x,,\n\nb,y\n  , \nc,x,,,,\nd,y,1,2\n\x1a"))  # a DOS file's end
    assert corpus.texts == ["a", "b", "c", "d"]


def test_repeated_columns_that_nobody_asks_for(write):
    assert load(write("note,text,label,note\n1,a,x,2\n1,b,y,2\n")).texts == ["a", "b"]


def test_no_header(write, delimited):
    corpus = load(write(delimited(REVIEWS, header=None)))
    check(corpus)
    assert corpus.source == (
        "reviews.csv (separated by comma, utf-8, no header): column 'column 1' labeled by column 'column 2', guessed"
    )
    check(load(write(delimited(REVIEWS, header=None)), text_column=["column 1"], label_column="column 2"))


def test_no_header_and_more_columns(write, delimited):
    rows = [(at % 2, 14678 + at, "Mon Apr 06", "NO_QUERY", f"user{at}", text) for at, (text, _) in enumerate(REVIEWS)]
    path = write(delimited(rows, header=None))
    assert load(path, text_column=["column 6"], label_column="column 1").texts == TEXTS
    with pytest.raises(
        DataError, match="reviews.csv, which has no header, has no column 'label'; its columns are: 'col"
    ):
        load(path, text_column=["column 6"], label_column="label")


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (["Review", "Stars"], ("Review", "Stars")),
        (["id", "review_text", "Sentiment", "date"], ("review_text", "Sentiment")),
        (["text", "title", "label", "stars"], ("text", "label")),
        (["a", "b"], ("a", "b")),
        (["content", "b"], ("content", "b")),
        (["a", "class"], ("a", "class")),
        (["b", "a"], ("a", "b")),
        (["day", "a", "b"], ("a", "b")),
    ],
)
def test_columns_that_can_only_be_meant(write, delimited, header, chosen):
    values = {"id": range(40), "date": [f"2024-01-{at:02}" for at in range(40)], "title": TEXTS, "stars": [1] * 40}
    values |= {"day": values["date"], chosen[0]: TEXTS, chosen[1]: [label for _, label in REVIEWS]}
    corpus = load(write(delimited(zip(*(values[name] for name in header), strict=True), header=header)))
    check(corpus)
    text, label = chosen
    guessed = "" if chosen == ("text", "label") else ", guessed"
    assert corpus.source.endswith(f": column '{text}' labeled by column '{label}'{guessed}")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("review,comment,label", "line 1, has no column 'text'.* its columns are: 'review', 'comment', 'label'"),
        ("text,stars,rating", "line 1, has no column 'label'.* its columns are: 'text', 'stars', 'rating'"),
        ("a,b,c", "line 1, has no column 'label'|has no column 'text'"),
    ],
)
def test_columns_of_which_several_may_be_meant_are_refused(write, header, message):
    rows = "".join(f"{text.replace(',', '')},{at % 3},{at % 2}\n" for at, (text, _) in enumerate(REVIEWS))
    if header.startswith("review"):
        rows = "".join(f"a very long text as number {at},another very long text {at},{at % 2}\n" for at in range(40))
    with pytest.raises(DataError, match=message):
        load(write(f"{header}\n{rows}"))


def test_several_columns_of_texts_are_joined(write):
    path = write("title,body,label\nGood,It was,x\n,Bad it was,y\nOnly a title,,x\n")
    corpus = load(path, text_column=["title", "body"])
    assert corpus.texts == ["Good\nIt was", "Bad it was", "Only a title"]
    assert "columns 'title' and 'body' labeled by column 'label'" in corpus.source
    assert load(path, text_column=["title", "title"]).texts[0] == "Good"


def test_entities_are_letters(write):
    corpus = load(write("text,label\nCaf&eacute; &amp; bar &lt;3 &#8217;s &#x1F600; a&b;c &copy 1,x\nb,y\n"))
    assert corpus.texts[0] == "Café & bar <3 ’s 😀 a&b;c &copy 1"


def test_reading_on_behind_a_lone_quote_takes_time_as_the_lines_do():
    """As often as a row is damaged, and not as often as there are rows behind it."""
    seconds = []
    for rows in (2_000, 16_000):
        started = time.process_time()
        found = list(parse(["text,label\n", 'x,"open\n', *['""a"",1\n'] * rows], Dialect(",", "doubled")))
        seconds.append(time.process_time() - started)
        assert len(found) > rows
    assert seconds[1] < 24 * max(seconds[0], 0.002)
