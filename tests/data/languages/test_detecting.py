"""A language is recognized where that is clear, and none is made up."""

import pytest

from data.languages.detecting import detect_language

SENTENCES = {
    "en": "The film was not as good as the book, but I enjoyed it and would see it again with my friends.",
    "de": "Der Film war leider nicht so gut wie das Buch, aber ich habe ihn mit meinen Freunden gern gesehen.",
    "fr": "Le film n'était pas aussi bon que le livre, mais je l'ai aimé et je le reverrai avec mes amis.",
    "es": "La película no fue tan buena como el libro, pero me gustó y la volvería a ver con mis amigos.",
    "it": "Il film non era bello come il libro, ma mi è piaciuto e lo rivedrei con i miei amici.",
    "pt": "O filme não foi tão bom quanto o livro, mas eu gostei e veria de novo com os meus amigos.",
    "nl": "De film was niet zo goed als het boek, maar ik vond hem leuk en zou hem weer met mijn vrienden zien.",
    "sv": "Filmen var inte så bra som boken, men jag tyckte om den och skulle se den igen med mina vänner.",
    "fi": "Elokuva ei ollut niin hyvä kuin kirja, mutta pidin siitä ja katsoisin sen uudelleen ystävieni kanssa.",
    "hu": "A film nem volt olyan jó, mint a könyv, de tetszett, és újra megnézném a barátaimmal.",
    "tr": "Film kitap kadar iyi değildi ama çok beğendim ve arkadaşlarımla bir daha izlerim, bu da benim için yeter.",
    "ru": "Фильм был не так хорош, как книга, но мне он понравился, и я бы посмотрел его снова, если бы было время.",
    "zh": "电影没有书那么好,但我喜欢它。",
    "ja": "映画は本ほど良くなかったが、また友達と見たい。",
    "ko": "영화는 책만큼 좋지 않았지만 마음에 들었다.",
    "th": "หนังไม่ดีเท่าหนังสือ แต่ฉันชอบ",
    "el": "Η ταινία δεν ήταν τόσο καλή όσο το βιβλίο.",
}
UNCLEAR = {
    "Danish, much like Norwegian": "Filmen var ikke så god som bogen, men jeg kunne lide den og ville se den igen.",
    "Ukrainian": "Фільм був не таким гарним, як книга, але мені він сподобався, і я б подивився його знову з друзями.",
    "Bulgarian": "Филмът не беше толкова добър, колкото книгата, но ми хареса и бих го гледал отново с приятели.",
    "Polish": "Film nie był tak dobry jak książka, ale podobał mi się i obejrzałbym go jeszcze raz z przyjaciółmi.",
    "Czech": "Film nebyl tak dobrý jako kniha, ale líbil se mi a viděl bych ho znovu s přáteli.",
    "Romanian": "Filmul nu a fost la fel de bun ca și cartea, dar mi-a plăcut și l-aș revedea cu prietenii mei.",
    "Persian": "فیلم به خوبی کتاب نبود اما از آن لذت بردم",
    "Hindi, whose script others share": "फिल्म किताब जितनी अच्छी नहीं थी",
    "keywords": "camera blanket holiday bottle carpet",
    "three scripts": "The film was not as good as the book. Фильм был не так хорош. Η ταινία δεν ήταν τόσο καλή.",
    "emoji": "😀👍",
    "nothing": "",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_language_is_recognized(code):
    assert detect_language([SENTENCES[code]]) == code


@pytest.mark.parametrize("text", UNCLEAR.values(), ids=UNCLEAR)
def test_no_language_is_made_up(text):
    assert detect_language([text]) == "none"


def test_most_texts_decide():
    assert detect_language([SENTENCES["de"]] * 9 + [SENTENCES["fr"], UNCLEAR["Ukrainian"]]) == "de"


def test_no_texts_have_no_language():
    assert detect_language([]) == "none"
