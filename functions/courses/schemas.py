"""Courses as everybody sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from peerlearn.domain.assessments import Assessment
from peerlearn.domain.courses import (
    SUBJECT_MAX_LENGTH,
    TITLE_MAX_LENGTH,
    CourseListing,
    CoursePage,
    CourseStatus,
    Kind,
    Level,
)
from peerlearn.domain.coursework import OwnWork, WorkCounts, WorkState
from peerlearn.domain.facets import VALUES_MAX
from peerlearn.http.grades import ShownGrade
from peerlearn.http.models import Moment, ResponseModel, is_none

Subject = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=SUBJECT_MAX_LENGTH)]
Words = Annotated[str, StringConstraints(max_length=TITLE_MAX_LENGTH)]


class TutorView(ResponseModel):
    user_id: str
    name: str


class ModuleView(ResponseModel):
    module_id: str
    title: str
    minutes: int


class OwnWorkView(ResponseModel):
    """How far the caller is with an assessment; `grade` is null until there is one."""

    state: WorkState
    grade: ShownGrade | None


class WorkCountsView(ResponseModel):
    """Over the members of the course: handed in, of these to be graded, and not handed in."""

    submitted: int
    ungraded: int
    missing: int


class AssessmentView(ResponseModel):
    """An assessment as the course's page sums it up.

    `instructions` is always null here: members read them with the assessment, which may be long. `mine` is the caller's
    own state, absent where they are no member; `counts` is for the course's tutor.
    """

    assessment_id: str
    course_id: str
    title: str
    instructions: None = None
    max_grade: int
    due_at: Moment | None
    allow_late: bool
    mine: OwnWorkView | None = Field(default=None, exclude_if=is_none)
    counts: WorkCountsView | None = Field(default=None, exclude_if=is_none)

    @classmethod
    def of(cls, assessment: Assessment, own: OwnWork | None, counts: WorkCounts | None) -> AssessmentView:
        return cls.model_validate(assessment).model_copy(
            update={
                "mine": OwnWorkView.model_validate(own) if own is not None else None,
                "counts": WorkCountsView.model_validate(counts) if counts is not None else None,
            }
        )


class ListedCourseView(ResponseModel):
    """A course in a list. `seatsAvailable` is null where `capacity` is: there is no limit."""

    course_id: str
    title: str
    description: str
    subject: str
    level: Level
    kind: Kind
    tutor: TutorView
    capacity: int | None
    seats_taken: int
    seats_available: int | None
    waitlist_length: int
    starts_at: Moment | None
    ends_at: Moment | None
    status: CourseStatus
    created_at: Moment

    @classmethod
    def of(cls, listing: CourseListing) -> ListedCourseView:
        return cls.model_validate(_fields(listing))


class CourseView(ListedCourseView):
    """A course on its own page."""

    modules: list[ModuleView]
    assessments: list[AssessmentView]

    @classmethod
    def on_page(cls, page: CoursePage, own: Mapping[str, OwnWork], counts: Mapping[str, WorkCounts]) -> CourseView:
        assessments = [
            AssessmentView.of(one, own.get(one.assessment_id), counts.get(one.assessment_id))
            for one in page.assessments
        ]
        return cls.model_validate(_fields(page) | {"modules": page.modules, "assessments": assessments})


class CourseData(ResponseModel):
    course: CourseView

    @classmethod
    def of(
        cls,
        page: CoursePage,
        own: Mapping[str, OwnWork] | None = None,
        counts: Mapping[str, WorkCounts] | None = None,
    ) -> CourseData:
        return cls(course=CourseView.on_page(page, own or {}, counts or {}))


class CoursesData(ResponseModel):
    courses: list[ListedCourseView]


class FacetView(ResponseModel):
    """A subject or a level, and the number of published courses that have it."""

    value: str
    count: int


class TutorFacetView(FacetView):
    """A tutor by user id and name, and the number of their published courses."""

    name: str


class FacetsData(ResponseModel):
    subjects: Annotated[list[FacetView], Field(max_length=VALUES_MAX)]
    levels: Annotated[list[FacetView], Field(max_length=VALUES_MAX)]
    tutors: Annotated[list[TutorFacetView], Field(max_length=VALUES_MAX)]


def _fields(listing: CourseListing | CoursePage) -> dict[str, object]:
    course, seats = listing.course, listing.seats
    return {
        "course_id": course.course_id,
        "title": course.title,
        "description": course.description,
        "subject": course.subject,
        "level": course.level,
        "kind": course.kind,
        "tutor": course.tutor,
        "capacity": seats.capacity,
        "seats_taken": seats.taken,
        "seats_available": seats.available,
        "waitlist_length": seats.waitlist_length,
        "starts_at": course.starts_at,
        "ends_at": course.ends_at,
        "status": course.status,
        "created_at": course.created_at,
    }
