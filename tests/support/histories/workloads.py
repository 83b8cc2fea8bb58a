"""Workloads of many callers at once, and the checks that tell afterwards whether everything was right.

Each workload takes a ground, does its work there on 32 threads, and notes in its history what nothing can explain:

    history = history_of(Bench(engine, Random(7)), "seats", 400)
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any
from uuid import uuid4

from peerlearn.domain.courses import Module
from peerlearn.domain.enrollments import EnrollmentStatus, PlaceInLine
from peerlearn.domain.grades import Grade
from peerlearn.domain.messages import Message
from peerlearn.domain.users import Principal, Role
from peerlearn.events.changes import RecordChange
from peerlearn.events.seats import course_with_freed_seat
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.persistence.conversations import ConversationRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.items.accounts import session_of
from peerlearn.persistence.items.assessments import submission_of
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.conversations import message_of
from peerlearn.persistence.peers import PeerRepository
from peerlearn.persistence.progress import ProgressRepository
from peerlearn.services.assessments import AssessmentService
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.messages import MessageService
from peerlearn.services.progress import ProgressService
from peerlearn.services.promotion import PromotionService
from peerlearn.services.submissions import SubmissionService
from scripts.invariants import violations
from tests.fakes.clock import FakeClock
from tests.fakes.keys import FakeKeyRing, fake_tokens
from tests.fakes.uploads import NoBucket
from tests.support.accounts import Accounts
from tests.support.courses import Courses
from tests.support.histories.agendas import agendas
from tests.support.histories.endings import endings
from tests.support.histories.ground import Bench, Ground
from tests.support.histories.history import OK, UNKNOWN, Call, History, Operation, explained
from tests.support.histories.news import news
from tests.support.learning import Learning
from tests.support.people import People

Workload = Callable[[Ground, History, Random, int], None]

IN, OUT, WAITING = "in", "out", "waiting"
TUTOR = Principal("usr_tutor", Role.TUTOR, "sid_tutor")


def check_table(ground: Ground, history: History, *, settled: bool = False) -> list[Item]:
    """The rules that hold in any table."""
    items = ground.items()
    found = violations(items, settled=settled)
    # courses of tests are in no catalogue
    history.violations += [one for one in found if one.kind != "catalogue"]
    return items


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
            history.found("booking", learner, f"nothing explains {_told(operations)}, and then being {state}")
    _check_occupancy(history, course, capacity)
    if ground.has_stream:
        _check_moments(history, ground.changes(), course, capacity)


def _shard_size(chance: Random, capacity: int) -> int:
    """Seats in one item, or in several."""
    return chance.choice([max(1, capacity), max(1, capacity // 4)])


def by_subject(history: History) -> dict[Any, list[Operation]]:
    found: dict[Any, list[Operation]] = defaultdict(list)
    for operation in history.operations:
        found[operation.subject].append(operation)
    return found


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
            history.found("waitlist", learner, f"nothing explains {_told(told[learner])}, and then being {state}")
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


# -- addresses --------------------------------------------------------------------------------------------------------


def addresses(ground: Ground, history: History, chance: Random, requests: int) -> None:
    """One account for each address, however it is spelled, however many ask for it."""
    service = _accounts(ground, FakeClock(), FakeKeyRing())
    calls: list[Call] = []
    for number in range(requests):
        address = f"person{number % max(1, requests // 16)}@people.example"
        spelled = "".join(chance.choice((letter.upper(), letter)) for letter in address)
        calls.append(("register", address, partial(service.register, "Ada", spelled, "Analytical-1843"), None))
    history.at_once(calls)
    items = check_table(ground, history)
    owners = {item["email"].lower(): item["userId"] for item in items if item.get("entity") == Entity.CREDENTIAL}
    for address, operations in by_subject(history).items():
        if not explained(operations, _registering, OUT, (IN if address in owners else OUT).__eq__):
            history.found("address", address, f"nothing explains {_told(operations)}")
        for one in operations:
            if one.outcome == OK and one.result.user.user_id != owners.get(address):  # type: ignore[attr-defined]
                history.found("address", address, "somebody was told that it is theirs, and it is another's")


def _registering(state: str, _: Operation) -> Iterable[tuple[str, str]]:
    return [(OK, IN)] if state == OUT else [("EMAIL_ALREADY_REGISTERED", IN)]


def _accounts(ground: Ground, clock: FakeClock, keys: FakeKeyRing) -> Accounts:
    return Accounts(ground.table, keys, clock=clock)


# -- refresh tokens ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Family:
    """A session: the generation that is live, when it came to be so, and whether the session has ended."""

    live: int
    rotated_at: float
    revoked: bool = False


def families(ground: Ground, history: History, chance: Random, requests: int) -> None:
    """Refresh tokens used, raced for and used again: at any time one of a family is live, and reuse ends it."""
    clock = FakeClock()
    began = clock.now
    keys = FakeKeyRing()
    tokens = fake_tokens(keys, clock)
    service = _accounts(ground, clock, keys)
    people = [People(AccountRepository(ground.plain), tokens, clock).add() for _ in range(3)]
    shown = {person.user_id: [person.refresh_token] for person in people}

    def refresh(token: str) -> int:
        successor = service.refresh(token).refresh_token
        claims = tokens.verify_refresh(successor)
        shown[claims.user_id].append(successor)
        return claims.generation

    for _ in range(4):
        calls: list[Call] = []
        for person in people:
            known = shown[person.user_id]
            # the live one mostly, else one of those before
            drawn = [known[-1] if chance.random() < 0.7 else chance.choice(known) for _ in range(requests // 12)]
            at = (clock.now - began).total_seconds()
            calls += [
                ("refresh", person.user_id, partial(refresh, token), (tokens.verify_refresh(token).generation, at))
                for token in drawn
            ]
        chance.shuffle(calls)
        history.at_once(calls)
        clock.advance(chance.choice([1, 5, 11]))
    items = check_table(ground, history)
    stored = {item["userId"]: session_of(item) for item in items if item.get("entity") == Entity.SESSION}
    for user_id, operations in by_subject(history).items():
        session = stored[user_id]
        end = Family(session.generation, (session.rotated_at - began).total_seconds(), session.revoked)
        hidden = _first_tries(operations) if ground.wire.judge else []
        if not explained([*operations, *hidden], _refreshing, Family(1, 0.0), end.__eq__):
            history.found("family", user_id, f"nothing explains {_told(operations)}, and then {end}")


def _first_tries(operations: Iterable[Operation]) -> list[Operation]:
    """Return the writes that callers may have made although they were told that the session had ended.

    The reply to their rotation was lost, then somebody ended the session, then the client library tried again: one call
    that did something, and has the answer of another moment. Of the same token only one can have rotated.
    """
    ended = sorted((one for one in operations if one.outcome == "UNAUTHENTICATED"), key=lambda one: one.began)
    return [replace(one, outcome=UNKNOWN) for one in {one.argument: one for one in reversed(ended)}.values()]


def _refreshing(state: Family, one: Operation) -> Iterable[tuple[str, Family]]:
    assert isinstance(one.argument, tuple)
    shown, at = one.argument
    is_live = shown == state.live
    is_parent = shown == state.live - 1
    if state.revoked:
        return [("UNAUTHENTICATED" if is_live or is_parent else "TOKEN_REUSED", state)]
    if is_live or is_parent:
        after = Family(state.live + 1, at) if is_live else state
        return [(OK, after)] if one.result in (None, after.live) else []
    return [("TOKEN_REUSED", Family(state.live, state.rotated_at, revoked=True))]


# -- points -----------------------------------------------------------------------------------------------------------


def points(ground: Ground, history: History, chance: Random, requests: int) -> None:
    """Modules, attempts, grades and corrections, many times each: every point is in the ledger, and once."""
    courses, learning = Courses(ground.plain), Learning(ground.plain)
    modules = [f"mod_{number}" for number in range(5)]
    course = courses.add(None, modules=[Module(name, name, 10) for name in modules])
    learners = [Principal(f"usr_{number}", Role.LEARNER, "sid_1") for number in range(max(2, requests // 50))]
    for learner in learners:
        learning.enroll(learner.user_id, course)
    store = AssessmentRepository(ground.table)
    progress, grading = ProgressService(ProgressRepository(ground.table)), AssessmentService(store)
    submitting, setting = SubmissionService(store, NoBucket()), AssessmentService(AssessmentRepository(ground.plain))
    tasks = [setting.create(TUTOR, course, title="t", instructions="", max_grade=10).assessment_id for _ in range(3)]
    calls: list[Any] = []
    for _ in range(requests):
        learner, task, module = chance.choice(learners), chance.choice(tasks), chance.choice(modules)
        user_id, grade = learner.user_id, chance.choice([3, 9, 10])
        module_done = partial(progress.complete, learner, course, module, 7)
        url = f"https://github.com/ada/{chance.randrange(3)}"
        handed_in = partial(submitting.submit, learner, task, url)
        graded = partial(grading.grade, TUTOR, task, user_id, grade, None)
        calls.append(
            chance.choice(
                [
                    ("complete", (user_id, module), module_done, None),
                    ("submit", (user_id, task), lambda call=handed_in: call().attempt, url),
                    ("grade", (user_id, task), lambda call=graded: call().grade, grade),
                ]
            )
        )
    history.at_once(calls)
    items = check_table(ground, history)
    done = {(i["learnerId"], m) for i in items if i.get("entity") == Entity.ENROLLMENT for m in i["completedModules"]}
    latest = [submission_of(item) for item in items if item.get("entity") == Entity.SUBMISSION]
    works = {(one.learner_id, one.assessment_id): (one.attempt, one.grade, one.submission_url) for one in latest}
    for subject, operations in by_subject(history).items():
        if subject[1] in modules:
            explains = explained(operations, _completing, OUT, (IN if subject in done else OUT).__eq__)
        else:
            nothing: _Work = (0, None, "")
            explains = explained(operations, _working, nothing, works.get(subject, nothing).__eq__)
        if not explains:
            history.found("points", subject, f"nothing explains {_told(operations)}, and then {works.get(subject)}")


def _completing(_: str, __: Operation) -> Iterable[tuple[str, str]]:
    return [(OK, IN)]


# The latest attempt's number, its grade, and what was handed in.
_Work = tuple[int, Grade | None, str]


def _working(state: _Work, one: Operation) -> Iterable[tuple[str, _Work]]:
    attempt, grade, url = state
    if one.name == "grade":
        return [(OK, (attempt, int(str(one.argument)), url))] if attempt else [("SUBMISSION_NOT_FOUND", state)]
    if one.argument == url:
        return [(OK, state)] if one.result in (None, attempt) else []
    if grade is not None:
        return [("SUBMISSION_ALREADY_GRADED", state)]
    return [(OK, (attempt + 1, None, str(one.argument)))] if one.result in (None, attempt + 1) else []


# -- messages ---------------------------------------------------------------------------------------------------------


def messages(ground: Ground, history: History, chance: Random, requests: int) -> None:
    """Both sides write at once, and repeat themselves: no number is left out, and nothing is there twice."""
    courses, learning = Courses(ground.plain), Learning(ground.plain)
    course = courses.add(None)
    people = [People(AccountRepository(ground.plain), fake_tokens()).add() for _ in range(4)]
    for person in people:
        learning.enroll(person.user_id, course)
    service = MessageService(ConversationRepository(ground.table), PeerRepository(ground.table))
    calls: list[Call] = []
    for _ in range(requests // 2):
        sender, receiver = chance.sample(people, 2)
        key = uuid4().hex
        send = partial(service.send, sender.principal, receiver.user_id, key, key)
        # once, or again and again without waiting for an answer
        times = chance.choice([1, 1, 3])
        calls += [("send", key, lambda call=send: call()[0]) for _ in range(times)]
    chance.shuffle(calls)
    history.at_once(calls)
    # whoever heard nothing asks again
    unheard = [one.subject for one in history.operations if one.is_unknown]
    again = {subject: use_case for _, subject, use_case, *_ in calls if subject in unheard}
    history.at_once([("send", subject, use_case) for subject, use_case in again.items()])
    stored = {m.client_message_id: m for m in map(message_of, _of(check_table(ground, history), Entity.MESSAGE))}
    told = by_subject(history)
    for sent, operations in told.items():
        key = str(sent)
        answered = {(one.result.message_id, one.result.seq) for one in operations if isinstance(one.result, Message)}
        message = stored.get(key)
        present = {(message.message_id, message.seq)} if message else set()
        if answered and answered != present:
            history.found("messages", key, f"was answered as {answered}, and is stored as {present}")
    for unsent in stored.keys() - told.keys():
        history.found("messages", unsent, "nobody has ever sent it")
    _check_order(history, told)


def _of(items: Iterable[Item], entity: Entity) -> list[Item]:
    return [item for item in items if item.get("entity") == entity]


def _check_order(history: History, told: dict[Any, list[Operation]]) -> None:
    """A message that was answered before another was sent comes before it."""
    once: dict[object, list[tuple[Operation, int]]] = defaultdict(list)
    for operations in told.values():
        if len(operations) == 1 and isinstance(operations[0].result, Message):
            message = operations[0].result
            once[message.pair].append((operations[0], message.seq))
    for sent in once.values():
        sent.sort(key=lambda one: one[1])
        for number, (later, seq) in enumerate(sent):
            if any(later.ended < earlier.began for earlier, _ in sent[:number]):
                history.found("messages", seq, "stands behind what was sent after it")


def _told(operations: Sequence[Operation]) -> str:
    shown = sorted(operations, key=lambda one: one.began)
    return ", ".join(f"{one.name} {'' if one.argument is None else one.argument} {one.outcome}" for one in shown[:60])


WORKLOADS: dict[str, Workload] = {
    "seats": seats,
    "waitlist": waitlist,
    "addresses": addresses,
    "families": families,
    "endings": endings,
    "points": points,
    "messages": messages,
    "news": news,
    "agendas": agendas,
}


def history_of(bench: Bench, name: str, requests: int) -> History:
    """One round of a workload on a ground of its own."""
    history = History()
    # the line's order is told by the stream alone; the seats' moments are looked at in some rounds
    streamed = {"waitlist": 1.0, "seats": 0.2}
    with bench.open(stream=bench.chance.random() < streamed.get(name, 0.0)) as ground:
        WORKLOADS[name](ground, history, bench.chance, requests)
    return history
