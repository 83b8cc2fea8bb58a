"""Courses as their authors see them: the course, its outline and its seat lock, written together; and the roster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.courses import Course, CoursePage, Kind, Seats, below_seats_taken
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import Conflict
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.retrying import Collision
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.guards import not_erased
from peerlearn.persistence.items.assessments import assessment_of
from peerlearn.persistence.items.courses import (
    course_item,
    course_of,
    modules_of,
    outline_item,
    retired_of,
    seats_items,
    seats_of,
    shards_of,
    teaching_item,
)
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.optimistic import WRITTEN_BY
from peerlearn.persistence.recording import recording
from peerlearn.persistence.seats import seats_in, with_shards
from peerlearn.persistence.table import ConditionFailed, Item, Table
from peerlearn.persistence.writes import TRANSACTION_MAX, Write, delete, put, update

# Which request has made a course; unlike `writtenBy`, no change writes it.
_MADE_BY = "madeBy"
_IS_NEW = "attribute_not_exists(PK)"
_ROSTER_INDEX = "GSI1"
# How many enrolments are looked at per call when only those of one status are wanted.
_FILTERED_STEP = 200
# How many assessments of a draft are deleted at once where not all of them go with it.
_ASSESSMENTS_STEP = 40


class CourseRepository:
    """One partition per course; every item of its page has the prefix `A#`, so that one Query reads the page."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def page(self, course_id: str) -> CoursePage | None:
        """The course with its modules, seats and assessments, or None. Shards, where it has any, take a second call."""
        items = self._table.query(
            "PK = :course AND begins_with(SK, :always)",
            {":course": keys.course_partition(course_id), ":always": keys.ALWAYS_PREFIX},
        )
        found = {keys.Key(item["PK"], item["SK"]): item for item in items}
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
        """The course without its modules, or None."""
        key = keys.course(course_id)
        found = with_shards(self._table, self._table.batch_get([key, keys.seats(course_id)]), [course_id])
        seats = seats_in(found, course_id)
        return (course_of(found[key]), seats) if key in found and seats is not None else None

    def add(self, page: CoursePage, token: str, entry: AuditEntry | None = None) -> None:
        """Store a new course.

        Parameters
        ----------
        token: str
            Of the request that makes it, the same where that is done again: a course that is there with it is its own.
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
        """Write what differs, wholly or not at all.

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
        writes = [_course_update(before.course, after.course, token)]
        if after.seats != before.seats:
            writes += _seats_writes(before.seats, after.seats)
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
            found = failure.found[0]
            if found is not None and found.get(WRITTEN_BY) == token:
                return
            conflict = None if failure.failed[0] else _seats_conflict(failure, before.seats, after.seats)
            raise conflict or Collision() from failure

    def remove_draft(self, page: CoursePage, token: str) -> None:
        """Delete a draft with everything on its page.

        A transaction has 100 writes at most: assessments beyond that are deleted before, each time as a change of the
        draft that leaves it whole.

        Raises
        ------
        Collision
            It changed since it was read.
        """
        course = page.course
        shards = keys.seat_shards(course.course_id, max(1, len(page.seats.shards)))
        # with the last ones go the course, its outline and who teaches it
        most = (TRANSACTION_MAX - len(shards) - 3) // 2
        assessments = [one.assessment_id for one in page.assessments]
        while len(assessments) > most:
            some, rest = assessments[:_ASSESSMENTS_STEP], assessments[_ASSESSMENTS_STEP:]
            fewer = update(
                keys.course(course.course_id),
                "SET #assessments = :left",
                **_as_read(course.version, len(assessments), {":left": len(rest)}),
            )
            self._delete([fewer, *_assessment_deletions(course.course_id, some)], str(uuid4()))
            assessments = rest
        writes = [
            delete(keys.course(course.course_id), **_as_read(course.version, len(assessments))),
            delete(keys.outline(course.course_id)),
            # the version also says how many shards there are
            *(delete(key) for key in shards),
            delete(keys.teaching(course.tutor.user_id, course.course_id)),
            *_assessment_deletions(course.course_id, assessments),
        ]
        self._delete(writes, token)

    def _delete(self, writes: list[Write], token: str) -> None:
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            # It was there when it was read: by our own unheard commit or another's, it is deleted.
            if failure.found[0] is not None:
                raise Collision from failure

    # -- roster -----------------------------------------------------------------------------------------------------

    def roster(
        self, course_id: str, status: EnrollmentStatus | None, wanted: PageRequest, total: int
    ) -> PageResult[Enrollment]:
        """Enrolments of a course in the order they began; `total` is the seat lock's own count."""
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


def _as_read(version: int, assessments: int, values: Item | None = None) -> dict[str, Any]:
    """Return the condition, names and values of a write to a course that nobody has changed since it was read."""
    return {
        "condition": "#version = :version AND #assessments = :assessments",
        "names": {"#version": "version", "#assessments": "assessmentCount"},
        "values": {":version": version, ":assessments": assessments} | (values or {}),
    }


def _assessment_deletions(course_id: str, assessment_ids: Sequence[str]) -> list[Write]:
    both = (keys.assessment, keys.instructions)
    return [delete(key(course_id, assessment_id)) for assessment_id in assessment_ids for key in both]


def _course_update(before: Course, after: Course, token: str) -> Write:
    old, new = course_item(before), course_item(after)
    new[WRITTEN_BY] = token
    return _update_of_differences(
        keys.course(before.course_id),
        old,
        new,
        # Somebody else's change must not be written over unseen.
        condition="#seen = :seen",
        names={"#seen": "version"},
        values={":seen": before.version},
    )


def _seats_writes(before: Seats, after: Seats) -> list[Write]:
    old, new = seats_items(before), seats_items(after)
    writes = [_seats_update(was, becomes) for was, becomes in zip(old, new, strict=False) if was != becomes]
    # That there are no more yet is what the first one's condition says.
    return writes + [put(shard) for shard in new[len(old) :]]


def _seats_update(was: Item, becomes: Item) -> Write:
    # A course and its seats are two items: who read one of each, while they changed, knows of too few shards.
    has_as_many_shards = "attribute_not_exists(#parts)" if shards_of(was) == 1 else "#parts = :parts"
    conditions = [has_as_many_shards]
    names = {"#parts": "shards"}
    values: Item = {":parts": shards_of(was)} if shards_of(was) > 1 else {}
    if "capacity" in becomes and becomes["capacity"] != was.get("capacity"):
        has_room = "#taken <= :seats"
        conditions.append(has_room)
        names["#taken"] = "seatsTaken"
        values[":seats"] = becomes["capacity"]
    if becomes["kind"] != was["kind"]:
        is_empty = "#taken = :nobody AND #waiting = :nobody"
        conditions.append(is_empty)
        names |= {"#taken": "seatsTaken", "#waiting": "waitlistLength"}
        values[":nobody"] = 0
    if shards_of(becomes) != shards_of(was):
        # new shards are told whether there is a line: there still is, or still is none
        line_is_as_read = "#waiting > :none" if was["waitlistLength"] else "#waiting = :none"
        conditions.append(line_is_as_read)
        names["#waiting"] = "waitlistLength"
        values[":none"] = 0
    return _update_of_differences(
        keys.Key(was["PK"], was["SK"]), was, becomes, condition=" AND ".join(conditions), names=names, values=values
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


def _seats_conflict(failure: ConditionFailed, before: Seats, wanted: Seats) -> Conflict | None:
    """Why the seats cannot become what is wanted; None where only another look at all of them can tell."""
    found = [seats for seats, failed in zip(failure.found, failure.failed, strict=True) if failed and seats]
    if any(shards_of(seats) != max(1, len(before.shards)) for seats in found):
        return None
    if wanted.shards:
        if wanted.kind is before.kind:
            return None
    else:
        seats = seats_of(found[0])
        if wanted.capacity is not None and wanted.capacity < seats.taken:
            return below_seats_taken(seats.taken)
    other = Kind.COURSE if wanted.kind is Kind.SESSION else Kind.SESSION
    return Conflict(f"A {other.value} that has learners cannot become a {wanted.kind.value}.")


def _roster_position(course_id: str, sk: str) -> Item:
    user_id = sk.rpartition("#")[2]
    return {
        "GSI1PK": index_keys.roster_partition(course_id),
        "GSI1SK": sk,
        **keys.enrollment(user_id, course_id).as_item(),
    }
