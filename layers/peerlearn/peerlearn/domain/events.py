"""Events, as the table's stream tells them: facts in the past tense, ready to be told to people.

`peerlearn.events.<context>` decodes changes of items into these; `notify` pushes them to the receivers' connections.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.ids import derived_id


class EventType(StrEnum):
    """The `type` of what the server pushes."""

    MESSAGE_CREATED = "message.created"
    MESSAGE_READ = "message.read"
    TYPING = "typing"
    SUBMISSION_RECEIVED = "submission.received"
    SUBMISSION_GRADED = "submission.graded"
    ENROLLMENT_PROMOTED = "enrollment.promoted"
    MODULE_COMPLETED = "module.completed"
    COURSE_COMPLETED = "course.completed"
    POINTS_AWARDED = "points.awarded"
    SESSION_UPDATED = "session.updated"
    SCHEDULE_CONFLICTED = "schedule.conflicted"


@dataclass(frozen=True, slots=True)
class Event:
    """One fact and who is told of it.

    Attributes
    ----------
    type: EventType
    event_id: str
        Derived from what happened (`event_id_of`), so that a redelivery carries the same one.
    receivers: sequence of str
        User ids. Empty with `course_id` set means everybody who holds a seat in that course or waits for one.
    data: dict
        JSON types only, as the receivers see it.
    occurred_at: datetime
    course_id: str, optional
        The course whose seat holders are told as well.
    origin: str, optional
        A connection that knows already, since it caused this: it is left out.
    """

    type: EventType
    event_id: str
    receivers: Sequence[str]
    data: Mapping[str, Any]
    occurred_at: datetime
    course_id: str | None = None
    origin: str | None = None

    def as_push(self) -> dict[str, Any]:
        """Return what a connection is sent."""
        return {
            "type": self.type.value,
            "eventId": self.event_id,
            "data": dict(self.data),
            "occurredAt": to_rfc3339(self.occurred_at),
        }


@dataclass(frozen=True, slots=True)
class SignInSessionsEnded:
    """Connections of these sign-ins have no right to stay open.

    Attributes
    ----------
    user_id: str
    session_id: str, optional
        The one session that ended; None where all ended but `kept_session`.
    kept_session: str, optional
    """

    user_id: str
    session_id: str | None = None
    kept_session: str | None = None

    def concerns(self, session_id: str) -> bool:
        if self.session_id is not None:
            return session_id == self.session_id
        return session_id != self.kept_session


def event_id_of(event_type: EventType, *parts: str) -> str:
    """The id that the same fact always gets."""
    return derived_id("evt", event_type.value, *parts)
