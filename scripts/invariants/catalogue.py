"""The places of courses in the catalogue, and the record of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from peerlearn.domain.catalogue import PlaceKind, card_mark, kind_and_name, place, places_of
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import Course
from peerlearn.domain.numbers import Numbers
from peerlearn.persistence import catalogue_keys, keys
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.catalogue import (
    bits_of,
    carded_course,
    listing_of,
    number_of_card,
    number_of_entry,
    starts_of,
    title_and_number,
)
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.listings import key_of_place
from scripts.invariants.violation import Violation, differences

Places = dict[str, str]


class CatalogueCheck:
    """A shelf's counters are the number of its entries, and the places of a course are those of its record."""

    def __init__(self, *, settled: bool) -> None:
        self._settled = settled
        self._courses: dict[str, Course] = {}
        self._places: dict[int, Places] = defaultdict(dict)
        self._listed: dict[str, Places] = {}
        self._counted: Counter[str] = Counter()
        self._entries: Counter[str] = Counter()

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == Entity.COURSE:
            self._courses[item["courseId"]] = course_of(item)
        elif entity == Entity.LISTING:
            self._listed[item["courseId"]] = dict(listing_of(item).marks)
        elif entity in (Entity.CATALOGUE_COUNTER, Entity.CATALOGUE_FACET):
            self._counted[_subject(keys.Key(item["PK"], item["SK"]))] += int(item["count"])
        else:
            for number, name, mark in _places_in(item):
                self._places[number][name] = mark
                if entity == Entity.CATALOGUE_ENTRY:
                    self._entries[_subject(catalogue_keys.counter(_name(item), number))] += 1

    def violations(self) -> Iterator[Violation]:
        self._count_facets()
        yield from differences("catalogue", str, self._counted, self._entries)
        for number in self._places.keys() - {course.number for course in self._courses.values()}:
            yield Violation("catalogue", catalogue_keys.card(number).pk, "is the number of no course")
        for course_id, course in self._courses.items():
            key = keys.course_partition(course_id)
            # A course without a number has no place yet.
            places = self._places.get(course.number or 0, {}) | self._facets(course_id)
            if places != self._listed.get(course_id, {}):
                yield Violation("catalogue", key, "is elsewhere than its record says")
            if self._settled and places != places_of(course):
                yield Violation("catalogue", key, "is not where it belongs")

    def _facets(self, course_id: str) -> Places:
        """Return the facets in which a course is counted: by its record, since counters do not tell."""
        places = self._listed.get(course_id, {})
        return {name: mark for name, mark in places.items() if kind_and_name(name)[0] is PlaceKind.FACET}

    def _count_facets(self) -> None:
        for course_id, course in self._courses.items():
            for name in self._facets(course_id):
                self._entries[_subject(key_of_place(name, course.number or 0))] += 1


def _places_in(item: Item) -> Iterator[tuple[int, str, str]]:
    """Yield the courses that an item of the catalogue speaks of: number, place and mark."""
    entity = item.get("entity")
    if entity == Entity.CATALOGUE_ENTRY:
        yield number_of_entry(item), place(PlaceKind.ENTRY, _name(item)), card_mark(carded_course(item))
    elif entity == Entity.CATALOGUE_CARD:
        number = number_of_card(item)
        yield number, place(PlaceKind.CARD), card_mark(carded_course(item))
    elif entity == Entity.CATALOGUE_BLOCK:
        for number in Numbers(dict([bits_of(item)])):
            yield number, place(PlaceKind.MEMBER, _name(item)), ""
    elif entity == Entity.CATALOGUE_TITLE:
        title, number = title_and_number(item)
        yield number, place(PlaceKind.TITLE, title), ""
    elif entity == Entity.CATALOGUE_DAY:
        for moment, number in starts_of([item]):
            yield number, place(PlaceKind.START, to_rfc3339(moment)), ""


def _name(item: Item) -> str:
    name: str = item["PK"].removeprefix(catalogue_keys.partition(""))
    return name


def _subject(counter: keys.Key) -> str:
    return f"{counter.pk}/{counter.sk}"
