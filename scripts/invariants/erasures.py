"""Leftovers of erased accounts: every kind of item is looked at, or is exempt for a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from peerlearn.domain.clock import from_rfc3339
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.users import AccountState
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.own_records import is_own_record
from scripts.invariants.violation import Violation

# The tries of a task of `ErasureQueue` are over by then.
TERM = timedelta(hours=1)
_USER = keys.user_partition("")
_OPEN = frozenset({EnrollmentStatus.ACTIVE.value, EnrollmentStatus.WAITLISTED.value})
# The attributes of an enrolment that tell of its learner's work in the course.
_LEARNT = ("completedModules", "points", "lastAccessed")


def _owner(item: Item) -> list[str]:
    return [item["PK"].removeprefix(_USER)]


def _named(attribute: str) -> Callable[[Item], list[str]]:
    return lambda item: [item[attribute]] if attribute in item else []


def _owner_if(is_left: Callable[[Item], object]) -> Callable[[Item], list[str]]:
    return lambda item: _owner(item) if is_left(item) else []


def _people_still_there(head: Item) -> list[str]:
    """Return the people of a conversation who have not left it; both, where it should be gone."""
    gone = {side for side in ("low", "high") if head.get(f"{side}Gone")}
    return [head[side] for side in ("low", "high") if side not in gone or len(gone) > 1]


Whose = Callable[[Item], list[str]]

# The people whose leftover an item of this kind is, should they be erased. The first go by the transaction that ends an
# account, the others by the work that follows.
AT_ONCE: Mapping[Entity, Whose] = {
    Entity.CREDENTIAL: _named("userId"),
    Entity.PROFILE: _owner,
    Entity.STANDING: _owner_if(lambda item: item.get("sessions") or item.get("state") != AccountState.ERASED.value),
    Entity.INBOX: _owner_if(lambda item: "erasedAt" not in item),
    Entity.ADMINISTRATORS: lambda item: list(item["userIds"]),
}
AFTERWARDS: Mapping[Entity, Whose] = {
    Entity.SESSION: _owner,
    Entity.SCHEDULE: _owner,
    Entity.CALENDAR: _owner,
    Entity.EXPORT: _owner,
    Entity.POINTS: _owner,
    Entity.SUBMISSION: _owner,
    Entity.PAST_ATTEMPT: _owner,
    Entity.PAST_GRADE: _owner,
    Entity.TEACHING: _owner,
    # the tutor on whose list there is work to grade
    Entity.TALLY: _named("listedFor"),
    Entity.CONNECTION: _owner,
    Entity.WAIT: _named("learnerId"),
    # A seat that was completed stays counted, without what was done for it.
    Entity.ENROLLMENT: _owner_if(lambda item: item.get("status") in _OPEN or any(item.get(name) for name in _LEARNT)),
    Entity.COURSE: _named("tutorId"),
    Entity.MAIL_TOKEN: _owner,
    Entity.HELD_ADDRESS: _named("userId"),
    Entity.CONVERSATION: _people_still_there,
}
# These hold a person's id, and stay.
STAYING: Mapping[Entity, str] = {
    Entity.ERASURE: "the tombstone itself",
    Entity.TOTALS: "the tombstone takes their place, under the same key",
    Entity.MESSAGE: "stays with the other person, and goes with the conversation that both have left",
    Entity.CLIENT_MESSAGE: "expires after 30 days, and goes with the conversation that both have left",
    Entity.TICKET: "expires after 30 seconds",
    Entity.AUDIT: "stays until the retention of the trail is over",
    Entity.MAIL: "is removed by its worker, who finds no account, and expires",
    Entity.DUE: "names whom it would remind, who is not reminded, until two days after its minute",
    Entity.CATALOGUE_BLOCK: "follows its courses, which the catalogue's check holds",
    Entity.CATALOGUE_CARD: "follows its course, which the catalogue's check holds",
    Entity.CATALOGUE_FACET: "follows its courses, which the catalogue's check holds",
    Entity.CATALOGUE_ENTRY: "follows its course, which the catalogue's check holds",
    Entity.CATALOGUE_COUNTER: "follows its entries, which the catalogue's check holds",
    Entity.LISTING: "follows its course, which the catalogue's check holds",
}
# These hold nobody's.
IMPERSONAL: Mapping[Entity, str] = {
    Entity.OUTLINE: "a course's own",
    Entity.SEATS: "counts",
    Entity.CATALOGUE_TITLE: "a course's own",
    Entity.CATALOGUE_DAY: "holds numbers of courses",
    Entity.COURSE_NUMBERS: "counts",
    Entity.ASSESSMENT: "a course's own",
    Entity.INSTRUCTIONS: "a course's own",
    Entity.SUBMISSION_COUNTER: "counts, which the check of attempts holds",
    Entity.SUPPRESSION: "stands under a digest of an address, and expires",
    Entity.THROTTLE: "stands under a digest, and expires",
    Entity.KEPT_ANSWER: "stands under a digest, sealed, and expires after a day",
    Entity.TICK: "a minute",
    Entity.LAYOUT: "the number of the layout of the table's items",
    Entity.JOB: "stands under a digest, and expires; holds ids and times",
}


class ErasureCheck:
    """Of an erased account nothing is left but what stays for a reason."""

    def __init__(self, moment: datetime, *, settled: bool) -> None:
        self._moment = moment
        self._settled = settled
        self._erased: dict[str, datetime] = {}
        # One item of each kind and person is enough to tell.
        self._at_once: dict[tuple[str, str], str] = {}
        self._afterwards: dict[tuple[str, str], str] = {}

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == Entity.ERASURE:
            self._erased[item["userId"]] = from_rfc3339(item["erasedAt"])
        for rules, found in ((AT_ONCE, self._at_once), (AFTERWARDS, self._afterwards)):
            if entity in rules:
                kind = Entity(str(entity))
                for user_id in rules[kind](item):
                    found.setdefault((user_id, kind), f"{item['PK']}/{item['SK']}")
        # Of any kind: its place says whose it is.
        if is_own_record(item):
            self._afterwards.setdefault((item["userId"], item["entity"]), f"{item['PK']}/{item['SK']}")

    def violations(self) -> Iterator[Violation]:
        yield from self._left(self._at_once, set(self._erased))
        if self._settled:
            over = {user_id for user_id, at in self._erased.items() if at + TERM <= self._moment}
            yield from self._left(self._afterwards, over)

    def _left(self, found: Mapping[tuple[str, str], str], erased: set[str]) -> Iterator[Violation]:
        for (user_id, kind), key in found.items():
            if user_id in erased:
                # By the person first: with them it is read again.
                yield Violation("erasure", f"{keys.user_partition(user_id)}/{key}", f"is erased, and left a {kind}")
