"""Items around a violation, read again: every one that concerns it, and hardly any other.

Indexes only name the items: each is then read by its own key, consistently.
"""

from __future__ import annotations

from collections.abc import Iterable

from peerlearn.domain.catalogue import places_of
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.catalogue import listing_of
from peerlearn.persistence.items.courses import course_of, shards_of
from peerlearn.persistence.keys import Key
from peerlearn.persistence.listings import key_of_place
from peerlearn.persistence.table import Item, Table

_COURSE, _USER, _CONVERSATION, _CLIENT, _CATALOGUE, _SUBMISSIONS = (
    "COURSE#",
    "USER#",
    "CONVERSATION#",
    "CLIENT#",
    "CATALOGUE#",
    "SUBMISSIONS#",
)
_INDEXES = (("GSI1", "GSI1PK"), ("GSI2", "GSI2PK"))


def items_around(table: Table, key: str) -> list[Item] | None:
    """The items that a violation with this key is made of; None where they cannot be told from it."""
    subject = key.split("/", 1)[0]
    if subject.startswith(_COURSE):
        found = _around_course(table, subject.removeprefix(_COURSE))
    elif subject.startswith(_USER):
        found = _around_user(table, subject.removeprefix(_USER))
        # a leftover of theirs in another partition
        pk, _, sk = key.removeprefix(f"{subject}/").rpartition("/")
        found += table.batch_get([Key(pk, sk)] if pk else []).values()
    elif subject.startswith((_CONVERSATION, _CATALOGUE)):
        found = _partition(table, subject)
    elif subject.startswith(_CLIENT):
        # its sender may have written to anybody under that id
        heads = _indexed(table, index_keys.inbox_partition(subject.removeprefix(_CLIENT)))
        found = [*_partition(table, subject), *(item for head in heads for item in _partition(table, head["PK"]))]
    elif subject.startswith(_SUBMISSIONS):
        attempts = _indexed(table, subject)
        counters = table.batch_get(keys.submission_counters(subject.removeprefix(_SUBMISSIONS))).values()
        courses = (item for course in _courses_of(attempts) for item in _partition(table, course))
        found = [*attempts, *counters, *courses]
    else:
        return None
    return list({(item["PK"], item["SK"]): item for item in found}.values())


def _around_course(table: Table, course_id: str) -> list[Item]:
    own = [*_partition(table, keys.course_partition(course_id)), *_partition(table, keys.line_partition(course_id))]
    count = next((shards_of(item) for item in own if item.get("entity") == Entity.SEATS), 1)
    shards = keys.seat_shards(course_id, count)[1:]
    places: set[str] = set()
    number = None
    for item in own:
        if item.get("entity") == Entity.COURSE:
            course = course_of(item)
            number = course.number
            places |= set(places_of(course))
        elif item.get("entity") == Entity.LISTING:
            places |= set(listing_of(item).marks)
    # those that wait are enrolments too, and an index may not show the newest of them yet
    waiting = [keys.enrollment(item["learnerId"], course_id) for item in own if item.get("entity") == Entity.WAIT]
    entries = [key_of_place(place, number) for place in places] if number else []
    roster = _indexed(table, index_keys.roster_partition(course_id))
    return [*own, *roster, *table.batch_get([*waiting, *entries, *shards]).values()]


def _around_user(table: Table, user_id: str) -> list[Item]:
    own = _partition(table, keys.user_partition(user_id))
    wanted = [keys.credential(item["email"]) for item in own if item.get("entity") == Entity.PROFILE]
    courses = {item["courseId"] for item in own if item.get("entity") == Entity.ENROLLMENT}
    wanted += [keys.seats(course_id) for course_id in courses]
    return [*own, *table.batch_get(wanted).values(), *_indexed(table, index_keys.inbox_partition(user_id))]


def _courses_of(attempts: Iterable[Item]) -> set[str]:
    return {keys.course_partition(item["courseId"]) for item in attempts}


def _partition(table: Table, pk: str) -> list[Item]:
    return table.query("PK = :pk", {":pk": pk})


def _indexed(table: Table, pk: str) -> list[Item]:
    named: list[Key] = []
    for index, attribute in _INDEXES:
        items = table.query(f"{attribute} = :pk", {":pk": pk}, index=index)
        named += [Key(item["PK"], item["SK"]) for item in items]
    return list(table.batch_get(named).values())
