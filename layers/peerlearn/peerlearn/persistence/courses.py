"""Courses as their authors see them: the course, its outline and its seat lock, written together; and the roster."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.courses import Course, CoursePage, Seats
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.retrying import Collision
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.course_numbers import next_number
from peerlearn.persistence.course_writes import (
    as_read,
    assessment_deletions,
    course_update,
    seats_changes,
    seats_conflict,
)
from peerlearn.persistence.guards import not_erased
from peerlearn.persistence.items.assessments import assessment_of
from peerlearn.persistence.items.courses import (
    course_item,
    course_of,
    modules_of,
    outline_item,
    retired_of,
    seats_items,
    teaching_item,
)
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.optimistic import is_own
from peerlearn.persistence.ranges import items_under, key_of
from peerlearn.persistence.recording import recording
from peerlearn.persistence.seats import seats_in, with_shards
from peerlearn.persistence.table import ConditionFailed, Item, Table
from peerlearn.persistence.writes import TRANSACTION_MAX, Write, delete, put, update

# The token of the request that made a course; unlike `writtenBy`, no change writes it.
_MADE_BY = "madeBy"
_IS_NEW = "attribute_not_exists(PK)"
_ROSTER_INDEX = "GSI1"
# How many enrolments are looked at per call when only those of one status are wanted.
_FILTERED_STEP = 200
# How many assessments of a draft are deleted at once where not all of them go with it.
_ASSESSMENTS_STEP = 40


class CourseRepository:
    """Reads, makes, changes and deletes courses, each of which is one partition."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def page(self, course_id: str) -> CoursePage | None:
        """Return the course with its modules, seats and assessments, or None.

        A course with shards takes a second call.
        """
        items = items_under(self._table, keys.course_partition(course_id), keys.ALWAYS_PREFIX)
        found = {key_of(item): item for item in items}
        course = found.get(keys.course(course_id))
        if course is None:
            return None
        seats = seats_in(with_shards(self._table, found, [course_id]), course_id)
        if seats is None:
            return None  # deleted between the two calls
        assessments = [assessment_of(item) for item in items if item["SK"].startswith(keys.ASSESSMENT_PREFIX)]
        return CoursePage(
            course_of(course),
            seats,
            modules_of(found[keys.outline(course_id)]),
            sorted(assessments, key=lambda assessment: (assessment.created_at, assessment.assessment_id)),
            retired=retired_of(found[keys.outline(course_id)]),
        )

    def course(self, course_id: str) -> tuple[Course, Seats] | None:
        """Return the course without its modules, or None."""
        key = keys.course(course_id)
        found = with_shards(self._table, self._table.batch_get([key, keys.seats(course_id)]), [course_id])
        seats = seats_in(found, course_id)
        return (course_of(found[key]), seats) if key in found and seats is not None else None

    def next_number(self) -> int:
        """Return the number of the next course."""
        return next_number(self._table)

    def add(self, page: CoursePage, token: str, entry: AuditEntry | None = None) -> None:
        """Store a new course.

        Parameters
        ----------
        token: str
            Of the request, the same in its repeats: a course that is stored with it is the request's own.
        entry: AuditEntry, optional
            Stored in the same transaction.

        Raises
        ------
        Unauthenticated
            Its author has erased their account.
        """
        course_id, tutor_id = page.course.course_id, page.course.tutor.user_id
        writes = [
            put(course_item(page.course) | {_MADE_BY: token}, condition=_IS_NEW),
            put(outline_item(course_id, page.modules)),
            *(put(item) for item in seats_items(page.seats)),
            put(teaching_item(tutor_id, course_id)),
            *([recording(entry)] if entry else []),
            not_erased(tutor_id),
        ]
        try:
            self._table.transact(writes, str(uuid4()))
        except ConditionFailed as failure:
            found = failure.found[0]
            if found is not None and found.get(_MADE_BY) == token:
                return
            if failure.failed[-1]:
                raise account_erased() from failure
            raise

    def change(self, before: CoursePage, after: CoursePage, token: str, entry: AuditEntry | None = None) -> None:
        """Write the differences, wholly or not at all.

            version as read  -->  version + 1
            capacity         -->  any that is not below the seats taken, in each shard
            shards           -->  as many or more, while a line neither opens nor closes
            kind             -->  the other, while nobody holds a seat or waits

        Parameters
        ----------
        token: str
            New for each call.
        entry: AuditEntry, optional
            Stored in the same transaction.

        Raises
        ------
        Collision
            Somebody changed the course since `before` was read.
        Conflict
            The new capacity is below the seats taken, or the kind of a course with learners would change.
        """
        writes = [course_update(before.course, after.course, token)]
        if after.seats != before.seats:
            writes += seats_changes(before.seats, after.seats)
        if (after.modules, after.retired) != (before.modules, before.retired):
            writes.append(put(outline_item(after.course.course_id, after.modules, after.retired)))
        if entry is not None:
            writes.append(recording(entry))
        try:
            if len(writes) == 1:
                self._table.write(writes[0])
            else:
                self._table.transact(writes, token)
        except ConditionFailed as failure:
            if is_own(failure.found[0], token):
                return
            conflict = None if failure.failed[0] else seats_conflict(failure, before.seats, after.seats)
            raise conflict or Collision() from failure

    def remove_draft(self, page: CoursePage, token: str) -> None:
        """Delete a draft with everything on its page.

        A transaction has 100 writes at most. Assessments beyond that are deleted first, some at a time, and each time
        the draft stays whole.

        Raises
        ------
        Collision
            It changed since it was read.
        """
        course = page.course
        shards = keys.seat_shards(course.course_id, max(1, len(page.seats.shards)))
        # the last ones go together with the course, its outline and the tutor's key to it
        most = (TRANSACTION_MAX - len(shards) - 3) // 2
        assessments = [one.assessment_id for one in page.assessments]
        while len(assessments) > most:
            some, rest = assessments[:_ASSESSMENTS_STEP], assessments[_ASSESSMENTS_STEP:]
            fewer = update(
                keys.course(course.course_id),
                "SET #assessments = :left",
                **as_read(course.version, len(assessments), {":left": len(rest)}),
            )
            self._delete([fewer, *assessment_deletions(course.course_id, some)], str(uuid4()))
            assessments = rest
        writes = [
            delete(keys.course(course.course_id), **as_read(course.version, len(assessments))),
            delete(keys.outline(course.course_id)),
            # the version also says how many shards there are
            *(delete(key) for key in shards),
            delete(keys.teaching(course.tutor.user_id, course.course_id)),
            *assessment_deletions(course.course_id, assessments),
        ]
        self._delete(writes, token)

    def _delete(self, writes: list[Write], token: str) -> None:
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            # It was read a moment ago. If it is gone, then somebody deleted it, or we did and the reply was lost.
            if failure.found[0] is not None:
                raise Collision from failure

    # -- roster -----------------------------------------------------------------------------------------------------

    def roster(
        self, course_id: str, status: EnrollmentStatus | None, wanted: PageRequest, total: int
    ) -> PageResult[Enrollment]:
        """Return a page of a course's enrolments in the order in which they began.

        Parameters
        ----------
        status: EnrollmentStatus or None
            The only one to list; None for any.
        total: int
            How many there are, by the seat lock's own count.
        """
        options: dict[str, Any] = {"index": _ROSTER_INDEX}
        values: Item = {":roster": index_keys.roster_partition(course_id)}
        if status is not None:
            options |= {"where": "#status = :status", "names": {"#status": "status"}}
            values[":status"] = status.value
        skipped = 0 if wanted.after else wanted.offset
        if skipped >= total:
            return PageResult((), total)
        start = _roster_position(course_id, wanted.after["sk"]) if wanted.after else None
        items: list[Item] = []
        # One more than the page tells whether there is a next one.
        needed = skipped + wanted.limit + 1
        step = needed if status is None else max(needed, _FILTERED_STEP)
        while True:
            page, _ = self._table.query_page("GSI1PK = :roster", values, limit=step, start=start, **options)
            items += page.items
            start = page.last
            if start is None or len(items) >= needed:
                break
        shown = items[skipped : skipped + wanted.limit]
        after = {"sk": shown[-1]["GSI1SK"]} if len(items) >= needed else None
        return PageResult([enrollment_of(item) for item in shown], total, after)


def _roster_position(course_id: str, sk: str) -> Item:
    user_id = sk.rpartition("#")[2]
    return {
        "GSI1PK": index_keys.roster_partition(course_id),
        "GSI1SK": sk,
        **keys.enrollment(user_id, course_id).as_item(),
    }
