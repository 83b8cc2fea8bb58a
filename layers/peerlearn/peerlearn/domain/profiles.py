"""A learner's own page: the account, and what they have done so far in sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.standing import Standing
from peerlearn.domain.users import User

_MINUTES_PER_HOUR = 60


@dataclass(frozen=True, slots=True)
class Profile:
    """`enrollments` are all of the learner's, whatever their status."""

    user: User
    enrollments: Sequence[Enrollment]
    points: int = 0
    study_minutes: int = 0
    badges: Sequence[str] = ()
    standing: Standing | None = None

    @property
    def enrolled_courses(self) -> list[str]:
        """Ids of the courses in which the learner holds a seat, newest enrolment first."""
        seated = [enrollment for enrollment in self.enrollments if enrollment.status.holds_seat]
        seated.sort(key=lambda enrollment: enrollment.enrolled_at, reverse=True)
        return [enrollment.course_id for enrollment in seated]

    @property
    def total_study_hours(self) -> float:
        """To a hundredth of an hour."""
        return round(self.study_minutes / _MINUTES_PER_HOUR, 2)
