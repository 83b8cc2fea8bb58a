"""The private link to one's booked sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.calendars import Booking, CalendarLink, hash_of, new_token, opens, owner_of
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.errors import NotFound
from peerlearn.domain.standing import Admission, require_standing
from peerlearn.domain.users import Principal

# This calendar is looked for where a token names nobody: a look is the same work then.
_NOBODY = "nobody"


class Calendars(Protocol):
    """See `peerlearn.persistence.calendars`."""

    def set_link(self, link: CalendarLink, token: str) -> None: ...
    def remove_link(self, user_id: str) -> None: ...
    def link_and_seats(self, user_id: str) -> tuple[CalendarLink | None, list[Enrollment]]: ...
    def bookings(self, enrollments: Sequence[Enrollment]) -> list[Booking]: ...


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """The token is told once: only its hash is kept."""

    token: str
    created_at: datetime


class CalendarService:
    """The use cases of the `calendar` endpoints."""

    def __init__(self, calendars: Calendars, clock: Clock = utc_now) -> None:
        self._calendars = calendars
        self._clock = clock

    def create_link(self, admission: Admission) -> IssuedLink:
        """Make a link; the former one opens nothing any more.

        Parameters
        ----------
        admission: Admission
            The caller's, with the account as it was read just now.

        Raises
        ------
        Unauthenticated
            The session has ended, or the account was erased.
        """
        caller, standing = admission.caller, require_standing(admission.standing, admission.caller)
        issued = IssuedLink(new_token(caller.user_id), self._clock())
        link = CalendarLink(caller.user_id, hash_of(issued.token), issued.created_at, caller.session_id, standing.epoch)
        self._calendars.set_link(link, str(uuid4()))
        return issued

    def revoke_link(self, caller: Principal) -> None:
        """No link opens the caller's calendar."""
        self._calendars.remove_link(caller.user_id)

    def bookings(self, token: str) -> list[Booking]:
        """The sessions that the link's owner holds a seat in.

        Raises
        ------
        NotFound
            Forged, replaced or revoked: the same answer after the same work.
        """
        link, enrollments = self._calendars.link_and_seats(owner_of(token) or _NOBODY)
        if not opens(token, link):
            raise NotFound("There is no calendar at this address.")
        return self._calendars.bookings(enrollments)
