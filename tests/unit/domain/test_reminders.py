"""When reminders are due, and for which minute they are put."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from peerlearn.domain.notices import Notice
from peerlearn.domain.reminders import Cause, Due, assessment_due, next_evening, session_dues, unread_due

NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "zone", "evening"),
    [
        ("2026-01-01T16:59:59Z", "Europe/Berlin", "2026-01-01T17:00:00Z"),
        ("2026-01-01T17:00:00Z", "Europe/Berlin", "2026-01-02T17:00:00Z"),
        # clocks are set in the night
        ("2026-03-28T17:30:00Z", "Europe/Berlin", "2026-03-29T16:00:00Z"),
        ("2026-10-24T16:30:00Z", "Europe/Berlin", "2026-10-25T17:00:00Z"),
        ("2026-01-01T12:00:00Z", "Asia/Kathmandu", "2026-01-01T12:15:00Z"),
        ("2026-01-01T05:00:00Z", "Pacific/Kiritimati", "2026-01-02T04:00:00Z"),
        ("2026-01-01T12:00:00Z", "../etc/passwd", "2026-01-01T18:00:00Z"),
        ("2026-01-01T12:00:00Z", "", "2026-01-01T18:00:00Z"),
    ],
)
def test_evening_is_the_next_one_by_the_readers_clock(now: str, zone: str, evening: str) -> None:
    assert next_evening(datetime.fromisoformat(now), zone) == datetime.fromisoformat(evening)


def test_due_item_is_put_for_its_minute_or_for_one_that_no_tick_has_read() -> None:
    later = Due(Notice.SESSION_REMINDER, "ssn_1", NOW + 30 * HOUR, 24)
    assert later.minute(NOW) == datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
    for about in (NOW + 24 * HOUR, NOW + 23 * HOUR):
        assert Due(Notice.SESSION_REMINDER, "ssn_1", about, 24).minute(NOW) == datetime(2026, 3, 1, 12, 2, tzinfo=UTC)


@pytest.mark.parametrize(("hours", "due"), [(25, [24, 1]), (24, [24, 1]), (23, [1]), (1, [1]), (0.5, []), (-1, [])])
def test_session_is_due_for_what_is_still_to_come_when_it_gets_its_time(hours: float, due: list[int]) -> None:
    cause = Cause(Notice.SESSION_REMINDER, "ssn_1", NOW, NOW + hours * HOUR)
    assert [one.hours for one in Cause.of(cause.name).dues("")] == due


def test_reminder_helps_until_the_next_one_is_near_or_the_time_has_come() -> None:
    day, hour = session_dues("ssn_1", NOW)
    assert day.is_worth_telling(NOW - 2 * HOUR - timedelta(seconds=1))
    assert not day.is_worth_telling(NOW - 2 * HOUR)
    assert hour.is_worth_telling(NOW - timedelta(seconds=1))
    assert not hour.is_worth_telling(NOW)


def test_person_with_more_time_is_reminded_of_the_same_topic_and_an_evening_is_one_topic_a_day() -> None:
    assert assessment_due("asm_1", NOW).topic == assessment_due("asm_1", NOW, "usr_1").topic
    first, second = unread_due("usr_1", NOW, "UTC"), unread_due("usr_1", NOW, "Europe/Berlin")
    assert first.name != second.name
    assert first.topic == second.topic
