"""A learner at one course, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from peerlearn.domain.courses import Course, CourseStatus, Kind, Level, Module, Tutor
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.points import Entry, Totals
from peerlearn.domain.progress import Dashboard, LearnerCourse, ProgressChange
from peerlearn.domain.standing import Admission, Standing
from peerlearn.domain.users import Role

BEGAN = datetime(2026, 1, 1, 10, tzinfo=UTC)


def course(course_id: str = "crs_1", title: str = "Chess endgames") -> Course:
    return Course(
        course_id=course_id,
        title=title,
        description="From the simplest positions on.",
        subject="Games",
        level=Level.BEGINNER,
        kind=Kind.COURSE,
        tutor=Tutor("usr_tutor", "Ada"),
        status=CourseStatus.PUBLISHED,
        starts_at=None,
        ends_at=None,
        created_at=BEGAN,
        version=1,
    )


def modules(*module_ids: str) -> list[Module]:
    return [Module(module_id, f"About {module_id}", 30) for module_id in module_ids]


def enrollment(course_id: str = "crs_1", **changes: object) -> Enrollment:
    active = Enrollment("usr_1", course_id, EnrollmentStatus.ACTIVE, BEGAN, BEGAN)
    return replace(active, **changes)  # type: ignore[arg-type]


class FakeProgress:
    """`peerlearn.services.progress.ProgressStore`, with the ledger of `usr_1`."""

    def __init__(self, outline: Sequence[Module]) -> None:
        self.course: Course | None = course()
        self.outline = outline
        self.enrollment: Enrollment | None = enrollment()
        self.totals = Totals("usr_1")
        self.ledger: list[Entry] = []
        self.completions = 0
        self.changes = 0

    def dashboard(self, user_id: str) -> Dashboard:
        found = self.learner_course(user_id, "crs_1")
        seated = found.enrollment is not None and found.enrollment.status.holds_seat
        standing = Standing(user_id, Role.LEARNER, sessions={"sid_1": 0})
        return Dashboard([found] if seated else [], self.totals, standing)

    def learner_course(self, user_id: str, course_id: str) -> LearnerCourse:
        known = course_id == "crs_1"
        mine = known and user_id == "usr_1"
        return LearnerCourse(self.course if known else None, self.enrollment if mine else None, self.outline)

    def situation(self, user_id: str, course_id: str) -> LearnerCourse:
        found = self.learner_course(user_id, course_id)
        return replace(found, totals=self.totals, standing=Standing(user_id, Role.LEARNER, sessions={"sid_1": 0}))

    def apply(
        self, found: LearnerCourse, change: ProgressChange, token: str, admission: Admission | None = None
    ) -> None:
        at = change.enrollment.last_accessed
        assert at is not None
        assert found.totals == self.totals
        self.totals, entries = self.totals.awarded(change.awards, at)
        keys = {entry.award.key for entry in self.ledger}
        assert keys.isdisjoint(entry.award.key for entry in entries)
        self.ledger += entries
        self.enrollment = change.enrollment
        self.completions += change.completes_course
        self.changes += 1
