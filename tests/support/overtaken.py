"""A store of bookings that others overtake."""

from __future__ import annotations

from collections.abc import Callable

from peerlearn.domain.bookings import BookingChange
from peerlearn.domain.standing import Admission
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.table import Table


class OvertakenEnrollments(EnrollmentRepository):
    """Lets something else happen between what a booking was decided on and its write."""

    def __init__(self, table: Table, meanwhile: Callable[[BookingChange], object]) -> None:
        super().__init__(table)
        self._meanwhile = meanwhile

    def apply(self, change: BookingChange, token: str, admission: Admission | None = None) -> None:
        self._meanwhile(change)
        super().apply(change, token, admission)


def once(meanwhile: Callable[[], object]) -> Callable[[BookingChange], object]:
    """Return what lets it happen before the first write and before no other."""
    happened: list[bool] = []

    def happen(_: BookingChange) -> None:
        if not happened:
            happened.append(True)
            meanwhile()

    return happen
