"""Callers of the endpoints of enrollments."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.api import Answer

Call = Callable[..., Answer]


def of(course_id: str) -> dict[str, str]:
    return {"courseId": course_id}
