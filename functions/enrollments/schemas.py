"""Answers of the `enrollments` endpoints."""

from __future__ import annotations

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
    """An enrolment in a list, with its course's title."""

    title: str

    @classmethod
    def of(cls, listing: EnrollmentListing) -> ListedEnrollmentView:
        enrollment = listing.enrollment
        return cls(
            enrollment_id=enrollment.enrollment_id,
            learner_id=enrollment.learner_id,
            course_id=enrollment.course_id,
            status=enrollment.status,
            enrolled_at=enrollment.enrolled_at,
            updated_at=enrollment.updated_at,
            title=listing.title,
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
