"""The words and sentence patterns from which `data.sources.sample` writes its posts.

A pattern holds two opinions: `{win}`, which is the writer's own verdict, and `{lose}`, which is
negated, expected, quoted, outgrown, or about something else. The label decides only which of the
two is the positive word, so both labels use the same words and differ in nothing but their order.
Half of the patterns of each phenomenon put the verdict first, so that its place gives nothing away.
`{win_verb}` and `{lose_verb}` do the same with verbs. Patterns also survive cleaning: what tells
verdict and distraction apart is never a stop word alone. `{aside}` stands between cue and opinion
because a pair of neighboring words would otherwise be enough.
"""

from __future__ import annotations

from typing import NamedTuple


class Topic(NamedTuple):
    """A thing people post about.

    Attributes:
        noun: what the thing is called.
        tried: what one did with it, in the past tense.
        advert: what made promises about it.
        parts: what it consists of; every adjective below fits each of them.
        praise: positive adjectives for this thing only.
        blame: negative adjectives for this thing only.
    """

    noun: str
    tried: str
    advert: str
    parts: tuple[str, ...]
    praise: tuple[str, ...]
    blame: tuple[str, ...]


def _each(words: str) -> tuple[str, ...]:
    """The words of a string, which reads better in a table than a tuple of strings does."""
    return tuple(words.split())


def _topic(noun: str, tried: str, advert: str, parts: str, praise: str, blame: str) -> Topic:
    return Topic(noun, tried, advert, _each(parts), _each(praise), _each(blame))


TOPICS = (
    _topic("film", "saw", "trailer", "acting plot dialogue ending", "gripping hilarious", "boring silly"),
    _topic("phone", "bought", "advert", "screen camera charger battery", "reliable sturdy", "faulty flimsy"),
    _topic("meal", "ordered", "menu", "soup dessert sauce bread", "delicious tasty", "bland greasy"),
    _topic("hotel", "booked", "brochure", "room lobby bathroom bar", "spotless cozy", "filthy dingy"),
    _topic("novel", "read", "blurb", "plot dialogue opening ending", "gripping witty", "boring dull"),
    _topic("app", "installed", "listing", "menu editor search calendar", "intuitive polished", "confusing buggy"),
)

# Few words, each often: a model trained from scratch must learn them all from 2,000 posts. These fit
# every topic, every part of it, a journey and the weather.
PRAISE = _each("wonderful brilliant excellent delightful superb fantastic terrific impressive lovely beautiful")
BLAME = _each("dreadful awful terrible horrible disappointing miserable lousy atrocious pathetic dismal")
PRAISE_VERBS = _each("loved adored enjoyed admired liked cherished")
BLAME_VERBS = _each("hated despised loathed disliked detested regretted")

PEOPLE = (
    "my sister",
    "my brother",
    "my father",
    "a friend",
    "a colleague",
    "our neighbor",
    "everyone at work",
    "half the office",
    "the critic in the paper",
)
# Things around the topic whose quality says nothing about it.
SURROUNDINGS = ("journey", "weather", "drive", "walk")
# Without May, which is also a verb in one of the patterns.
MONTHS = _each("January February March April June July August September October November December")
DAYS = _each("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
CITIES = _each("Leeds Oslo Lisbon Denver Boston")

ASIDES = (
    "after a long day",
    "between two meetings",
    "late in the evening",
    "early in the morning",
    "with the whole family around",
    "over a cup of tea",
    "on the way home",
    "with the radio on",
    "on a {day}",
    "back in {month}",
    "over in {city}",
)
# Sentences without an opinion, after the post proper. They share no word with what decides the label.
REMARKS = (
    "I paid with a voucher.",
    "We live about ten minutes away.",
    "My dog slept next to me.",
    "I am writing this on a {day}.",
    "This is my second post.",
    "Somebody asked for details, so here they are.",
    "Posting this from {city}.",
    "Questions? Just ask.",
)

PLAIN = "plain"
EMPTY = "empty"

PATTERNS: dict[str, tuple[str, ...]] = {
    PLAIN: (
        "The {noun} was {win}, {aside}.",
        "{Aside} I {tried} this {noun}, and the {part} was {win}.",
        "A {win} {noun}.",
        "I {win_verb} this {noun}, {aside}.",
        "{Aside} I {tried} it. I {win_verb} the {part}.",
        "The {part} is {win} and the {part2}, {aside}, is {win2}.",
        "A {win} {noun} with a {win2} {part}.",
        "I {win_verb} the {part}, and the {noun} as a whole is {win}.",
    ),
    "negation": (
        "The {noun} is not, {aside} or at any other time, {lose}; it is {win}.",
        "The {noun} is {win}. It was not, {aside} or at any other time, {lose}.",
        "I never, {aside} or later, found the {part} {lose}. I found it {win}.",
        "I found the {part} {win}. I never, {aside} or later, found it {lose}.",
        "Nothing about the {noun} struck me as {lose}. The {part}, {aside}, struck me as {win}.",
        "The {part}, {aside}, struck me as {win}. Nothing about the {noun} struck me as {lose}.",
        "We didn't, {aside}, find the {noun} {lose}. We did find the {part} {win}.",
        "We did find the {part} {win}. We didn't, {aside}, find the {noun} {lose}.",
    ),
    "contrast": (
        "Although the {part}, {aside}, was {lose}, the {noun} as a whole is {win}.",
        "The {noun} as a whole is {win}, although the {part}, {aside}, was {lose}.",
        "The {part} may be {lose}, but overall the {noun}, {aside}, is {win}.",
        "Overall the {noun}, {aside}, is {win}, but the {part} may be {lose}.",
        "Despite a {lose} {part}, {aside}, overall a {win} {noun}.",
        "Overall a {win} {noun}, {aside}, despite a {lose} {part}.",
    ),
    "expectation": (
        "I expected a {lose} {noun}, {aside}, and got a {win} one.",
        "We got a {win} {noun}, {aside}, where we had expected a {lose} one.",
        "From the {advert} I expected something {lose}. In fact the {noun}, {aside}, turned out {win}.",
        "In fact the {noun}, {aside}, turned out {win}. From the {advert} I expected something {lose}.",
        "The {advert} promised a {lose} {part}. What we got, {aside}, was {win}.",
        "What we got, {aside}, was {win}. The {advert} had promised a {lose} {part}.",
    ),
    "quoted opinion": (
        "{Person} said that the {noun}, {aside}, was {lose}. Personally I found it {win}.",
        "Personally I found it {win}. {Person} said that the {noun}, {aside}, was {lose}.",
        "According to {person} the {noun} is {lose}. In my own opinion the {part}, {aside}, is {win}.",
        "In my own opinion the {part}, {aside}, is {win}. According to {person} the {noun} is {lose}.",
        "{Person} {lose_verb} the {noun}, {aside}. Personally I {win_verb} it.",
        "Personally I {win_verb} the {noun}, {aside}. {Person} {lose_verb} it.",
    ),
    "change of mind": (
        "At first the {noun}, {aside}, seemed {lose}. By now I find the {part} {win}.",
        "By now I find the {part} {win}. At first the {noun}, {aside}, seemed {lose}.",
        "I used to think the {part}, {aside}, was {lose}. Today I think it is {win}.",
        "Today I think the {part}, {aside}, is {win}. I used to think it was {lose}.",
        "I used to say I {lose_verb} the {noun}, {aside}. Today I say I {win_verb} it.",
        "Today I say I {win_verb} the {noun}, {aside}. I used to say I {lose_verb} it.",
    ),
    "another item": (
        "The previous {noun}, {aside}, was {lose}. The present one is {win}.",
        "The present {noun} is {win}. The previous one, {aside}, was {lose}.",
        "The other {noun} {person} {tried}, {aside}, was {lose}. This one here is {win}.",
        "Compared with the {lose} {noun} {person} {tried}, {aside}, the present one is {win}.",
        "The present {noun} is {win}, {aside}, compared with the {lose} one {person} {tried}.",
        "This {noun} here is {win}. The previous one {person} {tried}, {aside}, was {lose}.",
    ),
    "distracting clause": (
        "The {surrounding}, {aside}, was {lose}. The {noun} was {win}.",
        "The {noun} was {win}. The {surrounding}, {aside}, was {lose}.",
        "The {noun} we {tried} after a {lose} {surrounding} was, {aside}, {win}.",
        "{Win}, {aside}, was the {noun} we {tried} after a {lose} {surrounding}.",
        "It was a {lose} {surrounding}, {aside}, when we {tried} the {noun}. The {part} is {win}.",
        "The {part} is {win}. We {tried} the {noun}, {aside}, when it was a {lose} {surrounding}.",
    ),
    "intensity": (
        "The {noun} was slightly {lose}, {aside}, and otherwise overwhelmingly {win}.",
        "The {noun} was overwhelmingly {win}, {aside}, and otherwise slightly {lose}.",
        "Hardly anybody, {aside}, could call the {part} {lose}. The {noun} is utterly {win}.",
        "The {noun} is utterly {win}. Hardly anybody, {aside}, could call the {part} {lose}.",
        "The {part} is far from what I call {lose}, {aside}. Everything about the {noun} is {win}.",
        "Everything about the {noun} is {win}. The {part}, {aside}, is far from what I call {lose}.",
    ),
    "double negation": (
        "I can't say that the {noun}, {aside}, wasn't {win}, and I can't say that the {part} was {lose}.",
        "I can't say that the {part} was {lose}, and I can't say that the {noun}, {aside}, wasn't {win}.",
        "Nobody, {aside}, could call the {part} {lose}, and nobody could claim that the {noun} isn't {win}.",
        "Nobody could claim that the {noun} isn't {win}, and nobody, {aside}, could call the {part} {lose}.",
    ),
}
