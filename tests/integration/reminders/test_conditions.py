"""Conditions of claims: what was looked at before counts for nothing, only what is so in the claim's transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from peerlearn.domain.mails import Mail, MailKind, Mailroom
from peerlearn.domain.notices import Notice
from peerlearn.domain.reminders import assessment_due, session_dues, unread_due
from peerlearn.persistence import keys
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import delete
from tests.fakes.clock import START, FakeClock
from tests.integration.reminders.conftest import Outbox
from tests.integration.reminders.test_others import DUE_AT, Chat, Desk
from tests.support.reminding import Reminding

STARTS_AT = START + timedelta(hours=24)
LATER = DUE_AT + timedelta(days=2)


def mails(kind: MailKind, *people: str) -> dict[str, Mail]:
    room = Mailroom(is_open=True, clock=lambda: START)
    return {one: mail for one in people for mail in room.notice(one, kind, title="Knots")}


Cancel = Callable[[Reminding, str, str], object]
CANCELLATIONS: dict[str, Cancel] = {
    "closed": lambda school, _, course_id: school.close(course_id),
    "moved": lambda school, _, course_id: school.move(course_id, STARTS_AT + timedelta(hours=1)),
    "dropped": lambda school, one, course_id: school.enrollments.withdraw(one, course_id),
    "unwanted": lambda school, one, _: school.turn_off(one, Notice.SESSION_REMINDER),
    "suspended": lambda school, one, _: school.suspend(one),
    "never enrolled": lambda school, one, course_id: school.table.write(delete(keys.enrollment(one, course_id))),
}


@pytest.mark.parametrize("cancellation", CANCELLATIONS)
@pytest.mark.parametrize("seats_per_shard", [50, 10])
def test_session_that_was_cancelled_since_it_was_looked_at_is_not_claimed(
    cancellation: str, seats_per_shard: int, school: Reminding, outbox: Outbox
) -> None:
    course_id = school.session(STARTS_AT, seats_per_shard=seats_per_shard)
    one, other = school.person(), school.person()
    for learner in (one, other):
        school.enrollments.enroll(learner, course_id)
    store, (day, _) = school.reminders_store, session_dues(course_id, STARTS_AT)
    enrollments = list(store.enrollments(course_id, [one, other]).values())
    CANCELLATIONS[cancellation](school, one, course_id)
    left = [] if cancellation in ("closed", "moved") else [other]
    claimed = store.claim_for_session(day, enrollments, mails(MailKind.SESSION_REMINDER, one, other))
    assert claimed == len(left)
    assert [mail.user_id for mail in outbox()] == left
    assert store.claim_for_session(day, enrollments, mails(MailKind.SESSION_REMINDER, one, other)) == 0


Change = Callable[[Desk, Reminding, str], object]
CHANGES: dict[str, Change] = {
    "handed in": lambda desk, _, one: desk.hand_in(one),
    "dropped": lambda desk, school, one: school.enrollments.withdraw(one, desk.course_id),
    "given more time": lambda desk, _, one: desk.extend(one, LATER),
}
FOR_ALL: dict[str, Change] = {
    "due later": lambda desk, _, __: desk.set(LATER + timedelta(hours=1)),
    "never due": lambda desk, _, __: desk.set(None),
    "deleted": lambda desk, _, __: desk.delete(),
}


@pytest.mark.parametrize("change", [*CHANGES, *FOR_ALL])
def test_work_that_is_not_due_any_more_is_not_claimed(
    change: str, school: Reminding, clock: FakeClock, outbox: Outbox
) -> None:
    desk = Desk(school, clock)
    one, other = desk.learner(), desk.learner()
    (CHANGES | FOR_ALL)[change](desk, school, one)
    left = [] if change in FOR_ALL else [other]
    due = assessment_due(desk.assessment_id, DUE_AT)
    wanted = mails(MailKind.ASSESSMENT_DUE, one, other)
    assert school.reminders_store.claim_for_assessment(due, desk.course_id, wanted) == len(left)
    assert [mail.user_id for mail in outbox()] == left


@pytest.mark.parametrize("change", ["handed in", "dropped", "given even more", *FOR_ALL])
def test_work_of_a_learner_with_more_time_is_claimed_while_that_time_counts(
    change: str, school: Reminding, clock: FakeClock
) -> None:
    desk = Desk(school, clock)
    one = desk.learner(until=LATER)
    due = assessment_due(desk.assessment_id, LATER, one)
    if change == "given even more":
        desk.extend(one, LATER + timedelta(hours=1))
    else:
        (CHANGES | FOR_ALL)[change](desk, school, one)
    wanted = mails(MailKind.ASSESSMENT_DUE, one)
    assert school.reminders_store.claim_for_assessment(due, desk.course_id, wanted) == 0


def test_messages_that_were_read_since_they_were_counted_are_not_claimed(
    school: Reminding, table: Table, clock: FakeClock
) -> None:
    reader, sender = school.person(), school.person()
    chat = Chat(table, reader)
    store, due = school.reminders_store, unread_due(reader, START, "UTC")
    (mail,) = mails(MailKind.MESSAGE_UNREAD, reader).values()
    for number in range(2):
        chat.write(sender, clock() + timedelta(seconds=number))
        (unread,) = store.unread(reader)
        chat.read(sender)
        assert not store.claim_for_unread(due, mail, unread)
    chat.write(sender, clock() + timedelta(seconds=2))
    (unread,) = store.unread(reader)
    assert store.claim_for_unread(due, mail, unread)


def test_conversation_that_is_gone_is_not_claimed(school: Reminding, table: Table, clock: FakeClock) -> None:
    reader, sender = school.person(), school.person()
    unread = Chat(table, reader).write(sender, clock())
    table.write(delete(keys.conversation(unread.pair.low, unread.pair.high)))
    (mail,) = mails(MailKind.MESSAGE_UNREAD, reader).values()
    assert not school.reminders_store.claim_for_unread(unread_due(reader, START, "UTC"), mail, unread)
