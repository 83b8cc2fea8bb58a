"""Links to calendars, and what a calendar shows."""

from __future__ import annotations

from collections.abc import Sequence

from peerlearn.domain.calendars import Booking, CalendarLink
from peerlearn.domain.courses import Kind
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.erasure import account_erased
from peerlearn.persistence import keys
from peerlearn.persistence.guards import not_erased
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.items.privacy import calendar_item, calendar_of
from peerlearn.persistence.table import ConditionFailed, Table, delete, put


class CalendarRepository:
    """One link per person, beside their enrolments."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def set_link(self, link: CalendarLink, token: str) -> None:
        """The person's link from now on; a former one opens nothing any more.

        Raises
        ------
        Unauthenticated
            The account was erased.
        """
        try:
            self._table.transact([put(calendar_item(link)), not_erased(link.user_id)], token)
        except ConditionFailed as failure:
            raise account_erased() from failure

    def remove_link(self, user_id: str) -> None:
        self._table.write(delete(keys.calendar(user_id)))

    def link_and_seats(self, user_id: str) -> tuple[CalendarLink | None, list[Enrollment]]:
        """The link, and the enrolments that hold a seat, in one Query."""
        first, last = keys.DASHBOARD_RANGE
        items = self._table.query(
            "#pk = :pk AND #sk BETWEEN :first AND :last",
            {":pk": keys.user_partition(user_id), ":first": first, ":last": last},
            names={"#pk": "PK", "#sk": "SK"},
        )
        links = [calendar_of(item) for item in items if item["entity"] == Entity.CALENDAR]
        enrollments = [enrollment_of(item) for item in items if item["entity"] == Entity.ENROLLMENT]
        return (links[0] if links else None), [one for one in enrollments if one.status.holds_seat]

    def bookings(self, enrollments: Sequence[Enrollment]) -> list[Booking]:
        """Those of them that are in sessions, the earliest first."""
        found = self._table.batch_get([keys.course(one.course_id) for one in enrollments], consistent=False)
        courses = {item["courseId"]: course_of(item) for item in found.values()}
        booked = [Booking(one, courses[one.course_id]) for one in enrollments if one.course_id in courses]
        sessions = [one for one in booked if one.session.kind is Kind.SESSION]
        return sorted(sessions, key=lambda one: (one.starts_at, one.session.course_id))
