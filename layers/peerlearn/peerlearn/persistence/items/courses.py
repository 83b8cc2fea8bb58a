"""Courses, their outlines and seats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from peerlearn.domain.assessments import own_part
from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.courses import Course, CourseStatus, Kind, Level, Module, Seats, Shard, Tutor
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity, Item, stored_time


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
    numbered = {} if course.number is None else {"courseNumber": course.number}
    return item | numbered | times_of(course.starts_at, course.ends_at)


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
        due_dates={own: from_rfc3339(due) for due, own in (entry.split("#") for entry in item.get("dueDates", ()))},
        number=int(item["courseNumber"]) if "courseNumber" in item else None,
    )


def due_date(assessment_id: str, due_at: datetime) -> str:
    """Return the entry of the set of due dates that a course's item has; the assessments are written with it."""
    return f"{to_rfc3339(due_at)}#{own_part(assessment_id)}"


def teaching_item(user_id: str, course_id: str) -> Item:
    return {
        **keys.teaching(user_id, course_id).as_item(),
        "entity": Entity.TEACHING.value,
        "userId": user_id,
        "courseId": course_id,
    }


def outline_item(course_id: str, modules: Sequence[Module], retired: Sequence[Module] = ()) -> Item:
    """Return the item; `retired` are modules that the course had and has no more."""
    return {
        **keys.outline(course_id).as_item(),
        "entity": Entity.OUTLINE.value,
        "courseId": course_id,
        "modules": [
            {"moduleId": module.module_id, "title": module.title, "minutes": module.minutes} for module in modules
        ],
        **({"retired": [{"moduleId": one.module_id, "title": one.title} for one in retired]} if retired else {}),
    }


def modules_of(item: Item) -> tuple[Module, ...]:
    """Return the modules of an outline item."""
    return tuple(Module(m["moduleId"], m["title"], int(m["minutes"])) for m in item["modules"])


def retired_of(item: Item) -> tuple[Module, ...]:
    """Return the modules of an outline item that were taken out; how long they took is of no use any more."""
    return tuple(Module(one["moduleId"], one["title"], 0) for one in item.get("retired", ()))


def seats_items(seats: Seats) -> list[Item]:
    """Return one item, or one for each shard: the first knows how long the line is, the others whether there is one."""
    if not seats.shards:
        return [seats_item(seats)]
    items = []
    for number, shard in enumerate(seats.shards):
        part = replace(seats, capacity=shard.capacity, taken=shard.taken)
        if number:
            part = replace(part, waitlist_length=min(1, seats.waitlist_length), completed=0, dropped=0)
        key = keys.seat_shard(seats.course_id, number)
        items.append(seats_item(part) | key.as_item() | {"shards": len(seats.shards)})
    return items


def seats_item(seats: Seats) -> Item:
    """Return the seats item of a course without shards."""
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
    return item | times_of(seats.starts_at, seats.ends_at)


def seats_of(item: Item, *others: Item) -> Seats:
    """Return the seats of one item, or of a whole course where all its shards are given in their order."""
    seats = _seats_of(item)
    if not others:
        return seats
    parts = [seats, *(_seats_of(other) for other in others)]
    capacities = [part.capacity for part in parts if part.capacity is not None]
    return replace(
        seats,
        capacity=sum(capacities) if len(capacities) == len(parts) else None,
        taken=sum(part.taken for part in parts),
        completed=sum(part.completed for part in parts),
        # A drop may be counted in one shard and the return in another: only the sum means something, and not while one
        # was read before a change and another after it.
        dropped=max(0, sum(part.dropped for part in parts)),
        shards=tuple(Shard(part.capacity, part.taken) for part in parts),
    )


def shards_of(item: Item) -> int:
    """Return how many shards the course of a seats item has."""
    return int(item.get("shards", 1))


def _seats_of(item: Item) -> Seats:
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


def times_of(starts_at: datetime | None, ends_at: datetime | None) -> Item:
    """Return the attributes of the times of a course."""
    # An absent attribute, not a null: conditions ask for existence.
    times = {"startsAt": starts_at, "endsAt": ends_at}
    return {name: to_rfc3339(moment) for name, moment in times.items() if moment is not None}
