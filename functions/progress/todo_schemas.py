"""The to-do list."""

from __future__ import annotations

from pydantic import Field

from peerlearn.domain.agenda import TodoKind
from peerlearn.http.models import Moment, ResponseModel, is_none


class TodoView(ResponseModel):
    """An entry of the to-do list: an assessment to hand in, a session that was booked, or work to grade.

    `reference` is the assessment's id, or the session's. `dueAt` is when a session begins, and null where nothing is
    due. `count` is how much there is to grade, and absent for the others.
    """

    kind: TodoKind
    reference: str
    course_id: str
    course_title: str
    title: str
    due_at: Moment | None
    count: int | None = Field(exclude_if=is_none)


class TodoData(ResponseModel):
    todo: list[TodoView]
