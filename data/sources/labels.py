"""Labels as people write them: which are the same class, which are none, and in which order the classes stand."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from data.corpus import DataError
from data.messages import listed, printable

LONGEST_LABEL = 1000  # characters
UNKNOWN = -1  # a class that is none of some
# Numbers as programs write them. 007 is none: it is a code.
NUMBER = re.compile(r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)
# Zero width: word joiner, space and byte order mark, the marks of direction, soft hyphen. Joiners stay between letters
# of the scripts that need them, and between emoji.
INVISIBLE = re.compile(
    r"[\u00ad\u180e\u200b\u200e\u200f\u2060\ufeff]|(?<![^\0-\u02ff\s])[\u200c\u200d]+|[\u200c\u200d]+(?![^\0-\u02ff\s])"
)
# Small Cyrillic and Greek letters that look like Latin ones, or whose capitals do; from
# https://www.unicode.org/Public/security/latest/confusables.txt.
LATIN_SHAPES = str.maketrans("авекмнорстухіјѕԁԛԝαβεηικμνορτυχζ", "abekmhopctyxijsdqwabehikmvoptyxz")
MISSING = frozenset(["nan", "<na>", "nat", "#n/a", "\\n"])  # what programs write for a label that is not there
MAYBE_MISSING = frozenset(["none", "null", "na", "n/a", "-", "?"])  # likewise, but a class may be called so
MOST_DIFFERENT, SHARE_DIFFERENT = 20, 0.5  # labels: more than both are no classes


@dataclass(frozen=True)
class Classes:
    """The labels of some texts, n of them.

    Attributes:
        names: of the classes, in their order: numbers by their value, then the others by their letters.
        labels: of each text, an index into `names`, or `None` where the text has none.
        notes: what a reader must know of them.
    """

    names: tuple[str, ...]
    labels: list[int | None]
    notes: tuple[str, ...]


def clean_label(written: str) -> str:
    """A label without invisible characters and surrounding spaces, on one line, its letters and marks composed (NFC).

    >>> clean_label(" cafe\u0301\u200b ")
    'café'
    """
    return printable(unicodedata.normalize("NFC", INVISIBLE.sub("", written).strip()))


def classes_of(written: Sequence[str | None]) -> Classes:
    """The classes that labels mean.

    Numbers are compared as numbers and keep the form that most of them have. Labels that differ only in case, width or
    inner spaces stay apart, and a note says so.

    Args:
        written: the labels, each as it stands in the file; `None` or nothing where there is none.

    Raises:
        DataError: they are no classes, but measurements or names of single texts.
    """
    counts = Counter(written)
    cleaned = {label: clean_label(label or "") for label in counts}
    forms: dict[str | Decimal, Counter[str]] = {}
    missing: Counter[str] = Counter()
    for label, count in counts.items():
        name = cleaned[label]
        if not name or name.casefold() in MISSING:
            missing[name] += count
        else:
            forms.setdefault(_key(name), Counter())[name] += count
    names = {key: _most_common(spellings) for key, spellings in forms.items()}
    order = sorted(forms, key=lambda key: (isinstance(key, str), key))
    _refuse_no_classes([names[key] for key in order], counts.total() - missing.total())
    indices = {key: index for index, key in enumerate(order)}
    index_of = {label: indices.get(_key(name)) for label, name in cleaned.items()}
    class_names = tuple(names[key] for key in order)
    notes = [*_same_number(forms.values()), *_alike(class_names), *_no_labels(missing, forms, names)]
    return Classes(class_names, [index_of[label] for label in written], tuple(notes))


def class_finder(names: Sequence[str]) -> Callable[[str | None], int | None]:
    """Says which class a label means, by the rules of `classes_of`.

    Args:
        names: of the classes.

    Returns:
        From a label as it stands in a file to an index into `names`; `UNKNOWN` for a class that is none of them, `None`
        where there is no label.

    >>> [class_finder(["neg", "1"])(written) for written in ("1.0", " neg\u200b", "other", "", "nan")]
    [1, 0, -1, None, None]
    """
    indices = {_key(name): at for at, name in enumerate(names)}

    def find(written: str | None) -> int | None:
        name = clean_label(written or "")
        if (not name or name.casefold() in MISSING) and name not in names:
            return None
        return indices.get(_key(name), UNKNOWN)

    return find


def _key(name: str) -> str | Decimal:
    return Decimal(name) if NUMBER.fullmatch(name) else name


def _most_common(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda name: (-spellings[name], len(name), name))


def _refuse_no_classes(names: Sequence[str], texts: int) -> None:
    if len(names) <= MOST_DIFFERENT or len(names) <= SHARE_DIFFERENT * texts:
        return
    if all(NUMBER.fullmatch(name) for name in names) and any("." in name for name in names):
        raise DataError(
            f"The labels look like measurements: {len(names):,} different numbers for {texts:,} texts, such as "
            f"{listed(names[:3])}. Divide them into classes, such as low and high, or name another --label-column."
        )
    raise DataError(
        f"The labels look like ids or texts: {len(names):,} different ones for {texts:,} texts, such as "
        f"{listed(names[:3])}. Name the column of the classes with --label-column."
    )


def _same_number(forms: Iterable[Counter[str]]) -> list[str]:
    several = [spellings for spellings in forms if len(spellings) > 1]
    if not several:
        return []
    return [
        "labels that are the same number count as one class: "
        + "; ".join(listed(list(spellings)) for spellings in several[:3])
        + (f"; and {len(several) - 3} more such" if len(several) > 3 else "")
    ]


def _alike(class_names: Sequence[str]) -> list[str]:
    """Notes where names differ only in case, width, inner spaces or script: probably slips, but not ours to mend."""
    groups = _grouped(class_names, lambda name: "".join(unicodedata.normalize("NFKC", name).casefold().split()))
    notes = []
    alike = [names for names in groups.values() if len(names) > 1]
    if alike:
        more = f", and {len(alike) - 1} more such" if len(alike) > 1 else ""
        notes.append(
            f"labels that differ only in case, width or spaces count as different classes: {listed(alike[0])}{more}"
        )
    shapes = _grouped(groups, lambda name: name.translate(LATIN_SHAPES))
    for names in [names for names in shapes.values() if len(names) > 1][:1]:
        same = [groups[name][0] for name in names]
        notes.append(
            f"labels that look alike in letters of different scripts count as different classes: {listed(same)} "
            f"({', '.join(map(ascii, same))})"
        )
    truths, numbers = [name for name in ("false", "true") if name in groups], [name for name in "01" if name in groups]
    if truths and numbers:
        notes.append(f"labels that look alike count as different classes: {listed([*numbers, *truths])}")
    return notes


def _grouped(names: Iterable[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(key(name), []).append(name)
    return groups


def _no_labels(
    missing: Counter[str], forms: Mapping[str | Decimal, Counter[str]], names: Mapping[str | Decimal, str]
) -> list[str]:
    notes = []
    if words := [word for word in missing if word]:
        total = sum(missing[word] for word in words)
        texts = "1 text whose label is" if total == 1 else f"{total:,} texts whose label is"
        notes.append(f"{texts} {' or '.join(map(repr, sorted(words)))} count as texts without one")
    if maybe := [name for key, name in names.items() if name.casefold() in MAYBE_MISSING]:
        counted = sum(forms[key].total() for key, name in names.items() if name in maybe)
        notes.append(
            f"{listed(maybe)} counts as a class, of {counted:,} texts; where it means that there is no label, leave "
            "the cell empty"
        )
    return notes
