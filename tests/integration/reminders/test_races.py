"""Reminders raced by whatever takes them back, and met by every fault at every call: none after an acknowledged
cancellation, none twice, and none left out.

A race has a session of three learners, two workers that remind them again and again, and somebody who closes or moves
the session, drops a seat, turns the kind of mail off or suspends an account. What was claimed is looked at when that
was acknowledged: from then on there must be nothing more for those whom it concerns.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest

from peerlearn.bootstrap import core
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.notices import Notice
from peerlearn.domain.reminders import Due, session_dues
from peerlearn.domain.retrying import Backoff
from peerlearn.persistence import keys
from peerlearn.persistence.items.own_records import OwnKind
from peerlearn.persistence.ranges import items_under
from peerlearn.persistence.table import Table
from scripts.dynamodb_local import DynamoDBLocal
from tests.fakes.clock import START, FakeClock
from tests.integration.reminders.conftest import Outbox
from tests.support.reminding import Reminding
from tests.support.wire import PATIENT, Fault, Try, Wire, at_random

STARTS_AT = START + timedelta(hours=24)
RATE = 0.12
_CLAIMS = keys.own_record("", OwnKind.CLAIM.value, "").sk


@dataclass
class Race:
    """A session of three learners."""

    course_id: str
    learners: list[str]
    # the claims when the cancellation was acknowledged, of those whom it concerns; None where it was not
    acknowledged: dict[str, int] | None = None
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def due(self) -> Due:
        return session_dues(self.course_id, STARTS_AT)[0]


class Raced:
    """Two workers and somebody who cancels, each over a wire of their own to one table."""

    def __init__(self, engine: DynamoDBLocal, table_name: str, chance: Random) -> None:
        self._chance = chance
        self.wires = [Wire(engine.client(core.client_config().merge(PATIENT))) for _ in range(3)]
        self.wires[1].forgets_tokens = True
        tables = [Table(one.client, table_name, lambda: Backoff(sleep=lambda _: None)) for one in self.wires]
        self._workers = [Reminding(one, FakeClock()) for one in tables[:2]]
        self._canceller = Reminding(tables[2], FakeClock())
        self._aside = Reminding(Table(engine.client(), table_name), FakeClock())

    def run(self) -> Race:
        """Run one race; it is over when nobody is at it any more."""
        course_id = self._aside.session(STARTS_AT)
        race = Race(course_id, [self._aside.person() for _ in range(3)])
        for learner in race.learners:
            self._aside.enrollments.enroll(learner, course_id)
        for wire in self.wires:
            wire.forget()
            wire.judge = at_random(Random(self._chance.random()), RATE)  # noqa: S311 (chance, no secret)
        is_over, pause = threading.Event(), self._chance.random() * 0.03
        kind, cancel, concerned = self._cancellation(race)
        race.kinds[kind] += 1

        def remind(worker: Reminding) -> None:
            ending = False
            while not ending:
                # once more when it is over, for certain
                ending = is_over.is_set()
                with suppress(TemporarilyUnavailable):
                    worker.tasks.waiting.clear()
                    worker.remind(race.due)

        with ThreadPoolExecutor(2) as pool:
            working = [pool.submit(remind, one) for one in self._workers]
            threading.Event().wait(pause)
            with suppress(TemporarilyUnavailable):
                cancel()
                race.acknowledged = {one: self.claims(one) for one in concerned}
            is_over.set()
            for one in working:
                one.result()
        for wire in self.wires:
            wire.judge = None
        # whatever did not work by then comes again
        self._workers[0].tasks.waiting.clear()
        self._workers[0].remind(race.due)
        return race

    def claims(self, learner_id: str) -> int:
        return len(items_under(self._aside.table, keys.user_partition(learner_id), _CLAIMS))

    def _cancellation(self, race: Race) -> tuple[str, Callable[[], object], Sequence[str]]:
        one, canceller = self._chance.choice(race.learners), self._canceller
        options: list[tuple[str, Callable[[], object], Sequence[str]]] = [
            ("close", lambda: canceller.close(race.course_id), race.learners),
            ("move", lambda: canceller.move(race.course_id, STARTS_AT + timedelta(hours=3)), race.learners),
            ("drop", lambda: canceller.enrollments.withdraw(one, race.course_id), [one]),
            ("unsubscribe", lambda: canceller.turn_off(one, Notice.SESSION_REMINDER), [one]),
            ("suspend", lambda: canceller.suspend(one), [one]),
        ]
        return self._chance.choice(options)


@pytest.fixture
def raced(dynamodb_local: DynamoDBLocal, table_name: str, wire: Wire) -> Raced:
    # of its fixture, which has retries come without their pauses
    assert wire.calls == []
    return Raced(dynamodb_local, table_name, Random(7))  # noqa: S311 (chance, no secret)


def test_nothing_is_claimed_after_an_acknowledged_cancellation_and_nothing_twice(
    raced: Raced,
    outbox: Outbox,
    long: bool,  # noqa: FBT001 (a fixture)
) -> None:
    races = [raced.run() for _ in range(10_000 if long else 300)]
    mails = Counter(str(mail.user_id) for mail in outbox())
    assert {learner: number for learner, number in mails.items() if number > 1} == {}
    late = {
        learner: (number, raced.claims(learner))
        for race in races
        for learner, number in (race.acknowledged or {}).items()
        if raced.claims(learner) != number
    }
    assert late == {}
    assert all(raced.claims(learner) == mails[learner] for race in races for learner in race.learners)
    kinds = sum((race.kinds for race in races), Counter[str]())
    acknowledged = [race for race in races if race.acknowledged is not None]
    tries = {
        "cancelled": len(acknowledged),
        # both ends of the race were run
        "before": sum(any((race.acknowledged or {}).values()) for race in acknowledged),
        "never": sum(not all((race.acknowledged or {}).values()) for race in acknowledged),
        "mails": mails.total(),
    }
    print(tries, dict(kinds))  # noqa: T201 (what came of how many)
    assert set(kinds) == {"close", "move", "drop", "unsubscribe", "suspend"}
    assert len(acknowledged) > len(races) // 2
    assert tries["before"]
    assert tries["never"]


# -- every fault at every call


def faults() -> Iterator[tuple[Fault, bool]]:
    for fault in Fault:
        yield fault, False
    yield Fault.LOST, True


@pytest.mark.parametrize(("fault", "forgets"), list(faults()))
def test_fault_at_any_call_leaves_nobody_out_and_reminds_nobody_twice(
    fault: Fault,
    forgets: bool,  # noqa: FBT001 (a parameter)
    wire: Wire,
    table_name: str,
    school: Reminding,
    outbox: Outbox,
) -> None:
    """Of a job of three chunks one call fails, once or with all behind it, and then its task comes again."""
    over = Reminding(Table(wire.client, table_name, lambda: Backoff(sleep=lambda _: None)), school.clock)
    wire.forgets_tokens = forgets
    expected: list[str] = []
    number, has_met = 0, True
    while has_met:
        number += 1
        course_id = school.session(STARTS_AT)
        learners = [school.person() for _ in range(7)]
        for one in learners:
            school.enrollments.enroll(one, course_id)
        expected += learners
        met: list[int] = []
        wire.forget()
        for_good = number % 2 == 0

        def judge(one: Try, number: int = number, met: list[int] = met, *, for_good: bool = for_good) -> Fault | None:
            if (one.number == number or (for_good and one.number > number)) and one.suffers(fault):
                met.append(one.number)
                return fault
            return None

        wire.judge = judge
        day, _ = session_dues(course_id, STARTS_AT)
        task = {"job": "remind", "subject": day.name, "recordId": "due"}
        over.tasks.waiting.append(task)
        while over.tasks.waiting:
            handed_over = over.tasks.waiting.pop(0)
            try:
                over.work(handed_over)
            except TemporarilyUnavailable:
                wire.judge = None
                over.tasks.waiting.append(handed_over)
        has_met = number <= len(wire.calls)
    assert number > 12
    assert sorted(str(mail.user_id) for mail in outbox()) == sorted(expected)
