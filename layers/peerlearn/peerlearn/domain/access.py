"""Permissions that depend on a course: all of them, for the course itself and for everything that belongs to it.

Which roles may call an endpoint at all is said by its handler (`peerlearn.http.auth`), and whether the caller's session
is still live by `peerlearn.domain.standing`.
"""

from __future__ import annotations

from peerlearn.domain.assessments import Assessment
from peerlearn.domain.courses import Course, CourseStatus
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.errors import (
    AssessmentNotFound,
    CourseNotFound,
    Forbidden,
    NotEnrolled,
    SubmissionNotFound,
)
from peerlearn.domain.submissions import Submission
from peerlearn.domain.users import Principal, Role


def may_author(caller: Principal | None, course: Course) -> bool:
    """Return whether the course is theirs to change: they made it, or they are an administrator."""
    return caller is not None and (caller.is_admin or course.is_taught_by(caller.user_id))


def may_teach(caller: Principal | None, course: Course) -> bool:
    """Return whether they may author the course and are still a tutor: a course goes on naming one who was demoted."""
    return caller is not None and can_have_courses(caller) and may_author(caller, course)


def can_have_courses(caller: Principal) -> bool:
    """Return whether courses of their own are possible. Learners have none, so nothing need be read to know it."""
    return caller.role is not Role.LEARNER


def may_find(viewer: Principal | None, course: Course) -> bool:
    """Return whether the course exists for them: a draft does for its tutor and for administrators alone."""
    return course.status is not CourseStatus.DRAFT or may_author(viewer, course)


def require_course(course: Course | None, viewer: Principal | None) -> Course:
    """Return the course, unless it is a draft of somebody else's.

    Raises
    ------
    CourseNotFound
    """
    if course is None or not may_find(viewer, course):
        raise CourseNotFound
    return course


def require_assessment(assessment: Assessment | None) -> Assessment:
    """Return the assessment.

    Raises
    ------
    AssessmentNotFound
    """
    if assessment is None:
        raise AssessmentNotFound
    return assessment


def require_shown(viewer: Principal, course: Course | None, assessment: Assessment | None) -> tuple[Course, Assessment]:
    """Return an assessment with its course, unless that is a draft of somebody else's.

    Raises
    ------
    AssessmentNotFound
    """
    if course is None or not may_find(viewer, course):
        raise AssessmentNotFound
    return course, require_assessment(assessment)


def require_submission(submission: Submission | None) -> Submission:
    """Return the submission.

    Raises
    ------
    SubmissionNotFound
    """
    if submission is None:
        raise SubmissionNotFound
    return submission


def require_author(caller: Principal, course: Course | None) -> Course:
    """Return the course, which the caller may change.

    Raises
    ------
    CourseNotFound
        It is a draft of somebody else's.
    Forbidden
    """
    course = require_course(course, caller)
    if not may_author(caller, course):
        raise Forbidden("This course is another tutor's.")
    return course


def require_tutor(caller: Principal, course: Course) -> None:
    """Check that the caller is the course's own tutor, or an administrator.

    Raises
    ------
    Forbidden
    """
    if not may_author(caller, course):
        raise Forbidden("Only the tutor of this course may do this.")


def require_member(enrollment: Enrollment | None) -> Enrollment:
    """Return an enrolment that holds a seat.

    Raises
    ------
    NotEnrolled
    """
    if enrollment is None or not enrollment.status.holds_seat:
        raise NotEnrolled
    return enrollment


def require_reader(caller: Principal, course: Course, enrollment: Enrollment | None) -> None:
    """Check that the caller is a member of the course, its tutor while they are one, or an administrator.

    Raises
    ------
    NotEnrolled
    """
    if not may_teach(caller, course):
        require_member(enrollment)


def require_fetcher(caller: Principal, course: Course, learner_id: str) -> None:
    """Check that the caller may fetch a learner's file: it is their own, or the course is theirs to teach.

    Raises
    ------
    Forbidden
    """
    if caller.user_id != learner_id and not may_teach(caller, course):
        raise Forbidden("Only its author and the tutor may fetch a submission.")


def refuse_own_tutor(*, teaches: bool) -> None:
    """Check that the caller does not teach the course whose seat they ask for.

    Raises
    ------
    Forbidden
    """
    if teaches:
        raise Forbidden("You teach this course: its seats are for others.")
