"""Text that people type: its refusals, and how it is compared.

Compared is without regard to case, encoding and, of words, the accents of Latin and Greek letters.
"""

from __future__ import annotations

import unicodedata

from peerlearn.domain.problems import Problem, Rule

# Letters that Unicode takes for whole, and how people write them who have no such key; the first is the dotless i.
_PLAIN = str.maketrans(
    {"\u0131": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "þ": "th", "æ": "ae", "œ": "oe"}
)
# In other scripts a mark makes another letter: Indic vowels, kana, Cyrillic й.
_WITH_ACCENTS = ("LATIN ", "GREEK ")


def folded(text: str) -> str:
    """Return the text as all texts look that differ only in case or in how they are encoded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def without_accents(text: str) -> str:
    """Return a folded text with plain Latin and Greek letters: `łódź` as `lodz`, `λόγοσ` as `λογοσ`."""
    if text.isascii():
        return text
    kept: list[str] = []
    has_accents = False
    for character in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(character):
            has_accents = unicodedata.name(character, "").startswith(_WITH_ACCENTS)
        elif has_accents:
            continue
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)).translate(_PLAIN)


def compared(text: str) -> str:
    """Return the text as words are compared: `İstanbul` as `istanbul`, and が not as か."""
    return without_accents(folded(text))


# These make later text, of others too, read backwards or elsewhere: embeddings, overrides and isolates. The marks that
# people of right-to-left scripts need (LRM, RLM, ALM) change nothing but their own place.
# Source: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
_DIRECTIONS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
# Letters and symbols that are drawn as nothing: Hangul fillers and the empty braille pattern.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_VISIBLE = ("L", "N", "P", "S")
_LINE_BREAKS = frozenset("\t\n\r\u2028\u2029")


def text_problem(text: str, *, of_lines: bool) -> Problem | None:
    """Return what no text may have that others see; None where it has nothing of the kind.

    Parameters
    ----------
    of_lines: bool
        Whether it may have several lines, and tabs.
    """
    for character in text:
        if character in _DIRECTIONS:
            message = "must not have characters that change the direction of the text after them"
            return Problem(Rule.DIRECTION_CHARACTERS, message)
        if character in _LINE_BREAKS:
            if not of_lines:
                return Problem(Rule.LINE_BREAKS, "must not have line breaks or tabs")
        elif unicodedata.category(character) in ("Cc", "Cs"):
            return Problem(Rule.CONTROL_CHARACTERS, "must not have control characters")
    return None


def is_visible(text: str) -> bool:
    """Return whether a reader sees anything of it: accents, joiners and fillers alone are nothing."""
    return any(
        unicodedata.category(character)[0] in _VISIBLE and character not in _BLANK
        for character in unicodedata.normalize("NFC", text)
    )
