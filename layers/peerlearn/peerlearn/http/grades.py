"""Grades in bodies and answers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from peerlearn.domain.grades import MAX_GRADE_LIMIT, Grade, exact_grade, not_a_grade, plain_grade
from peerlearn.domain.problems import ValueRefused


def _exact(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueRefused(not_a_grade())
    return exact_grade(value)


IncomingGrade = Annotated[
    Grade,
    Field(ge=0, le=MAX_GRADE_LIMIT),
    BeforeValidator(_exact),
    WithJsonSchema(
        {"type": "number", "minimum": 0, "maximum": MAX_GRADE_LIMIT, "description": "At most two decimals."}
    ),
]
ShownGrade = Annotated[
    Grade,
    PlainSerializer(plain_grade, return_type=int | float),
    WithJsonSchema({"type": "number"}, mode="serialization"),
]
