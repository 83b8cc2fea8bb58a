"""Everything in any order on a network where three tries in ten meet a fault; in the end the whole table is right."""

from __future__ import annotations

import json
import logging
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random, SystemRandom
from typing import Any

import pytest

from peerlearn.observability import logger
from scripts.dynamodb_local import DynamoDBLocal
from scripts.invariants import table_items, violations
from scripts.project.template import create_table_request
from tests.support.api import event_of
from tests.support.bodies import course_body
from tests.support.network import Network, connected
from tests.support.outcomes import outcome_of
from tests.support.people import PASSWORD
from tests.support.school import World, new_world
from tests.support.streams import Records, stream_records
from tests.support.wire import at_random

RATE = 0.3
_MATE = {"title": "Mate in two", "instructions": "Ten positions.", "maxGrade": 10}
LEARNERS = ("ada", "bob", "eve")
COURSES = ("open", "session", "left", "taken", "booked session", "full", "awaited", "freed", "common", "nearly done")
TASKS = ("task", "handed in", "graded")
# Outcomes that any of them may have besides success; never anything of 5xx but "try again".
REFUSED = {
    "401 INVALID_CREDENTIALS",
    "401 TOKEN_REUSED",
    "401 UNAUTHENTICATED",
    "403 FORBIDDEN",
    "403 NOT_ENROLLED",
    "409 CONFLICT",
    "409 EMAIL_ALREADY_REGISTERED",
    "409 LEARNER_ENROLLMENT_DENIED",
    "409 SUBMISSION_ALREADY_GRADED",
    "404 NOT_FOUND",
    "404 SUBMISSION_NOT_FOUND",
    "422 VALIDATION_FAILED",
    "429 TOO_MANY_REQUESTS",
}
BUSY = "503 TEMPORARILY_UNAVAILABLE, again in 1 s"


@dataclass(slots=True)
class Mixture:
    """Draws requests, and remembers what was answered."""

    world: World
    network: Network
    chance: Random
    outcomes: Counter[str] = field(default_factory=Counter)
    sent: set[str] = field(default_factory=set)

    def step(self, number: int) -> None:
        """One request of somebody's."""
        world, chance = self.world, self.chance
        who, course, task = chance.choice(LEARNERS), chance.choice(COURSES), chance.choice(TASKS)
        other = chance.choice([name for name in LEARNERS if name != who])
        # two in a row may be the same message, sent again
        key = f"message {number // 2} to {other}"
        requests: list[tuple[str, str | None, dict[str, Any]]] = [
            (chance.choice(["enroll", "withdraw"]), who, {"path": world.at(course), "body": None}),
            (chance.choice(["join_waitlist", "leave_waitlist"]), who, {"path": world.at(course), "body": None}),
            ("complete_module", who, {"path": world.at(course), "body": {"moduleId": f"mod_{chance.randint(1, 2)}"}}),
            ("submit", who, {"path": world.on(task), "body": {"submissionUrl": "https://github.com/ada/rooks"}}),
            ("grade", "tutor", {"path": world.on(task, who), "body": {"grade": chance.choice([4, 9, 10])}}),
            ("send", who, {"body": world.message(other, clientMessageId=key, message=key)}),
            ("mark_read", who, {"path": {"peerId": world.people[other].user_id}, "body": {"readUpTo": 1}}),
            ("update_course", "tutor", {"path": world.at(course), "body": {"capacity": chance.randint(1, 5)}}),
            ("update_profile", who, {"body": {"interests": [str(number)]}}),
            ("refresh", None, {"body": {"refreshToken": world.people[who].refresh_token}}),
            ("login", None, {"body": {"email": "pia@people.example", "password": chance.choice([PASSWORD, "no"])}}),
            (chance.choice(["list_progress", "list_points", "list_enrollments", "find_peers"]), who, {"query": {}}),
        ]
        rare: list[tuple[str, str | None, dict[str, Any]]] = [
            ("create_course", "tutor", {"body": course_body(title=f"Course {number}")}),
            ("register", None, {"body": {"name": "Joy", "email": f"joy{number // 9}@b.example", "password": PASSWORD}}),
            ("create_assessment", "tutor", {"path": world.at("common"), "body": _MATE}),
        ]
        name, caller, parts = chance.choice(rare if chance.random() < 0.04 else requests)
        outcome = outcome_of(world.handlers[name], world.request(name, caller, **parts))
        self.outcomes[f"{name}: {outcome}"] += 1
        assert outcome in ("200", "201", "204", BUSY) or outcome.partition(",")[0] in REFUSED, (name, parts, outcome)
        if name == "send" and outcome == "201":
            self.sent.add(f"{world.people[who].user_id} {key}")

    def follow(self, records: Records) -> set[str]:
        """Hand them over, a hundred at a time; return the outcomes."""
        batches = [records[start : start + 100] for start in range(0, len(records), 100)]
        return {outcome_of(self.world.handlers["follow_up"], {"Records": batch}) for batch in batches}

    def work(self) -> set[str]:
        """Hand each task that was put on a queue to its worker, in no order; return the outcomes. Records are none."""
        tasks = sorted({body for method, body in self.network.posted if method == "SendMessage"})
        self.network.posted.clear()
        self.chance.shuffle(tasks)
        outcomes = set()
        for body in tasks:
            if (worker := worker_of(json.loads(body))) is not None:
                event = event_of(worker)
                event["Records"][0]["body"] = body
                outcomes.add(outcome_of(self.world.handlers[worker], event))
        return outcomes


# The first of these that a task has tells its worker: others may follow.
WORKERS = {
    "event": "announce",
    "job": "carry_on",
    "userId": "finish_erasure",
    "mailId": "send_mail",
    "recordId": "promote",
    "courseId": "index_catalogue",
}


def worker_of(task: dict[str, Any]) -> str | None:
    """Return the worker of a task; None of a record that was put aside, and of an export."""
    if "record" in task or "exportId" in task:
        return None
    return next(worker for name, worker in WORKERS.items() if name in task)


@pytest.fixture
def mixture(dynamodb_local: DynamoDBLocal) -> Iterator[Mixture]:
    aside, name = dynamodb_local.client(), f"mixed-{uuid.uuid4().hex}"
    aside.create_table(**create_table_request(name))
    level = logger.log_level
    logger.setLevel(logging.CRITICAL)
    seed = SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 (shown when it fails)
    with connected(dynamodb_local, name, WEB_SOCKET_URL="wss://sockets.example/live") as network:
        yield Mixture(new_world(), network, Random(seed))  # noqa: S311 (no secret)
    logger.setLevel(level)
    aside.delete_table(TableName=name)


def test_in_the_end_everything_is_right(mixture: Mixture, dynamodb_local: DynamoDBLocal, *, long: bool) -> None:
    mixture.network.reset(at_random(mixture.chance, RATE))
    for number in range(5000 if long else 300):
        mixture.step(number)
    assert mixture.outcomes.total() - sum(n for what, n in mixture.outcomes.items() if BUSY in what) > 0
    assert any(BUSY in what for what in mixture.outcomes)
    client, name = dynamodb_local.client(), mixture.network.table_name
    assert not [str(one) for one in violations(table_items(client, name))]

    # the stream catches up: every record, in no order, on that network, and all of them again on a good one
    records = stream_records(dynamodb_local, name)
    mixture.chance.shuffle(records)
    mixture.follow(records)
    mixture.work()
    mixture.network.reset()
    assert mixture.follow(records) == {"done"}
    assert mixture.work() == {"done"}
    # which frees seats once more
    assert mixture.follow(stream_records(dynamodb_local, name)[len(records) :]) == {"done"}
    assert mixture.work() == {"done"}
    items = list(table_items(client, name))
    assert not [str(one) for one in violations(items, settled=True)]
    stored = Counter(f"{one['senderId']} {one['message']}" for one in items if one["entity"] == "Message")
    assert {one: stored[one] for one in mixture.sent} == dict.fromkeys(mixture.sent, 1)
