"""Text as it is compared: without regard to case, encoding and, of words, the accents of Latin and Greek letters."""

from __future__ import annotations

import unicodedata

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
