"""Base classes and field types of everything that crosses the API, in either direction.

Bodies refuse unknown fields, so that a client can never smuggle in `role` or `points`; answers are built from explicit
models, so that nothing leaves that is not named.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.paging import MAX_LIMIT
from peerlearn.domain.problems import Problem, Rule, ValueRefused
from peerlearn.domain.text import is_visible, text_problem
from peerlearn.domain.users import NAME_MAX_LENGTH, TAG_MAX_LENGTH, TAGS_MAX, is_reserved_name

ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


# A context's models share a module: each is built at its first use, so that a function builds only those it needs.


class RequestModel(BaseModel):
    """A request body: camelCase, unknown fields refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, defer_build=True)


class ResponseModel(BaseModel):
    """A part of an answer, built by name or from a domain object's attributes."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        from_attributes=True,
        defer_build=True,
        json_schema_serialization_defaults_required=True,
    )


def _not_null(value: Any) -> Any:
    if value is None:
        raise ValueRefused(Problem(Rule.NOT_NULL, "must not be null"))
    return value


def _blank_to_none(value: Any) -> Any:
    return None if value == "" else value


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


# Of a strict integer: JSON has one kind of number, and some clients write 10 as 10.0.
WholeNumber = BeforeValidator(_whole)
# A field of a PATCH that may be left out but not be null.
NotNull = BeforeValidator(_not_null)
# `?subject=` means the same as no `subject` at all.
BlankIsAbsent = BeforeValidator(_blank_to_none)


def is_none(value: Any) -> bool:
    """For `Field(exclude_if=is_none)`: a field of an answer that is absent rather than null."""
    return value is None


Moment = Annotated[
    datetime,
    PlainSerializer(to_rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]


def _time_as_text(value: Any) -> Any:
    # Pydantic would also read numbers as seconds, and a date alone as midnight.
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueRefused(Problem(Rule.NOT_TIME, "must be a time with its offset, such as 2026-01-01T10:00:00Z"))
    return value


def _as_stored(moment: datetime) -> datetime:
    try:
        utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueRefused(Problem(Rule.NOT_TIME, "is out of range")) from error
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


# Times from clients must say their offset: a naive time would silently be read as UTC. Kept to the millisecond.
IncomingMoment = Annotated[AwareDatetime, BeforeValidator(_time_as_text), AfterValidator(_as_stored)]

Identifier = Annotated[str, StringConstraints(pattern=ID_PATTERN)]


def _of_one_line(text: str) -> str:
    return _allowed(text, of_lines=False)


def _of_lines(text: str) -> str:
    return _allowed(text, of_lines=True)


def _allowed(text: str, *, of_lines: bool) -> str:
    if problem := text_problem(text, of_lines=of_lines):
        raise ValueRefused(problem)
    return text


def _seen(text: str) -> str:
    if not is_visible(text):
        raise ValueRefused(Problem(Rule.NOTHING_VISIBLE, "must have at least one visible character"))
    return text


def _of_somebody_present(name: str) -> str:
    if is_reserved_name(name):
        raise ValueRefused(Problem(Rule.RESERVED_NAME, "is a name that is shown for people who have left"))
    return name


# Texts that others see, beside their length: in one line or several, and with something to see or maybe empty.
OneLine = AfterValidator(_of_one_line)
Lines = AfterValidator(_of_lines)
Seen = AfterValidator(_seen)
_OfSomebodyPresent = AfterValidator(_of_somebody_present)
PersonName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_MAX_LENGTH),
    OneLine,
    Seen,
    _OfSomebodyPresent,
]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TAG_MAX_LENGTH), OneLine, Seen]


def _of_the_world(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        message = "must be the name of a time zone, such as Europe/Berlin"
        raise ValueRefused(Problem(Rule.NOT_TIME_ZONE, message)) from error
    return name


TimeZone = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$"),
    AfterValidator(_of_the_world),
    Field(description="The name of a time zone in the IANA database, such as `Europe/Berlin`."),
]


def _each_once(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


# A list that has a length is not read further than that: each wrong entry of millions would be a problem to name.
Tags = Annotated[list[Tag], Field(max_length=TAGS_MAX), AfterValidator(_each_once)]

CourseIdPath = Annotated[str, Path(alias="courseId", pattern=ID_PATTERN)]
SessionIdPath = Annotated[str, Path(alias="sessionId", pattern=ID_PATTERN)]
UserIdPath = Annotated[str, Path(alias="userId", pattern=ID_PATTERN)]
AssessmentIdPath = Annotated[str, Path(alias="assessmentId", pattern=ID_PATTERN)]
LearnerIdPath = Annotated[str, Path(alias="learnerId", pattern=ID_PATTERN)]
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
CursorText = Annotated[str | None, Query(max_length=2048)]
