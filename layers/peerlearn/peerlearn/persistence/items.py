"""Every item of the table, and nothing but their shapes: entity in, item out, and back.

Each item names its kind in `entity`, which the stream's filters read. Attributes are camelCase like the API's fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.courses import Course, CourseStatus, Kind, Level, Module, Seats, Tutor
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus, Schedule, Slot
from peerlearn.domain.users import Credential, Role, Session, User
from peerlearn.persistence import keys

Item = dict[str, Any]


class Entity(StrEnum):
    """The kinds of items, as the stream's filters name them."""

    CREDENTIAL = "Credential"
    PROFILE = "Profile"
    SESSION = "Session"
    TOTALS = "Totals"
    SCHEDULE = "Schedule"
    COURSE = "Course"
    OUTLINE = "Outline"
    SEATS = "Seats"
    LISTING = "Listing"
    CATALOGUE_ENTRY = "CatalogueEntry"
    CATALOGUE_COUNTER = "CatalogueCounter"
    ENROLLMENT = "Enrollment"
    WAIT = "Wait"
    ASSESSMENT = "Assessment"
    SUBMISSION = "Submission"
    POINTS = "Points"
    CONVERSATION = "Conversation"
    MESSAGE = "Message"
    CONNECTION = "Connection"
    TICKET = "Ticket"


def stored_time(item: Item, name: str) -> datetime | None:
    """A time attribute, or None where the item has none."""
    text = item.get(name)
    return from_rfc3339(text) if text else None


def _account(user: User) -> Item:
    return {
        "userId": user.user_id,
        "name": user.name,
        "email": user.email,
        "role": user.role.value,
        "interests": list(user.interests),
        "learningGoals": list(user.learning_goals),
        "createdAt": to_rfc3339(user.created_at),
        "sessionEpoch": user.session_epoch,
    }


def profile_item(user: User) -> Item:
    return {**keys.profile(user.user_id).as_item(), "entity": Entity.PROFILE.value, **_account(user)}


def credential_item(credential: Credential) -> Item:
    return {
        **keys.credential(credential.user.email).as_item(),
        "entity": Entity.CREDENTIAL.value,
        **_account(credential.user),
        "passwordHash": credential.password_hash,
    }


def user_of(item: Item) -> User:
    """From a profile or a credential item."""
    return User(
        user_id=item["userId"],
        name=item["name"],
        email=item["email"],
        role=Role(item["role"]),
        interests=tuple(item["interests"]),
        learning_goals=tuple(item["learningGoals"]),
        created_at=from_rfc3339(item["createdAt"]),
        session_epoch=int(item["sessionEpoch"]),
        kept_session=item.get("keptSession"),
    )


def credential_of(item: Item) -> Credential:
    return Credential(password_hash=item["passwordHash"], user=user_of(item))


def session_item(session: Session) -> Item:
    item = {
        **keys.session(session.user_id, session.session_id).as_item(),
        "entity": Entity.SESSION.value,
        "sessionId": session.session_id,
        "userId": session.user_id,
        "generation": session.generation,
        "tokenHash": session.token_hash,
        "rotatedAt": to_rfc3339(session.rotated_at),
        "expiresAt": to_rfc3339(session.expires_at),
        "ttl": int(session.expires_at.timestamp()),
        "epoch": session.epoch,
        "revoked": session.revoked,
    }
    if session.previous_hash:
        item["previousHash"] = session.previous_hash
    return item


def session_of(item: Item) -> Session:
    return Session(
        session_id=item["sessionId"],
        user_id=item["userId"],
        generation=int(item["generation"]),
        token_hash=item["tokenHash"],
        rotated_at=from_rfc3339(item["rotatedAt"]),
        expires_at=from_rfc3339(item["expiresAt"]),
        epoch=int(item["epoch"]),
        previous_hash=item.get("previousHash"),
        revoked=bool(item["revoked"]),
    )


# -- courses ----------------------------------------------------------------------------------------------------------


def course_item(course: Course) -> Item:
    item = {
        **keys.course(course.course_id).as_item(),
        "entity": Entity.COURSE.value,
        "courseId": course.course_id,
        "title": course.title,
        "description": course.description,
        "subject": course.subject,
        "level": course.level.value,
        "kind": course.kind.value,
        "tutorId": course.tutor.user_id,
        "tutorName": course.tutor.name,
        "status": course.status.value,
        "createdAt": to_rfc3339(course.created_at),
        "version": course.version,
        "assessmentCount": course.assessment_count,
    }
    return item | _times(course.starts_at, course.ends_at)


def course_of(item: Item) -> Course:
    return Course(
        course_id=item["courseId"],
        title=item["title"],
        description=item["description"],
        subject=item["subject"],
        level=Level(item["level"]),
        kind=Kind(item["kind"]),
        tutor=Tutor(item["tutorId"], item["tutorName"]),
        status=CourseStatus(item["status"]),
        starts_at=stored_time(item, "startsAt"),
        ends_at=stored_time(item, "endsAt"),
        created_at=from_rfc3339(item["createdAt"]),
        version=int(item["version"]),
        assessment_count=int(item["assessmentCount"]),
    )


def outline_item(course_id: str, modules: Sequence[Module]) -> Item:
    return {
        **keys.outline(course_id).as_item(),
        "entity": Entity.OUTLINE.value,
        "courseId": course_id,
        "modules": [
            {"moduleId": module.module_id, "title": module.title, "minutes": module.minutes} for module in modules
        ],
    }


def modules_of(item: Item) -> tuple[Module, ...]:
    """From an outline item."""
    return tuple(Module(m["moduleId"], m["title"], int(m["minutes"])) for m in item["modules"])


def seats_item(seats: Seats) -> Item:
    item = {
        **keys.seats(seats.course_id).as_item(),
        "entity": Entity.SEATS.value,
        "courseId": seats.course_id,
        "seatsTaken": seats.taken,
        "waitlistLength": seats.waitlist_length,
        "completedCount": seats.completed,
        "droppedCount": seats.dropped,
        "status": seats.status.value,
        "kind": seats.kind.value,
    }
    if seats.capacity is not None:
        item["capacity"] = seats.capacity
    return item | _times(seats.starts_at, seats.ends_at)


def seats_of(item: Item) -> Seats:
    return Seats(
        course_id=item["courseId"],
        capacity=int(item["capacity"]) if "capacity" in item else None,
        taken=int(item["seatsTaken"]),
        waitlist_length=int(item["waitlistLength"]),
        completed=int(item["completedCount"]),
        dropped=int(item["droppedCount"]),
        status=CourseStatus(item["status"]),
        kind=Kind(item["kind"]),
        starts_at=stored_time(item, "startsAt"),
        ends_at=stored_time(item, "endsAt"),
    )


def _times(starts_at: datetime | None, ends_at: datetime | None) -> Item:
    # An absent attribute, not a null: conditions ask for existence.
    times = {"startsAt": starts_at, "endsAt": ends_at}
    return {name: to_rfc3339(moment) for name, moment in times.items() if moment is not None}


# -- enrolments -------------------------------------------------------------------------------------------------------


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
    )


def schedule_of(item: Item | None) -> Schedule:
    """The schedule of a learner; an absent item is an empty one of version 0."""
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
