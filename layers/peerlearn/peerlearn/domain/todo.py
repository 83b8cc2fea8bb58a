"""To-do lists as their owners see them: an entry is shown while what it is about is still so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from peerlearn.domain.agenda import NEVER, Tally, Todo, TodoKind
from peerlearn.domain.assessments import Assessment, own_part
from peerlearn.domain.clock import from_rfc3339
from peerlearn.domain.courses import Course
from peerlearn.domain.enrollments import Enrollment


@dataclass(frozen=True, slots=True)
class ShownTodo:
    """An entry with its titles; `count` is how much there is to grade."""

    kind: TodoKind
    reference: str
    course_id: str
    course_title: str
    title: str
    due_at: datetime | None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class TodoFacts:
    """Courses, assessments and tallies that some entries are about, and the reader's own enrolments."""

    courses: Mapping[str, Course] = field(default_factory=dict)
    assessments: Mapping[str, Assessment] = field(default_factory=dict)
    enrollments: Mapping[str, Enrollment] = field(default_factory=dict)
    tallies: Mapping[str, Tally] = field(default_factory=dict)

    def shown(self, entry: Todo, reader_id: str, now: datetime) -> ShownTodo | None:
        """Return the entry as its owner sees it; None where it waits no longer.

        The list follows what happens a moment later. So a seat that was given up, work that was handed in or graded,
        and a session that was moved are looked at here.
        """
        course = self.courses.get(entry.course_id)
        if course is None:
            return None
        if entry.kind is TodoKind.GRADING:
            return self._grading(entry, course, reader_id)
        enrollment = self.enrollments.get(entry.course_id)
        if enrollment is None or not enrollment.status.holds_seat:
            return None
        if entry.kind is TodoKind.SESSION:
            starts_at = course.starts_at
            is_so = starts_at is not None and starts_at == _due(entry) and starts_at > now
            return _shown(entry, course, course.title, starts_at) if is_so else None
        return self._assessment(entry, course, enrollment, now)

    def _assessment(self, entry: Todo, course: Course, enrollment: Enrollment, now: datetime) -> ShownTodo | None:
        assessment = self.assessments.get(entry.reference)
        if assessment is None or own_part(entry.reference) in enrollment.handed_in:
            return None
        due = _due(entry)
        # later than everybody's only by an extension, which the entry was made with
        is_stale = assessment.extended_to(due).due_at != due
        is_over = due is not None and due < now and not assessment.allow_late
        return None if is_stale or is_over else _shown(entry, course, assessment.title, due)

    def _grading(self, entry: Todo, course: Course, reader_id: str) -> ShownTodo | None:
        assessment, tally = self.assessments.get(entry.reference), self.tallies.get(entry.reference)
        if assessment is None or tally is None or not course.is_taught_by(reader_id) or not tally.ungraded:
            return None
        return _shown(entry, course, assessment.title, _due(entry), tally.ungraded)


def place_of(entry: Todo) -> str:
    """Return where an entry is in the list."""
    return f"{entry.due}#{entry.kind}#{entry.reference}"


def _due(entry: Todo) -> datetime | None:
    return None if entry.due == NEVER else from_rfc3339(entry.due)


def _shown(entry: Todo, course: Course, title: str, due_at: datetime | None, count: int | None = None) -> ShownTodo:
    return ShownTodo(entry.kind, entry.reference, course.course_id, course.title, title, due_at, count)
