"""Assessments: the tasks of a course. Work that is handed in for them is in `peerlearn.domain.submissions`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from peerlearn.domain.ids import repeatable_id

INSTRUCTIONS_MAX_LENGTH = 10_000

_OWN_PART = 24

_ASSESSMENT_ID = re.compile(rf"asm_(?P<course>.+)_[0-9a-f]{{{_OWN_PART}}}")


@dataclass(frozen=True, slots=True)
class Assessment:
    """A task of a course as its page sums it up; its instructions are kept apart and may be long.

    `due_at` None means that it never closes. `version` counts changes by its authors; `has_grades` is set by the first
    grade, and from then on `max_grade` stays.
    """

    assessment_id: str
    course_id: str
    title: str
    max_grade: int
    due_at: datetime | None
    allow_late: bool
    created_at: datetime
    version: int = 1
    has_grades: bool = False

    def extended_to(self, due_at: datetime | None) -> Assessment:
        """Return the assessment as it is for a learner who has until then; an earlier date than its own is none."""
        if due_at is None or self.due_at is None or due_at <= self.due_at:
            return self
        return replace(self, due_at=due_at)

    def is_past_due(self, now: datetime) -> bool:
        return self.due_at is not None and now > self.due_at


def new_assessment_id(course_id: str) -> str:
    """Return an id that carries the course: the assessment is found by it alone, without a read for the course."""
    return repeatable_id(f"asm_{course_id}")


def own_part(assessment_id: str) -> str:
    """Return the part of an assessment's id that is not its course's: it names the assessment within the course."""
    return assessment_id[-_OWN_PART:]


def whole_id(course_id: str, own: str) -> str:
    """Return the id of an assessment by its course and its own part."""
    return f"asm_{course_id}_{own}"


def course_of_assessment(assessment_id: str) -> str | None:
    """The course in an assessment's id; None where the id is not one of ours."""
    match = _ASSESSMENT_ID.fullmatch(assessment_id)
    return match["course"] if match else None
