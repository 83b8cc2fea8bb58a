"""Shelves, and the record of where a course is listed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from peerlearn.domain.catalogue import shelves_of
from peerlearn.domain.courses import Course
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.catalogue import listing_of
from peerlearn.persistence.items.courses import course_of
from scripts.invariants.violation import Violation, differences


class CatalogueCheck:
    """A shelf's counter is the number of its entries, and what a course's record says is what stands there."""

    def __init__(self, *, settled: bool) -> None:
        self._settled = settled
        self._courses: dict[str, Course] = {}
        self._entries: dict[str, set[str]] = defaultdict(set)
        self._listed: dict[str, set[str]] = {}
        self._counters: Counter[str] = Counter()

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == Entity.COURSE:
            self._courses[item["courseId"]] = course_of(item)
        elif entity == Entity.CATALOGUE_ENTRY:
            self._entries[item["courseId"]].add(item["PK"])
        elif entity == Entity.CATALOGUE_COUNTER:
            self._counters[item["PK"]] += int(item["count"])
        elif entity == Entity.LISTING:
            shelves = listing_of(item).marks
            self._listed[item["courseId"]] = {keys.catalogue_partition(shelf) for shelf in shelves}

    def violations(self) -> Iterator[Violation]:
        entries = Counter(shelf for shelves in self._entries.values() for shelf in shelves)
        yield from differences("catalogue", str, self._counters, entries)
        for course_id in self._entries.keys() | self._listed.keys():
            if self._entries[course_id] != self._listed.get(course_id, set()):
                yield Violation("catalogue", keys.course_partition(course_id), "is elsewhere than its record says")
        if self._settled:
            for course_id, course in self._courses.items():
                wanted = {keys.catalogue_partition(shelf) for shelf in shelves_of(course)}
                if self._entries[course_id] != wanted:
                    yield Violation(
                        "catalogue", keys.course_partition(course_id), "is not on the shelves it belongs on"
                    )
