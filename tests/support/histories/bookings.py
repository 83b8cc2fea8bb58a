"""Histories of seats and of the waitlist."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any

from peerlearn.domain.enrollments import EnrollmentStatus, PlaceInLine
from peerlearn.events.changes import RecordChange
from peerlearn.events.seats import course_with_freed_seat
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.promotion import PromotionService
from tests.support.courses import Courses
from tests.support.histories.checking import IN, OUT, WAITING, by_subject, check_table, sentence_of
from tests.support.histories.ground import Ground
from tests.support.histories.history import OK, UNKNOWN, Call, History, Operation, explained

# -- seats ------------------------------------------------------------------------------------------------------------


def seats(ground: Ground, history: History, chance: Random, requests: int) -> None:
    """Booking, dropping and booking again: never a seat too many, and all that was answered is so."""
    capacity = chance.choice([1, requests // 40, requests // 12, requests // 6, requests // 3])
    learners = [f"usr_{number}" for number in range(chance.choice([requests // 8, requests // 3, requests]))]
    courses, service = Courses(ground.plain), EnrollmentService(EnrollmentRepository(ground.table))
    course = courses.add(capacity, seats_per_shard=_shard_size(chance, capacity))
    calls: list[Call] = []
    for _ in range(requests):
        learner = chance.choice(learners)
        name = chance.choices(["enroll", "withdraw"], [3, 1])[0]
        calls.append((name, learner, partial(getattr(service, name), learner, course)))
    history.at_once(calls)
    items = check_table(ground, history)
    held = {item["learnerId"] for item in items if item.get("entity") == Entity.ENROLLMENT and _holds(item)}
    if len(held) > capacity:
        history.found("overbooked", course, f"{len(held)} seats of {capacity} are taken in the end")
    for learner, operations in by_subject(history).items():
        state = IN if learner in held else OUT
        if not explained(operations, _booking, OUT, state.__eq__):
            history.found("booking", learner, f"nothing explains {sentence_of(operations)}, and then being {state}")
    _check_occupancy(history, course, capacity)
    if ground.has_stream:
        _check_moments(history, ground.changes(), course, capacity)


def _shard_size(chance: Random, capacity: int) -> int:
    """Seats in one item, or in several."""
    return chance.choice([max(1, capacity), max(1, capacity // 4)])


def _holds(item: Item) -> bool:
    return EnrollmentStatus(item["status"]).holds_seat


def _booking(state: str, one: Operation) -> Iterable[tuple[str, str]]:
    if one.name == "enroll":
        return [(OK, IN), ("COURSE_FULL", OUT)] if state == OUT else [("ALREADY_ENROLLED", IN)]
    return [(OK, OUT)] if state == IN else [("NOT_ENROLLED", OUT)]


def _check_occupancy(history: History, course: str, capacity: int) -> None:
    """By the answers alone: how many surely had a seat at once, and how many at most when somebody was refused."""
    steps: list[tuple[float, int]] = []
    possible: dict[Any, list[tuple[float, float]]] = defaultdict(list)
    for learner, operations in by_subject(history).items():
        drops = [one for one in operations if one.name == "withdraw" and one.outcome in (OK, UNKNOWN)]
        for one in operations:
            if one.name != "enroll" or one.outcome not in (OK, UNKNOWN):
                continue
            left = [drop.ended for drop in drops if drop.outcome == OK and drop.began >= one.ended]
            # what nobody heard of may happen later
            possible[learner].append((one.began, min(left, default=float("inf"))))
            until = min((drop.began for drop in drops if drop.ended > one.began), default=float("inf"))
            if one.outcome == OK and until > one.ended:
                steps += [(one.ended, 1), (until, -1)]
    surely = 0
    for _, step in sorted(steps):
        surely += step
        if surely > capacity:
            history.found("overbooked", course, f"{surely} surely had a seat of {capacity} at one moment")
            break
    for one in history.operations:
        if one.outcome == "COURSE_FULL":
            most = sum(any(a <= one.ended and one.began <= b for a, b in spans) for spans in possible.values())
            if most < capacity:
                history.found("refused", one.subject, f"it was full with at most {most} of {capacity} seats taken")


def _check_moments(history: History, changes: Sequence[RecordChange], course: str, capacity: int) -> None:
    """Every state that the seats have ever been in, summed over the items that count them."""
    taken: Counter[tuple[str, str]] = Counter()
    for change in changes:
        if change.entity == Entity.SEATS and change.new is not None:
            taken[change.new["PK"], change.new["SK"]] = int(change.new["seatsTaken"])
            if not 0 <= taken.total() <= capacity:
                history.found("overbooked", course, f"seatsTaken was {taken.total()} of {capacity}")
                return


# -- waitlist ---------------------------------------------------------------------------------------------------------


def waitlist(ground: Ground, history: History, chance: Random, requests: int) -> None:
    """A full course and its line: who came first is served first, and each freed seat goes to one of them."""
    capacity = chance.randint(1, max(2, requests // 12))
    courses, service = Courses(ground.plain), EnrollmentService(EnrollmentRepository(ground.table))
    promotion = PromotionService(EnrollmentRepository(ground.table))
    course = courses.add(capacity, seats_per_shard=_shard_size(chance, capacity))
    holders = [f"usr_in_{number}" for number in range(capacity)]
    line = [f"usr_line_{number}" for number in range(requests // 4)]
    for learner in holders:
        EnrollmentService(EnrollmentRepository(ground.plain)).enroll(learner, course)
    joins: list[Call] = [("join", learner, partial(service.join_waitlist, learner, course)) for learner in line * 2]
    chance.shuffle(joins)
    history.at_once(joins)
    in_line = len(ground.changes())
    calls: list[Call] = [("withdraw", one, partial(service.withdraw, one, course)) for one in holders * 2]
    leaving = chance.sample(line, len(line) // 5)
    calls += [("leave", one, partial(service.leave_waitlist, one, course)) for one in leaving * 2]
    calls += [("promote", course, partial(promotion.promote, course))] * (requests // 4)
    chance.shuffle(calls)
    history.at_once(calls)
    # what the stream says of it, doubled and in no order
    told = [change for change in ground.changes() if course_with_freed_seat(change)] * 2
    chance.shuffle(told)
    history.at_once([("promote", course, partial(promotion.promote, course)) for _ in told[: requests // 4]])
    ground.calm()
    while history.call("promote", course, partial(promotion.promote, course)).result:
        pass
    items = check_table(ground, history, settled=True)
    _check_line(history, course, ground.changes(), in_line)
    _check_places(history, line + holders, items)


def _check_line(history: History, course: str, changes: Sequence[RecordChange], in_line: int) -> None:
    """A learner who is given a seat is first in line at that moment.

    This holds only once nobody joins any more: a place is the moment of asking for it, and the first to ask may be
    stored second.
    """
    line: set[tuple[str, str]] = set()
    for number, change in enumerate(changes):
        item, old = change.new or change.old or {}, change.old or {}
        if change.entity == Entity.WAIT:
            place = (item["waitingSince"], item["learnerId"])
            line = line | {place} if change.new else line - {place}
        is_promotion = (
            old.get("status") == EnrollmentStatus.WAITLISTED and item.get("status") == EnrollmentStatus.ACTIVE
        )
        if change.entity == Entity.ENROLLMENT and is_promotion:
            place = (old["waitingSince"], old["learnerId"])
            # its own place leaves the line with the same write, told before or after
            if number >= in_line and any(other < place for other in line):
                history.found("unfair", course, f"{place} has a seat before {min(line)}")


def _check_places(history: History, learners: Sequence[str], items: Sequence[Item]) -> None:
    stored = {one["learnerId"]: one["status"] for one in items if one.get("entity") == Entity.ENROLLMENT}
    states = {EnrollmentStatus.ACTIVE: IN, EnrollmentStatus.WAITLISTED: WAITING, EnrollmentStatus.DROPPED: OUT}
    promoted: Counter[str] = Counter()
    for one in history.operations:
        if isinstance(one.result, list):
            promoted.update(one.result)
    told = by_subject(history)
    for learner in learners:
        state = states[EnrollmentStatus(stored.get(learner, EnrollmentStatus.DROPPED))]
        if promoted[learner] > 1:
            history.found("promoted", learner, f"was promoted {promoted[learner]} times")
        given = Operation("given", learner, None, 0.0, float("inf"), OK if promoted[learner] else UNKNOWN)
        initial = IN if learner.startswith("usr_in") else OUT
        if not explained([*told[learner], given], _waiting, initial, state.__eq__):
            history.found("waitlist", learner, f"nothing explains {sentence_of(told[learner])}, and then being {state}")
    # in the order in which they were answered, and no two of them at once
    joins = [one for one in history.operations if isinstance(one.result, PlaceInLine)]
    for earlier, later in pairwise(sorted(joins, key=lambda one: one.ended)):
        if earlier.ended < later.began and earlier.result.joined_at > later.result.joined_at:  # type: ignore[attr-defined]
            history.found("unfair", later.subject, "came later and has an earlier place")


def _waiting(state: str, one: Operation) -> Iterable[tuple[str, str]]:
    match one.name, state:
        case "join", "out":
            return [(OK, WAITING)]
        case "join", _:
            return [("ALREADY_WAITLISTED" if state == WAITING else "ALREADY_ENROLLED", state)]
        case "given", "waiting":
            return [(OK, IN)]
        case "given", _:
            return []
        case "leave", "waiting":
            return [(OK, OUT)]
        case "withdraw", "in":
            return [(OK, OUT)]
    return [("NOT_ENROLLED", state)]
