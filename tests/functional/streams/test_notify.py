"""The notifier as Lambda calls it, and the template's filters in front of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from boto3.dynamodb.types import TypeSerializer

from functions.streams import notify
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.table import Item, Table
from peerlearn.services.enrollments import EnrollmentService
from scripts.project.template import load_template
from tests.fakes.push import FakePush
from tests.functional.conftest import TABLE
from tests.functional.streams.conftest import RECEIVER
from tests.support.api import Context, event_of
from tests.support.courses import Courses
from tests.support.event_source import RetryQueue
from tests.support.filters import filter_of, stream_source
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_serialize = TypeSerializer().serialize


def run(*records: dict[str, Any]) -> Any:
    return notify.lambda_handler({"Records": list(records)}, cast("LambdaContext", Context()))


def message_record(number: int = 1) -> dict[str, Any]:
    record: dict[str, Any] = copy.deepcopy(event_of("notify")["Records"][0])
    record["dynamodb"]["SequenceNumber"] = f"{number:021d}"
    record["dynamodb"]["NewImage"] |= {"messageId": {"S": f"msg_{number}"}, "seq": {"N": str(number)}}
    return record


def record_of(old: Item | None, new: Item | None) -> dict[str, Any]:
    record: dict[str, Any] = copy.deepcopy(event_of("notify")["Records"][0])
    record["eventName"] = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    del record["dynamodb"]["NewImage"]
    for name, item in (("OldImage", old), ("NewImage", new)):
        if item is not None:
            record["dynamodb"][name] = {key: _serialize(value) for key, value in item.items()}
    return record


def test_the_event_file_is_a_message(push: FakePush) -> None:
    assert run(*event_of("notify")["Records"]) == {"batchItemFailures": []}
    (event,) = push.posted["device="]
    assert event["type"] == "message.created"
    assert event["data"]["message"] == "Shall we?"


def test_one_poison_record_among_a_hundred(push: FakePush, retries: RetryQueue) -> None:
    records = [message_record(number) for number in range(1, 101)]
    del records[57]["dynamodb"]["NewImage"]["senderId"]
    assert run(*records) == {"batchItemFailures": []}
    assert [json.loads(one.body)["record"] for one in retries.messages] == [records[57]]
    assert [event["data"]["seq"] for event in push.posted["device="]] == [n for n in range(1, 101) if n != 58]


def test_a_record_that_comes_again_has_the_same_event_id(push: FakePush) -> None:
    for _ in range(2):
        run(message_record())
    first, second = push.posted["device="]
    assert first == second


def test_failed_push_comes_again(push: FakePush, retries: RetryQueue) -> None:
    push.broken = {"device="}
    assert run(message_record(7)) == {"batchItemFailures": []}
    assert [json.loads(one.body)["record"] for one in retries.messages] == [message_record(7)]


def test_connection_that_is_refused_for_good_fails_no_record_and_is_counted(
    push: FakePush, capsys: pytest.CaptureFixture[str]
) -> None:
    push.refused = {"device=": "ForbiddenException"}
    assert run(message_record(1), message_record(2)) == {"batchItemFailures": []}
    assert set(push.posts.values()) == {1}
    (counted,) = (line for line in capsys.readouterr().out.splitlines() if "PushesRefused" in line)
    assert json.loads(counted)["PushesRefused"] == [2.0]


# -- the template -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def source() -> dict[str, Any]:
    return stream_source("NotifyFunction")


@pytest.fixture(scope="module")
def passes() -> Callable[[dict[str, Any]], bool]:
    """Whether Lambda would call the function for this record."""
    return filter_of("NotifyFunction")


def test_tries_are_bounded_and_end_somewhere(source: dict[str, Any]) -> None:
    assert 0 < source["MaximumRetryAttempts"] <= 10
    assert 0 < source["MaximumRecordAgeInSeconds"] <= 86400
    assert source["BisectBatchOnFunctionError"] is True
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["DestinationConfig"]["OnFailure"]["Destination"]


@pytest.mark.parametrize("function", ["NotifyFunction", "FollowUpFunction"])
def test_record_put_aside_comes_again_until_the_stream_drops_it(function: str) -> None:
    resources = load_template()["Resources"]
    retries = resources[function]["Properties"]["Events"]["Retries"]["Properties"]
    name = retries["Queue"]["Fn::GetAtt"][0]
    queue = resources[name]["Properties"]
    assert retries["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    # Lambda refuses a queue that shows a message again while a function may still be at it
    assert queue["VisibilityTimeout"] >= resources[function]["Properties"]["Timeout"]
    assert 0 < queue["RedrivePolicy"]["maxReceiveCount"] <= 10
    letters = stream_source(function)["DestinationConfig"]["OnFailure"]["Destination"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == letters
    assert resources[function]["Properties"]["Environment"]["Variables"]["RETRY_QUEUE_URL"] == {"Ref": name}


@pytest.mark.parametrize("function", ["NotifyFunction", "FollowUpFunction"])
def test_filters_ask_only_for_what_can_be_filtered(function: str) -> None:
    """The guide knows the `dynamodb` key alone. What is new is told by its images, here and in the decoders."""
    for one in stream_source(function)["FilterCriteria"]["Filters"]:
        assert json.loads(one["Pattern"]).keys() == {"dynamodb"}


@pytest.mark.parametrize("entity", ["Message", "Points"])
def test_item_that_changes_is_not_told_as_new(push: FakePush, entity: str) -> None:
    record = message_record()
    record["dynamodb"]["NewImage"]["entity"] = {"S": entity}
    record["dynamodb"]["OldImage"] = record["dynamodb"]["NewImage"]
    assert run(record) == {"batchItemFailures": []}
    assert push.posted == {}


NOW = to_rfc3339(utc_now())
PROFILE = {"entity": "Profile", "userId": "usr_1", "sessionEpoch": 0}
SESSION = {"entity": "Session", "userId": "usr_1", "sessionId": "sid_1", "revoked": False}
HEAD = {
    "entity": "Conversation",
    "low": "usr_0123456789abcdef01234567",
    "high": RECEIVER,
    "lastSeq": 3,
    "sentLow": 3,
    "lastAt": NOW,
}
ENROLLMENT = {
    "entity": "Enrollment",
    "learnerId": RECEIVER,
    "courseId": "crs_1",
    "enrolledAt": NOW,
    "updatedAt": NOW,
    "points": 110,
}
COURSE = {
    "entity": "Course",
    "courseId": "ssn_1",
    "kind": "session",
    "title": "Rooks",
    "version": 2,
    "status": "published",
}


def slot(starts: str) -> Item:
    return {"startsAt": f"2026-05-01T{starts}:00.000Z", "endsAt": f"2026-05-01T{int(starts[:2]) + 1}:00:00.000Z"}


SCHEDULE: Item = {
    "entity": "Schedule",
    "userId": RECEIVER,
    "version": 3,
    "slots": {"ssn_1": slot("09:00"), "ssn_2": slot("12:00")},
}


def moved(starts: str, course_id: str) -> Item:
    """The schedule after a tutor has moved a session."""
    slots = {**SCHEDULE["slots"], course_id: slot(starts)}
    return SCHEDULE | {"version": 4, "slots": slots, "lastChange": "moved"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (HEAD | {"lastChange": "message"}, HEAD | {"lastChange": "message", "lastSeq": 4}, None),
        (
            HEAD | {"lastChange": "message"},
            HEAD | {"lastChange": "read", "lastReader": HEAD["low"], "readLow": 2, "seenLow": 0},
            "message.read",
        ),
        (ENROLLMENT | {"status": "waitlisted"}, ENROLLMENT | {"status": "active"}, "enrollment.promoted"),
        (ENROLLMENT | {"status": "active"}, ENROLLMENT | {"status": "completed"}, "course.completed"),
        (ENROLLMENT | {"status": "dropped"}, ENROLLMENT | {"status": "active"}, None),
        (
            ENROLLMENT | {"status": "active"},
            ENROLLMENT | {"status": "active", "completedModules": {"mod_1": 5}, "lastAccessed": NOW},
            None,
        ),
        (SCHEDULE, moved("12:00", "ssn_1"), "schedule.conflicted"),
        (SESSION, SESSION | {"generation": 2}, None),
        (PROFILE, PROFILE | {"name": "Ada", "lastChange": "profile"}, None),
    ],
)
def test_only_what_can_notify_anyone_gets_through_and_it_does(
    push: FakePush, passes: Callable[[dict[str, Any]], bool], old: Item, new: Item, told: str | None
) -> None:
    record = record_of(old, new)
    assert passes(record) is (told is not None)
    assert run(record) == {"batchItemFailures": []}
    assert [event["type"] for event in push.posted["device="]] == ([told] if told else [])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (SCHEDULE, moved("12:00", "ssn_1"), [("ssn_1", "ssn_2")]),
        (SCHEDULE, moved("09:30", "ssn_2"), [("ssn_2", "ssn_1")]),
        # half-open: one begins when the other ends
        (SCHEDULE, moved("13:00", "ssn_1"), []),
        (SCHEDULE, moved("09:00", "ssn_1"), []),
        # booked, or given up; the mark of an earlier move is still there
        (SCHEDULE | {"lastChange": "moved"}, moved("12:30", "ssn_3"), []),
        (SCHEDULE | {"slots": SCHEDULE["slots"] | {"ssn_3": slot("12:30")}}, moved("12:00", "ssn_2"), []),
    ],
)
def test_learner_is_told_of_a_session_moved_onto_another(
    push: FakePush, old: Item, new: Item, told: list[tuple[str, str]]
) -> None:
    run(record_of(old, new))
    pushed = [event["data"] for event in push.posted["device="]]
    assert [(data["courseId"], data["conflictsWith"]) for data in pushed] == told
    for data in pushed:
        assert {"startsAt": data["startsAt"], "endsAt": data["endsAt"]} == new["slots"][data["courseId"]]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (SESSION, SESSION | {"revoked": True, "lastChange": "ended"}),
        (PROFILE, PROFILE | {"sessionEpoch": 1, "lastChange": "ended"}),
    ],
)
def test_an_ended_session_gets_through_and_closes(
    push: FakePush, passes: Callable[[dict[str, Any]], bool], old: Item, new: Item
) -> None:
    record = record_of(old | {"userId": RECEIVER}, new | {"userId": RECEIVER})
    assert passes(record)
    run(record)
    assert push.closed == ["device="]


@pytest.mark.parametrize("changed", [{"status": "closed"}, {"startsAt": NOW}])
def test_a_changed_session_gets_through_and_reaches_who_booked(
    push: FakePush,
    aws: DynamoDBClient,
    workers: Workers,
    passes: Callable[[dict[str, Any]], bool],
    changed: Item,
) -> None:
    table, begins = Table(aws, TABLE), utc_now() + timedelta(days=1)
    Courses(table).add(5, slot=(begins, begins + timedelta(hours=1)), course_id="ssn_1")
    EnrollmentService(EnrollmentRepository(table)).enroll(RECEIVER, "ssn_1")
    record = record_of(COURSE, COURSE | changed | {"version": 3})
    assert passes(record)
    run(record)
    assert push.posted == {}
    workers.drain()
    assert workers.dead == []
    assert [event["type"] for event in push.posted["device="]] == ["session.updated"]


def test_filters_let_these_new_items_through(passes: Callable[[dict[str, Any]], bool]) -> None:
    assert passes(message_record())
    assert passes(record_of(None, {"entity": "Points"}))
    assert passes(record_of({"entity": "Submission"}, {"entity": "Submission", "lastChange": "graded"}))
    for entity in ("ClientMessage", "Conversation", "Connection", "Ticket", "Session", "Enrollment", "Seats"):
        assert not passes(record_of(None, {"entity": entity}))
        assert not passes(record_of({"entity": entity}, None))
