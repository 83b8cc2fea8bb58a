"""The places of a course in the catalogue: entries and counters of shelves, its card, groups, titles and days.

They are only written together with the record of them, under its version: whether a write is repeated, raced or cut
off, the record names the places of the course, and a shelf's counters are the number of its entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peerlearn.domain.catalogue import PlaceKind, kind_and_name
from peerlearn.domain.clock import from_rfc3339
from peerlearn.domain.courses import Course
from peerlearn.domain.listings import Listing, ListingStep
from peerlearn.domain.numbers import place_of
from peerlearn.persistence import catalogue_keys, keys
from peerlearn.persistence.counters import adding
from peerlearn.persistence.course_numbers import numbered
from peerlearn.persistence.facets import counting_in, counting_out, renaming
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.catalogue import (
    MEMBERS,
    card_item,
    entry_item,
    listing_item,
    listing_of,
    member_of_block,
    member_of_day,
    title_item,
)
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.optimistic import WRITTEN_BY, is_own, replacing
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import TRANSACTION_MAX, Write, delete, put, update


class ListingRepository:
    """Reads and writes the places of courses."""

    # The record takes the place that is left.
    room = TRANSACTION_MAX - 1

    def __init__(self, table: Table) -> None:
        self._table = table

    def standing(self, course_id: str) -> tuple[Course | None, Listing]:
        """Return the course, which has a number from now on, and the record of its present places."""
        course, listing = keys.course(course_id), catalogue_keys.listing(course_id)
        found = self._table.batch_get([course, listing])
        stored = numbered(self._table, course_of(found[course])) if course in found else None
        return stored, listing_of(found.get(listing))

    def take(self, course: Course, listing: Listing, step: ListingStep, token: str) -> Listing | None:
        """Take a step; return the new record, or None when somebody else took one since the record was read.

        record of version n  -->  version n + 1, with the places that it speaks of
        """
        taken = step.taken_from(listing, course)
        facets = [key_of_place(place, course.number or 0) for place in step.removed if _is_facet(place)]
        found = self._table.batch_get(facets) if facets else {}
        record = replacing(listing_item(course.course_id, taken) | {WRITTEN_BY: token}, listing.version)
        try:
            self._table.transact([record, *_writes(course, step, found)], token)
        except ConditionFailed as failure:
            return taken if is_own(failure.found[0], token) else None
        return taken


def key_of_place(place: str, number: int) -> keys.Key:
    """Return the key of the item of a place of a course."""
    kind, name = kind_and_name(place)
    if kind is PlaceKind.ENTRY:
        return catalogue_keys.entry(name, number)
    if kind is PlaceKind.CARD:
        return catalogue_keys.card(number)
    if kind is PlaceKind.TITLE:
        return catalogue_keys.title(name, number)
    if kind is PlaceKind.START:
        return catalogue_keys.day(name)
    if kind is PlaceKind.FACET:
        return catalogue_keys.facet(name, number)
    return catalogue_keys.block(name, place_of(number)[0])


def _is_facet(place: str) -> bool:
    return kind_and_name(place)[0] is PlaceKind.FACET


def _writes(course: Course, step: ListingStep, facets: Mapping[keys.Key, Item]) -> Iterator[Write]:
    for place in step.added:
        yield counting_in(course, kind_and_name(place)[1]) if _is_facet(place) else _placed(course, place)
    for place in step.rewritten:
        yield renaming(course, kind_and_name(place)[1]) if _is_facet(place) else _placed(course, place)
    for place in step.removed:
        key = key_of_place(place, course.number or 0)
        yield counting_out(key, facets) if _is_facet(place) else _taken_out(course, place)
    for place, difference in (*((one, 1) for one in step.added), *((one, -1) for one in step.removed)):
        kind, name = kind_and_name(place)
        if kind is PlaceKind.ENTRY:
            # Guarded by the record's version in the same transaction: counted once.
            counter = catalogue_keys.counter(name, course.number or 0)
            yield adding(counter, Entity.CATALOGUE_COUNTER, difference, traced=False)


def _placed(course: Course, place: str) -> Write:
    kind, name = kind_and_name(place)
    number = course.number or 0
    if kind is PlaceKind.ENTRY:
        return put(entry_item(name, course, number))
    if kind is PlaceKind.CARD:
        return put(card_item(course, number))
    if kind is PlaceKind.TITLE:
        return put(title_item(name, number))
    return _membership(place, number, "ADD")


def _taken_out(course: Course, place: str) -> Write:
    number = course.number or 0
    if kind_and_name(place)[0] in (PlaceKind.MEMBER, PlaceKind.START):
        return _membership(place, number, "DELETE")
    return delete(key_of_place(place, number))


def _membership(place: str, number: int, action: str) -> Write:
    """Return the write that adds a course to a set or takes it out; either leaves all others in it alone."""
    kind, name = kind_and_name(place)
    if kind is PlaceKind.START:
        entity, member = Entity.CATALOGUE_DAY, member_of_day(from_rfc3339(name), number)
    else:
        entity, member = Entity.CATALOGUE_BLOCK, member_of_block(place_of(number)[1])
    return update(
        key_of_place(place, number),
        f"SET #entity = :entity {action} #members :member",
        names={"#entity": "entity", "#members": MEMBERS},
        values={":entity": entity.value, ":member": member},
        traced=False,
    )
