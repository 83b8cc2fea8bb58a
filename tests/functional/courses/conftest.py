"""Courses made through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.api import Answer
from tests.support.people import Person

Call = Callable[..., Answer]
Make = Callable[..., dict[str, Any]]

COURSE: dict[str, Any] = {
    "title": "Linear Algebra from Scratch",
    "description": "Vectors, matrices and what they are for.",
    "subject": "Mathematics",
    "level": "beginner",
    "kind": "course",
    "capacity": 30,
    "modules": [{"title": "Vectors", "minutes": 45}, {"title": "Matrices", "minutes": 60}],
}
TIMES = {"startsAt": "2027-01-01T10:00:00.000Z", "endsAt": "2027-01-01T11:30:00.000Z"}
SESSION: dict[str, Any] = {**COURSE, **TIMES, "kind": "session", "title": "Eigenvalues, live"}


@pytest.fixture
def make(call: Call, tutor: Person) -> Make:
    """`make(title=...)`: a published course of the tutor's, or of the person in `by`."""

    def make_(by: Person = tutor, **fields: object) -> dict[str, Any]:
        answer = call("create_course", token=by.token, body={**COURSE, "status": "published", **fields})
        assert answer.status == 201, answer.body
        course: dict[str, Any] = answer.body["data"]["course"]
        return course

    return make_
