"""Progress: which of a course's present modules a learner has done, and what doing one more brings about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from peerlearn.domain.courses import Course, Kind, Module
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.errors import ModuleNotFound
from peerlearn.domain.points import Award, Totals, course_award, module_award
from peerlearn.domain.standing import Standing

STUDY_MINUTES_MAX = 1440
# Reports beyond this count as this: four times what the module's author thought, and four hours
# in any case.
_MODULE_FACTOR, _MODULE_MINUTES_ANYHOW = 4, 240


def percentage(done: int, total: int) -> int:
    """0..100, rounded down: 100 only when all are done. A course without modules is at 0."""
    return done * 100 // total if total else 0


@dataclass(frozen=True, slots=True)
class Progress:
    """A learner's progress in one course, counted over the modules that the course has at present.

    `next_due_at` is the soonest due date to come, of an assessment that was not handed in.
    """

    course_id: str
    title: str
    kind: Kind
    starts_at: datetime | None
    ends_at: datetime | None
    completed_modules: int
    completed_module_ids: tuple[str, ...]
    total_modules: int
    completion_percentage: int
    last_accessed: datetime | None
    status: EnrollmentStatus
    next_due_at: datetime | None

    @classmethod
    def of(cls, enrollment: Enrollment, course: Course | None, modules: Sequence[Module], now: datetime) -> Progress:
        # A course with members is never deleted, only closed.
        completed = modules_done(enrollment.completed_modules, modules)
        done = len(completed)
        return cls(
            course_id=enrollment.course_id,
            title=course.title if course else "",
            kind=course.kind if course else Kind.hinted_by(enrollment.course_id),
            starts_at=course.starts_at if course else None,
            ends_at=course.ends_at if course else None,
            completed_modules=done,
            completed_module_ids=tuple(one.module_id for one in modules if one.module_id in completed),
            total_modules=len(modules),
            completion_percentage=percentage(done, len(modules)),
            last_accessed=enrollment.last_accessed,
            status=enrollment.status,
            next_due_at=course.next_due(enrollment.handed_in, now) if course else None,
        )


@dataclass(frozen=True, slots=True)
class ProgressSummary:
    """Over every active or completed course; the average is rounded down."""

    courses: int
    completed: int
    average_percentage: int
    total_study_hours: float
    points: int

    @classmethod
    def of(cls, courses: Sequence[Progress], totals: Totals) -> ProgressSummary:
        return cls(
            courses=len(courses),
            completed=sum(one.status is EnrollmentStatus.COMPLETED for one in courses),
            average_percentage=sum(one.completion_percentage for one in courses) // len(courses) if courses else 0,
            total_study_hours=totals.study_hours,
            points=totals.points,
        )


@dataclass(frozen=True, slots=True)
class LearnerCourse:
    """A learner's enrolment with the course as it is at present; None where there is none of it.

    `totals` and `standing` are the learner's, where a change depends on them.
    """

    course: Course | None
    enrollment: Enrollment | None
    modules: Sequence[Module] = ()
    totals: Totals | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Every course in which a learner holds a seat, the sums of their ledger, and their standing."""

    courses: Sequence[LearnerCourse]
    totals: Totals
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class ProgressChange:
    """The change that completing a module makes: the enrolment, and the points that it earns."""

    enrollment: Enrollment
    awards: tuple[Award, ...]
    completes_course: bool


def modules_done(completed: Mapping[str, int], modules: Sequence[Module]) -> set[str]:
    """The present modules that are done; those that the course no longer has do not count."""
    return {module.module_id for module in modules} & completed.keys()


def complete_module(
    enrollment: Enrollment, modules: Sequence[Module], module_id: str, minutes: int, now: datetime
) -> ProgressChange | None:
    """Return what follows when a member completes a module; None when it changes nothing.

        not done, others missing  -->  done
        not done, the last one    -->  done, and an active enrolment is completed
        done, enrolment active, all present modules done  -->  completed: the missing ones were taken out of the course
        done, otherwise           -->  unchanged

    Raises
    ------
    ModuleNotFound
        The course has no such module at present.
    """
    module = next((one for one in modules if one.module_id == module_id), None)
    if module is None:
        raise ModuleNotFound
    minutes = min(minutes, max(_MODULE_FACTOR * module.minutes, _MODULE_MINUTES_ANYHOW))
    is_new = module_id not in enrollment.completed_modules
    completed = {**enrollment.completed_modules, **({module_id: minutes} if is_new else {})}
    is_last = len(modules_done(completed, modules)) == len(modules)
    completes = is_last and enrollment.status is EnrollmentStatus.ACTIVE
    if not is_new and not completes:
        return None
    awards: list[Award] = []
    if is_new:
        awards.append(module_award(enrollment.course_id, module_id, minutes))
    if completes:
        awards.append(course_award(enrollment.course_id))
    changed = replace(
        enrollment,
        completed_modules=completed,
        last_accessed=now,
        points=enrollment.points + sum(award.points for award in awards),
    )
    if completes:
        changed = replace(changed, status=EnrollmentStatus.COMPLETED, updated_at=now)
    return ProgressChange(changed, tuple(awards), completes)
