"""What holds in a whole table, whatever came at once, was repeated, or was cut off.

    for violation in violations(items):
        print(violation)

`items` are all items of one table as native Python, in any order and read once, so that a scan can be streamed in. A
scan is no snapshot: what is written meanwhile may look like a violation and is gone at the next look.

Most of it holds at any moment. What the stream brings about holds a moment later: a free seat given to who waits for
it, the catalogue in line with its courses, booked times moved with their session, what an erased account has left.
`settled=True` asks for that as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Protocol

from peerlearn.domain.catalogue import shelves_of
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import Course, Kind, Seats
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus, Slot
from peerlearn.domain.messages import Conversation, Message, Pair
from peerlearn.domain.points import Entry, sums_of
from peerlearn.domain.standing import Standing
from peerlearn.domain.users import User
from peerlearn.persistence import keys
from peerlearn.persistence.items.accounts import user_of
from peerlearn.persistence.items.assessments import submission_of
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.catalogue import listing_of
from peerlearn.persistence.items.conversations import conversation_of, message_of, named_message
from peerlearn.persistence.items.courses import course_of, seats_of, shards_of
from peerlearn.persistence.items.enrollments import enrollment_of, schedule_of
from peerlearn.persistence.items.ledger import entry_of, totals_of
from peerlearn.persistence.items.standing import standing_of
from peerlearn.persistence.marshalling import unmarshal


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be.

    Attributes
    ----------
    kind: str
        Which rule, in a word, e.g. `seats` or `ledger`.
    key: str
        What it is about, e.g. `COURSE#crs_1`.
    message: str
        What is there and what should be, for people.
    """

    kind: str
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.key}: {self.message}"


def violations(
    items: Iterable[Item], *, settled: bool = False, now: Callable[[], datetime] = utc_now
) -> Iterator[Violation]:
    """Everything that is wrong with a table.

    Parameters
    ----------
    items
        Each a dict of native Python, as `unmarshal` makes it.
    settled: bool
        Whether the stream has had its time: then what it brings about is asked for too.
    """
    moment = now()
    checks: list[_Check] = [
        _Kinds(),
        _Seats(moment, settled=settled),
        _Schedules(moment, settled=settled),
        _Ledger(settled=settled),
        _Submissions(settled=settled),
        _Conversations(),
        _Accounts(settled=settled),
        _Catalogue(settled=settled),
    ]
    for item in items:
        for check in checks:
            check.see(item)
    for check in checks:
        yield from check.violations()


def table_items(client: Any, table_name: str) -> Iterator[Item]:
    """Every item of a table, page by page, by a DynamoDB client."""
    for page in client.get_paginator("scan").paginate(TableName=table_name, ConsistentRead=True):
        yield from map(unmarshal, page["Items"])


_ENTITIES = frozenset(Entity)


class _Check(Protocol):
    def see(self, item: Item) -> None: ...
    def violations(self) -> Iterator[Violation]: ...


class _Kinds:
    """Every item is of a kind: what is of none was made by an update of something that was not there."""

    def __init__(self) -> None:
        self._strays: list[str] = []

    def see(self, item: Item) -> None:
        if item.get("entity") not in _ENTITIES:
            self._strays.append(f"{item['PK']}/{item['SK']}")

    def violations(self) -> Iterator[Violation]:
        for key in self._strays:
            yield Violation("items", key, "is of no kind")


class _Seats:
    """Counters of seats are the enrolments, the line is who waits, and no seat is taken twice."""

    def __init__(self, now: datetime, *, settled: bool) -> None:
        self._now = now
        self._settled = settled
        # by shard: a course whose seats are one item has that
        self._seats: dict[str, dict[int, Item]] = defaultdict(dict)
        self._held: dict[str, Counter[int]] = defaultdict(Counter)
        self._statuses: dict[str, Counter[EnrollmentStatus]] = defaultdict(Counter)
        # (learner, since when): as their enrolments say, and as the line says
        self._waiting: dict[str, set[tuple[str, str | None]]] = defaultdict(set)
        self._line: dict[str, set[tuple[str, str | None]]] = defaultdict(set)

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == Entity.SEATS:
            self._seats[item["courseId"]][keys.shard_number(keys.Key(item["PK"], item["SK"]))] = item
        elif entity == Entity.ENROLLMENT:
            status = EnrollmentStatus(item["status"])
            self._statuses[item["courseId"]][status] += 1
            if status.holds_seat:
                self._held[item["courseId"]][int(item.get("seatShard", 0))] += 1
            if item["status"] == EnrollmentStatus.WAITLISTED:
                self._waiting[item["courseId"]].add((item["learnerId"], item.get("waitingSince")))
        elif entity == Entity.WAIT:
            self._line[item["courseId"]].add((item["learnerId"], item["waitingSince"]))

    def violations(self) -> Iterator[Violation]:
        for course_id in self._seats.keys() | self._statuses.keys() | self._line.keys():
            key = keys.course_partition(course_id)
            if course_id not in self._seats:
                yield Violation("seats", key, "somebody is enrolled or waits, and there are no seats")
                continue
            shards = [item for _, item in sorted(self._seats[course_id].items())]
            yield from self._of_course(key, course_id, seats_of(*shards))
            yield from self._of_shards(key, course_id, shards)

    def _of_shards(self, key: str, course_id: str, shards: list[Item]) -> Iterator[Violation]:
        if {shards_of(item) for item in shards} != {len(shards)}:
            yield Violation("shards", key, f"{len(shards)} shards, and not all of them know it")
        if len(shards) == 1:
            # what is wrong with it is wrong with the course
            return
        line = min(1, int(shards[0]["waitlistLength"]))
        for number, item in enumerate(shards):
            taken, held = int(item["seatsTaken"]), self._held[course_id][number]
            if taken != held or taken > item.get("capacity", taken):
                yield Violation("shards", key, f"{taken} of shard {number} are taken, and {held} enrolments are there")
            if number and item["waitlistLength"] != line:
                yield Violation("shards", key, f"shard {number} does not know whether somebody waits")

    def _of_course(self, key: str, course_id: str, seats: Seats) -> Iterator[Violation]:
        statuses = self._statuses[course_id]
        holding = sum(number for status, number in statuses.items() if status.holds_seat)
        counted = {
            "seatsTaken": (seats.taken, holding),
            "waitlistLength": (seats.waitlist_length, statuses[EnrollmentStatus.WAITLISTED]),
            "completedCount": (seats.completed, statuses[EnrollmentStatus.COMPLETED]),
            "droppedCount": (seats.dropped, statuses[EnrollmentStatus.DROPPED]),
        }
        for name, (stored, real) in counted.items():
            if stored != real or stored < 0:
                yield Violation("seats", key, f"{name} is {stored}, and {real} enrolments are so")
        if seats.capacity is not None and max(seats.taken, holding) > seats.capacity:
            yield Violation("seats", key, f"{max(seats.taken, holding)} seats are taken of {seats.capacity}")
        for learner_id, since in self._waiting[course_id] ^ self._line[course_id]:
            where = "not in the line" if (learner_id, since) in self._waiting[course_id] else "only in the line"
            yield Violation("waitlist", key, f"{learner_id} waits since {since} and is {where}")
        if self._settled and self._line[course_id] and not seats.is_full and seats.is_open(self._now):
            yield Violation("promotion", key, "a seat is free, and somebody waits for it")


class _Schedules:
    """Who holds a seat in a session has its time in their schedule, nobody else, and no two overlap."""

    def __init__(self, now: datetime, *, settled: bool) -> None:
        self._now = now
        self._settled = settled
        self._sessions: dict[str, Slot] = {}
        self._erased: set[str] = set()
        self._held: dict[str, set[str]] = defaultdict(set)
        self._slots: dict[str, Mapping[str, Slot]] = {}

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == Entity.SEATS and item["kind"] == Kind.SESSION and "startsAt" in item and "endsAt" in item:
            seats = seats_of(item)
            if seats.starts_at is not None and seats.ends_at is not None:
                self._sessions[seats.course_id] = Slot(seats.course_id, seats.starts_at, seats.ends_at)
        elif entity == Entity.ENROLLMENT and EnrollmentStatus(item["status"]).holds_seat:
            self._held[item["learnerId"]].add(item["courseId"])
        elif entity == Entity.SCHEDULE:
            self._slots[item["userId"]] = schedule_of(item).slots
        elif entity == Entity.ERASURE:
            self._erased.add(item["userId"])

    def violations(self) -> Iterator[Violation]:
        # Who has erased their account keeps the seats of completed sessions, and no times.
        for learner_id in (self._held.keys() - self._erased) | self._slots.keys():
            key = keys.user_partition(learner_id)
            slots, held = self._slots.get(learner_id, {}), self._held[learner_id]
            for course_id in slots.keys() - held:
                yield Violation("schedule", key, f"{course_id} is booked without a seat in it")
            for course_id in held & self._sessions.keys() - slots.keys():
                # those that are over are forgotten at the next booking
                if self._sessions[course_id].ends_at > self._now:
                    yield Violation("schedule", key, f"a seat in {course_id} without its time being booked")
            if self._settled:
                yield from self._moved(key, slots)

    def _moved(self, key: str, slots: Mapping[str, Slot]) -> Iterator[Violation]:
        # Only once settled: a session that its tutor moves may come to overlap another, and that is told, not refused.
        for course_id, slot in slots.items():
            if course_id in self._sessions and self._sessions[course_id] != slot:
                yield Violation("schedule", key, f"{course_id} is booked at another time than its own")


class _Ledger:
    """Totals are the sum of the ledger, its numbers have no gap, and every enrolment has the points that it earned."""

    def __init__(self, *, settled: bool) -> None:
        self._settled = settled
        self._entries: dict[str, list[Entry]] = defaultdict(list)
        self._totals: dict[str, Item] = {}
        self._erased: set[str] = set()
        self._enrollments: dict[str, list[tuple[Enrollment, Item]]] = defaultdict(list)

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == Entity.POINTS:
            self._entries[item["learnerId"]].append(entry_of(item))
        elif entity == Entity.TOTALS:
            self._totals[item["userId"]] = item
        elif entity == Entity.ERASURE:
            self._erased.add(item["userId"])
        elif entity == Entity.ENROLLMENT:
            enrollment = enrollment_of(item)
            self._enrollments[enrollment.learner_id].append((enrollment, item))

    def violations(self) -> Iterator[Violation]:
        under_way = set() if self._settled else self._erased
        for learner_id in (self._entries.keys() | self._totals.keys() | self._enrollments.keys()) - under_way:
            entries = sorted(self._entries[learner_id], key=lambda entry: entry.number)
            yield from self._sums(learner_id, entries)
            yield from self._standings(learner_id, entries)

    def _sums(self, learner_id: str, entries: list[Entry]) -> Iterator[Violation]:
        key = keys.user_partition(learner_id)
        numbers = [entry.number for entry in entries]
        if numbers != list(range(1, len(numbers) + 1)):
            yield Violation("ledger", key, f"the entries are numbered {numbers}")
            return
        stored = totals_of(learner_id, self._totals.get(learner_id))
        summed = sums_of(learner_id, entries)
        if replace(stored, version=0, submissions=0) != summed:
            yield Violation("ledger", key, f"the totals are {stored}, and the entries give {summed}")
        badges = self._totals.get(learner_id, {}).get("badges", [])
        if badges != [badge.value for badge in summed.badges]:
            yield Violation("ledger", key, f"the badges are {badges}, and the entries give {summed.badges}")

    def _standings(self, learner_id: str, entries: list[Entry]) -> Iterator[Violation]:
        points: Counter[str] = Counter()
        for entry in entries:
            points[entry.award.course_id] += entry.award.points
        earned = {entry.award.key for entry in entries}
        for enrollment, item in self._enrollments[learner_id]:
            course_id = enrollment.course_id
            key = "/".join(keys.enrollment(learner_id, course_id))
            if enrollment.points != points[course_id]:
                message = f"has {enrollment.points} points, and its entries give {points[course_id]}"
                yield Violation("points", key, message)
            rank = keys.leaderboard_sort(enrollment.points, learner_id)
            if item.get("GSI2SK", rank if not enrollment.points else None) != rank:
                yield Violation("leaderboard", key, f"stands at {item.get('GSI2SK')}, should be at {rank}")
            prefix = f"module:{course_id}:"
            modules = {award_key.removeprefix(prefix) for award_key in earned if award_key.startswith(prefix)}
            if modules != enrollment.completed_modules.keys():
                yield Violation("progress", key, f"the entries name other modules than are done: {sorted(modules)}")
            is_completed = enrollment.status is EnrollmentStatus.COMPLETED
            # Of a course that somebody completed before they erased their account nothing is left but the seat.
            if (f"course:{course_id}" in earned) != (is_completed and learner_id not in self._erased):
                yield Violation("progress", key, f"is {enrollment.status}, which the entries contradict")


class _Submissions:
    """Attempts and gradings are numbered without a gap, and counted right: by learner, by assessment, by course."""

    def __init__(self, *, settled: bool) -> None:
        self._settled = settled
        self._erased: set[str] = set()
        self._latest: dict[tuple[str, str], tuple[int, int]] = {}
        self._attempts: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._grades: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._counted: Counter[str] = Counter()
        self._by_learner: Counter[str] = Counter()
        self._assessments: Counter[str] = Counter()
        self._assessment_counts: dict[str, int] = {}

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity in (Entity.SUBMISSION, Entity.PAST_ATTEMPT):
            submission = submission_of(item)
            where = (submission.learner_id, submission.assessment_id)
            self._attempts[where].append(submission.attempt)
            if entity == Entity.SUBMISSION:
                self._latest[where] = (submission.attempt, submission.revision)
        elif entity == Entity.PAST_GRADE:
            self._grades[item["learnerId"], item["assessmentId"]].append(int(item["revision"]))
        elif entity == Entity.SUBMISSION_COUNTER:
            _, assessment_id, _ = item["PK"].split("#")
            self._counted[assessment_id] += int(item["count"])
        elif entity == Entity.TOTALS:
            self._by_learner[item["userId"]] += int(item["submissions"])
        elif entity == Entity.ERASURE:
            self._erased.add(item["userId"])
        elif entity == Entity.ASSESSMENT:
            self._assessments[item["courseId"]] += 1
        elif entity == Entity.COURSE:
            self._assessment_counts[item["courseId"]] = int(item["assessmentCount"])

    def violations(self) -> Iterator[Violation]:
        learners: Counter[str] = Counter()
        assessments: Counter[str] = Counter()
        for where, attempts in self._attempts.items():
            learner_id, assessment_id = where
            assessments[assessment_id] += len(attempts)
            # one after the other goes, whichever
            if learner_id in self._erased and not self._settled:
                continue
            learners[learner_id] += len(attempts)
            key = "/".join(keys.submission(learner_id, assessment_id))
            attempt, revision = self._latest.get(where, (0, 0))
            if sorted(attempts) != list(range(1, attempt + 1)):
                yield Violation("attempts", key, f"the latest is {attempt}, and there are {sorted(attempts)}")
            # the latest grading is the submission's own
            if sorted(self._grades[where]) != list(range(1, revision)):
                yield Violation("grades", key, f"the latest is {revision}, and kept are {sorted(self._grades[where])}")
        yield from _differences("attempts", keys.user_partition, self._by_learner, learners)
        yield from _differences("attempts", keys.assessment_submissions_partition, self._counted, assessments)
        counts = Counter(self._assessment_counts)
        yield from _differences("assessments", keys.course_partition, counts, self._assessments)


class _Conversations:
    """Messages are numbered without a gap up to the head's, each client's id stands for one, and counts are right."""

    def __init__(self) -> None:
        self._heads: dict[Pair, Conversation] = {}
        self._messages: dict[Pair, list[Message]] = defaultdict(list)
        self._traces: dict[str, tuple[Pair, int]] = {}
        self._inboxes: Counter[str] = Counter()

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == Entity.CONVERSATION:
            head = conversation_of(item)
            self._heads[head.pair] = head
        elif entity == Entity.MESSAGE:
            message = message_of(item)
            self._messages[message.pair].append(replace(message, text=""))
        elif entity == Entity.CLIENT_MESSAGE:
            self._traces[f"{item['PK']}/{item['SK']}"] = named_message(item)
        elif entity == Entity.INBOX:
            self._inboxes[item["PK"]] += int(item["conversations"])

    def violations(self) -> Iterator[Violation]:
        known: dict[str, tuple[Pair, int]] = {}
        inboxes: Counter[str] = Counter()
        for pair in self._heads.keys() | self._messages.keys():
            head = self._heads.get(pair, Conversation(pair))
            messages = sorted(self._messages[pair], key=lambda message: message.seq)
            yield from _of_conversation(head, messages)
            inboxes.update(keys.user_partition(user_id) for user_id in (pair.low, pair.high))
            for message in messages:
                if message.client_message_id is None:
                    continue
                key = "/".join(keys.client_message(message.sender_id, message.client_message_id))
                if key in known:
                    yield Violation("messages", key, f"is message {known[key]} and message {message.seq}")
                known[key] = pair, message.seq
        for key, seq in self._traces.items():
            if known.get(key) != seq:
                yield Violation("messages", key, f"names message {seq}, and is {known.get(key)}")
        yield from _differences("inbox", str, self._inboxes, inboxes)


def _of_conversation(head: Conversation, messages: list[Message]) -> Iterator[Violation]:
    key = keys.conversation_partition(head.pair.low, head.pair.high)
    numbers = [message.seq for message in messages]
    if numbers != list(range(1, head.last_seq + 1)):
        yield Violation("messages", key, f"the head is at {head.last_seq}, and there are {numbers}")
        return
    sent_low = 0
    received: list[dict[str, int]] = [{head.pair.low: 0, head.pair.high: 0}]
    for message in messages:
        sent_low += message.sender_id == head.pair.low
        if message.sent_low != sent_low:
            yield Violation("messages", key, f"message {message.seq} counts {message.sent_low}, {sent_low} were sent")
        received.append({head.pair.low: message.seq - sent_low, head.pair.high: sent_low})
    if head.sent_low != sent_low:
        yield Violation("messages", key, f"the head counts {head.sent_low}, {sent_low} were sent")
    if any(earlier.created_at > later.created_at for earlier, later in pairwise(messages)):
        yield Violation("messages", key, "times contradict the order")
    for reader in (head.pair.low, head.pair.high):
        reading = head.reading(reader)
        if not 0 <= reading.up_to <= head.last_seq or received[reading.up_to][reader] != reading.seen:
            yield Violation("messages", key, f"{reader} has read up to {reading.up_to} and seen {reading.seen}")


class _Accounts:
    """One account per address, the same under the address and under its id; of an erased one nothing is left."""

    def __init__(self, *, settled: bool) -> None:
        self._settled = settled
        self._erased: set[str] = set()
        self._credentials: dict[str, Item] = {}
        self._profiles: dict[str, Item] = {}
        self._standings: dict[str, Item] = {}
        self._addresses: Counter[str] = Counter()
        self._sessions: Counter[str] = Counter()

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == Entity.CREDENTIAL:
            self._credentials[item["userId"]] = item
        elif entity == Entity.PROFILE:
            self._profiles[item["userId"]] = item
            self._addresses[keys.credential(item["email"]).pk] += 1
        elif entity == Entity.STANDING:
            self._standings[item["userId"]] = item
        elif entity == Entity.SESSION:
            self._sessions[item["userId"]] += 1
        elif entity == Entity.ERASURE:
            self._erased.add(item["userId"])

    def violations(self) -> Iterator[Violation]:
        for address, number in self._addresses.items():
            if number > 1:
                yield Violation("accounts", address, f"{number} accounts have this address")
        for user_id in self._credentials.keys() | self._profiles.keys() | self._sessions.keys():
            key = keys.user_partition(user_id)
            credential, profile = self._credentials.get(user_id), self._profiles.get(user_id)
            if user_id in self._erased:
                if credential or profile or self._settled:
                    yield Violation("erasure", key, "is erased, and something is left of the account")
            elif credential is None or profile is None:
                yield Violation("accounts", key, "lacks its credential" if profile else "lacks its profile")
            elif not _are_alike(user_of(credential), user_of(profile)):
                yield Violation("accounts", key, "the account's two copies differ")
            elif (standing := self._standings.get(user_id)) is None:
                yield Violation("accounts", key, "lacks its standing")
            elif not _stands_as(standing_of(standing), user_of(profile)):
                yield Violation("accounts", key, "its standing has another role, state or epoch")


def _are_alike(credential: User, profile: User) -> bool:
    # Which session was kept stands where connections are closed by it.
    return replace(credential, kept_session=None) == replace(profile, kept_session=None)


def _stands_as(standing: Standing, user: User) -> bool:
    return (standing.role, standing.state, standing.epoch) == (user.role, user.state, user.session_epoch)


class _Catalogue:
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
        yield from _differences("catalogue", str, self._counters, entries)
        for course_id in self._entries.keys() | self._listed.keys():
            if self._entries[course_id] != self._listed.get(course_id, set()):
                yield Violation("catalogue", keys.course_partition(course_id), "stands elsewhere than its record says")
        if self._settled:
            for course_id, course in self._courses.items():
                wanted = {keys.catalogue_partition(shelf) for shelf in shelves_of(course)}
                if self._entries[course_id] != wanted:
                    yield Violation(
                        "catalogue", keys.course_partition(course_id), "is not on the shelves it belongs on"
                    )


def _differences(
    kind: str, key_of: Callable[[str], str], counted: Counter[str], real: Counter[str]
) -> Iterator[Violation]:
    for subject in counted.keys() | real.keys():
        if counted[subject] != real[subject]:
            yield Violation(kind, key_of(subject), f"{counted[subject]} are counted, and {real[subject]} are there")
