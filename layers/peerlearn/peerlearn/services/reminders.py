"""Reminders: each claimed for its reader, who gets it only if all that it says is so at that moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from peerlearn.domain.assessments import Assessment, own_part
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.courses import Course, CourseStatus, Kind, Seats
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.jobs import CHUNK, Cursor, Step
from peerlearn.domain.mails import Mail, MailKind, Mailroom
from peerlearn.domain.messages import Conversation
from peerlearn.domain.notices import Notice
from peerlearn.domain.reminders import Due
from peerlearn.services.rosters import Members, Rosters

# Somebody who reads one conversation after the other while their messages are counted is counted again.
_COUNTS_MAX = 3


class Reminders(Members, Protocol):
    """The store of reminders; see `peerlearn.persistence.reminders`."""

    def course(self, course_id: str) -> tuple[Course, Seats] | None: ...
    def assessment(self, assessment_id: str) -> tuple[Assessment, Course, Seats] | None: ...
    def enrollments(self, course_id: str, learner_ids: Sequence[str]) -> Mapping[str, Enrollment]: ...
    def unread(self, user_id: str) -> list[Conversation]: ...
    def claim_for_session(self, due: Due, enrollments: Sequence[Enrollment], mails: Mapping[str, Mail]) -> int: ...
    def claim_for_assessment(self, due: Due, course_id: str, mails: Mapping[str, Mail]) -> int: ...
    def claim_for_unread(self, due: Due, mail: Mail, unread: Conversation) -> bool: ...


class ReminderService:
    """Handles due items: one that has become wrong, because its time has moved or is over, reminds nobody."""

    def __init__(self, store: Reminders, mailroom: Mailroom, clock: Clock = utc_now, chunk: int = CHUNK) -> None:
        self._store = store
        self._mailroom = mailroom
        self._clock = clock
        self._rosters = Rosters(store)
        self._chunk = chunk

    def carry_on(self, due: Due, cursor: Cursor) -> Step:
        """Remind the next chunk of those whom a due item concerns, each of them once whatever comes twice.

        Raises
        ------
        TemporarilyUnavailable
            The roster's index does not show all of them yet, or others were always at the same items.
        """
        if not self._mailroom.is_open or not due.is_worth_telling(self._clock()):
            return Step(None)
        if due.notice is Notice.SESSION_REMINDER:
            return self._of_session(due, cursor)
        if due.notice is Notice.ASSESSMENT_DUE:
            return self._of_assessment(due, cursor)
        return Step(None, changed=self._of_unread(due))

    def _of_session(self, due: Due, cursor: Cursor) -> Step:
        found = self._store.course(due.subject)
        if found is None:
            return Step(None)
        course, seats = found
        if (seats.kind, seats.status, seats.starts_at) != (Kind.SESSION, CourseStatus.PUBLISHED, due.about):
            return Step(None)
        page = self._rosters.holders(seats, cursor.place, cursor.counted, self._chunk)
        enrollments = self._store.enrollments(course.course_id, page.learner_ids)
        told = {"title": course.title, "courseId": course.course_id}
        mails = self._mails(enrollments, MailKind.SESSION_REMINDER, startsAt=due.about, **told)
        claimed = self._store.claim_for_session(due, list(enrollments.values()), mails)
        return Step(page.place, page.counted, claimed)

    def _of_assessment(self, due: Due, cursor: Cursor) -> Step:
        found = self._store.assessment(due.subject)
        if found is None:
            return Step(None)
        assessment, course, seats = found
        if assessment.due_at is None or (due.person == "") != (assessment.due_at == due.about):
            return Step(None)
        step = Step(None)
        learner_ids: Sequence[str] = [due.person]
        if not due.person:
            page = self._rosters.holders(seats, cursor.place, cursor.counted, self._chunk)
            learner_ids, step = page.learner_ids, Step(page.place, page.counted)
        enrollments = self._store.enrollments(course.course_id, learner_ids)
        own = own_part(assessment.assessment_id)
        waiting = [one for one, enrollment in enrollments.items() if own not in enrollment.handed_in]
        told = {"assessment": assessment.title, "assessmentId": assessment.assessment_id, "title": course.title}
        mails = self._mails(waiting, MailKind.ASSESSMENT_DUE, courseId=course.course_id, dueAt=due.about, **told)
        claimed = self._store.claim_for_assessment(due, course.course_id, mails)
        return Step(step.place, step.counted, claimed)

    def _of_unread(self, due: Due) -> int:
        for _ in range(_COUNTS_MAX):
            unread = self._store.unread(due.subject)
            if not unread:
                return 0
            messages = sum(one.unread(due.subject) for one in unread)
            told = {"messages": str(messages), "people": str(len(unread))}
            for mail in self._mailroom.notice(due.subject, MailKind.MESSAGE_UNREAD, **told):
                if self._store.claim_for_unread(due, mail, unread[0]):
                    return 1
        return 0

    def _mails(self, learner_ids: Iterable[str], kind: MailKind, **told: str | datetime) -> dict[str, Mail]:
        return {one: mail for one in learner_ids for mail in self._mailroom.notice(one, kind, **told)}
