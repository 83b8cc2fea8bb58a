"""Learning for tests: seats taken, outlines changed, and a look at whether everything that is counted agrees."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from peerlearn.domain.assessments import Assessment, new_assessment_id, own_part
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.courses import Module
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.points import Entry, Reason, Totals, sums_of
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.items.assessments import assessment_item, instructions_item
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.courses import outline_item
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.items.ledger import entry_of, totals_of
from peerlearn.persistence.items.standing import count_attribute
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put
from peerlearn.services.enrollments import EnrollmentService


class Learning:
    """Prepares, and checks."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.enrollments = EnrollmentService(EnrollmentRepository(table))

    def enroll(self, learner_id: str, *course_ids: str) -> None:
        for course_id in course_ids:
            self.enrollments.enroll(learner_id, course_id)

    def drop(self, learner_id: str, course_id: str) -> None:
        self.enrollments.withdraw(learner_id, course_id)

    def set_modules(self, course_id: str, *module_ids: str) -> None:
        """Leave an outline as a tutor's change does."""
        modules = [Module(module_id, f"About {module_id}", 30) for module_id in module_ids]
        self.table.write(put(outline_item(course_id, modules)))

    def add_assessment(self, course_id: str, **changes: Any) -> str:
        """An assessment's id; out of 10, without a due date unless told otherwise."""
        assessment = Assessment(
            assessment_id=new_assessment_id(course_id),
            course_id=course_id,
            title="Mate in two",
            max_grade=10,
            due_at=None,
            allow_late=False,
            created_at=utc_now(),
        )
        assessment = replace(assessment, **changes)
        self.table.write(put(assessment_item(assessment)))
        self.table.write(put(instructions_item(course_id, assessment.assessment_id, "Ten positions.")))
        return assessment.assessment_id

    def due(self, course_id: str, due_at: datetime, *, allow_late: bool = False) -> str:
        return self.add_assessment(course_id, due_at=due_at, allow_late=allow_late)

    def enrollment(self, learner_id: str, course_id: str) -> Enrollment:
        item = self.table.get(keys.enrollment(learner_id, course_id))
        assert item is not None
        return enrollment_of(item)

    def totals(self, learner_id: str) -> Totals:
        return totals_of(learner_id, self.table.get(keys.totals(learner_id)))

    def ledger(self, learner_id: str) -> list[Entry]:
        """Every entry, in the order of the numbers; read from the table itself, not from its index."""
        values = {":pk": keys.user_partition(learner_id), ":points": keys.POINTS_PREFIX}
        items = self.table.query("PK = :pk AND begins_with(SK, :points)", values)
        return sorted((entry_of(item) for item in items), key=lambda entry: entry.number)

    def items(self, learner_id: str, prefix: str = "") -> list[dict[str, Any]]:
        values = {":pk": keys.user_partition(learner_id), ":prefix": prefix}
        condition = "PK = :pk AND begins_with(SK, :prefix)" if prefix else "PK = :pk"
        return self.table.query(condition, values if prefix else {":pk": values[":pk"]})

    def work(self, learner_id: str) -> list[dict[str, Any]]:
        """All that stands about a learner but what is counted against their limits."""
        items = self.items(learner_id)
        return [{name: value for name, value in item.items() if not name.startswith(("n:", "t:"))} for item in items]

    def uses(self, learner_id: str, limit: str) -> int:
        """How many uses of the limit are counted."""
        item = self.table.get(keys.standing(learner_id))
        assert item is not None
        return int(item.get(count_attribute(limit), 0))

    def check(self, learner_id: str) -> None:
        """The ledger, its sums, and the points of each enrolment say the same. Only while nobody writes."""
        ledger = self.ledger(learner_id)
        assert [entry.number for entry in ledger] == list(range(1, len(ledger) + 1))
        stored = self.totals(learner_id)
        assert replace(stored, version=0, submissions=0) == sums_of(learner_id, ledger)
        assert stored.points == sum(entry.award.points for entry in ledger)
        per_course: Counter[str] = Counter()
        for entry in ledger:
            per_course[entry.award.course_id] += entry.award.points
        for item in self.items(learner_id, keys.ENROLLMENT_PREFIX):
            enrollment = enrollment_of(item)
            assert enrollment.points == per_course[enrollment.course_id]
            if enrollment.points:
                assert item["GSI2SK"] == index_keys.leaderboard_sort(enrollment.points, learner_id)
            attempted = [e.award.key for e in ledger if e.award.reason is Reason.FIRST_SUBMISSION]
            of_course = {
                own_part(key) for key in attempted if key.startswith(f"submission:asm_{enrollment.course_id}_")
            }
            assert enrollment.handed_in == of_course
            done = [e for e in ledger if e.award.key.startswith(f"module:{enrollment.course_id}:")]
            assert len(done) == len(enrollment.completed_modules)
        badges = [item["badges"] for item in self.items(learner_id, "A#TOTALS")]
        assert badges in ([], [[badge.value for badge in stored.badges]])
        attempts = [
            item for item in self.items(learner_id) if item["entity"] in (Entity.SUBMISSION, Entity.PAST_ATTEMPT)
        ]
        assert len(attempts) == stored.submissions


def enrollment_as_stored(
    user_id: str, course_id: str, status: EnrollmentStatus, minutes_ago: int = 0
) -> dict[str, Any]:
    """Return an enrolment's item of so many minutes ago, without any seat counted for it."""
    at = to_rfc3339(utc_now() - timedelta(minutes=minutes_ago))
    return {
        **keys.enrollment(user_id, course_id).as_item(),
        "entity": Entity.ENROLLMENT.value,
        "learnerId": user_id,
        "courseId": course_id,
        "status": status.value,
        "enrolledAt": at,
        "updatedAt": at,
    }
