"""The work that a change of an item calls for: decided by the record alone, so that the table is not called."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from peerlearn.domain.jobs import JobKind
from peerlearn.domain.tasks import Assignment, Posting, Work, traced
from peerlearn.events.agenda import learner_affected, learners_affected
from peerlearn.events.changes import RecordChange
from peerlearn.events.courses import listing_affected
from peerlearn.events.mails import wanted_mail
from peerlearn.events.notices import grade_given, seat_given, session_changed
from peerlearn.events.privacy import erased_account, renamed_person, wanted_export
from peerlearn.events.reminders import causes
from peerlearn.events.seats import course_with_freed_seat, moved_session


def assignments(change: RecordChange, sends_mail: Callable[[], bool] = lambda: True) -> list[Assignment]:
    """Return the tasks that follow from one change, for the queue of each kind of work; most changes have one.

    Parameters
    ----------
    sends_mail: callable
        Tells whether people are told of changes by mail at all; asked where there is one to tell of.
    """
    notices = list(_notices(change))
    return [*_assignments(change), *(notices if notices and sends_mail() else ())]


def _assignments(change: RecordChange) -> Iterator[Assignment]:
    if (course_id := course_with_freed_seat(change)) is not None:
        # One course's line moves one step after the other; a record that the stream gives again is left out.
        task = traced({"courseId": course_id, "recordId": change.record_id})
        yield Assignment(Work.PROMOTION, Posting(task, group=course_id, once=change.record_id))
    if (course_id := listing_affected(change)) is not None:
        yield Assignment(Work.CATALOGUE, Posting(traced({"courseId": course_id})))
    if (course_id := moved_session(change)) is not None:
        yield _job(JobKind.RESCHEDULE, course_id, change)
    if (affected := learner_affected(change)) is not None:
        yield _job(JobKind.AGENDA, "/".join(affected), change)
    if (course_id := learners_affected(change)) is not None:
        yield _job(JobKind.AGENDAS, course_id, change)
    if (user_id := renamed_person(change)) is not None:
        yield _job(JobKind.RENAME, user_id, change)
    if (user_id := erased_account(change)) is not None:
        yield Assignment(Work.ERASURE, Posting(traced({"userId": user_id})))
    if (export := wanted_export(change)) is not None:
        yield Assignment(Work.EXPORT, Posting(traced(export)))
    if (mail_id := wanted_mail(change)) is not None:
        yield Assignment(Work.MAIL, Posting(traced({"mailId": mail_id})))


def _notices(change: RecordChange) -> Iterator[Assignment]:
    if (seat := seat_given(change)) is not None:
        yield _job(JobKind.SEAT_NOTICE, "/".join(seat), change)
    if (grade := grade_given(change)) is not None:
        yield _job(JobKind.GRADE_NOTICE, "/".join(grade), change)
    if (changed := session_changed(change)) is not None:
        yield _job(JobKind.SESSION_NOTICES, changed.subject, change)
    for cause in causes(change):
        yield _job(JobKind.PLAN, cause.name, change)


def _job(kind: JobKind, subject: str, change: RecordChange) -> Assignment:
    task = {"job": kind.value, "subject": subject, "recordId": change.record_id}
    return Assignment(Work.JOB, Posting(traced(task)))
