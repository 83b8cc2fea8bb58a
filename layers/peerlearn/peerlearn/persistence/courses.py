"""Courses as their authors see them: the course, its outline and its seat lock, written together; and the roster."""

from __future__ import annotations

from typing import Any

from peerlearn.domain.courses import Course, CoursePage, Kind, Seats
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import Conflict
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.persistence import keys
from peerlearn.persistence.guards import not_erased
from peerlearn.persistence.items.assessments import assessment_of
from peerlearn.persistence.items.courses import (
    course_item,
    course_of,
    modules_of,
    outline_item,
    seats_item,
    seats_of,
    teaching_item,
)
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.table import ConditionFailed, Item, Table, Write, delete, put, update

_IS_NEW = "attribute_not_exists(PK)"
_ROSTER_INDEX = "GSI1"
# How many enrolments are looked at per call when only those of one status are wanted.
_FILTERED_STEP = 200


class CourseRepository:
    """One partition per course; every item of its page has the prefix `A#`, so that one Query reads the page."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def page(self, course_id: str) -> CoursePage | None:
        """The course with its modules, seats and assessments, or None."""
        items = self._table.query(
            "PK = :course AND begins_with(SK, :always)",
            {":course": keys.course_partition(course_id), ":always": keys.ALWAYS_PREFIX},
        )
        found = {item["SK"]: item for item in items}
        course = found.get(keys.course(course_id).sk)
        if course is None:
            return None
        assessments = [assessment_of(item) for item in items if item["SK"].startswith(keys.ASSESSMENT_PREFIX)]
        return CoursePage(
            course_of(course),
            seats_of(found[keys.seats(course_id).sk]),
            modules_of(found[keys.outline(course_id).sk]),
            sorted(assessments, key=lambda assessment: (assessment.created_at, assessment.assessment_id)),
        )

    def course(self, course_id: str) -> tuple[Course, Seats] | None:
        """The course without its modules, or None."""
        key, seats_key = keys.course(course_id), keys.seats(course_id)
        found = self._table.batch_get([key, seats_key])
        return (course_of(found[key]), seats_of(found[seats_key])) if len(found) == 2 else None  # noqa: PLR2004

    def add(self, page: CoursePage, token: str) -> None:
        """A new course. Its id is random: an item that is already there is our own, its reply having been lost.

        Raises
        ------
        Unauthenticated
            Its author has erased their account.
        """
        course_id, tutor_id = page.course.course_id, page.course.tutor.user_id
        writes = [
            put(course_item(page.course) | {"requestId": token}, condition=_IS_NEW),
            put(outline_item(course_id, page.modules)),
            put(seats_item(page.seats)),
            put(teaching_item(tutor_id, course_id)),
            not_erased(tutor_id),
        ]
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            found = failure.found[0]
            if found is not None and found.get("requestId") == token:
                return
            if failure.failed[-1]:
                raise account_erased() from failure
            raise

    def change(self, before: CoursePage, after: CoursePage, token: str) -> bool:
        """Writes what differs; False when somebody changed the course since `before` was read.

            version as read  -->  version + 1
            capacity         -->  any that is not below the seats taken
            kind             -->  the other, while nobody holds a seat or waits

        Parameters
        ----------
        token: str
            New for each call.

        Raises
        ------
        Conflict
            The new capacity is below the seats taken, or the kind of a course with learners would change.
        """
        writes = [_course_update(before.course, after.course, token)]
        if after.seats != before.seats:
            writes.append(_seats_update(before.seats, after.seats))
        if after.modules != before.modules:
            writes.append(put(outline_item(after.course.course_id, after.modules)))
        try:
            if len(writes) == 1:
                self._table.write(writes[0])
            else:
                self._table.transact(writes, token)
        except ConditionFailed as failure:
            found = failure.found[0]
            if found is not None and found.get("requestId") == token:
                return True
            if failure.failed[0]:
                return False
            raise _seats_conflict(failure.found[1], after.seats) from failure
        return True

    def remove_draft(self, page: CoursePage, token: str) -> bool:
        """Deletes a draft with everything on its page; False when it changed since it was read."""
        course = page.course
        is_as_read = "#version = :version AND #assessments = :assessments"
        writes = [
            delete(
                keys.course(course.course_id),
                condition=is_as_read,
                names={"#version": "version", "#assessments": "assessmentCount"},
                values={":version": course.version, ":assessments": course.assessment_count},
            ),
            delete(keys.outline(course.course_id)),
            delete(keys.seats(course.course_id)),
            delete(keys.teaching(course.tutor.user_id, course.course_id)),
            *(delete(keys.assessment(course.course_id, a.assessment_id)) for a in page.assessments),
        ]
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            # It was there when it was read: by our own unheard commit or another's, it is deleted.
            return failure.found[0] is None
        return True

    # -- roster -----------------------------------------------------------------------------------------------------

    def roster(
        self, course_id: str, status: EnrollmentStatus | None, wanted: PageRequest, total: int
    ) -> PageResult[Enrollment]:
        """Enrolments of a course in the order they began; `total` is the seat lock's own count."""
        options: dict[str, Any] = {"index": _ROSTER_INDEX}
        values: Item = {":roster": keys.roster_partition(course_id)}
        if status is not None:
            options |= {"where": "#status = :status", "names": {"#status": "status"}}
            values[":status"] = status.value
        skipped = 0 if wanted.after else wanted.offset
        if skipped >= total:
            return PageResult((), total)
        start = _roster_position(course_id, wanted.after["sk"]) if wanted.after else None
        items: list[Item] = []
        # One more than the page: whether there is a next one.
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


def _course_update(before: Course, after: Course, token: str) -> Write:
    old, new = course_item(before), course_item(after)
    new["requestId"] = token
    return _update_of_differences(
        keys.course(before.course_id),
        old,
        new,
        # Somebody else's change must not be written over unseen.
        condition="#seen = :seen",
        names={"#seen": "version"},
        values={":seen": before.version},
    )


def _seats_update(before: Seats, after: Seats) -> Write:
    conditions = ["attribute_exists(PK)"]
    names: dict[str, str] = {}
    values: Item = {}
    if after.capacity is not None and after.capacity != before.capacity:
        has_room = "#taken <= :seats"
        conditions.append(has_room)
        names["#taken"] = "seatsTaken"
        values[":seats"] = after.capacity
    if after.kind is not before.kind:
        is_empty = "#taken = :nobody AND #waiting = :nobody"
        conditions.append(is_empty)
        names |= {"#taken": "seatsTaken", "#waiting": "waitlistLength"}
        values[":nobody"] = 0
    return _update_of_differences(
        keys.seats(before.course_id),
        seats_item(before),
        seats_item(after),
        condition=" AND ".join(conditions),
        names=names,
        values=values,
    )


def _update_of_differences(
    key: keys.Key, old: Item, new: Item, *, condition: str, names: dict[str, str], values: Item
) -> Write:
    # Only what differs: other writers own other attributes of the item, such as the counters of the seat lock.
    changed = [name for name, value in new.items() if old.get(name) != value]
    gone = [name for name in old if name not in new]
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in changed) if changed else ""
    if gone:
        expression += " REMOVE " + ", ".join(f"#{name}" for name in gone)
    return update(
        key,
        expression.strip(),
        condition=condition,
        names=names | {f"#{name}": name for name in (*changed, *gone)},
        values=values | {f":{name}": new[name] for name in changed},
    )


def _seats_conflict(found: Item | None, wanted: Seats) -> Conflict:
    if found is None:
        return Conflict("The course is being deleted.")
    seats = seats_of(found)
    if wanted.capacity is not None and wanted.capacity < seats.taken:
        return Conflict("The capacity cannot be below the seats taken.", details={"seatsTaken": seats.taken})
    other = Kind.COURSE if wanted.kind is Kind.SESSION else Kind.SESSION
    return Conflict(f"A {other.value} that has learners cannot become a {wanted.kind.value}.")


def _roster_position(course_id: str, sk: str) -> Item:
    user_id = sk.rpartition("#")[2]
    return {
        "GSI1PK": keys.roster_partition(course_id),
        "GSI1SK": sk,
        **keys.enrollment(user_id, course_id).as_item(),
    }
