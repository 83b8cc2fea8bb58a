"""Problems of fields: each breaks a rule that has a stable name for programs, and is told in words for people."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Rule(StrEnum):
    """The rules that a field of a request may break. Their names are part of the API and never change."""

    REQUIRED = "required"
    NOT_NULL = "not_null"
    UNKNOWN_FIELD = "unknown_field"

    NOT_TEXT = "not_text"
    NOT_NUMBER = "not_number"
    NOT_WHOLE_NUMBER = "not_whole_number"
    NOT_BOOLEAN = "not_boolean"
    NOT_LIST = "not_list"
    NOT_OBJECT = "not_object"
    NOT_TIME = "not_time"
    NOT_ONE_OF = "not_one_of"
    MALFORMED = "malformed"

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY = "too_many"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_MANY_DECIMALS = "too_many_decimals"
    NOT_AFTER = "not_after"

    CONTROL_CHARACTERS = "control_characters"
    DIRECTION_CHARACTERS = "direction_characters"
    LINE_BREAKS = "line_breaks"
    NOTHING_VISIBLE = "nothing_visible"
    RESERVED_NAME = "reserved_name"
    NOT_EMAIL = "not_email"
    NOT_REACHABLE = "not_reachable"
    NOT_TIME_ZONE = "not_time_zone"
    NO_UPPER_CASE = "no_upper_case"
    NO_SPECIAL_CHARACTER = "no_special_character"
    COMMON_PASSWORD = "common_password"  # noqa: S105 (no password)

    NOT_HTTPS = "not_https"
    HOST_NOT_ALLOWED = "host_not_allowed"
    HOST_ALONE = "host_alone"
    NOT_YOUR_UPLOAD = "not_your_upload"
    SLASHES = "slashes"
    TYPE_NOT_TAKEN = "type_not_taken"
    TYPE_CONTRADICTED = "type_contradicted"

    UNKNOWN_MODULE = "unknown_module"
    REPEATED = "repeated"
    ONESELF = "oneself"
    UNCHANGED = "unchanged"
    NOT_TOGETHER = "not_together"
    NOT_A_CURSOR = "not_a_cursor"
    PAST_THE_REACH = "past_the_reach"

    OTHER = "other"


class Problem(NamedTuple):
    """A rule that a field breaks, in words, and the bound of the rule where it has one."""

    rule: Rule
    message: str
    limit: int | None = None


def bounds_problem(value: float | Decimal, least: int, most: int, message: str) -> Problem | None:
    """Return what is wrong with a number that is to be from `least` to `most`."""
    if value < least:
        return Problem(Rule.TOO_SMALL, message, least)
    return Problem(Rule.TOO_LARGE, message, most) if value > most else None


# a field as the client wrote it, e.g. `modules.0.title`, and what is wrong with it
FieldProblem = tuple[str, Problem]


class ValueRefused(ValueError):
    """A value breaks rules, whatever the field is called that it came in."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.message for problem in problems))
