"""Items of the catalogue, and the record of the places of a course in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.courses import Course, CourseStatus, Kind, Level, Tutor
from peerlearn.domain.facets import FacetValue
from peerlearn.domain.listings import Listing
from peerlearn.persistence import catalogue_keys
from peerlearn.persistence.items.base import Entity, Item, stored_time
from peerlearn.persistence.items.courses import times_of

MEMBERS = "members"
# Milliseconds of the day, and the number.
_MOMENT_BYTES = 4
_MILLISECOND = timedelta(milliseconds=1)


def card_item(course: Course, number: int) -> Item:
    """Return what lists show of a published course, apart from its seats."""
    return {
        **catalogue_keys.card(number).as_item(),
        "entity": Entity.CATALOGUE_CARD.value,
        "courseId": course.course_id,
        "title": course.title,
        "description": course.description,
        "subject": course.subject,
        "level": course.level.value,
        "kind": course.kind.value,
        "tutorId": course.tutor.user_id,
        "tutorName": course.tutor.name,
        "createdAt": to_rfc3339(course.created_at),
        **times_of(course.starts_at, course.ends_at),
    }


def entry_item(shelf: str, course: Course, number: int) -> Item:
    """Return a course's entry on a shelf: its card at another place."""
    key = catalogue_keys.entry(shelf, number).as_item()
    return card_item(course, number) | key | {"entity": Entity.CATALOGUE_ENTRY.value}


def number_of_card(item: Item) -> int:
    """Return the number of the course of a card."""
    return int(item["PK"].removeprefix(catalogue_keys.CARD_PREFIX))


def number_of_entry(item: Item) -> int:
    """Return the number of the course of an entry."""
    return int(item["SK"].removeprefix(catalogue_keys.ENTRY_PREFIX))


def carded_course(item: Item) -> Course:
    """Return the course of a card or an entry; its version is not known."""
    return Course(
        course_id=item["courseId"],
        title=item["title"],
        description=item["description"],
        subject=item["subject"],
        level=Level(item["level"]),
        kind=Kind(item["kind"]),
        tutor=Tutor(item["tutorId"], item["tutorName"]),
        status=CourseStatus.PUBLISHED,
        starts_at=stored_time(item, "startsAt"),
        ends_at=stored_time(item, "endsAt"),
        created_at=from_rfc3339(item["createdAt"]),
        version=0,
    )


def title_item(title: str, number: int) -> Item:
    """Return a course's place among the titles."""
    return {**catalogue_keys.title(title, number).as_item(), "entity": Entity.CATALOGUE_TITLE.value}


def title_and_number(item: Item) -> tuple[str, int]:
    """Return the title and the number of a place among the titles."""
    title, _, number = item["SK"].rpartition(" #")
    return title, int(number)


def member_of_block(offset: int) -> frozenset[bytes]:
    """Return the member of a block that means a course."""
    return frozenset([bytes([offset])])


def bits_of(item: Item) -> tuple[int, int]:
    """Return the number of a block and the offsets of its courses, as bits."""
    bits = 0
    for member in item.get(MEMBERS, ()):
        bits |= 1 << member[0]
    return int(item["SK"].removeprefix(catalogue_keys.BLOCK_PREFIX)), bits


def member_of_day(starts_at: datetime, number: int) -> frozenset[bytes]:
    """Return the member of a day that means a course which begins on it."""
    midnight = starts_at.replace(hour=0, minute=0, second=0, microsecond=0)
    moment = (starts_at - midnight) // _MILLISECOND
    return frozenset([moment.to_bytes(_MOMENT_BYTES) + number.to_bytes(_MOMENT_BYTES)])


def starts_of(items: Iterable[Item]) -> Iterator[tuple[datetime, int]]:
    """Yield when the courses of some days begin, and their numbers; in the order of the times, then of the numbers."""
    for item in items:
        midnight = from_rfc3339(f"{item['SK'].removeprefix(catalogue_keys.DAY_PREFIX)}T00:00:00Z")
        for member in sorted(item.get(MEMBERS, ())):
            moment, number = member[:_MOMENT_BYTES], member[_MOMENT_BYTES:]
            yield midnight + int.from_bytes(moment) * _MILLISECOND, int.from_bytes(number)


def facet_value_of(item: Item) -> tuple[str, FacetValue]:
    """Return the name of a facet's value, and what is counted in one part of its counter."""
    name = item["SK"].rpartition("#")[0]
    return name, FacetValue(item["value"], int(item["count"]), item.get("name"))


def listing_item(course_id: str, listing: Listing) -> Item:
    return {
        **catalogue_keys.listing(course_id).as_item(),
        "entity": Entity.LISTING.value,
        "courseId": course_id,
        "version": listing.version,
        "courseVersion": listing.course_version,
        "marks": dict(listing.marks),
    }


def listing_of(item: Item | None) -> Listing:
    """Return the places of a course; an absent item is a course that has none."""
    if item is None:
        return Listing()
    return Listing(int(item["version"]), int(item["courseVersion"]), item["marks"])
