"""Names of files: kept as their authors gave them, in any script, and given back on download.

Source: https://www.rfc-editor.org/rfc/rfc6266 (`filename*`), https://www.rfc-editor.org/rfc/rfc8187
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

FILE_NAME_MAX_LENGTH = 255

# Letters and signs that show nothing: Hangul fillers, the braille blank.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# Embeddings, overrides and isolates: `cod\u202egpj.exe` is shown as `codexe.jpg`. Marks of direction (U+200E, U+200F)
# and joiners (U+200C, U+200D) belong to names in Arabic, Hebrew, Persian, Hindi, and to emoji.
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_SHOWN_CATEGORIES = frozenset("LNPS")

_UNSAFE = re.compile(r"[^A-Za-z0-9._]+")
_PLAIN_MAX_LENGTH = 75
# What any file system takes, in UTF-16. A longer one, of emoji, would make the link too long for S3.
_DOWNLOAD_MAX_UNITS = 255


def normalized_name(name: str) -> str:
    """Return the name in normal form C: macOS hands `é` over as two characters."""
    return unicodedata.normalize("NFC", name)


def problem_of_name(name: str) -> str | None:
    """Return what is wrong with a file's name, in words for its sender."""
    if any(character in "/\\" or unicodedata.category(character) in _CONTROL_CATEGORIES for character in name):
        return "must not have control characters, slashes or backslashes"
    if _REORDERING.search(name):
        return "must not have characters that turn the direction of writing around"
    if not any(_is_shown(character) for character in name):
        return "must have at least one visible character other than dots"
    return None


def _is_shown(character: str) -> bool:
    return unicodedata.category(character)[0] in _SHOWN_CATEGORIES and character != "." and character not in _BLANK


def plain_name(name: str) -> str:
    """Return the name as far as ASCII letters go, for keys and for clients that know no others: `file.pdf`."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = _UNSAFE.sub("-", ascii_name)[-_PLAIN_MAX_LENGTH:].strip("-").rstrip(".")
    return f"file.{plain.lstrip('.-')}" if plain.startswith(".") else plain or "file"


def attachment_of(name: str) -> str:
    """Return the `Content-Disposition` that makes a browser save a file under its name, and never show it."""
    shown = quote(_downloadable(name), safe="")
    return f"attachment; filename=\"{plain_name(name)}\"; filename*=UTF-8''{shown}"


def _downloadable(name: str) -> str:
    """Return the name as long as a file system takes it; its extension stays."""
    units = _units(name)
    if units <= _DOWNLOAD_MAX_UNITS:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > _PLAIN_MAX_LENGTH:
        stem, dot, extension = name, "", ""
    while _units(stem + dot + extension) > _DOWNLOAD_MAX_UNITS:
        stem = stem[:-1]
    return stem + dot + extension


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
