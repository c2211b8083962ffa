"""Texts that a user may send and no corpus holds: every export is asked them too, and must answer as the trained model.

Nothing here is meant to be classified well; it is meant to be answered alike.
"""

from __future__ import annotations

_SENTENCE = "The film was not bad at all, and the computer crashed twice before the launch."

PROBES = {
    "empty": "",
    "only spaces": " \t\r\n \u00a0\u2003",
    "one letter": "a",
    "one word": "computer",
    "only stop words": "it was not what they were and this is how you have been",
    "only unknown words": "zxqv qqwwyy vrmbl",
    "only punctuation": "?!... --- ;;; ''' \"\"\" (((",
    "10,000 words": " ".join(["computer", "film", "wonderful", "terrible", "zxqv"] * 2000),
    "a word of 10,000 letters": "a" * 10_000,
    "10,000 spaces": "good" + " " * 10_000 + "bad",
    "NUL bytes": "good\0bad \0\0 <b\0>computer</b> http://a\0b.com",
    "control characters": "".join(map(chr, range(32))) + "\x7f\x85 good\x1cfilm\x0bbad",
    "emoji": "good \U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 film \U0001f1e9\U0001f1ea \u2764\ufe0f",
    "Cyrillic and Greek": "\u0424\u0438\u043b\u044c\u043c \u0445\u043e\u0440\u043e\u0448\u0438\u0439, "
    "\u03ba\u03b1\u03bb\u03cc\u03c2",
    "Chinese, Japanese, Korean": "\u7535\u5f71\u5f88\u597d \u6620\u753b \u30d5\u30a3\u30eb\u30e0 \uc601\ud654",
    "Arabic and Hebrew": "\u0641\u064a\u0644\u0645 \u062c\u0645\u064a\u0644 \u05e1\u05e8\u05d8 \u05d8\u05d5\u05d1",
    "accents": "caf\u00e9 na\u00efve \u00c5ngstr\u00f6m e\u0301te\u0301 \u0130stanbul Stra\u00dfe",
    "wide and mathematical letters": "\uff27\uff4f\uff4f\uff44 \U0001d420\U0001d428\U0001d428\U0001d41d \u212a \u00bd",
    "HTML soup": "<p class='x'>Good<br/>&amp;&nbsp;<!-- no --><script>alert('bad')</script> <open <b>film</b> 3 < 4",
    "addresses": "See HTTP://WWW.Example.com/a?b=c&d or www.x.org, mail me@example.com, ftp://a.b/c!",
    "no tags and no addresses": "Awww...good, \u00e9www.x.org, x<y the film is > bad, <evil grin>, great@...terrible",
    "contractions": "I can't, cannot, won't; gimme, gonna, gotta, lemme, wanna: don't isn't n't 'tis d'ye",
    "shouting": _SENTENCE.upper(),
    "a sentence": _SENTENCE,
    "quotes and commas": 'He said ""so"", then, \r\n left; \\n \\0 %s {} ${x}',
    "the tokenizers' own words": "[UNK] [PAD] [CLS] [SEP] [MASK] <s> </s> <mask> ##ing",
    "letters without a word": "x y z q1 2b || 3d-4e_5f",
}
