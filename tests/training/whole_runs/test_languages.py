"""Opinions in many languages: what is read of them, that models learn from it, and that exports answer alike."""

import csv
import json
import random

import numpy as np
import pytest
import yaml

from data.card import describe_split
from data.cleaning import Cleaner
from data.deciding import choose_language
from data.preparing import prepare
from data.sources import catalog
from data.splits.parts import clean_parts
from data.splits.split import split
from data.words.vectorizing import learn_vocabulary, vectorize
from models.architectures import cnn
from models.architectures.sizes import Sizes
from models.linear import tfidf
from training.command_line import parse
from training.fitting.fit import fit
from training.settings import Settings

LENGTH = 32
# By language: a sentence with a place for an opinion, things to have one on, opinions for and against, and a
# cleaned text of the first of each.
OPINIONS = {
    "de": (
        "Ich finde, dass {} in diesem Haus wirklich {} ist und war.",
        "Küche Tür Straße Bücherei Garten Lampe Fenster".split(),
        "schön großartig köstlich".split(),
        "grässlich öde dürftig".split(),
        "finde küche haus wirklich schön",
    ),
    "ru": (
        "Я думаю, что {} в этом доме был очень {}, и вы это знаете.",
        "Фильм чайник ужин сад зал стол вид".split(),
        "хороший отличный прекрасный".split(),
        "плохой ужасный слабый".split(),
        "думаю фильм доме очень хороший это знаете",
    ),
    "tr": (
        "Bu evde {} çok {} ve bir daha da gibi ile için.",
        "İstanbul ışık bahçe kapı lamba ILIK şehir".split(),
        "güzel şahane iyi".split(),
        "kötü sıkıcı çirkin".split(),
        "evde istanbul güzel bir",
    ),
    "zh": (
        "我觉得这个{}真的很{}。",
        "电影 饭店 手机 衣服 学校 书本 房间".split(),
        "好看 精彩 优秀".split(),
        "糟糕 无聊 恶劣".split(),
        "我 觉 得 这 个 电 影 真 的 很 好 看",
    ),
    "ja": (
        "この{}は本当に{}と思う。",
        "映画 料理 ホテル 部屋 カメラ 本 店".split(),
        "すばらしい 楽しい 美味しい".split(),
        "ひどい つまらない 不味い".split(),
        "こ の 映 画 は 本 当 に す ば ら し い と 思 う",
    ),
    "th": (
        "ฉันคิดว่า{}นี้{}มาก",
        "หนัง อาหาร โรงแรม ห้อง กล้อง ร้าน หนังสือ".split(),
        "ดี สวย อร่อย".split(),
        "แย่ น่าเบื่อ ห่วย".split(),
        "ฉั น คิ ด ว่ า ห นั ง นี้ ดี ม า ก",
    ),
    "none": (  # Arabic, whose script other languages share and that has no list
        "أعتقد أن {} في هذا البيت {} جدا!",
        "الفيلم الفندق المطبخ الكتاب المطعم الهاتف البيت".split(),
        "جميل رائع ممتاز".split(),
        "سيئ ممل فظيع".split(),
        "أعتقد أن الفيلم في هذا البيت جميل جدا",
    ),
}


def write_opinions(path, language, count=240):
    """A table of opinions, each with a number that makes it different from all others."""
    frame, things, good, bad, _ = OPINIONS[language]
    rng = random.Random(language)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for at in range(count):
            said = frame.format(rng.choice(things), rng.choice((bad, good)[at % 2]))
            writer.writerow([f"{said} {at + 1000}", ("neg", "pos")[at % 2]])
    return path


@pytest.mark.long
@pytest.mark.parametrize("language", OPINIONS)
def test_models_learn_opinions_in_any_language(tmp_path, language):
    frame, things, good, _, wanted = OPINIONS[language]
    corpus = catalog.load(Settings(data=str(write_opinions(tmp_path / "opinions.csv", language))))
    drawn = split(corpus, None, 0)
    assert choose_language(corpus, drawn.train) == language
    cleaner = Cleaner(False, language)
    assert cleaner.clean(frame.format(things[0], good[0])) == wanted
    parts, removed = prepare(corpus, clean_parts(corpus, drawn, cleaner), None, LENGTH)
    train, validation, test = parts["train"], parts["validation"], parts["test"]
    pipeline, _ = tfidf.fit(train.cleaned, train.labels, validation.cleaned, validation.labels)
    assert (pipeline.predict(test.cleaned) == test.labels).mean() > 0.9

    vocabulary = learn_vocabulary(train.cleaned, 400)
    ids = {name: vectorize(part.cleaned, vocabulary, LENGTH) for name, part in parts.items()}
    model = cnn.build(Sizes(vocabulary_size=400, sequence_length=LENGTH, width=16))
    data = ((ids[name], parts[name].labels) for name in ("train", "validation"))
    fitting = {"epochs": 15, "learning_rate": 5e-3, "batch_size": 16, "folder": tmp_path, "title": "cnn"}
    fit(model, *data, settings=parse([]), seed=0, **fitting)
    assert (model.predict(ids["test"], verbose=0).argmax(axis=1) == test.labels).mean() > 0.8

    card = describe_split(parts, removed, corpus.class_names, vocabulary, LENGTH)
    before = sum(len("".join(text.split())) for part in parts.values() for text in part.texts)
    after = sum(len(text.replace(" ", "")) for part in parts.values() for text in part.cleaned)
    assert card["characters_removed"]["share"] == pytest.approx(1 - after / before)
    words = [word for text in test.cleaned for word in text.split()]
    assert card["vocabulary_coverage"]["test"] == pytest.approx(np.mean([word in vocabulary for word in words]))


@pytest.mark.long
def test_a_run_says_which_language_it_took_and_its_exports_read_it(command, tmp_path):
    data = write_opinions(tmp_path / "meinungen.csv", "de", 120)
    rows = data.read_text(encoding="utf-8").replace("Lampe", "电影👍🏽").replace("Fenster", "ΟΔΟΣ")
    data.write_text(rows, encoding="utf-8")
    small = "--models rnn linear --epochs 2 --width 8 --no-explain".split()
    done = command("training.run", "--data", data, *small, "--output", tmp_path / "runs", KERAS_BACKEND="tensorflow")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "120 texts; German, its stop words dropped. Run folder" in " ".join(done.stdout.split())
    run = tmp_path / "runs" / "latest"
    cleaning = {"keep_negations": True, "language": "de"}
    assert yaml.safe_load((run / "settings.yaml").read_text(encoding="utf-8"))["language"] == "de"
    assert json.loads((run / "data_card.json").read_text(encoding="utf-8"))["cleaning"] == cleaning
    card = (run / "data_card.md").read_text(encoding="utf-8")
    assert "German stop words too (but not negations" in card
    assert "of the Latin letters" in card
    for model in ("rnn", "linear"):
        folder = run / model
        assert json.loads((folder / "0" / "model.json").read_text(encoding="utf-8"))["cleaning"] == cleaning
        described = json.loads((folder / "export" / "classifier.json").read_text(encoding="utf-8"))
        assert described["data_card"]["cleaning"] == cleaning
        formats = json.loads((folder / "export" / "parity.json").read_text(encoding="utf-8"))["formats"]
        assert formats.keys() >= {"saved_model", "onnx"}
        assert {found["refused"] for found in formats.values()} == {None}
        assert all(found["label_agreement"] == 1 for found in formats.values())
