"""Changes of assessments by their authors: the task itself, its end, and later due dates for single learners."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from peerlearn.domain.assessment_changes import Extension, Task, handed_in_already
from peerlearn.domain.assessments import Assessment, course_of_assessment
from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.courses import Course
from peerlearn.domain.retrying import Collision
from peerlearn.persistence import keys
from peerlearn.persistence.counters import counted
from peerlearn.persistence.guards import HOLDS_SEAT, SEATED, STATUS_NAME
from peerlearn.persistence.items.assessments import (
    assessment_item,
    assessment_of,
    extension_item,
    instructions_item,
    instructions_of,
)
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.courses import course_of, due_date
from peerlearn.persistence.optimistic import WRITTEN_BY, is_own
from peerlearn.persistence.recording import recording
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import Write, check, delete, put, setting

# A request that saw the assessment has ended long before: nothing is handed in at a closed counter.
_CLOSED_KEPT = timedelta(days=1)


class AssessmentChangeRepository:
    """Changes assessments on condition that nobody else has, and deletes those that nothing was handed in for."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def task(self, assessment_id: str) -> tuple[Course | None, Assessment | None, str]:
        """Return the assessment with its course and its instructions, in one round trip."""
        course_id = course_of_assessment(assessment_id)
        if course_id is None:
            return None, None, ""
        course, assessment, instructions = _keys(course_id, assessment_id)
        found = self._table.batch_get([course, assessment, instructions])
        if course not in found or assessment not in found:
            return None, None, ""
        text = instructions_of(found.get(instructions), found[assessment])
        return course_of(found[course]), assessment_of(found[assessment]), text

    def change(self, before: Task, after: Task, token: str) -> None:
        """Write the task with its new version.

        Raises
        ------
        Collision
            It was changed, deleted or graded meanwhile, or another assessment of the course was.
        """
        writes = [_storing(before.assessment, after.assessment, token)]
        if after.instructions != before.instructions:
            assessment = after.assessment
            writes.append(put(instructions_item(assessment.course_id, assessment.assessment_id, after.instructions)))
        if after.assessment.due_at != before.assessment.due_at:
            writes.append(_due(before.course, before.assessment, after.assessment.due_at))
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            if not is_own(failure.found[0], token):
                raise Collision from failure

    def delete(self, task: Task, token: str, now: datetime) -> None:
        """Delete an assessment that nothing was handed in for, and close its counters so that nothing can be.

        Raises
        ------
        Conflict
            Somebody has handed in work.
        Collision
            It was changed or deleted meanwhile, or another assessment of the course was.
        """
        assessment = task.assessment
        _, place, instructions = _keys(assessment.course_id, assessment.assessment_id)
        counters = keys.submission_counters(assessment.assessment_id)
        writes = [
            *(_closing(counter, token, now) for counter in counters),
            delete(place, **_as_read(assessment)),
            delete(instructions),
            _due(task.course, assessment, None, fewer=1),
        ]
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            # the counters stay: they know our own commit, whose reply was lost
            if any(is_own(found, token) for found in failure.found[: len(counters)]):
                return
            if any(counted(found) for found in failure.found[: len(counters)]):
                raise handed_in_already() from failure
            raise Collision from failure

    def extend(self, extension: Extension, course_id: str, entry: AuditEntry, token: str) -> bool:
        """Store a later due date of one learner; return False where they have no seat in the course any more."""
        seat = keys.enrollment(extension.learner_id, course_id)
        writes = [
            put(extension_item(extension) | {WRITTEN_BY: token}),
            # active, completed -> may be given more time
            check(seat, HOLDS_SEAT, names=STATUS_NAME, values=SEATED),
            recording(entry),
        ]
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            return not failure.failed[1]
        return True


def _keys(course_id: str, assessment_id: str) -> tuple[keys.Key, keys.Key, keys.Key]:
    return (
        keys.course(course_id),
        keys.assessment(course_id, assessment_id),
        keys.instructions(course_id, assessment_id),
    )


def _as_read(assessment: Assessment) -> dict[str, Any]:
    # version n -> the next one, or gone;  an item of the first version has none
    is_as_read: dict[str, Any] = {"names": {"#version": "version"}}
    if assessment.version == 1:
        return is_as_read | {"condition": "attribute_exists(PK) AND attribute_not_exists(#version)"}
    return is_as_read | {"condition": "#version = :read", "values": {":read": assessment.version}}


def _storing(before: Assessment, after: Assessment, token: str) -> Write:
    is_as_read = _as_read(before)
    if after.max_grade != before.max_grade:
        # nobody graded -> another highest grade;  somebody graded -> it stays
        is_as_read["condition"] += " AND attribute_not_exists(#graded)"
        is_as_read["names"]["#graded"] = "hasGrades"
    fields = {
        name: value
        for name, value in assessment_item(after).items()
        if name in ("title", "maxGrade", "allowLate", "dueAt", "version")
    }
    return setting(
        keys.assessment(after.course_id, after.assessment_id),
        fields | {WRITTEN_BY: token},
        removed=["dueAt"] if after.due_at is None else [],
        **is_as_read,
    )


def _due(course: Course, assessment: Assessment, due_at: datetime | None, *, fewer: int = 0) -> Write:
    """Return the write that carries a due date into the course's item, from which lists show it."""
    before = {due_date(own, due) for own, due in course.due_dates.items()}
    old = set() if assessment.due_at is None else {due_date(assessment.assessment_id, assessment.due_at)}
    new = set() if due_at is None else {due_date(assessment.assessment_id, due_at)}
    after = before - old | new
    # the dates that were read -> those with the new one
    condition = "#dueDates = :dates" if before else "attribute_not_exists(#dueDates)"
    fields: dict[str, Any] = {"assessmentCount": course.assessment_count - fewer} if fewer else {}
    values: dict[str, Any] = {":dates": before} if before else {}
    if fewer:
        condition += " AND #assessmentCount = :count"
        values[":count"] = course.assessment_count
    if after:
        fields["dueDates"] = after
    return setting(
        keys.course(course.course_id),
        fields,
        removed=[] if after else ["dueDates"],
        condition=condition,
        values=values,
    )


def _closing(counter: keys.Key, token: str, now: datetime) -> Write:
    # nothing handed in -> closed;  something handed in -> stays;  closed -> by whom, is known by its token
    is_open = "attribute_not_exists(#closed)"
    is_empty = "(attribute_not_exists(#count) OR #count = :none)"
    fields = {
        "entity": Entity.SUBMISSION_COUNTER.value,
        "closed": True,
        WRITTEN_BY: token,
        "ttl": int((now + _CLOSED_KEPT).timestamp()),
    }
    return setting(
        counter, fields, condition=f"{is_open} AND {is_empty}", names={"#count": "count"}, values={":none": 0}
    )
