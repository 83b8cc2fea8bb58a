"""Claims of reminders: a reader holds a seat of a session that starts then, or has not handed in by then.

    session      claim;  enrolment: a seat is held;  the seats that it is counted in: published, start at that time
    assessment   claim;  enrolment: a seat is held;  nothing handed in;  due at that time, and no later for the learner
    unread       claim;  the conversation: not read further than it was

A large session's seats are in shards, each with the status and the times, so that the claims of its learners need not
wait for each other at one item.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial

from peerlearn.domain.assessments import Assessment, course_of_assessment
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import Course, CourseStatus, Seats
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.mails import Mail
from peerlearn.domain.messages import Conversation, Pair
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.reminders import Due
from peerlearn.persistence import keys
from peerlearn.persistence.claims import Wanted, claim, claim_together
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.guards import holds_seat
from peerlearn.persistence.inbox import Inbox
from peerlearn.persistence.items.assessments import assessment_of
from peerlearn.persistence.items.conversations import conversation_of
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.rosters import RosterRepository
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import Write, check

# The newest conversations: nobody reads more of them in an evening.
_CONVERSATIONS = PageRequest(limit=100)


class ReminderRepository(RosterRepository):
    """Reads whom a due item concerns, and claims reminders for them."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._courses = CourseRepository(table)

    def course(self, course_id: str) -> tuple[Course, Seats] | None:
        """Return a course with its seats, or None."""
        return self._courses.course(course_id)

    def assessment(self, assessment_id: str) -> tuple[Assessment, Course, Seats] | None:
        """Return an assessment with its course, or None."""
        course_id = course_of_assessment(assessment_id) or ""
        item = self._table.get(keys.assessment(course_id, assessment_id))
        found = self._courses.course(course_id) if item else None
        return (assessment_of(item), *found) if item and found else None

    def enrollments(self, course_id: str, learner_ids: Sequence[str]) -> Mapping[str, Enrollment]:
        """Return the enrolments of some learners, by learner."""
        found = self._table.batch_get([keys.enrollment(learner_id, course_id) for learner_id in learner_ids])
        enrollments = [enrollment_of(item) for item in found.values()]
        return {one.learner_id: one for one in enrollments}

    def unread(self, user_id: str) -> list[Conversation]:
        """Return those of somebody's newest conversations that have messages that they have not read."""
        named = Inbox(self._table, user_id).page(_CONVERSATIONS).entries
        heads = self._table.batch_get([_head(one.pair) for one in named])
        conversations = [conversation_of(item) for item in heads.values()]
        return [one for one in conversations if one.unread(user_id)]

    # -- claims -----------------------------------------------------------------------------------------------------

    def claim_for_session(self, due: Due, enrollments: Sequence[Enrollment], mails: Mapping[str, Mail]) -> int:
        """Claim the reminder of a session for some of its learners; return for how many this call did.

        Raises
        ------
        TemporarilyUnavailable
        """
        shards: dict[int, list[Wanted]] = defaultdict(list)
        for one in enrollments:
            seat = holds_seat(one.learner_id, one.course_id)
            shards[one.seat_shard].append(Wanted(one.learner_id, mails[one.learner_id], due.topic, (seat,)))
        with SideBySide() as together:
            claims = [
                together.begin(partial(claim_together, self._table, wanted, (_starts_then(due, number),)))
                for number, wanted in shards.items()
            ]
            return sum(one.result() for one in claims)

    def claim_for_assessment(self, due: Due, course_id: str, mails: Mapping[str, Mail]) -> int:
        """Claim the reminder of an assessment for some learners; return for how many this call did.

        Raises
        ------
        TemporarilyUnavailable
        """
        wanted = [
            Wanted(learner_id, mail, due.topic, _open_work(due, course_id, learner_id))
            for learner_id, mail in mails.items()
        ]
        return claim_together(self._table, wanted, (_due_then(due, course_id),))

    def claim_for_unread(self, due: Due, mail: Mail, unread: Conversation) -> bool:
        """Claim the reminder of somebody's unread messages while they have read no further in a conversation.

        Raises
        ------
        TemporarilyUnavailable
        """
        return claim(self._table, due.subject, mail, due.topic, _not_read_further(due.subject, unread))


def _starts_then(due: Due, shard: int) -> Write:
    return check(
        keys.seat_shard(due.subject, shard),
        "#status = :published AND #startsAt = :startsAt",
        names={"#status": "status", "#startsAt": "startsAt"},
        values={":published": CourseStatus.PUBLISHED.value, ":startsAt": to_rfc3339(due.about)},
    )


def _due_then(due: Due, course_id: str) -> Write:
    # for everybody at that time;  for somebody with more time before that: their own time is the later one
    is_due = "#dueAt < :dueAt" if due.person else "#dueAt = :dueAt"
    return check(
        keys.assessment(course_id, due.subject),
        is_due,
        names={"#dueAt": "dueAt"},
        values={":dueAt": to_rfc3339(due.about)},
    )


def _open_work(due: Due, course_id: str, learner_id: str) -> tuple[Write, ...]:
    has_that_time = "#dueAt = :dueAt" if due.person else "attribute_not_exists(#dueAt) OR #dueAt <= :dueAt"
    extension = check(
        keys.extension(learner_id, due.subject),
        has_that_time,
        names={"#dueAt": "dueAt"},
        values={":dueAt": to_rfc3339(due.about)},
    )
    nothing_handed_in = check(keys.submission(learner_id, due.subject), "attribute_not_exists(PK)")
    return holds_seat(learner_id, course_id), nothing_handed_in, extension


def _not_read_further(user_id: str, conversation: Conversation) -> Write:
    read_up_to = conversation.reading(user_id).up_to
    name = "readLow" if user_id == conversation.pair.low else "readHigh"
    is_as_read = "#read = :read" if read_up_to else "attribute_exists(PK) AND attribute_not_exists(#read)"
    values = {":read": read_up_to} if read_up_to else None
    return check(_head(conversation.pair), is_as_read, names={"#read": name}, values=values)


def _head(pair: Pair) -> keys.Key:
    return keys.conversation(pair.low, pair.high)
