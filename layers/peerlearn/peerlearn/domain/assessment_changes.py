"""Changes of an assessment that is there already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from peerlearn.domain.assessments import Assessment
from peerlearn.domain.authoring import UNCHANGED, Unchanged, either
from peerlearn.domain.courses import Course
from peerlearn.domain.errors import Conflict, NotFound, ValidationFailed
from peerlearn.domain.problems import Problem, Rule


@dataclass(frozen=True, slots=True)
class AssessmentChanges:
    """The fields that a change replaces; a `due_at` of None lets the assessment never close."""

    title: str | Unchanged = UNCHANGED
    instructions: str | Unchanged = UNCHANGED
    max_grade: int | Unchanged = UNCHANGED
    due_at: datetime | Unchanged | None = UNCHANGED
    allow_late: bool | Unchanged = UNCHANGED

    def applied_to(self, before: Task) -> Task:
        """Return the task with these changes, one version on; the same one where they change nothing.

        Raises
        ------
        Conflict
            The highest grade is another one, and somebody has been graded.
        """
        old = before.assessment
        after = replace(
            old,
            title=either(self.title, old.title),
            max_grade=either(self.max_grade, old.max_grade),
            due_at=either(self.due_at, old.due_at),
            allow_late=either(self.allow_late, old.allow_late),
        )
        if after.max_grade != old.max_grade and old.has_grades:
            raise Conflict("Somebody has been graded: the highest grade stays as it is.")
        text = either(self.instructions, before.instructions)
        if (after, text) == (old, before.instructions):
            return before
        return Task(before.course, replace(after, version=old.version + 1), text)


@dataclass(frozen=True, slots=True)
class Task:
    """An assessment with its instructions and its course: all that a change of it depends on."""

    course: Course
    assessment: Assessment
    instructions: str


@dataclass(frozen=True, slots=True)
class Extension:
    """A later due date for one learner."""

    assessment_id: str
    learner_id: str
    due_at: datetime


def require_later(assessment: Assessment, due_at: datetime) -> None:
    """Check that a due date extends the assessment's own.

    Raises
    ------
    Conflict
        The assessment never closes.
    ValidationFailed
        The date is not after the assessment's own.
    """
    if assessment.due_at is None:
        raise Conflict("This assessment never closes: there is nothing to extend.")
    if due_at <= assessment.due_at:
        message = "must be after the due date of the assessment itself"
        raise ValidationFailed(("dueAt", Problem(Rule.NOT_AFTER, message)))


def handed_in_already() -> Conflict:
    """Return the refusal to delete an assessment that somebody has handed in work for."""
    return Conflict("Somebody has handed in work: the assessment stays.")


def no_such_learner() -> NotFound:
    """Return the refusal of an extension for somebody without a seat in the course."""
    return NotFound("Nobody with this id has a seat in the course.")
