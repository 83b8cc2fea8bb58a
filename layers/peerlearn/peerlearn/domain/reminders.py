"""Reminders: their kinds, their times, and the contents of a due item.

A due item is about a session, an assessment or a person's unread messages, not about a seat. Its worker looks
at the state of that moment: one about a time that has moved since reminds nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.notices import Notice

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# So long before it begins.
SESSION_HOURS = (24, 1)
ASSESSMENT_HOURS = 24
# When the day's unread messages are told of, by the reader's clock.
EVENING = time(18)
# How long a due item is kept: a tick that was away for less makes up for all of it.
DUE_KEPT = timedelta(days=2)
# An item for a minute that a tick may be reading, or has read, would be missed: it is put for a later one.
_AHEAD = timedelta(minutes=2)
# A reminder a day before comes no later than this before the time: the next one is an hour before.
_WORTH_DAY = timedelta(hours=2)
_SEPARATOR = "/"
_DATE = len("2026-01-01")


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that is due at some time.

    Attributes
    ----------
    notice: Notice
    subject: str
        The id of the session, of the assessment, or of the person who has unread messages.
    about: datetime
        When the session starts or the assessment is due; of unread messages the evening itself.
    hours: int
        How long before that time it is due.
    person: str
        The only one to remind, who has more time than others; empty for everybody whom it concerns.
    """

    notice: Notice
    subject: str
    about: datetime
    hours: int = 0
    person: str = ""

    @property
    def at(self) -> datetime:
        return self.about - self.hours * _HOUR

    @property
    def name(self) -> str:
        """Return all that it says as one text, for a key or a task."""
        return _SEPARATOR.join((self.notice.value, self.subject, to_rfc3339(self.about), str(self.hours), self.person))

    @property
    def topic(self) -> str:
        """Return what somebody is reminded of: nobody is reminded of the same twice, nor of messages twice a day."""
        about = to_rfc3339(self.about)
        if self.notice is Notice.MESSAGE_UNREAD:
            about = about[:_DATE]
        return _SEPARATOR.join((self.notice.value, self.subject, about, str(self.hours)))

    @classmethod
    def of(cls, name: str) -> Due:
        """Return the due item of that name."""
        notice, subject, about, hours, person = name.split(_SEPARATOR)
        return cls(Notice(notice), subject, from_rfc3339(about), int(hours), person)

    def minute(self, now: datetime) -> datetime:
        """Return the minute to put it for: its own, unless a tick may have read that one already."""
        return max(minute_of(self.at), minute_of(now + _AHEAD))

    def is_worth_telling(self, now: datetime) -> bool:
        """Return whether anybody is helped by it now, however late it is."""
        if self.notice is Notice.MESSAGE_UNREAD:
            return now < self.about + _DAY
        return now < (self.about - _WORTH_DAY if self.hours > 1 else self.about)


@dataclass(frozen=True, slots=True)
class Cause:
    """A change after which something is due: a session or an assessment got a time, or messages became unread.

    Attributes
    ----------
    notice: Notice
    subject: str
        As of a due item.
    at: datetime
        When it changed: a reminder that was due before is not made up for.
    about: datetime or None
        The time that was set; None where messages became unread.
    person: str
        As of a due item.
    """

    notice: Notice
    subject: str
    at: datetime
    about: datetime | None = None
    person: str = ""

    @property
    def name(self) -> str:
        """Return all that it says as one text, for a task."""
        about = to_rfc3339(self.about) if self.about is not None else ""
        return _SEPARATOR.join((self.notice.value, self.subject, to_rfc3339(self.at), about, self.person))

    @classmethod
    def of(cls, name: str) -> Cause:
        """Return the cause of that name."""
        notice, subject, at, about, person = name.split(_SEPARATOR)
        return cls(Notice(notice), subject, from_rfc3339(at), from_rfc3339(about) if about else None, person)

    def dues(self, time_zone: str) -> list[Due]:
        """Return what is due after it.

        Parameters
        ----------
        time_zone: str
            Of the reader of unread messages; of no matter where there is a time.
        """
        if self.about is None:
            return [unread_due(self.subject, self.at, time_zone)]
        dues = [assessment_due(self.subject, self.about, self.person)]
        if self.notice is Notice.SESSION_REMINDER:
            dues = session_dues(self.subject, self.about)
        return [due for due in dues if due.at >= self.at]


def session_dues(course_id: str, starts_at: datetime) -> list[Due]:
    """Return the reminders of a session that starts at that time."""
    return [Due(Notice.SESSION_REMINDER, course_id, starts_at, hours) for hours in SESSION_HOURS]


def assessment_due(assessment_id: str, due_at: datetime, learner_id: str = "") -> Due:
    """Return the reminder of an assessment: for all who have not handed in, or for one who has until then."""
    return Due(Notice.ASSESSMENT_DUE, assessment_id, due_at, ASSESSMENT_HOURS, learner_id)


def unread_due(user_id: str, now: datetime, time_zone: str) -> Due:
    """Return the reminder of somebody's unread messages: in the next evening by their clock."""
    return Due(Notice.MESSAGE_UNREAD, user_id, next_evening(now, time_zone))


def next_evening(now: datetime, time_zone: str) -> datetime:
    """Return the next time that clocks in that zone show six in the evening; in UTC where no such zone is known."""
    try:
        zone: ZoneInfo | None = ZoneInfo(time_zone)
    except (ValueError, OSError, KeyError):
        zone = None
    local = now.astimezone(zone or UTC)
    evening = datetime.combine(local.date(), EVENING, local.tzinfo)
    if evening <= local:
        # a day by the calendar: clocks may be set in between
        evening = datetime.combine(local.date() + _DAY, EVENING, local.tzinfo)
    return evening.astimezone(UTC)


def minute_of(moment: datetime) -> datetime:
    """Return the beginning of the minute."""
    return moment.replace(second=0, microsecond=0)


def next_minute(minute: datetime) -> datetime:
    """Return the minute after."""
    return minute + _MINUTE


def minutes_between(earlier: datetime, later: datetime) -> int:
    """Return how many minutes lie between two; 0 where the first is the later one."""
    return max(0, (later - earlier) // _MINUTE)
