"""Names of files: kept as their authors gave them, in any script, and given back on download.

Source: https://www.rfc-editor.org/rfc/rfc6266 (`filename*`), https://www.rfc-editor.org/rfc/rfc8187
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from peerlearn.domain.problems import Problem, Rule
from peerlearn.domain.text import is_visible, text_problem

FILE_NAME_MAX_LENGTH = 255

_UNSAFE = re.compile(r"[^A-Za-z0-9._]+")
_PLAIN_MAX_LENGTH = 75
# Any file system takes so many, in UTF-16. A longer name, of emoji, would make the link too long for S3.
_DOWNLOAD_MAX_UNITS = 255


def normalized_name(name: str) -> str:
    """Return the name in normal form C: macOS hands `é` over as two characters."""
    return unicodedata.normalize("NFC", name)


def problem_of_name(name: str) -> Problem | None:
    """Return what is wrong with a file's name."""
    if any(character in name for character in "/\\"):
        return Problem(Rule.SLASHES, "must not have slashes or backslashes")
    if problem := text_problem(name, of_lines=False):
        return problem
    if not is_visible(name.replace(".", "")):
        return Problem(Rule.NOTHING_VISIBLE, "must have at least one visible character other than dots")
    return None


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
