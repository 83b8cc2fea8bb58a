"""Events that are news, for tests."""

from __future__ import annotations

from peerlearn.domain.clock import utc_now
from peerlearn.domain.events import Event, EventType, event_id_of


def promotion(number: int, *receivers: str) -> Event:
    """Return the promotion from a waitlist of that number."""
    event_id = event_id_of(EventType.ENROLLMENT_PROMOTED, str(number))
    data = {"courseId": f"crs_{number}", "status": "active"}
    return Event(EventType.ENROLLMENT_PROMOTED, event_id, receivers, data, utc_now())
