"""Links to calendars, and the bookings that a calendar shows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from peerlearn.domain.calendars import Booking, CalendarLink, link_stands
from peerlearn.domain.courses import Kind
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.standing import session_ended
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.items.privacy import calendar_item, calendar_of
from peerlearn.persistence.items.standing import standing_of
from peerlearn.persistence.ranges import items_between
from peerlearn.persistence.standing import StandingWrite
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import delete, put


class CalendarRepository:
    """Reads and writes calendar links, one per person, beside their enrolments."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def set_link(self, link: CalendarLink, token: str) -> None:
        """Make this the person's link; a former one opens nothing any more.

        Raises
        ------
        Unauthenticated
            The session that makes it has ended, or the account was erased.
        """
        stands = StandingWrite(link.user_id, link.created_at).require_session(link.session_id)
        try:
            self._table.transact([put(calendar_item(link)), stands.write()], token)
        except ConditionFailed as failure:
            raise session_ended() from failure

    def remove_link(self, user_id: str) -> None:
        """Remove the person's link, where they have one."""
        self._table.write(delete(keys.calendar(user_id)))

    def remove_link_of(self, user_id: str, session_id: str) -> None:
        """Remove the link if that session made it."""
        is_of_session = "#session = :session"
        removal = delete(
            keys.calendar(user_id),
            condition=is_of_session,
            names={"#session": "sessionId"},
            values={":session": session_id},
        )
        with suppress(ConditionFailed):
            self._table.write(removal)

    def link_and_seats(self, user_id: str) -> tuple[CalendarLink | None, list[Enrollment]]:
        """Return the link, unless its session has ended, and the enrolments that hold a seat, in one Query."""
        items = items_between(self._table, keys.user_partition(user_id), *keys.DASHBOARD_RANGE)
        standings = [standing_of(item) for item in items if item["entity"] == Entity.STANDING]
        links = [
            link
            for item in items
            if item["entity"] == Entity.CALENDAR
            for link in [calendar_of(item)]
            if standings and link_stands(link, standings[0])
        ]
        enrollments = [enrollment_of(item) for item in items if item["entity"] == Entity.ENROLLMENT]
        return (links[0] if links else None), [one for one in enrollments if one.status.holds_seat]

    def bookings(self, enrollments: Sequence[Enrollment]) -> list[Booking]:
        """Return those of the enrolments that are in bookable sessions, the earliest first."""
        found = self._table.batch_get([keys.course(one.course_id) for one in enrollments], consistent=False)
        courses = {item["courseId"]: course_of(item) for item in found.values()}
        booked = [Booking(one, courses[one.course_id]) for one in enrollments if one.course_id in courses]
        sessions = [one for one in booked if one.session.kind is Kind.SESSION]
        return sorted(sessions, key=lambda one: (one.starts_at, one.session.course_id))
