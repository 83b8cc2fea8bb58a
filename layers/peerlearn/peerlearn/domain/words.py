"""Words, which a search compares: those of the texts that are searched, and those of the text that is searched for.

A word is a run of letters, digits and their marks, as `peerlearn.domain.text` compares them. Besides:

    c++  c#  a+    `+` and `#` at the end of a run belong to it; not those between two words, as in `b+c`
    node.js  .net  a dot before a letter or digit belongs to the word; `js` and `.js` are words of `node.js` as well
    数学入門        scripts without spaces: each two characters that follow each other, 数学 学入 入門
    🎹             each symbol is a word
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from peerlearn.domain.text import compared

# How Unicode's names of the letters of these scripts begin.
_WITHOUT_SPACES = (
    "CJK ",
    "HIRAGANA ",
    "KATAKANA",
    "HALFWIDTH KATAKANA",
    "IDEOGRAPHIC ",
    "BOPOMOFO ",
    "THAI ",
    "LAO ",
    "KHMER ",
    "MYANMAR ",
    "TAI ",
)
# Of a text in which each character is replaced by its class: a letter or digit, one of a script without spaces, a mark,
# a symbol.
_TOKEN = re.compile(r"\.?wm*(?:[wm]|\.(?=w))*(?:[+#]{2,}|[+#](?![wmu]))?|(?:um*)+|s")


def searched_words(text: str) -> tuple[str, ...]:
    """Return the distinct words of a text that is searched, each of which is found by its beginning."""
    return tuple(dict.fromkeys(word for token in _tokens(text) for word in _indexed(token)))


def wanted_words(text: str) -> tuple[str, ...]:
    """Return the distinct words of a search: a text is found that has, for each of them, a word that begins with it."""
    return tuple(dict.fromkeys(word for token in _tokens(text) for word in _asked(token)))


def beginnings_of(word: str) -> Iterator[str]:
    """Yield each beginning by which the word is found, the word itself included.

    `c` is no beginning of `c++`, nor is a dot one of `.net`.
    """
    shortest = 2 if _is_sign(word[1:2]) or word[0] == "." else 1
    for length in range(shortest, len(word) + 1):
        yield word[:length]


def begins_with(word: str, beginning: str) -> bool:
    """Return whether a search for `beginning` finds the word."""
    return word.startswith(beginning) and not (len(beginning) == 1 and _is_sign(word[1:2]))


def _is_sign(character: str) -> bool:
    return character in ("+", "#")


def _tokens(text: str) -> Iterable[str]:
    # Joiners and other invisible characters belong to no word, nor do the selectors of a symbol's looks.
    plain = "".join(character for character in compared(text) if not _is_invisible(character))
    classes = "".join(_class_of(character) for character in plain)
    return (plain[found.start() : found.end()] for found in _TOKEN.finditer(classes))


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"


def _class_of(character: str) -> str:
    if character in ".+#":
        return character
    category = unicodedata.category(character)
    if category.startswith("M"):
        return "m"
    if category == "So":
        return "s"
    if not character.isalnum():
        return " "
    return "u" if _has_no_spaces(character) else "w"


def _has_no_spaces(character: str) -> bool:
    return not character.isascii() and unicodedata.name(character, "").startswith(_WITHOUT_SPACES)


def _clusters(token: str) -> list[str]:
    """Return the characters of a run as readers count them: each with its marks."""
    clusters: list[str] = []
    for character in token:
        if clusters and unicodedata.category(character).startswith("M"):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def _indexed(token: str) -> Iterator[str]:
    if _has_no_spaces(token[0]):
        clusters = _clusters(token)
        # The last one alone too: it begins none of the pairs.
        yield from ("".join(clusters[place : place + 2]) for place in range(len(clusters)))
        return
    yield token
    first, *others = token.split(".")
    for part in others if first else others[1:]:
        yield from (f".{part}", part)
    if not first:
        yield others[0]


def _asked(token: str) -> Iterator[str]:
    if not _has_no_spaces(token[0]):
        yield token
        return
    clusters = _clusters(token)
    yield from ("".join(clusters[place : place + 2]) for place in range(max(1, len(clusters) - 1)))
