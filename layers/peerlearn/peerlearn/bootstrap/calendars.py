"""Calendars of booked sessions."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.persistence.calendars import CalendarRepository
from peerlearn.services.calendars import CalendarService


@cache
def calendar_service() -> CalendarService:
    return CalendarService(CalendarRepository(table()))
