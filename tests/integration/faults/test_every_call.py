"""Every fault at every call of every use case: the right answer or "try again", the state whole, nothing done twice.

Each use case is first watched undisturbed: its calls, and what the table is like between them. Then it is used again
from the same state with a fault at one of its calls, once (which its retries must make up for) or for good. With
`--long` every fault at each call; otherwise the lost answer at each write, and at each call one of them in turn.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import requests

from peerlearn.bootstrap.catalogue import catalogue_indexer
from peerlearn.domain.deadline import MARGIN_SECONDS
from peerlearn.observability import logger
from peerlearn.persistence import keys, system_keys
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.marshalling import unmarshal
from peerlearn.services import agenda, notifications
from scripts.dynamodb_local import DynamoDBLocal
from scripts.invariants import violations
from scripts.project.template import create_table_request
from tests.support.api import seconds_of
from tests.support.binary import from_json
from tests.support.catalogue import CATALOGUE, USE_CASES
from tests.support.network import Network, connected
from tests.support.school import World, functions, new_world
from tests.support.wire import Fault, Judge, Try

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

State = dict[tuple[str, str], dict[str, Any]]
Effect = Counter[tuple[Any, ...]]

# A ticket whose delete is repeated is found spent: it never opens two doors, and another one costs a call.
INSTEAD = {("authorize", Fault.LOST): "Deny"}
# A session that has ended is not there to be ended: only the request token tells that this request ended it.
IF_FORGOTTEN = {"end_session": "404 NOT_FOUND"}
# Another try of a rotation looks like a client's that shows the parent once more, which counts.
COUNTED_AGAIN = {("refresh", Fault.LOST)}
# A notice leaves once at most, so the call that sends it has no second try; its task comes again.
TRIED_ONCE = {("send_mail (notice)", "sesv2")}
# Counted once it is clear what they come to: that this fails is no reason to answer anything else.
COUNTED_LATE = {"enroll (full)", "complete_module (done)", "send (repeated)"}
COUNTED_LATE |= {"submit (repeated)", "submit (repeated upload)"}
# Outcomes of a consumer of the stream with a record that it cannot deal with now, and the announcer with learners who
# cannot be told now: a queue gives them again.
PUT_ASIDE = "put aside"
# Different in each try, or told by the log alone.
_INCIDENTAL = {"ttl", "correlationId", "courseNumber"}
# Counters in parts: the number of a course decides which part counts it, and whether that part was there is chance.
_IN_PARTS = {Entity.CATALOGUE_COUNTER.value, Entity.CATALOGUE_FACET.value}
# Numbers that are moments: that they change is an effect, by how much depends on the clock.
_MOMENTS = {"seenAt", "closesAt", "windowClosesAt", "until"}
_BATCH = 25
CONNECT_SECONDS = 1.0
# Of one call, by botocore.
TRIES = 3
THROTTLE = system_keys.throttle("").pk
_SCAN = {
    "X-Amz-Target": "DynamoDB_20120810.Scan",
    "Content-Type": "application/x-amz-json-1.0",
    # as long as it looks like a signature
    "Authorization": "AWS4-HMAC-SHA256 Credential=local/1/us-east-1/dynamodb/aws4_request, SignedHeaders=, Signature=",
}


@dataclass(slots=True)
class Course:
    """The outcome of a use case undisturbed."""

    calls: list[Try] = field(default_factory=list)
    # the effect so far, before each call and at the end
    effects: list[Effect] = field(default_factory=list)


@dataclass(slots=True)
class Stage:
    """The world, and its table as it was in the beginning."""

    world: World
    network: Network
    aside: DynamoDBClient
    endpoint: str
    table_name: str
    before: State = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)

    def state(self) -> State:
        """The whole table, past botocore: it is looked at a thousand times."""
        found: list[dict[str, Any]] = []
        start: dict[str, Any] = {}
        while True:
            request = {"TableName": self.table_name, "ConsistentRead": True} | start
            answer = requests.post(self.endpoint, json=request, headers=_SCAN, timeout=10).json()
            found += map(from_json, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return {(item["PK"]["S"], item["SK"]["S"]): item for item in found}
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def seconds(self, label: str) -> float:
        """The time that a use case may take: the caller has an answer before Lambda ends the function."""
        handler = self.world.handlers[label.partition(" (")[0]]
        margin = MARGIN_SECONDS if USE_CASES[label].busy != "again" else 0
        return seconds_of(handler) - margin

    def effect(self) -> Effect:
        return effect_of(self.before, self.state())

    def use(self, label: str, judge: Judge | None = None, *, forgets_tokens: bool = False) -> str:
        self.network.reset(judge, forgets_tokens=forgets_tokens)
        outcome = USE_CASES[label].outcome(self.world, label.partition(" (")[0])
        return PUT_ASIDE if outcome == "done" and self._is_put_aside(label) else outcome

    def _is_put_aside(self, label: str) -> bool:
        event = USE_CASES[label].event(self.world)
        sent = [json.loads(body) for method, body in self.network.posted if method == "SendMessage"]
        if "dynamodb" in event["Records"][0]:
            return event["Records"][0] in [one.get("record") for one in sent]
        # learners who could not be told, by a task of their own
        return any("receivers" in one for one in sent)

    def restore(self, now: State) -> None:
        """Everything as it was in the beginning."""
        writes: list[Any] = [
            {"PutRequest": {"Item": item}} for key, item in self.before.items() if now.get(key) != item
        ]
        new = now.keys() - self.before.keys()
        writes += [{"DeleteRequest": {"Key": {"PK": {"S": pk}, "SK": {"S": sk}}}} for pk, sk in new]
        for start in range(0, len(writes), _BATCH):
            self.aside.batch_write_item(RequestItems={self.table_name: writes[start : start + _BATCH]})

    def course(self, label: str) -> Course:
        """Watches the use case once, undisturbed."""
        if label not in self.courses:
            course = Course()

            def watch(one: Try) -> None:
                course.calls.append(one)
                course.effects.append(self.effect())

            assert self.use(label, watch) == USE_CASES[label].right
            course.effects.append(self.effect())
            self.restore(self.state())
            self.courses[label] = course
        return self.courses[label]

    @contextmanager
    def disturbed(self, label: str, judge: Judge, *, forgets_tokens: bool = False) -> Iterator[tuple[str, Effect]]:
        """The outcome and the effect; then everything is as before again."""
        outcome = self.use(label, judge, forgets_tokens=forgets_tokens)
        if outcome == USE_CASES[label].right and USE_CASES[label].later:
            self._what_the_stream_does()
        if not any(one.writes for one in self.network.tries):
            yield outcome, Counter()
            return
        state = self.state()
        try:
            if state != self.before:
                assert not list(violations(map(unmarshal, state.values())))
            yield outcome, effect_of(self.before, state)
        finally:
            self.restore(state)

    def _what_the_stream_does(self) -> None:
        self.network.judge = None
        state = self.state()
        for key, item in state.items():
            if item["entity"]["S"] == "Course" and item != self.before.get(key) and item["status"]["S"] != "draft":
                catalogue_indexer().sync(item["courseId"]["S"])


def effect_of(before: State, after: State) -> Effect:
    """Return the items without the parts that differ each time: their kinds, fields, and counted numbers."""
    effect: Effect = Counter()
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        changed = {name for name in {**(old or {}), **(new or {})} if (old or {}).get(name) != (new or {}).get(name)}
        steps = [
            (name, _number(new, name) - _number(old, name))
            for name in sorted(changed - _INCIDENTAL)
            if "N" in (new or old or {}).get(name, {}) and name not in _MOMENTS and not name.startswith("t:")
        ]
        kind = (new or old or {})["entity"]["S"]
        if kind == "CourseNumbers":
            # a number that was given and not used is a gap, which means nothing
            continue
        # which of its optional fields an item gets may depend on chance, which of its numbers may not
        what = "new" if old is None else "gone" if new is None else ",".join(sorted(changed - _INCIDENTAL))
        effect[kind, "" if kind in _IN_PARTS else what, *steps] += 1
    return effect


def counted_again(effect: Effect, times: int) -> Effect:
    """The same effect where a use that was counted counts so many times more."""
    return Counter(
        (*one[:2], *((name, by + times) if name.startswith("n:") else (name, by) for name, by in one[2:]))
        if one[0] == Entity.STANDING
        else one
        for one in effect.elements()
    )


def endings(label: str, *, late: bool = False) -> tuple[str, ...]:
    """Outcomes that a use case may have where a fault stays."""
    use_case = USE_CASES[label]
    if late:
        return (use_case.right,)
    return (use_case.busy, PUT_ASIDE) if label.startswith(("follow_up", "notify", "announce")) else (use_case.busy,)


def only_counts(one: Try) -> bool:
    """Whether nothing but the request token, which DynamoDB knows for ten minutes, tells one such call from another."""
    writes = [write for item in one.body.get("TransactItems", ()) for write in item.values()]
    return len(writes) == 1 and str((writes[0].get("Key") or writes[0]["Item"])["PK"]["S"]).startswith(THROTTLE)


def counts_alone(one: Try) -> bool:
    """Whether the call is the update that admits a write: its answer lost, its use counts twice, as is documented."""
    return one.operation == "UpdateItem" and one.body["Key"]["SK"]["S"] == keys.standing("").sk


def _number(item: Mapping[str, Any] | None, name: str) -> Decimal:
    return Decimal((item or {}).get(name, {}).get("N", "0"))


@pytest.fixture(scope="module")
def stage(dynamodb_local: DynamoDBLocal) -> Iterator[Stage]:
    aside, name = dynamodb_local.client(), f"faults-{uuid.uuid4().hex}"
    aside.create_table(**create_table_request(name, stream=False))
    level = logger.log_level
    # thousands of failures, each with its traceback
    logger.setLevel(logging.CRITICAL)
    with (
        connected(dynamodb_local, name, WEB_SOCKET_URL="wss://sockets.example/live") as network,
        pytest.MonkeyPatch.context() as patch,
    ):
        # Writes for several people follow one another here, so that the calls have one order.
        for module in (agenda, notifications):
            patch.setattr(module, "_AT_ONCE", 1)
        stage_ = Stage(new_world(), network, aside, dynamodb_local.endpoint, name)
        stage_.before = stage_.state()
        # a session's last use is kept in whole seconds: in the second of its beginning none would be seen to change it
        time.sleep(1)
        yield stage_
    logger.setLevel(level)
    aside.delete_table(TableName=name)


def test_every_function_has_a_use_case() -> None:
    assert {label.partition(" (")[0] for label in USE_CASES} == set(functions())
    assert len(USE_CASES) == sum(len(row.uses) for row in CATALOGUE), "two uses have one name"


@pytest.mark.parametrize("label", USE_CASES)
def test_a_fault_that_passes_is_made_up_for(stage: Stage, label: str, *, long: bool) -> None:
    course = stage.course(label)
    name, right = label.partition(" (")[0], USE_CASES[label].right
    for number, fault in faults_of(label, course.calls, long=long):
        for forgets_tokens in (
            (False, True) if fault is Fault.LOST and not only_counts(course.calls[number - 1]) else (False,)
        ):

            def judge(one: Try, number: int = number, fault: Fault = fault) -> Fault | None:
                # of two calls at once either may be the first, and not every service knows every fault
                return fault if one.number == number and one.suffers(fault) else None

            with stage.disturbed(label, judge, forgets_tokens=forgets_tokens) as (outcome, effect):
                where = (fault, course.calls[number - 1].operation, number, forgets_tokens)
                if (label, course.calls[number - 1].service) in TRIED_ONCE:
                    assert outcome in endings(label), where
                    continue
                told = IF_FORGOTTEN.get(name, right) if forgets_tokens and number == len(course.calls) else right
                assert (outcome, where) == (INSTEAD.get((name, fault), told), where)
                counts = fault is Fault.LOST and counts_alone(course.calls[number - 1])
                counts |= forgets_tokens and (name, fault) in COUNTED_AGAIN
                # what was refused has counted nothing
                counts &= course.effects[number] != course.effects[number - 1]
                expected = counted_again(course.effects[-1], 1) if counts else course.effects[-1]
                assert (effect, where) == (expected, where)


@pytest.mark.parametrize("label", USE_CASES)
def test_a_fault_that_stays_is_told_in_time_and_leaves_nothing_half_done(
    stage: Stage, label: str, *, long: bool
) -> None:
    course = stage.course(label)
    use_case = USE_CASES[label]
    for number, fault in faults_of(label, course.calls, long=long):

        def judge(one: Try, number: int = number, fault: Fault = fault) -> Fault | None:
            return fault if one.number >= number and one.suffers(fault) else None

        with stage.disturbed(label, judge) as (outcome, effect):
            where = (fault, course.calls[number - 1].operation, number)
            assert stage.network.stopwatch.longest <= stage.seconds(label), where
            if use_case.later and outcome == use_case.right:
                assert (effect, where) == (course.effects[-1], where)
                continue
            if is_answer_kept_for_a_key(label, number, course):
                assert (outcome, where) == (use_case.right, where)
                assert effect in course.effects[number - 1 :], where
                continue
            counts = counts_alone(course.calls[number - 1])
            assert (outcome, where) in [(one, where) for one in endings(label, late=counts and label in COUNTED_LATE)]
            # as it was before that call; or after it, where only the answer was lost
            reached = course.effects[number - 1 : number + (fault is Fault.LOST)]
            if counts and fault is Fault.LOST and course.effects[number] != course.effects[number - 1]:
                reached += [counted_again(course.effects[number], times) for times in range(1, TRIES)]
            assert effect in reached, where


@pytest.mark.parametrize("label", USE_CASES)
@pytest.mark.parametrize("lost", [1, 2])
def test_answers_that_come_late_one_after_the_other_end_in_time(stage: Stage, label: str, lost: int) -> None:
    """Each call's first tries are lost, so that no single one is slow enough to fail: the sum must not be either."""
    use_case, tries = USE_CASES[label], Counter[str]()

    def judge(one: Try) -> Fault | None:
        # a call is known by what it asks for
        call = f"{one.service} {one.operation} {one.body}"
        tries[call] += 1
        if tries[call] > lost:
            return None
        # connected at the last moment, and then no answer
        stage.network.stopwatch.wait(CONNECT_SECONDS)
        return Fault.TIMEOUT

    with stage.disturbed(label, judge) as (outcome, _):
        assert stage.network.stopwatch.longest <= stage.seconds(label)
        assert outcome in (use_case.right, *endings(label))


def is_answer_kept_for_a_key(label: str, call: int, course: Course) -> bool:
    """Whether the call keeps the answer of a request with an idempotency key: the answer stands without it."""
    return label.endswith(" (named)") and call == len(course.calls)


def faults_of(label: str, calls: Sequence[Try], *, long: bool) -> Iterator[tuple[int, Fault]]:
    """Each call's number with each fault that it may meet, or with those whose turn it is."""
    for call in calls:
        possible = [fault for fault in Fault if call.suffers(fault)]
        turn = possible[(zlib.crc32(label.encode()) + call.number) % len(possible)]
        for fault in possible:
            if long or fault is turn or (fault is Fault.LOST and call.writes):
                yield call.number, fault
