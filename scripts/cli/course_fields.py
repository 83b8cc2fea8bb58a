"""Fields that a file of courses may have, in either form, and their places in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

OWN = ("id", "tutor")
# Times are texts: the API's own model reads them.
TEXTS = (*OWN, "title", "description", "subject", "level", "kind", "startsAt", "endsAt", "status")
COLUMNS = (*TEXTS[:7], "capacity", *TEXTS[7:], "modules")
MODULE_FIELDS = ("title", "minutes")

# No sign but a minus, no leading zero, no grouping: any other spelling of a number means another number elsewhere.
_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_SHOWN_LENGTH = 40

Place = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something in the file that cannot be imported. Lines are counted from 1."""

    line: int
    message: str


class Unreadable(Exception):
    """Ends the reading of a file: the rest behind this mistake cannot be understood."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.mistake = Mistake(line, message)


@dataclass(frozen=True, slots=True)
class Raw:
    """An entry as it is in the file.

    Attributes
    ----------
    content: dict
        Its fields as JSON would hold them. A number that is none is the text that stands there.
    line_of: callable
        Gives the line of a place in the content, such as `("modules", 0, "title")`, or of the nearest around it.
    module_form: str
        The look of a module in this form of file.
    """

    line: int
    content: dict[str, Any]
    line_of: Callable[[Place], int]
    module_form: str


def number(text: str) -> int | str:
    """Return the number that the text writes in plain decimal digits, otherwise the text itself."""
    return int(text) if _NUMBER.fullmatch(text) else text


def shown(text: str) -> str:
    """Return the text fit for a line of a message: short, and without anything that a terminal would act on."""
    short = text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + "…"
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in short)


def line_at(text: str, index: int) -> int:
    """Return the line of a character, as editors count them."""
    before = text[:index]
    return 1 + before.count("\n") + before.count("\r") - before.count("\r\n")
