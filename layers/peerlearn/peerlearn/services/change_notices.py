"""Telling people by mail what has changed for them: a seat given, work graded, a session moved or closed.

Each is told once, whatever the stream or a queue repeats, and not at all where it is not so any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from peerlearn.domain.assessments import Assessment
from peerlearn.domain.change_notices import SessionChange
from peerlearn.domain.courses import Course
from peerlearn.domain.grades import plain_grade
from peerlearn.domain.jobs import CHUNK, Cursor, Step
from peerlearn.domain.mails import Mail, MailKind, Mailroom
from peerlearn.domain.submissions import Submission
from peerlearn.services.rosters import Members, Rosters


class Store(Protocol):
    """See `peerlearn.persistence.change_notices`."""

    def course(self, course_id: str) -> Course | None: ...
    def work(self, learner_id: str, assessment_id: str) -> tuple[Submission, Assessment, Course] | None: ...
    def claim_seat(self, mail: Mail, learner_id: str, course_id: str, since: str) -> bool: ...
    def claim_grade(self, mail: Mail, submission: Submission) -> bool: ...
    def claim_change(self, mails: Sequence[tuple[str, Mail]], course_id: str, version: int) -> int: ...


class ChangeNoticeService:
    """The worker's use cases for notices of changes."""

    def __init__(self, store: Store, members: Members, mailroom: Mailroom, chunk: int = CHUNK) -> None:
        self._store = store
        self._members = members
        self._rosters = Rosters(members)
        self._mailroom = mailroom
        self._chunk = chunk

    def tell_of_seat(self, course_id: str, learner_id: str, since: str) -> int:
        """Tell a learner of the seat that they were given at that moment; return how many mails that makes.

        Raises
        ------
        TemporarilyUnavailable
        """
        course = self._store.course(course_id)
        if course is None:
            return 0
        mails = self._mailroom.notice(
            learner_id, MailKind.ENROLLMENT_PROMOTED, title=course.title, courseId=course.course_id
        )
        return sum(self._store.claim_seat(mail, learner_id, course_id, since) for mail in mails)

    def tell_of_grade(self, assessment_id: str, learner_id: str, revision: int) -> int:
        """Tell a learner of a grade, while it is the latest grading; return how many mails that makes.

        Raises
        ------
        TemporarilyUnavailable
        """
        found = self._store.work(learner_id, assessment_id)
        if found is None:
            return 0
        submission, assessment, course = found
        if submission.grade is None or submission.revision != revision:
            return 0
        mails = self._mailroom.notice(
            learner_id,
            MailKind.SUBMISSION_GRADED,
            title=course.title,
            assessment=assessment.title,
            assessmentId=assessment_id,
            grade=str(plain_grade(submission.grade)),
            maxGrade=str(assessment.max_grade),
        )
        return sum(self._store.claim_grade(mail, submission) for mail in mails)

    def carry_on(self, change: SessionChange, cursor: Cursor) -> Step:
        """Tell the next chunk of those who hold a seat in a session that was moved or closed.

        Raises
        ------
        TemporarilyUnavailable
            The roster's index does not show all of them yet: the task must come again.
        """
        course, seats = self._store.course(change.course_id), self._members.seats(change.course_id)
        if course is None or seats is None or not self._mailroom.is_open or not change.is_still_so(course):
            return Step(None)
        page = self._rosters.holders(seats, cursor.place, cursor.counted, self._chunk)
        mails = [(one, mail) for one in page.learner_ids for mail in self._about(change, course, one)]
        told = self._store.claim_change(mails, change.course_id, change.version)
        return Step(page.place, page.counted, told)

    def _about(self, change: SessionChange, course: Course, learner_id: str) -> list[Mail]:
        kind = MailKind.SESSION_CLOSED if change.is_closed else MailKind.SESSION_CHANGED
        return self._mailroom.notice(
            learner_id,
            kind,
            title=course.title,
            courseId=course.course_id,
            startsAt=change.starts_at,
            endsAt=change.ends_at,
        )
