"""Reminders of sessions: a day before, an hour before, and to nobody whom they do not concern any more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from peerlearn.domain.mails import MailKind
from peerlearn.domain.notices import Notice
from peerlearn.domain.reminders import Cause, minute_of, session_dues
from peerlearn.persistence.table import Table
from tests.fakes.clock import START, FakeClock
from tests.integration.reminders.conftest import Outbox
from tests.support.reminding import Reminding

HOUR = timedelta(hours=1)
STARTS_AT = START + 48 * HOUR


@pytest.fixture
def course_id(school: Reminding) -> str:
    return school.session(STARTS_AT)


def seat(school: Reminding, course_id: str) -> str:
    user_id = school.person()
    school.enrollments.enroll(user_id, course_id)
    return user_id


def receivers(outbox: Outbox) -> list[str]:
    return sorted(str(mail.user_id) for mail in outbox())


def at(clock: FakeClock, school: Reminding, hours: float) -> None:
    """So many hours before the session a tick passes, and all those before it have."""
    clock.now = STARTS_AT - hours * HOUR
    school.pass_over(clock.now - timedelta(minutes=1))
    school.tick()


def test_holder_of_a_seat_is_reminded_a_day_and_an_hour_before(
    school: Reminding, clock: FakeClock, course_id: str, outbox: Outbox
) -> None:
    learner = seat(school, course_id)
    clock.now = STARTS_AT - 24 * HOUR - timedelta(minutes=1)
    school.tick()
    assert receivers(outbox) == []
    clock.advance(60)
    school.tick()
    (mail,) = outbox()
    assert (mail.kind, mail.user_id) == (MailKind.SESSION_REMINDER, learner)
    assert mail.told == {"title": "Chess endgames", "courseId": course_id, "startsAt": STARTS_AT}
    at(clock, school, 1)
    assert receivers(outbox) == [learner, learner]
    at(clock, school, 0)
    assert len(outbox()) == 2


def test_booking_within_a_day_is_reminded_an_hour_before_and_one_within_the_hour_never(
    school: Reminding, clock: FakeClock, course_id: str, outbox: Outbox
) -> None:
    at(clock, school, 24)
    clock.now = STARTS_AT - 23 * HOUR
    early = seat(school, course_id)
    at(clock, school, 1)
    clock.advance(60)
    seat(school, course_id)
    school.tick()
    assert receivers(outbox) == [early]


def test_session_published_within_a_day_has_the_reminder_of_the_hour_alone(
    school: Reminding, clock: FakeClock, outbox: Outbox
) -> None:
    clock.now = STARTS_AT - 20 * HOUR
    learner = seat(school, school.session(STARTS_AT))
    school.tick()
    clock.advance(180)
    school.tick()
    assert receivers(outbox) == []
    at(clock, school, 1)
    assert receivers(outbox) == [learner]


def test_moved_session_is_reminded_of_at_its_new_time_alone(
    school: Reminding, clock: FakeClock, course_id: str, outbox: Outbox
) -> None:
    seat(school, course_id)
    later = STARTS_AT + 5 * HOUR
    school.move(course_id, later)
    school.plan(Cause(Notice.SESSION_REMINDER, course_id, clock(), later))
    at(clock, school, 24)
    assert outbox() == []
    clock.now = later - 24 * HOUR
    school.tick()
    assert [mail.told["startsAt"] for mail in outbox()] == [later]


def test_closed_session_reminds_nobody(school: Reminding, clock: FakeClock, course_id: str, outbox: Outbox) -> None:
    seat(school, course_id)
    school.close(course_id)
    at(clock, school, 24)
    assert outbox() == []


def test_those_whom_it_concerns_no_more_are_left_out(
    school: Reminding, clock: FakeClock, course_id: str, outbox: Outbox
) -> None:
    """Also among others of the same transaction, and across chunks."""
    learners = [seat(school, course_id) for _ in range(9)]
    unproven = school.person(proven=False)
    school.enrollments.enroll(unproven, course_id)
    school.enrollments.withdraw(learners[0], course_id)
    school.turn_off(learners[3], Notice.SESSION_REMINDER)
    school.turn_off(learners[4], Notice.ASSESSMENT_DUE)
    school.suspend(learners[5])
    at(clock, school, 24)
    assert receivers(outbox) == sorted(set(learners) - {learners[0], learners[3], learners[5]})


def test_nobody_is_reminded_twice_whatever_comes_again(
    school: Reminding, course_id: str, clock: FakeClock, outbox: Outbox
) -> None:
    learners = [seat(school, course_id) for _ in range(5)]
    clock.now = STARTS_AT - 24 * HOUR
    day, _ = session_dues(course_id, STARTS_AT)
    for _ in range(3):
        school.remind(day)
    assert receivers(outbox) == sorted(learners)


def test_learners_of_every_shard_are_reminded(
    school: Reminding, clock: FakeClock, table: Table, outbox: Outbox
) -> None:
    large = Reminding(table, clock, chunk=50)
    course_id = school.session(STARTS_AT, 80, seats_per_shard=10)
    learners = [seat(school, course_id) for _ in range(30)]
    at(clock, large, 24)
    assert receivers(outbox) == sorted(learners)
    school.close(course_id)
    at(clock, large, 1)
    assert receivers(outbox) == sorted(learners)


# -- the tick


def test_ticks_that_were_left_out_are_made_up_for(
    school: Reminding, clock: FakeClock, course_id: str, outbox: Outbox
) -> None:
    learner = seat(school, course_id)
    school.pass_over(STARTS_AT - 24.5 * HOUR)
    clock.now = STARTS_AT - 23 * HOUR
    school.tick()
    assert receivers(outbox) == [learner]


def test_reminder_that_is_too_late_is_left_out(
    school: Reminding, clock: FakeClock, course_id: str, outbox: Outbox
) -> None:
    """The one of the hour follows soon, and one of a session that has begun helps nobody."""
    seat(school, course_id)
    day, hour = session_dues(course_id, STARTS_AT)
    clock.now = STARTS_AT - 2 * HOUR
    school.remind(day)
    clock.now = STARTS_AT
    school.remind(hour)
    assert outbox() == []


def test_tick_that_fails_leaves_its_minute_to_the_next(
    school: Reminding, clock: FakeClock, course_id: str, outbox: Outbox
) -> None:
    learner = seat(school, course_id)
    school.pass_over(STARTS_AT - 24 * HOUR - timedelta(minutes=1))
    clock.now = STARTS_AT - 24 * HOUR
    school.tasks.refuses = lambda number: number == 0
    with pytest.raises(ConnectionError):
        school.ticking.tick()
    assert school.dues.last_minute() == clock.now - timedelta(minutes=1)
    school.tasks.refuses = lambda _: False
    clock.advance(60)
    school.tick()
    assert receivers(outbox) == [learner]


def test_two_ticks_at_once_hand_on_the_same_and_one_goes_on(
    school: Reminding, clock: FakeClock, course_id: str, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = seat(school, course_id)
    school.pass_over(STARTS_AT - 24 * HOUR - timedelta(minutes=1))
    clock.now = STARTS_AT - 24 * HOUR
    other = Reminding(school.table, clock)
    move = school.dues.move

    def overtaken(*given: object) -> bool:
        monkeypatch.setattr(school.dues, "move", move)
        other.tick()
        clock.advance(60)
        other.tick()
        return move(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(school.dues, "move", overtaken)
    school.tick()
    assert school.dues.last_minute() == minute_of(clock.now)
    assert receivers(outbox) == [learner]
