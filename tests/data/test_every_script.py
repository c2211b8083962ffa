"""Texts in any language become the words that a reader of it would expect."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.cleaning import NO_LANGUAGE, PUBLISHED, Cleaner
from data.languages.catalog import LANGUAGES, stop_words
from models.description import Description
from models.run_folder import RunFolder


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wie SCHÖN, schön!", "wie schön schön"),
        ("İstanbul'da ışık", "istanbul da ışık"),
        ("Straße GROẞ", "straße groß"),
        ("ελληνικός ΣΟΦΟΣ", "ελληνικός σοφοσ"),  # a capital sigma says nothing of where it stands
        ("Русский, ёлка; й", "русский ёлка й"),
        ("电影很好。第2部", "电 影 很 好 第 2 部"),
        ("映画ガ ｶﾞ、ﾃｽﾄ", "映 画 ガ ｶ ﾞ ﾃ ｽ ﾄ"),
        ("ไทย ดีมาก", "ไ ท ย ดี ม า ก"),
        ("ລາວ ខ្មែរ မြန်မာ", "ລ າ ວ ខ្ មែ រ မြ န် မာ"),
        ("العَرَبِيَّةُ جميـــل، ١٢", "العَرَبِيَّةُ جميل ١٢"),
        ("می\u200cخواهم", "میخواهم"),
        ("हिन्दी में है।", "हिन्दी में है"),
        ("한국어 영화", "한국어 영화"),
        ("שָׁלוֹם עולם", "שָׁלוֹם עולם"),
        ("good😀👍🏽 ❤\ufe0f👩\u200d💻🇩🇪 1\ufe0f\u20e3", "good 😀 👍 ❤ 👩 💻 🇩 🇪 1"),
        ("★★☆ ✓ © ½ → _ €5", "★ ★ ☆ ✓ 5"),
        ("Film电影ok ÉTÉ e\u0301te\u0301", "film 电 影 ok été été"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165 か\u3099", "한국어 が"),  # as macOS writes them
        ("soft\u00adly \ufeffa\u200bb", "softly a b"),
        ("看http://a.b/c好看 www.x.org，真的 me@x.org", "看 好 看 真 的"),
        ("<b>жир</b>&nbsp;ный", "жир ный"),
        ("\ud800\0", ""),
    ],
)
def test_letters_of_every_script_are_letters(text, expected):
    assert Cleaner(language=NO_LANGUAGE).clean(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "dropped", "kept"),
    [
        ("de", "Das ist nicht schön, ja", "schön ja", "nicht schön ja"),
        ("fr", "Ce n'est pas l'amour", "amour", "n pas amour"),
        ("ru", "Это не очень хорошо", "это очень", "это не очень хорошо"),
        ("tr", "ILIK ve hiç iyi İZ", "ılık iyi iz", "ılık hiç iyi iz"),
        ("en", "It is not a naïve ox, 电影 👍", "naïve 电 影 👍", "not naïve 电 影 👍"),
        ("en", "I don't, I cannot", "cannot", "don cannot"),
        ("zh", "我不好", "我 不 好", "我 不 好"),
        (NO_LANGUAGE, "It is not so", "it is not so", "it is not so"),
    ],
)
def test_stop_words_are_those_of_the_language_and_opinions_keep_some(language, text, dropped, kept):
    assert Cleaner(False, language).clean(text) == dropped
    assert Cleaner(True, language).clean(text) == kept


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("language", [NO_LANGUAGE, "tr", "de", "ko", "ar"])
def test_letters_and_marks_are_the_same_words_however_they_are_written(language, form):
    text = "Schöne İstanbul ILIK Îman ĐẶNG Ürün ÅNGSTRÖM \u212bngström الرَّحْمَٰن שָׁלוֹם Ελλάδα 한국어 ガギグ Йод क़लम J̌ǰ"
    assert Cleaner(True, language).clean(unicodedata.normalize(form, text)) == Cleaner(True, language).clean(text)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=())), st.sampled_from(sorted({*LANGUAGES, NO_LANGUAGE} - {"tr"})))
def test_cleaning_twice_changes_nothing(text, language):
    cleaner = Cleaner(False, language)
    cleaned = cleaner.clean(text)
    assert cleaned == " ".join(cleaned.split())
    assert cleaner.clean(cleaned) == cleaned


def test_a_cleaner_says_what_it_does():
    assert "German stop words too (but not negations" in Cleaner(True, "de").description
    assert "stop words stay" in Cleaner(True, NO_LANGUAGE).description
    assert "stop words stay" in Cleaner(True, "zh").description
    assert "letters are a to z" in Cleaner().description
    assert {Cleaner(True, code).title for code in ("de", "zh", NO_LANGUAGE, PUBLISHED)} == {
        "German, its stop words dropped",
        "Chinese, no stop words",
        "no language recognized or named, no stop words",
        "cleaned as published, English stop words",
    }
    assert all(stop_words(code) for code, language in LANGUAGES.items() if language.kept)


@pytest.mark.parametrize("keep", [False, True])
def test_a_run_that_only_says_whether_negations_were_kept_was_cleaned_as_published(tmp_path, tiny_run, keep):
    from data.files import read_json, write_json

    assert Cleaner.of({"keep_negations": keep}) == Cleaner(keep, PUBLISHED)
    described = read_json(RunFolder(tiny_run[0]).description("linear", 3))
    assert described.pop("cleaning") == {"keep_negations": False, "language": PUBLISHED}
    write_json(tmp_path / "model.json", described | {"keep_negations": keep})
    assert Description.load(tmp_path / "model.json").cleaning == Cleaner(keep)
