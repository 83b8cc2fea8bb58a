"""News for a whole course: a task for the announcements' queue, since a course may have any number of learners."""

from __future__ import annotations

from peerlearn.domain.clock import from_rfc3339
from peerlearn.domain.events import Event, EventType
from peerlearn.domain.tasks import Assignment, Posting, Task, Work, traced


def announcement(event: Event) -> Assignment:
    """Return the task of telling a course's learners; the event goes along, since it is told as it was."""
    return Assignment(Work.ANNOUNCEMENT, Posting(traced({"courseId": event.course_id, "event": event.as_push()})))


def announced(task: Task) -> Event:
    """Return the event of such a task, or of one for some of the course's learners, `receivers`."""
    told = task["event"]
    return Event(
        EventType(told["type"]),
        told["eventId"],
        tuple(task.get("receivers", ())),
        told["data"],
        from_rfc3339(told["occurredAt"]),
        course_id=task["courseId"],
    )
