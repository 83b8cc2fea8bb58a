"""Authoring: the rules of a course's first version and of every change to it.

draft --publish--> published <--close / open again--> closed
draft --close--> closed        draft --delete--> (gone)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import TypeVar

from peerlearn.domain.courses import (
    MODULES_EVER_MAX,
    SEATS_PER_SHARD,
    Course,
    CoursePage,
    CourseStatus,
    Kind,
    Level,
    Module,
    Seats,
    Tutor,
)
from peerlearn.domain.errors import Conflict, ValidationFailed
from peerlearn.domain.ids import repeatable_id
from peerlearn.domain.problems import FieldProblem, Problem, Rule
from peerlearn.domain.text import compared

T = TypeVar("T")


class Unchanged(Enum):
    """Stands for a field that a change leaves as it is: None is a value of its own (no limit, no time)."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


@dataclass(frozen=True, slots=True)
class ModuleDraft:
    """A module as its author writes it; one without an id is new."""

    title: str
    minutes: int
    module_id: str | None = None


@dataclass(frozen=True, slots=True)
class CourseDraft:
    """A course as its author first writes it."""

    title: str
    description: str
    subject: str
    level: Level
    kind: Kind
    capacity: int | None
    modules: Sequence[ModuleDraft]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    status: CourseStatus = CourseStatus.DRAFT

    def begun_by(self, tutor: Tutor, now: datetime, seats_per_shard: int = SEATS_PER_SHARD) -> CoursePage:
        """The course's first version.

        Raises
        ------
        ValidationFailed
        """
        _require_times(self.kind, self.starts_at, self.ends_at)
        course_id = repeatable_id(self.kind.id_prefix)
        course = Course(
            course_id=course_id,
            title=self.title,
            description=self.description,
            subject=self.subject,
            level=self.level,
            kind=self.kind,
            tutor=tutor,
            status=self.status,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            created_at=now,
            version=1,
        )
        seats = Seats(
            course_id=course_id,
            capacity=0,
            taken=0,
            waitlist_length=0,
            completed=0,
            dropped=0,
            status=self.status,
            kind=self.kind,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
        ).resized(self.capacity, seats_per_shard)
        return CoursePage(course, seats, _outline(self.modules))


@dataclass(frozen=True, slots=True)
class CourseChanges:
    """The fields that a change replaces; `modules` is the whole new list."""

    title: str | Unchanged = UNCHANGED
    description: str | Unchanged = UNCHANGED
    subject: str | Unchanged = UNCHANGED
    level: Level | Unchanged = UNCHANGED
    kind: Kind | Unchanged = UNCHANGED
    capacity: int | Unchanged | None = UNCHANGED
    modules: Sequence[ModuleDraft] | Unchanged = UNCHANGED
    starts_at: datetime | Unchanged | None = UNCHANGED
    ends_at: datetime | Unchanged | None = UNCHANGED
    status: CourseStatus | Unchanged = UNCHANGED

    def applied_to(self, page: CoursePage, seats_per_shard: int = SEATS_PER_SHARD) -> CoursePage:
        """The course with these changes, one version on; the same page where they change nothing.

        Raises
        ------
        ValidationFailed
            The result would not be a course: its times, its modules.
        Conflict
            A published or closed course cannot become a draft again; fewer seats than are taken.
        """
        before = page.course
        modules, retired = page.modules, page.retired
        if not isinstance(self.modules, Unchanged):
            modules = _outline(self.modules, page.modules, page.retired)
            # Nobody has learned from a draft.
            retired = () if before.status is CourseStatus.DRAFT else _retired(page, modules)
        course = replace(
            before,
            title=either(self.title, before.title),
            description=either(self.description, before.description),
            subject=either(self.subject, before.subject),
            level=either(self.level, before.level),
            kind=either(self.kind, before.kind),
            status=either(self.status, before.status),
            starts_at=either(self.starts_at, before.starts_at),
            ends_at=either(self.ends_at, before.ends_at),
        )
        _require_times(course.kind, course.starts_at, course.ends_at)
        if course.status is CourseStatus.DRAFT and before.status is not CourseStatus.DRAFT:
            raise Conflict(f"A {before.status.value} course cannot become a draft again.")
        seats = replace(
            page.seats.resized(either(self.capacity, page.seats.capacity), seats_per_shard),
            status=course.status,
            kind=course.kind,
            starts_at=course.starts_at,
            ends_at=course.ends_at,
        )
        changed = replace(page, course=course, seats=seats, modules=modules, retired=retired)
        return page if changed == page else replace(changed, course=replace(course, version=before.version + 1))


def time_problems(kind: Kind, starts_at: datetime | None, ends_at: datetime | None) -> list[FieldProblem]:
    """Return what is wrong with the times, by field: a session has both, a course may have either, in order."""
    problems: list[FieldProblem] = []
    if kind is Kind.SESSION:
        times = {"startsAt": starts_at, "endsAt": ends_at}
        needed = Problem(Rule.REQUIRED, "is needed for a session")
        problems += [(field, needed) for field, moment in times.items() if moment is None]
    if starts_at is not None and ends_at is not None and starts_at >= ends_at:
        problems.append(("endsAt", Problem(Rule.NOT_AFTER, "must be after startsAt")))
    return problems


def _require_times(kind: Kind, starts_at: datetime | None, ends_at: datetime | None) -> None:
    problems = time_problems(kind, starts_at, ends_at)
    if problems:
        raise ValidationFailed(*problems)


def _outline(
    drafts: Sequence[ModuleDraft], present: Sequence[Module] = (), retired: Sequence[Module] = ()
) -> tuple[Module, ...]:
    """Return the modules of the drafts: known ids stay, a retired one may come back, others are new.

    A draft without an id that is called as a retired module is that module again, or the same work would earn twice.
    """
    known = {module.module_id for module in (*present, *retired)}
    problems: list[FieldProblem] = []
    seen: set[str] = set()
    for position, draft in enumerate(drafts):
        if draft.module_id is None:
            continue
        if draft.module_id not in known:
            unknown = Problem(Rule.UNKNOWN_MODULE, "is not a module of this course")
            problems.append((f"modules.{position}.moduleId", unknown))
        elif draft.module_id in seen:
            repeated = Problem(Rule.REPEATED, "appears more than once")
            problems.append((f"modules.{position}.moduleId", repeated))
        seen.add(draft.module_id)
    if problems:
        raise ValidationFailed(*problems)
    # Also those that this very change takes out: a client may send its list anew, without ids.
    free = {compared(one.title): one.module_id for one in (*retired, *present) if one.module_id not in seen}
    outline = []
    for draft in drafts:
        module_id = draft.module_id or free.pop(compared(draft.title), None) or repeatable_id("mod")
        outline.append(Module(module_id, draft.title, draft.minutes))
    return tuple(outline)


def _retired(page: CoursePage, modules: Sequence[Module]) -> tuple[Module, ...]:
    """Return the modules that the course had and has no more: their completion counts when they come back.

    Raises
    ------
    ValidationFailed
        It would have had more modules than a course may have in its life: each of them has earned points.
    """
    kept = {module.module_id for module in modules}
    retired = {one.module_id: one for one in (*page.retired, *page.modules) if one.module_id not in kept}
    if len(retired) + len(kept) > MODULES_EVER_MAX:
        message = f"a course can have had at most {MODULES_EVER_MAX} modules, those included that were taken out"
        raise ValidationFailed(("modules", Problem(Rule.TOO_MANY, message, MODULES_EVER_MAX)))
    return tuple(retired.values())


def either(value: T | Unchanged, present: T) -> T:
    """Return the value of a field after a change: the given one, or the present one where it is left as it is."""
    return present if isinstance(value, Unchanged) else value
