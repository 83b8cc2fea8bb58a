"""P5: bookings a second of one hot course, next to the engine's bare two-item transaction; and by shards of seats."""

from __future__ import annotations

import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from benchmarks.exclusion import WRITE_UNITS, Exclusion
from benchmarks.rows import Effort, Row
from peerlearn.bootstrap.core import client_config
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.errors import EnrollmentDenied, TemporarilyUnavailable
from peerlearn.domain.ids import new_id
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.table import Table
from peerlearn.services.enrollments import EnrollmentService
from scripts.dynamodb_local import DynamoDBLocal
from scripts.project.template import create_table_request
from tests.support.courses import Courses

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# half as many learners again as seats, so that the last ones are refused
_TOO_MANY = 1.5
# (threads, seats): rounds
_FULL = {(32, 30): 15, (32, 300): 15, (32, 3000): 3, (128, 30): 15, (128, 300): 5, (128, 3000): 1}
_QUICK = {(32, 30): 3, (32, 300): 3}

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
PARTITION_UNITS = 1000
# How long an item is held by a transaction, seconds: a conflicting transaction is refused meanwhile and tries again.
HELD = (0.005, 0.01, 0.02)
SHARDS = (1, 2, 4, 8, 16)
# The curve is measured in slow motion, with items held so many times longer and partitions taking so many times less:
# at AWS's own pace the one engine on this machine would be what is measured. Clients pause no longer than they would
# there, so that they are at the door when an item comes free.
SLOWER = 40
# As AWS might, and so short that a partition's units are the limit.
MEASURED_HELD = (0.005, 0.001)
_CROWD = 64
# not one of them is full in that time
_PLENTY = 160_000


def measure(effort: Effort) -> Iterator[Row]:
    figures = _figures(effort)
    judged = figures["32 threads, 300 seats"]
    yield Row(
        metric="P5",
        name="hot course, 32 threads ÷ bare transaction",
        goal="≥ 0.8",
        today=f"{judged['ratio']:.2f} ({judged['bookings per second']:.0f}/s), none over-booked",
        limit="1.0",
        best_peer="-",
        value=judged["ratio"],
        aim=0.8,
        more_is_better=True,
        details={"measured": figures, "model": model()},
    )
    curve = _curve(effort)
    first = curve[f"held {MEASURED_HELD[0] * 1000:.0f} ms"]
    yield Row(
        metric="P5",
        name="hot course, 8 shards ÷ one shard",
        goal="≥ 6",
        today=f"{first[8] / first[1]:.1f}, AWS's limits emulated",
        limit="8",
        best_peer="-",
        value=first[8] / first[1],
        aim=6,
        more_is_better=True,
        details={"slower by": SLOWER, "measured": curve, "model": model(MEASURED_HELD, SLOWER)},
    )


def _figures(effort: Effort) -> dict[str, Any]:
    engine = DynamoDBLocal()
    engine.start()
    table_name = f"contention-{uuid.uuid4().hex}"
    client = engine.client(client_config().merge(Config(max_pool_connections=160)))
    client.create_table(**create_table_request(table_name))
    figures: dict[str, Any] = {}
    try:
        for (threads, seats), rounds in (_QUICK if effort.quick else _FULL).items():
            ours, bare = [], []
            for _ in range(rounds):
                bare.append(_bare(client, table_name, seats, threads))
                ours.append(_bookings(Table(client, table_name), seats, threads))
            ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
            figures[f"{threads} threads, {seats} seats"] = {
                "bookings per second": statistics.median(ours),
                "bare transactions per second": statistics.median(bare),
                "ratio": ratio,
            }
    finally:
        engine.stop()
    return figures


def model(held_for: Iterable[float] = HELD, slower: float = 1) -> dict[str, Any]:
    """Bookings a second that one course can take on AWS, by shards of its seats.

    Two ceilings: a partition takes 1,000 units a second, and a booking writes 2 to the seat item's; and while one
    transaction holds the seat item no other gets it. A shard is a seat item of its own in a partition of its own.
    """
    by_capacity = PARTITION_UNITS / WRITE_UNITS
    return {
        f"held {held * 1000:.0f} ms": {shards: shards * min(by_capacity, 1 / held) / slower for shards in SHARDS}
        for held in held_for
    }


def _curve(effort: Effort) -> dict[str, dict[int, float]]:
    """Bookings a second by shards, with DynamoDB's two limits in front of an engine of its own."""
    engine = DynamoDBLocal()
    engine.start()
    table_name = f"shards-{uuid.uuid4().hex}"
    aside = engine.client()
    aside.create_table(**create_table_request(table_name))
    try:
        curve: dict[str, dict[int, float]] = {}
        for held in MEASURED_HELD:
            rates = curve.setdefault(f"held {held * 1000:.0f} ms", {})
            for shards in SHARDS:
                client = engine.client(client_config().merge(Config(max_pool_connections=_CROWD)))
                Exclusion(client, held * SLOWER, PARTITION_UNITS / SLOWER)
                rates[shards] = _rush(
                    Table(client, table_name), Table(aside, table_name), shards, 2 if effort.quick else 8
                )
    finally:
        engine.stop()
    return curve


def _rush(table: Table, aside: Table, shards: int, seconds: float) -> float:
    """Bookings a second of a crowd that never ends; a learner who is told 503 comes again."""
    courses = Courses(aside)
    course_id = courses.add(_PLENTY, seats_per_shard=_PLENTY // shards)
    service = EnrollmentService(EnrollmentRepository(table))
    over = threading.Event()
    done: list[float] = []

    def one_after_another(_: int) -> None:
        while not over.is_set():
            learner_id = new_id("usr")
            while not over.is_set():
                # a 503 may hide a booking whose reply came too late: a repeat of it is told ALREADY_ENROLLED
                with suppress(EnrollmentDenied):
                    try:
                        service.enroll(learner_id, course_id)
                    except TemporarilyUnavailable:
                        continue
                done.append(time.monotonic())
                break

    with ThreadPoolExecutor(_CROWD) as pool:
        waiting = pool.map(one_after_another, range(_CROWD))
        # everybody is there, and knows of the shards
        time.sleep(seconds / 4)
        began = time.monotonic()
        time.sleep(seconds)
        ended = time.monotonic()
        over.set()
        list(waiting)
    courses.check(course_id)
    return sum(began <= at <= ended for at in done) / (ended - began)


def _bookings(table: Table, seats: int, threads: int) -> float:
    """Bookings a second until all seats are gone; raises when one seat is sold twice or left over."""
    courses = Courses(table)
    course_id = courses.add(seats)
    service = EnrollmentService(EnrollmentRepository(table))

    def book(number: int) -> bool:
        try:
            service.enroll(f"usr_{course_id}_{number}", course_id)
        except EnrollmentDenied:
            return False
        return True

    rate, taken = _rate(book, int(seats * _TOO_MANY), threads)
    stored = len(courses.roster(course_id, EnrollmentStatus.ACTIVE))
    if not taken == stored == courses.seats(course_id).taken == seats:
        raise AssertionError(f"{seats} seats, {taken} answers, {stored} enrolments")
    return rate


def _bare(client: DynamoDBClient, table_name: str, seats: int, threads: int) -> float:
    """The same number of conditional two-item transactions with nothing around them."""
    counter = uuid.uuid4().hex
    key = {"PK": {"S": counter}, "SK": {"S": "A"}}
    client.put_item(TableName=table_name, Item={**key, "n": {"N": "0"}, "limit": {"N": str(seats)}})

    def write(number: int) -> bool:
        put: Any = {
            "TableName": table_name,
            "Item": {"PK": {"S": f"{counter}-{number}"}, "SK": {"S": "B"}},
            "ConditionExpression": "attribute_not_exists(PK)",
        }
        update: Any = {
            "TableName": table_name,
            "Key": key,
            "UpdateExpression": "SET #n = #n + :one",
            "ConditionExpression": "#n < #limit",
            "ExpressionAttributeNames": {"#n": "n", "#limit": "limit"},
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        try:
            client.transact_write_items(TransactItems=[{"Put": put}, {"Update": update}])
        except client.exceptions.TransactionCanceledException:
            return False
        return True

    rate, _ = _rate(write, int(seats * _TOO_MANY), threads)
    return rate


def _rate(task: Callable[[int], bool], times: int, threads: int) -> tuple[float, int]:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: None, range(threads)))
        began = time.perf_counter()
        done = sum(pool.map(task, range(times)))
        return times / (time.perf_counter() - began), done
