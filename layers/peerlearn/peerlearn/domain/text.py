"""Text as it is compared: without regard to case, encoding and, where wanted, the accents of Latin letters."""

from __future__ import annotations

import unicodedata

# Letters that Unicode takes for whole, and how people write them who have no such key; the first is the dotless i.
_PLAIN = str.maketrans(
    {"\u0131": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "þ": "th", "æ": "ae", "œ": "oe"}
)


def folded(text: str) -> str:
    """Return the text as all texts look that differ only in case or in how they are encoded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def without_latin_accents(text: str) -> str:
    """Return a folded text with plain Latin letters: `łódź` as `lodz`. In other scripts a mark makes another letter."""
    if text.isascii():
        return text
    kept: list[str] = []
    is_latin = False
    for character in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(character):
            is_latin = unicodedata.name(character, "").startswith("LATIN ")
        elif is_latin:
            continue
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)).translate(_PLAIN)
