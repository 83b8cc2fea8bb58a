"""Booked sessions as text/calendar, as Google, Apple and Outlook subscribe to it.

Sources: RFC 5545 (3.1 lines, 3.3.11 texts, 3.6.1 events), RFC 7986 (5.7 REFRESH-INTERVAL), RFC 5546 (3.2.1 PUBLISH).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from peerlearn.domain.calendars import Booking

CONTENT_TYPE = "text/calendar; charset=utf-8"

_LINE_MAX_OCTETS = 75
_NAME = "Peerlearn sessions"
_REFRESH = "PT1H"
_LINE_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
# A text has no control character but the tab; others, which XML and JSON may carry, are left out.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def calendar_text(bookings: Iterable[Booking]) -> str:
    """A calendar of these sessions; the same bookings give the same text."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Peerlearn//Booked sessions//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_NAME}",
        f"X-WR-CALNAME:{_NAME}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{_REFRESH}",
        f"X-PUBLISHED-TTL:{_REFRESH}",
    ]
    for booking in bookings:
        lines += _event(booking)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _event(booking: Booking) -> Iterator[str]:
    session = booking.session
    about = f"{session.tutor.name}\n\n{session.description}"
    yield "BEGIN:VEVENT"
    yield f"UID:{booking.enrollment.enrollment_id}@peerlearn"
    # When it was booked, not when it was asked for: a calendar that has not changed is the same text.
    yield f"DTSTAMP:{_time(booking.enrollment.enrolled_at)}"
    yield f"DTSTART:{_time(booking.starts_at)}"
    # In whole seconds, and after the start however short the session is (RFC 5545, 3.8.2.2).
    starts_at, ends_at = (moment.replace(microsecond=0) for moment in (booking.starts_at, booking.ends_at))
    yield f"DTEND:{_time(ends_at if ends_at > starts_at else starts_at + timedelta(seconds=1))}"
    # Counts what the tutor changed.
    yield f"SEQUENCE:{session.version - 1}"
    yield "STATUS:CONFIRMED"
    yield "TRANSP:OPAQUE"
    yield f"SUMMARY:{_text(session.title)}"
    yield f"DESCRIPTION:{_text(about)}"
    yield f"CATEGORIES:{_text(session.subject)}"
    yield "END:VEVENT"


def _time(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    # %Y pads a year before 1000 on some systems and not on others.
    return f"{utc.year:04}{utc:%m%dT%H%M%S}Z"


def _text(text: str) -> str:
    one_kind = _LINE_BREAK.sub("\n", text)
    escaped = one_kind.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return _CONTROL.sub("", escaped)


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets; a piece after the first begins with a blank, and no character is cut."""
    piece, octets = "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > _LINE_MAX_OCTETS:
            yield piece
            piece, octets = " ", 1
        piece += character
        octets += size
    yield piece
