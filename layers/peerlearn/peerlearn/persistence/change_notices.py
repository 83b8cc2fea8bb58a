"""The facts that notices of changes tell, and their claims, each on the condition that the facts still hold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from peerlearn.domain.assessments import Assessment, course_of_assessment
from peerlearn.domain.courses import Course
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.mails import Mail
from peerlearn.domain.submissions import Submission
from peerlearn.persistence import keys
from peerlearn.persistence.claims import claim
from peerlearn.persistence.guards import holds_seat
from peerlearn.persistence.items.assessments import assessment_of, submission_of
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import Write, check


class ChangeNoticeRepository:
    """Reads what is told, and claims the notices."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def course(self, course_id: str) -> Course | None:
        """Return the course without its seats, or None."""
        item = self._table.get(keys.course(course_id))
        return course_of(item) if item else None

    def work(self, learner_id: str, assessment_id: str) -> tuple[Submission, Assessment, Course] | None:
        """Return a learner's latest attempt with its assessment and course; None where one of them is gone."""
        course_id = course_of_assessment(assessment_id) or ""
        wanted = (
            keys.submission(learner_id, assessment_id),
            keys.assessment(course_id, assessment_id),
            keys.course(course_id),
        )
        found = self._table.batch_get(wanted)
        if len(found) < len(wanted):
            return None
        attempt, assessment, course = (found[key] for key in wanted)
        return submission_of(attempt), assessment_of(assessment), course_of(course)

    def claim_seat(self, mail: Mail, learner_id: str, course_id: str, since: str) -> bool:
        """Claim the notice of a seat that a learner was given at that moment, and holds since."""
        key = f"{mail.kind.value}#{course_id}#{since}"
        return claim(self._table, learner_id, mail, key, _holds_since(learner_id, course_id, since))

    def claim_grade(self, mail: Mail, submission: Submission) -> bool:
        """Claim the notice of a grade, while no other grading has followed it."""
        learner_id, assessment_id = submission.learner_id, submission.assessment_id
        key = f"{mail.kind.value}#{assessment_id}#{submission.revision}"
        return claim(self._table, learner_id, mail, key, _is_latest_grading(submission))

    def claim_change(self, mails: Sequence[tuple[str, Mail]], course_id: str, version: int) -> int:
        """Claim the notices of one change of a session for those of the learners who hold a seat; return how many.

        The course is no part of the transactions: they would wait for each other at its item.

        Parameters
        ----------
        mails: sequence of (str, Mail)
            A notice for each learner.
        version: int
            The course's, after the change.
        """
        with SideBySide() as together:
            claims = [
                together.begin(
                    partial(
                        claim,
                        self._table,
                        learner_id,
                        mail,
                        f"{mail.kind.value}#{course_id}#{version}",
                        holds_seat(learner_id, course_id),
                    )
                )
                for learner_id, mail in mails
            ]
            return sum(one.result() for one in claims)


def _holds_since(learner_id: str, course_id: str, since: str) -> Write:
    # given this seat -> told of it;  given up since, or given another one -> not
    return check(
        keys.enrollment(learner_id, course_id),
        "#status = :active AND #updatedAt = :since",
        names={"#status": "status", "#updatedAt": "updatedAt"},
        values={":active": EnrollmentStatus.ACTIVE.value, ":since": since},
    )


def _is_latest_grading(submission: Submission) -> Write:
    return check(
        keys.submission(submission.learner_id, submission.assessment_id),
        "#revision = :revision",
        names={"#revision": "revision"},
        values={":revision": submission.revision},
    )
