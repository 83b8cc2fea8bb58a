"""Bodies that tutors send. Apart from `schemas`: reading the catalogue needs none of it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StrictInt, StringConstraints, ValidationInfo, field_validator, model_validator

from functions.courses.schemas import Subject
from peerlearn.domain.authoring import CourseChanges, CourseDraft, ModuleDraft, time_problems
from peerlearn.domain.courses import (
    CAPACITY_MAX,
    DESCRIPTION_MAX_LENGTH,
    MODULE_MINUTES_MAX,
    MODULES_MAX,
    TITLE_MAX_LENGTH,
    CourseStatus,
    Kind,
    Level,
)
from peerlearn.domain.problems import ValueRefused
from peerlearn.http.models import (
    Identifier,
    IncomingMoment,
    Lines,
    NotNull,
    OneLine,
    RequestModel,
    Seen,
    WholeNumber,
)

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_MAX_LENGTH), OneLine, Seen
]
Description = Annotated[str, StringConstraints(max_length=DESCRIPTION_MAX_LENGTH), Lines]
VisibleSubject = Annotated[Subject, OneLine, Seen]
# None means no limit, 0 means no seat.
Capacity = Annotated[StrictInt, WholeNumber, Field(ge=0, le=CAPACITY_MAX)]
Minutes = Annotated[StrictInt, WholeNumber, Field(ge=1, le=MODULE_MINUTES_MAX)]


class NewModule(RequestModel):
    """A module without an id: it gets one."""

    title: Title
    minutes: Minutes

    def draft(self) -> ModuleDraft:
        return ModuleDraft(self.title, self.minutes)


class ChangedModule(NewModule):
    """With a `moduleId` it is a module that the course has already."""

    module_id: Annotated[Identifier | None, NotNull] = None

    def draft(self) -> ModuleDraft:
        return ModuleDraft(self.title, self.minutes, self.module_id)


class NewCourse(RequestModel):
    """A course as its tutor first writes it."""

    title: Title
    description: Description
    subject: VisibleSubject
    level: Level
    kind: Kind
    capacity: Capacity | None
    modules: Annotated[list[NewModule], Field(max_length=MODULES_MAX)]
    starts_at: IncomingMoment | None = None
    ends_at: IncomingMoment | None = None
    status: CourseStatus = CourseStatus.DRAFT

    @model_validator(mode="before")
    @classmethod
    def _with_times(cls, body: Any) -> Any:
        """Times left out are judged like times given."""
        return {"startsAt": None, "endsAt": None, **body} if isinstance(body, dict) else body

    @field_validator("starts_at", "ends_at")
    @classmethod
    def _fits_the_kind(cls, value: IncomingMoment | None, info: ValidationInfo) -> IncomingMoment | None:
        """Here too, so that wrong times are named together with every other wrong field."""
        given: dict[str, Any] = {**info.data, str(info.field_name): value}
        if "kind" in given:
            problems = time_problems(given["kind"], given.get("starts_at"), given.get("ends_at"))
            field = "startsAt" if info.field_name == "starts_at" else "endsAt"
            for name, problem in problems:
                if name == field:
                    raise ValueRefused(problem)
        return value

    def draft(self) -> CourseDraft:
        return CourseDraft(
            title=self.title,
            description=self.description,
            subject=self.subject,
            level=self.level,
            kind=self.kind,
            capacity=self.capacity,
            modules=[module.draft() for module in self.modules],
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            status=self.status,
        )


class CourseChange(RequestModel):
    """A change of a course. Fields that are left out stay as they are; null takes a limit or a time away."""

    title: Annotated[Title | None, NotNull] = None
    description: Annotated[Description | None, NotNull] = None
    subject: Annotated[VisibleSubject | None, NotNull] = None
    level: Annotated[Level | None, NotNull] = None
    kind: Annotated[Kind | None, NotNull] = None
    capacity: Capacity | None = None
    modules: Annotated[Annotated[list[ChangedModule], Field(max_length=MODULES_MAX)] | None, NotNull] = None
    starts_at: IncomingMoment | None = None
    ends_at: IncomingMoment | None = None
    status: Annotated[CourseStatus | None, NotNull] = None

    def changes(self) -> CourseChanges:
        given = {name: getattr(self, name) for name in self.model_fields_set}
        if self.modules is not None:
            given["modules"] = [module.draft() for module in self.modules]
        return CourseChanges(**given)
