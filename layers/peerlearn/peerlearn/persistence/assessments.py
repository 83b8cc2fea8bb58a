"""Assessments, and the work that is handed in for them.

    COURSE#<c> / A#ASSESSMENT#<a>              the task; its id carries the course's
    COURSE#<c> / INSTRUCTIONS#<a>              the instructions, which the course's page leaves out
    USER#<u>   / SUBMISSION#<a>                the latest attempt with its grade: the lock of all that follows
    USER#<u>   / SUBMISSION#<a>#ATTEMPT#<n>    an attempt that another one followed
    USER#<u>   / SUBMISSION#<a>#GRADE#<r>      a grading that a correction replaced
    COUNT#<a>#<n> / COUNT                      how many attempts there are, in eight parts

Attempts, latest and past, are in GSI1 by assessment, in the order of time; a learner's own are read from the table.
"""

from __future__ import annotations

from collections.abc import Sequence

from peerlearn.domain.assessments import Assessment, course_of_assessment
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import ASSESSMENTS_MAX, Course, CourseStatus
from peerlearn.domain.errors import CourseNotFound, DomainError, Forbidden, ValidationFailed
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.problems import Problem, Rule
from peerlearn.domain.standing import Admission
from peerlearn.domain.submissions import Desk, Submission, SubmissionChange
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.counters import counted
from peerlearn.persistence.items.assessments import (
    assessment_item,
    assessment_of,
    instructions_item,
    instructions_of,
    submission_of,
)
from peerlearn.persistence.items.base import Entity, Item, stored_time
from peerlearn.persistence.items.courses import course_of, due_date
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.items.ledger import is_erased, totals_of
from peerlearn.persistence.items.standing import standing_in
from peerlearn.persistence.optimistic import applied
from peerlearn.persistence.submission_writes import grading, handing_in, noting_grades
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import Write, put, update

_IS_NEW = "attribute_not_exists(PK)"
_PAST_GRADE = Entity.PAST_GRADE.value


class AssessmentRepository:
    """Finds assessments by their id alone, and changes submissions together with the points they earn."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, assessment: Assessment, instructions: str, tutor_id: str | None, token: str) -> None:
        """Store a new assessment of a course with its instructions.

        Parameters
        ----------
        tutor_id: str or None
            The tutor that the course must be of; None for an administrator.

        Raises
        ------
        CourseNotFound, Forbidden
        ValidationFailed
            The course has as many as it may have.
        """
        writes = [
            _counting_one_more(assessment, tutor_id),
            put(assessment_item(assessment), condition=_IS_NEW),
            put(instructions_item(assessment.course_id, assessment.assessment_id, instructions)),
        ]
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            course, found, _ = failure.found
            # Its id is of this request alone: the reply to our own commit was lost.
            if found is None:
                raise _refusal(course, tutor_id) from failure

    def desk(self, learner_id: str, assessment_id: str) -> Desk:
        """Return one learner at one assessment, in one round trip; all of it None where the id is not one of ours."""
        return _desk(learner_id, assessment_id, self._read(learner_id, assessment_id, with_course=True))

    def desk_with_instructions(self, learner_id: str, assessment_id: str) -> tuple[Desk, str]:
        """Return the same with the assessment's instructions, in one round trip."""
        course_id = course_of_assessment(assessment_id) or ""
        assessment = keys.assessment(course_id, assessment_id)
        instructions = keys.instructions(course_id, assessment_id)
        found = self._read(learner_id, assessment_id, with_course=True, also=[instructions])
        text = instructions_of(found.get(instructions), found[assessment]) if assessment in found else ""
        return _desk(learner_id, assessment_id, found), text

    def own_desk(self, learner_id: str, assessment_id: str) -> Desk:
        """Return the same for the learner themselves: with their standing, and without the course."""
        return _desk(learner_id, assessment_id, self._read(learner_id, assessment_id, with_course=False))

    def hand_in(self, desk: Desk, change: SubmissionChange, token: str, admission: Admission | None = None) -> None:
        """Write an attempt with what it earns, wholly or not at all; the one before it becomes a past one.

        Raises
        ------
        Collision
            Another attempt, a grade or an award came in between, or the seat was given up.
        """
        if desk.enrollment is None or desk.totals is None:
            raise ValueError("an attempt is decided on a whole desk")
        writes = handing_in(desk.enrollment, desk.latest, change, desk.totals, token)
        applied(self._table, writes, token, utc_now(), admission)

    def grade(self, desk: Desk, change: SubmissionChange, token: str) -> None:
        """Write a grading with what it earns, wholly or not at all; the one that it replaces is kept.

        Raises
        ------
        Collision
        """
        if desk.latest is None or desk.totals is None:
            raise ValueError("a grade is decided on a whole desk")
        writes = grading(desk.enrollment, desk.latest, change, desk.totals, token)
        if change.submission.is_graded and desk.assessment is not None and not desk.assessment.has_grades:
            writes.append(noting_grades(desk.assessment))
        applied(self._table, writes, token, utc_now())

    # -- lists ------------------------------------------------------------------------------------------------------

    def course_and_total(self, assessment_id: str) -> tuple[Course | None, Assessment | None, int]:
        """Return the assessment with its course, and how many attempts were handed in."""
        course_id = course_of_assessment(assessment_id)
        if course_id is None:
            return None, None, 0
        course, assessment = keys.course(course_id), keys.assessment(course_id, assessment_id)
        counters = keys.submission_counters(assessment_id)
        found = self._table.batch_get([course, assessment, *counters])
        return (
            course_of(found[course]) if course in found else None,
            assessment_of(found[assessment]) if assessment in found else None,
            sum(counted(found.get(counter)) for counter in counters),
        )

    def of_assessment(self, assessment_id: str, wanted: PageRequest, total: int) -> PageResult[Submission]:
        """Return a page of the attempts at an assessment, newest first.

        It is read from an index, so the latest may be missing for a moment.
        """
        skipped = 0 if wanted.after else wanted.offset
        if skipped >= total:
            return PageResult([], total)
        condition = "GSI1PK = :pk"
        values = {":pk": index_keys.assessment_submissions_partition(assessment_id)}
        if wanted.after:
            condition += " AND GSI1SK < :last"
            values[":last"] = str(wanted.after["last"])
        needed = skipped + wanted.limit + 1  # one more than the page: whether there is a next one
        items = self._table.query(condition, values, index="GSI1", forward=False, limit=needed)
        shown = items[skipped : skipped + wanted.limit]
        after = {"last": shown[-1]["GSI1SK"]} if len(items) == needed else None
        return PageResult([submission_of(item) for item in shown], total, after)

    def of_learner(self, learner_id: str, wanted: PageRequest) -> PageResult[Submission]:
        """Return every attempt of a learner, newest first, from the table itself, which is up to date."""
        items = self._table.query(
            "PK = :pk AND begins_with(SK, :submission)",
            {":pk": keys.user_partition(learner_id), ":submission": keys.SUBMISSION_PREFIX, ":grade": _PAST_GRADE},
            where="#entity <> :grade",
            names={"#entity": "entity"},
        )
        items.sort(key=_own_place, reverse=True)
        last = str(wanted.after["last"]) if wanted.after else ""
        rest = [item for item in items if _own_place(item) < last] if last else items[wanted.offset :]
        shown = rest[: wanted.limit]
        after = {"last": _own_place(shown[-1])} if len(rest) > len(shown) else None
        return PageResult([submission_of(item) for item in shown], len(items), after)

    # -- reading ----------------------------------------------------------------------------------------------------

    def _read(
        self, learner_id: str, assessment_id: str, *, with_course: bool, also: Sequence[keys.Key] = ()
    ) -> dict[keys.Key, Item]:
        # A learner who hands in needs no course; only their own standing is asked.
        standing = [] if with_course else [keys.standing(learner_id)]
        course_id = course_of_assessment(assessment_id)
        if course_id is None:
            return self._table.batch_get(standing)
        wanted = [
            *standing,
            keys.assessment(course_id, assessment_id),
            keys.enrollment(learner_id, course_id),
            keys.submission(learner_id, assessment_id),
            keys.totals(learner_id),
            keys.extension(learner_id, assessment_id),
            *also,
        ]
        return self._table.batch_get([*wanted, keys.course(course_id)] if with_course else wanted)


def _counting_one_more(assessment: Assessment, tutor_id: str | None) -> Write:
    # count < most -> count + 1;  no course, or that of another tutor -> refused
    has_room = "#count < :most"
    is_theirs = "#tutor = :tutor"
    names = {"#count": "assessmentCount"}
    values: Item = {":most": ASSESSMENTS_MAX, ":one": 1}
    condition = has_room
    if tutor_id is not None:
        condition += f" AND {is_theirs}"
        names["#tutor"] = "tutorId"
        values[":tutor"] = tutor_id
    expression = "SET #count = #count + :one"
    if assessment.due_at is not None:
        expression += " ADD #due :due"
        names["#due"] = "dueDates"
        values[":due"] = {due_date(assessment.assessment_id, assessment.due_at)}
    return update(keys.course(assessment.course_id), expression, condition=condition, names=names, values=values)


def _refusal(course: Item | None, tutor_id: str | None) -> DomainError:
    """Return the reason why a course takes no further assessment; a draft is known to its tutor alone."""
    if course is None:
        return CourseNotFound()
    if tutor_id is not None and course["tutorId"] != tutor_id:
        is_draft = course["status"] == CourseStatus.DRAFT
        return CourseNotFound() if is_draft else Forbidden("Only the tutor of this course may do this.")
    message = f"has {ASSESSMENTS_MAX} assessments, which is as many as a course can have"
    return ValidationFailed(("courseId", Problem(Rule.TOO_MANY, message, ASSESSMENTS_MAX)))


def _own_place(item: Item) -> str:
    """Return where an attempt is among its learner's."""
    return f"{item['submittedAt']}#{item['assessmentId']}#{int(item['attempt']):06d}"


def _desk(learner_id: str, assessment_id: str, found: dict[keys.Key, Item]) -> Desk:
    course_id = course_of_assessment(assessment_id) or ""
    course = found.get(keys.course(course_id))
    assessment = found.get(keys.assessment(course_id, assessment_id))
    enrollment = found.get(keys.enrollment(learner_id, course_id))
    latest = found.get(keys.submission(learner_id, assessment_id))
    own_due = stored_time(found.get(keys.extension(learner_id, assessment_id), {}), "dueAt")
    if is_erased(found.get(keys.totals(learner_id))):
        # An erased learner is a member of nothing and has handed in nothing.
        enrollment = latest = None
    return Desk(
        course_of(course) if course else None,
        assessment_of(assessment).extended_to(own_due) if assessment else None,
        enrollment_of(enrollment) if enrollment else None,
        submission_of(latest) if latest else None,
        totals_of(learner_id, found.get(keys.totals(learner_id))),
        standing_in(found, learner_id),
    )
