"""Changes after which people are to be reminded of something.

Course         a published session got a time            ->  its reminders
Assessment     it got a due date                          ->  its reminder
Extension      a learner got more time                    ->  that learner's own
Conversation   one of the two has unread messages again   ->  in their evening
"""

from __future__ import annotations

from collections.abc import Iterator

from peerlearn.domain.clock import from_rfc3339
from peerlearn.domain.courses import CourseStatus, Kind
from peerlearn.domain.notices import Notice
from peerlearn.domain.reminders import Cause
from peerlearn.events.changes import RecordChange
from peerlearn.persistence.items.base import LAST_CHANGE, Entity, LastChange
from peerlearn.persistence.items.conversations import conversation_of
from peerlearn.persistence.items.own_records import OwnKind

_OF_SESSION = ("startsAt", "status", "kind")


def causes(change: RecordChange) -> Iterator[Cause]:
    """Yield what is to be planned after a change; for most changes nothing."""
    if change.new is None:
        return
    if change.entity == Entity.COURSE:
        yield from _of_session(change)
    elif change.entity in (Entity.ASSESSMENT, OwnKind.EXTENSION):
        yield from _of_assessment(change)
    elif change.entity == Entity.CONVERSATION:
        yield from _of_conversation(change)


def _of_session(change: RecordChange) -> Iterator[Cause]:
    old, new = change.old or {}, change.new or {}
    is_open = (new["status"], new["kind"]) == (CourseStatus.PUBLISHED, Kind.SESSION)
    if is_open and "startsAt" in new and any(old.get(name) != new[name] for name in _OF_SESSION):
        yield Cause(Notice.SESSION_REMINDER, new["courseId"], change.at, from_rfc3339(new["startsAt"]))


def _of_assessment(change: RecordChange) -> Iterator[Cause]:
    old, new = change.old or {}, change.new or {}
    if "dueAt" in new and old.get("dueAt") != new["dueAt"]:
        due_at, learner_id = from_rfc3339(new["dueAt"]), new.get("userId", "")
        yield Cause(Notice.ASSESSMENT_DUE, new["assessmentId"], change.at, due_at, learner_id)


def _of_conversation(change: RecordChange) -> Iterator[Cause]:
    new = change.new or {}
    if new.get(LAST_CHANGE) != LastChange.MESSAGE:
        return
    before = conversation_of(change.old) if change.old else None
    after = conversation_of(new)
    for user_id in (after.pair.low, after.pair.high):
        was_read = before is None or not before.unread(user_id)
        if was_read and after.unread(user_id) and user_id not in after.gone:
            yield Cause(Notice.MESSAGE_UNREAD, user_id, change.at)
