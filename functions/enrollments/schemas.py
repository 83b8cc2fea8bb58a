"""Answers of the `enrollments` endpoints."""

from __future__ import annotations

from peerlearn.domain.courses import Kind
from peerlearn.domain.enrollments import Enrollment, EnrollmentListing, EnrollmentStatus, PlaceInLine
from peerlearn.http.models import Moment, ResponseModel


class EnrollmentView(ResponseModel):
    """A learner's place in a course."""

    enrollment_id: str
    learner_id: str
    course_id: str
    status: EnrollmentStatus
    enrolled_at: Moment
    updated_at: Moment


class ListedEnrollmentView(EnrollmentView):
    """An enrolment in a list, with what its course is at present; completed modules in the course's order."""

    title: str
    kind: Kind
    starts_at: Moment | None
    ends_at: Moment | None
    position: int | None
    completed_module_ids: list[str]
    next_due_at: Moment | None

    @classmethod
    def of(cls, listing: EnrollmentListing) -> ListedEnrollmentView:
        enrollment, course = listing.enrollment, listing.course
        return cls(
            enrollment_id=enrollment.enrollment_id,
            learner_id=enrollment.learner_id,
            course_id=enrollment.course_id,
            status=enrollment.status,
            enrolled_at=enrollment.enrolled_at,
            updated_at=enrollment.updated_at,
            title=course.title if course else "",
            kind=course.kind if course else Kind.hinted_by(enrollment.course_id),
            starts_at=course.starts_at if course else None,
            ends_at=course.ends_at if course else None,
            position=listing.position,
            completed_module_ids=list(listing.completed),
            next_due_at=listing.next_due_at,
        )


class PlaceInLineView(ResponseModel):
    """A place in a waitlist; `position` counts from 1, exact up to 1,000 and rounded up to the next hundred beyond."""

    course_id: str
    position: int
    joined_at: Moment


class EnrollmentData(ResponseModel):
    enrollment: EnrollmentView

    @classmethod
    def of(cls, enrollment: Enrollment) -> EnrollmentData:
        return cls(enrollment=EnrollmentView.model_validate(enrollment))


class EnrollmentsData(ResponseModel):
    enrollments: list[ListedEnrollmentView]


class WaitlistData(ResponseModel):
    waitlist: PlaceInLineView

    @classmethod
    def of(cls, place: PlaceInLine) -> WaitlistData:
        return cls(waitlist=PlaceInLineView.model_validate(place))
