"""Progress: read together with the course's present modules, changed in one transaction with the points it earns."""

from __future__ import annotations

from dataclasses import replace

from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.points import Totals
from peerlearn.domain.progress import Dashboard, LearnerCourse, ProgressChange
from peerlearn.domain.standing import Admission
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.courses import course_of, modules_of
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.items.ledger import is_erased, totals_of
from peerlearn.persistence.items.standing import standing_in, standing_of
from peerlearn.persistence.ledger import points_unchanged, posting, standing_attributes
from peerlearn.persistence.optimistic import WRITTEN_BY, applied
from peerlearn.persistence.ranges import items_between
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import Write, update


class ProgressRepository:
    """Reads and changes the progress of enrolments; a course without modules has none."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def dashboard(self, user_id: str) -> Dashboard:
        """Return a learner's courses with their progress.

        One Query reads the learner, one BatchGet the outlines: percentages follow the modules that a course has now.
        """
        items = items_between(self._table, keys.user_partition(user_id), *keys.DASHBOARD_RANGE)
        totals = next((item for item in items if item["entity"] == Entity.TOTALS), None)
        enrollments = [enrollment_of(item) for item in items if item["entity"] == Entity.ENROLLMENT]
        seated = [one for one in enrollments if one.status.holds_seat]
        found = self._table.batch_get(
            [key for one in seated for key in (keys.course(one.course_id), keys.outline(one.course_id))]
        )
        standing = next((standing_of(item) for item in items if item["entity"] == Entity.STANDING), None)
        courses = [_learner_course(one.course_id, one, found) for one in seated]
        return Dashboard(courses, totals_of(user_id, totals), standing)

    def learner_course(self, user_id: str, course_id: str) -> LearnerCourse:
        """Return a course with its modules, and the learner's enrolment in it."""
        found = self._table.batch_get(_read_keys(user_id, course_id))
        return _learner_course(course_id, _enrollment(user_id, course_id, found), found)

    def situation(self, user_id: str, course_id: str) -> LearnerCourse:
        """Return the situation that completing a module depends on, in one round trip."""
        found = self._table.batch_get([*_read_keys(user_id, course_id), keys.totals(user_id), keys.standing(user_id)])
        totals = found.get(keys.totals(user_id))
        # A person who has erased their account is a member of nothing.
        enrollment = None if is_erased(totals) else _enrollment(user_id, course_id, found)
        return replace(
            _learner_course(course_id, enrollment, found),
            totals=totals_of(user_id, totals),
            standing=standing_in(found, user_id),
        )

    def apply(
        self, found: LearnerCourse, change: ProgressChange, token: str, admission: Admission | None = None
    ) -> None:
        """Write the enrolment with what it earns, wholly or not at all.

        Raises
        ------
        Collision
        """
        if found.enrollment is None or found.totals is None:
            raise ValueError("a change of progress is decided on a whole situation")
        applied(self._table, _writes(found.enrollment, change, found.totals, token), token, utc_now(), admission)


def _read_keys(user_id: str, course_id: str) -> list[keys.Key]:
    return [keys.enrollment(user_id, course_id), keys.course(course_id), keys.outline(course_id)]


def _enrollment(user_id: str, course_id: str, found: dict[keys.Key, Item]) -> Enrollment | None:
    item = found.get(keys.enrollment(user_id, course_id))
    return enrollment_of(item) if item else None


def _learner_course(course_id: str, enrollment: Enrollment | None, found: dict[keys.Key, Item]) -> LearnerCourse:
    course, outline = found.get(keys.course(course_id)), found.get(keys.outline(course_id))
    return LearnerCourse(course_of(course) if course else None, enrollment, modules_of(outline) if outline else ())


def _writes(before: Enrollment, change: ProgressChange, totals: Totals, token: str) -> list[Write]:
    # Nothing writes these entries but this transaction, so a change that earns nothing does not exist.
    moment = change.enrollment.last_accessed or change.enrollment.updated_at
    after, entries = totals.awarded(change.awards, moment)
    writes = [_progressing(before, change.enrollment, token), *posting(totals, after, entries, token)]
    if change.completes_course:
        writes.append(_counting_completion(before))
    return writes


def _progressing(before: Enrollment, after: Enrollment, token: str) -> Write:
    """Return the write of an enrolment with its new modules, points and, after the last module, its new status."""
    new = after.completed_modules.keys() - before.completed_modules.keys()
    attributes: Item = {
        **standing_attributes(after),
        "status": after.status.value,
        "lastAccessed": to_rfc3339(after.last_accessed or after.updated_at),
        "updatedAt": to_rfc3339(after.updated_at),
        WRITTEN_BY: token,
    }
    assignments = [f"#{name} = :new_{name}" for name in attributes]
    names = {f"#{name}": name for name in attributes} | {"#modules": "completedModules"}
    values: Item = {f":new_{name}": value for name, value in attributes.items()}
    # The map only grows, so its size tells whether another module came in between: of two that are completed at once,
    # the later one sees that it is the last.
    same_modules = "size(#modules) = :done"
    if before.completed_modules:
        for number, module in enumerate(sorted(new)):
            assignments.append(f"#modules.#module{number} = :minutes{number}")
            names[f"#module{number}"] = module
            values[f":minutes{number}"] = after.completed_modules[module]
    else:
        same_modules = f"(attribute_not_exists(#modules) OR {same_modules})"
        assignments.append("#modules = :modules")
        values[":modules"] = dict(after.completed_modules)
    # active --module--> active    active --last module--> completed    completed --module added later--> completed
    same_status = "#status = :status"
    return update(
        keys.enrollment(before.learner_id, before.course_id),
        "SET " + ", ".join(assignments),
        condition=f"{same_status} AND {same_modules} AND {points_unchanged(before.points)}",
        names=names,
        values=values
        | {":status": before.status.value, ":done": len(before.completed_modules), ":points": before.points},
    )


def _counting_completion(enrollment: Enrollment) -> Write:
    # Counts once, and where there are seats to count: the enrolment's condition in the same transaction lets it be
    # completed only once. In which shard of a large course does not matter: only their sum is read.
    return update(
        keys.seat_shard(enrollment.course_id, enrollment.seat_shard),
        "SET #completed = #completed + :one",
        names={"#completed": "completedCount"},
        values={":one": 1},
    )
