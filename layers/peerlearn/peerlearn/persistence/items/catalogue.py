"""The catalogue's entries, and where a course is listed."""

from __future__ import annotations

from peerlearn.domain.catalogue import Listing
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity, Item


def catalogue_entry_item(shelf: str, created_at: str, course_id: str, terms: str) -> Item:
    return {
        **keys.catalogue_entry(shelf, created_at, course_id).as_item(),
        "entity": Entity.CATALOGUE_ENTRY.value,
        "courseId": course_id,
        "terms": terms,
    }


# The shelf of every course has no facets and so an empty name, which no key of a map may be. Other names have a `=`.
_WHOLE_CATALOGUE = "*"


def listing_item(course_id: str, listing: Listing) -> Item:
    return {
        **keys.listing(course_id).as_item(),
        "entity": Entity.LISTING.value,
        "courseId": course_id,
        "version": listing.version,
        "courseVersion": listing.course_version,
        "marks": {shelf or _WHOLE_CATALOGUE: mark for shelf, mark in listing.marks.items()},
    }


def listing_of(item: Item | None) -> Listing:
    """Return where a course is listed; an absent item is a course that is listed nowhere."""
    if item is None:
        return Listing()
    marks = {"" if name == _WHOLE_CATALOGUE else name: mark for name, mark in item["marks"].items()}
    return Listing(int(item["version"]), int(item["courseVersion"]), marks)
