"""The encoding of a file that somebody's spreadsheet or editor has written."""

from __future__ import annotations

import codecs

from scripts.cli.course_fields import Unreadable, line_at

UTF_8 = "UTF-8"
# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF8: UTF_8,
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_NAMES = {UTF_8: "UTF-8", "cp1252": "Windows-1252"}


def decoded(raw: bytes) -> tuple[str, str]:
    """Return the text of a file, without its byte order mark, and the name of its encoding.

    The first that applies decides: the byte order mark; a first character that can only be of UTF-16; UTF-8 where all
    of it is; UTF-8 with a fault where most of what is not ASCII is UTF-8; Windows-1252.

    Raises
    ------
    Unreadable
        Some bytes mean nothing in that encoding.
    """
    encoding, mark = _encoding(raw)
    content = raw[mark:]
    name = _NAMES.get(encoding, encoding[:6].upper())
    try:
        return content.decode(encoding), name
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, "replace")
        found = f"0x{content[error.start]:02X}"
        line = line_at(before, len(before))
        raise Unreadable(line, f"is not {name} all through: the byte {found} in this line means nothing") from None


def _encoding(raw: bytes) -> tuple[str, int]:
    """The encoding, and the length of its mark."""
    for mark, encoding in _MARKS.items():
        if raw.startswith(mark):
            return encoding, len(mark)
    # A file begins with a letter, a bracket or a blank of ASCII; beside a zero it is UTF-16.
    if len(raw) > 1 and (raw[0] == 0) != (raw[1] == 0):
        return ("utf-16-be" if raw[0] == 0 else "utf-16-le"), 0
    if _is_utf8(raw):
        return UTF_8, 0
    replaced = raw.decode(UTF_8, "replace")
    faults = replaced.count("\ufffd")
    fitting = sum(not one.isascii() for one in replaced) - faults
    return (UTF_8 if fitting > faults else "cp1252"), 0


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True
