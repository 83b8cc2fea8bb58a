"""Reminders of assessments and of unread messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from peerlearn.domain.assessment_changes import Extension
from peerlearn.domain.assessments import Assessment, new_assessment_id
from peerlearn.domain.mails import MailKind
from peerlearn.domain.messages import Conversation, Draft, Pair
from peerlearn.domain.notices import Notice
from peerlearn.domain.reminders import Cause, Due, assessment_due, next_evening, unread_due
from peerlearn.domain.submissions import Submission
from peerlearn.persistence import keys
from peerlearn.persistence.conversations import ConversationRepository
from peerlearn.persistence.items.assessments import assessment_item, extension_item, submission_item
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import delete, put
from tests.fakes.clock import START, FakeClock
from tests.integration.reminders.conftest import Outbox
from tests.support.courses import Courses
from tests.support.reminding import Reminding

DAY = timedelta(days=1)
DUE_AT = START + 2 * DAY


class Desk:
    """A course with an assessment, and learners in it."""

    def __init__(self, school: Reminding, clock: FakeClock) -> None:
        self._school, self._clock = school, clock
        self.course_id = Courses(school.table).add(None)
        self.assessment_id = new_assessment_id(self.course_id)
        self.set(DUE_AT)

    def set(self, due_at: datetime | None) -> None:
        task = Assessment(self.assessment_id, self.course_id, "Endgames", 10, due_at, allow_late=True, created_at=START)
        self._put(assessment_item(task))

    def learner(self, *, handed_in: bool = False, until: datetime | None = None) -> str:
        user_id = self._school.person()
        self._school.enrollments.enroll(user_id, self.course_id)
        if handed_in:
            self.hand_in(user_id)
        if until is not None:
            self.extend(user_id, until)
        return user_id

    def extend(self, user_id: str, until: datetime) -> None:
        self._put(extension_item(Extension(self.assessment_id, user_id, until)))

    def delete(self) -> None:
        self._school.table.write(delete(keys.assessment(self.course_id, self.assessment_id)))

    def hand_in(self, user_id: str) -> None:
        work = Submission(
            self.assessment_id,
            self.course_id,
            user_id,
            1,
            "https://github.com/ada/work",
            self._clock(),
            late=False,
            grade=Decimal(0),
        )
        self._put(submission_item(work))

    def remind(self, due_at: datetime = DUE_AT, learner_id: str = "") -> None:
        self._clock.now = due_at - DAY
        self._school.remind(assessment_due(self.assessment_id, due_at, learner_id))

    def _put(self, item: Item) -> None:
        self._school.table.write(put(item))


@pytest.fixture
def desk(school: Reminding, clock: FakeClock) -> Desk:
    return Desk(school, clock)


def receivers(outbox: Outbox) -> list[str]:
    return sorted(str(mail.user_id) for mail in outbox())


def test_learners_who_have_not_handed_in_are_reminded_a_day_before(desk: Desk, outbox: Outbox) -> None:
    waiting = [desk.learner() for _ in range(5)]
    desk.learner(handed_in=True)
    desk.remind()
    assert receivers(outbox) == sorted(waiting)
    (mail, *_) = outbox()
    assert mail.kind is MailKind.ASSESSMENT_DUE
    assert {name: mail.told[name] for name in ("assessment", "title", "dueAt")} == {
        "assessment": "Endgames",
        "title": "Chess endgames",
        "dueAt": DUE_AT,
    }


def test_learner_with_more_time_is_reminded_a_day_before_their_own_time(desk: Desk, outbox: Outbox) -> None:
    later = DUE_AT + 3 * DAY
    learner = desk.learner(until=later)
    desk.remind()
    assert outbox() == []
    desk.remind(later, learner)
    assert [(mail.user_id, mail.told["dueAt"]) for mail in outbox()] == [(learner, later)]


def test_more_time_that_the_assessment_has_overtaken_counts_no_more(desk: Desk, outbox: Outbox) -> None:
    own, moved = DUE_AT + DAY, DUE_AT + 4 * DAY
    learner = desk.learner(until=own)
    desk.set(moved)
    desk.remind(own, learner)
    assert outbox() == []
    desk.remind(moved)
    assert receivers(outbox) == [learner]


def test_learner_with_more_time_who_hands_in_or_leaves_is_not_reminded(
    desk: Desk, school: Reminding, outbox: Outbox
) -> None:
    later = DUE_AT + DAY
    done, gone = desk.learner(until=later), desk.learner(until=later)
    desk.hand_in(done)
    school.enrollments.withdraw(gone, desk.course_id)
    for learner in (done, gone):
        desk.remind(later, learner)
    assert outbox() == []


@pytest.mark.parametrize("due_at", [None, DUE_AT + DAY, DUE_AT - timedelta(hours=1)])
def test_assessment_with_another_time_or_none_reminds_nobody(
    due_at: datetime | None, desk: Desk, outbox: Outbox
) -> None:
    desk.learner()
    desk.set(due_at)
    desk.remind()
    assert outbox() == []


def test_assessment_that_is_gone_reminds_nobody(school: Reminding, clock: FakeClock, outbox: Outbox) -> None:
    clock.now = DUE_AT - DAY
    school.remind(assessment_due(new_assessment_id("crs_0"), DUE_AT))
    assert outbox() == []


# -- unread messages


class Chat:
    """Messages to one person."""

    def __init__(self, table: Table, reader: str) -> None:
        self._store = ConversationRepository(table)
        self._reader = reader

    def write(self, sender: str, at: datetime) -> Conversation:
        pair = Pair.of(sender, self._reader)
        before = self._store.conversation(pair)
        draft = Draft(f"msg_{sender}_{at}", pair, sender, "Hello", at)
        after, message = (before or Conversation(pair)).with_next(draft, None)
        self._store.append(before, after, message, None, f"{at:%d%H%M%S}-{sender[-12:]}")
        return after

    def read(self, sender: str) -> None:
        pair = Pair.of(sender, self._reader)
        head = self._store.conversation(pair)
        assert head is not None
        _, message = self._store.head_and_message(pair, head.last_seq)
        assert message is not None
        self._store.mark_read(message, self._reader, None)


def test_unread_messages_are_counted_in_one_mail_a_day(
    school: Reminding, table: Table, clock: FakeClock, outbox: Outbox
) -> None:
    reader = school.person(time_zone="Europe/Berlin")
    chat = Chat(table, reader)
    senders = [school.person() for _ in range(3)]
    for sender in senders:
        chat.write(sender, clock())
        school.plan(Cause(Notice.MESSAGE_UNREAD, reader, clock()))
    chat.write(senders[0], clock() + timedelta(seconds=1))
    chat.read(senders[2])
    school.pass_over(START)
    clock.now = datetime(2026, 1, 1, 16, 59, tzinfo=UTC)
    school.pass_over(clock.now)
    assert outbox() == []
    clock.now = datetime(2026, 1, 1, 17, 0, tzinfo=UTC)
    school.tick()
    (mail,) = outbox()
    assert (mail.user_id, mail.told) == (reader, {"messages": "3", "people": "2"})
    for _ in range(2):
        school.remind(unread_due(reader, START, "Europe/Berlin"))
    assert len(outbox()) == 1


def test_messages_that_were_read_by_the_evening_are_not_told_of(
    school: Reminding, table: Table, clock: FakeClock, outbox: Outbox
) -> None:
    reader, sender = school.person(), school.person()
    chat = Chat(table, reader)
    chat.write(sender, clock())
    chat.read(sender)
    school.remind(unread_due(reader, START, "UTC"))
    assert outbox() == []


def test_messages_that_are_read_while_they_are_counted_are_counted_again(
    school: Reminding, table: Table, clock: FakeClock, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, first, second = school.person(), school.person(), school.person()
    chat = Chat(table, reader)
    for sender in (first, second):
        chat.write(sender, clock())
    store: Any = school.reminders_store
    unread = store.unread

    def read_meanwhile(user_id: str) -> list[Conversation]:
        found: list[Conversation] = unread(user_id)
        monkeypatch.setattr(store, "unread", unread)
        chat.read(found[0].pair.other(reader))
        return found

    monkeypatch.setattr(store, "unread", read_meanwhile)
    school.remind(unread_due(reader, START, "UTC"))
    (mail,) = outbox()
    assert mail.told == {"messages": "1", "people": "1"}


@pytest.mark.parametrize("notice", [Notice.MESSAGE_UNREAD])
def test_unwanted_digest_is_not_claimed(
    notice: Notice, school: Reminding, table: Table, clock: FakeClock, outbox: Outbox
) -> None:
    reader, sender = school.person(), school.person()
    Chat(table, reader).write(sender, clock())
    school.turn_off(reader, notice)
    school.remind(unread_due(reader, START, "UTC"))
    assert outbox() == []


def test_due_item_says_all_that_it_is_about() -> None:
    for due in (
        Due(Notice.SESSION_REMINDER, "ssn_1", DUE_AT, 24),
        assessment_due("asm_crs_1_0", DUE_AT, "usr_1"),
        unread_due("usr_1", START, "Asia/Tokyo"),
    ):
        assert Due.of(due.name) == due
    assert next_evening(START, "no such zone") == datetime(2026, 1, 1, 18, tzinfo=UTC)
