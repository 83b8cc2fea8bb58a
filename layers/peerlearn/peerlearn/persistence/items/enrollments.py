"""Enrolments, waitlists and booked times."""

from __future__ import annotations

from datetime import datetime

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus, Schedule, Slot
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.items.base import Entity, Item, stored_time


def enrollment_of(item: Item) -> Enrollment:
    return Enrollment(
        learner_id=item["learnerId"],
        course_id=item["courseId"],
        status=EnrollmentStatus(item["status"]),
        enrolled_at=from_rfc3339(item["enrolledAt"]),
        updated_at=from_rfc3339(item["updatedAt"]),
        waiting_since=item.get("waitingSince"),
        completed_modules={module: int(minutes) for module, minutes in item.get("completedModules", {}).items()},
        last_accessed=stored_time(item, "lastAccessed"),
        points=int(item.get("points", 0)),
        seat_shard=int(item.get("seatShard", 0)),
        handed_in=frozenset(item.get("handedIn", ())),
    )


def enrollment_fields(learner_id: str, course_id: str, began_at: datetime) -> Item:
    """Return the attributes that an enrolment gets whenever it begins anew; progress and points stay as they were."""
    began = to_rfc3339(began_at)
    return {
        "entity": Entity.ENROLLMENT.value,
        "learnerId": learner_id,
        "courseId": course_id,
        "enrolledAt": began,
        "GSI1PK": index_keys.roster_partition(course_id),
        "GSI1SK": f"{began}#{learner_id}",
    }


def wait_item(course_id: str, learner_id: str, waiting_since: str) -> Item:
    return {
        **keys.wait(course_id, waiting_since, learner_id).as_item(),
        "entity": Entity.WAIT.value,
        "courseId": course_id,
        "learnerId": learner_id,
        "waitingSince": waiting_since,
    }


def schedule_of(item: Item | None) -> Schedule:
    """Return the schedule of a learner; an absent item is an empty one of version 0."""
    if item is None:
        return Schedule(0, {})
    return Schedule(
        int(item["version"]),
        {
            course_id: Slot(course_id, from_rfc3339(slot["startsAt"]), from_rfc3339(slot["endsAt"]))
            for course_id, slot in item["slots"].items()
        },
    )


def schedule_item(user_id: str, schedule: Schedule) -> Item:
    return {
        **keys.schedule(user_id).as_item(),
        "entity": Entity.SCHEDULE.value,
        "userId": user_id,
        "version": schedule.version,
        "slots": {
            slot.course_id: {"startsAt": to_rfc3339(slot.starts_at), "endsAt": to_rfc3339(slot.ends_at)}
            for slot in schedule.slots.values()
        },
    }
