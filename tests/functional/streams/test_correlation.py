"""One id from API Gateway to whoever is told: in the answer, in every log line, on the items, in the stream's lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.privacy import finish_erasure
from functions.streams import follow_up, notify
from peerlearn.domain.clock import utc_now
from peerlearn.domain.correlation import correlation_id
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.realtime import Connection
from peerlearn.observability import correlated, logger
from peerlearn.persistence.connections import ConnectionRepository
from peerlearn.persistence.items.base import Entity, is_streamed
from peerlearn.persistence.items.realtime import connection_item
from peerlearn.persistence.keys import Key
from peerlearn.persistence.news import NewsRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put, update
from peerlearn.services.news import NewsService
from peerlearn.services.notifications import Delivered, Notifier
from scripts.project.template import load_template
from tests.fakes.push import FakePush
from tests.functional.conftest import TABLE
from tests.support.api import Context, event_of, http_event, invoke
from tests.support.courses import Courses
from tests.support.people import People, Person
from tests.support.streams import Stream
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Consumer = Callable[[dict[str, Any], LambdaContext], Any]


class Logs:
    """Return the log lines of the functions, as CloudWatch would have them."""

    def __init__(self, output: StringIO) -> None:
        self._output = output

    def lines(self) -> list[dict[str, Any]]:
        """Those since the last look."""
        text = self._output.getvalue()
        self._output.seek(0)
        self._output.truncate()
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Logs:
    output = StringIO()
    for handler in logger.handlers:
        monkeypatch.setattr(handler, "stream", output)
    return Logs(output)


@pytest.fixture
def every_line(logs: Logs) -> Iterator[Logs]:
    """The same, with what reads log."""
    before = logger.log_level
    logger.setLevel("DEBUG")
    yield logs
    logger.setLevel(before)


@pytest.fixture
def push(aws: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> FakePush:
    fake, table = FakePush(), Table(aws, TABLE)
    notifier = Notifier(ConnectionRepository(table), fake, NewsService(NewsRepository(table)))
    monkeypatch.setattr(notify, "notifier", lambda: notifier)
    return fake


@pytest.fixture
def stream(aws: DynamoDBClient) -> Stream:
    return Stream(aws, TABLE)


def consume(consumer: Consumer, records: list[dict[str, Any]]) -> Any:
    return consumer({"Records": records}, cast("LambdaContext", Context()))


def request(handlers: dict[str, str], request_id: str, name: str, **changes: Any) -> Any:
    event = http_event(name, **changes)
    event["requestContext"]["requestId"] = request_id
    return invoke(handlers[name], event)


def connect(aws: DynamoDBClient, person: Person) -> None:
    connection = Connection(person.user.user_id, "device=", "sid_1", utc_now() - timedelta(minutes=1))
    Table(aws, TABLE).write(put(connection_item(connection)))


def test_a_booking_is_followed_to_the_promotion_of_another(
    aws: DynamoDBClient, handlers: dict[str, str], people: People, push: FakePush, stream: Stream, logs: Logs,
    workers: Workers,
) -> None:  # fmt: skip
    """A drop frees a seat, the stream gives it to the head of the line, and the stream again tells them."""
    leaver, waiter = people.add(), people.add()
    path = {"courseId": Courses(Table(aws, TABLE)).add(1)}
    assert request(handlers, "r-1", "enroll", token=leaver.token, path=path).status == 201
    assert request(handlers, "r-2", "join_waitlist", token=waiter.token, path=path).status == 201
    connect(aws, waiter)
    stream.records()
    logs.lines()
    assert request(handlers, "r-3", "withdraw", token=leaver.token, path=path).status == 204
    seats = [one for one in stream.records() if one["dynamodb"].get("NewImage", {}).get("entity") == {"S": "Seats"}]
    assert consume(follow_up.lambda_handler, seats) == {"batchItemFailures": []}
    workers.drain()
    enrolled = [
        one for one in stream.records() if one["dynamodb"].get("NewImage", {}).get("entity") == {"S": "Enrollment"}
    ]
    assert consume(notify.lambda_handler, enrolled) == {"batchItemFailures": []}
    assert [event["type"] for event in push.posted["device="]] == ["enrollment.promoted"]
    told = [line["message"] for line in logs.lines() if line.get("correlation_id") == "r-3"]
    assert told == ["began", "answered", "change followed up", "promoted from the waitlist", "told"]


def test_a_message_is_followed_to_the_push(
    aws: DynamoDBClient, handlers: dict[str, str], people: People, push: FakePush, stream: Stream, logs: Logs
) -> None:
    sender, receiver = people.add(), people.add()
    path = {"courseId": Courses(Table(aws, TABLE)).add(5)}
    for number, person in enumerate((sender, receiver)):
        assert request(handlers, f"r-{number}", "enroll", token=person.token, path=path).status == 201
    connect(aws, receiver)
    stream.records()
    logs.lines()
    body = {"receiverId": receiver.user.user_id, "message": "Shall we?"}
    answer = request(handlers, "r-9", "send", token=sender.token, body=body)
    assert answer.status == 201
    messages = [
        one for one in stream.records() if one["dynamodb"].get("NewImage", {}).get("entity") == {"S": "Message"}
    ]
    assert consume(notify.lambda_handler, messages) == {"batchItemFailures": []}
    (pushed,) = push.posted["device="]
    _, answered, told = (line for line in logs.lines() if line.get("correlation_id") == "r-9")
    assert (answered["message"], answered["status"]) == ("answered", 201)
    assert (told["message"], told["events"]) == ("told", [f"message.created {pushed['eventId']}"])


@pytest.mark.usefixtures("push")
def test_a_record_that_fails_is_found_by_its_request(logs: Logs) -> None:
    record = event_of("notify")["Records"][0]
    record["dynamodb"]["NewImage"]["correlationId"] = {"S": "r-1"}
    poison = json.loads(json.dumps(record))
    poison["dynamodb"] |= {
        "SequenceNumber": "2",
        "NewImage": poison["dynamodb"]["NewImage"] | {"correlationId": {"S": "r-2"}},
    }
    del poison["dynamodb"]["NewImage"]["seq"]
    assert consume(notify.lambda_handler, [poison, record]) == {"batchItemFailures": []}
    (failed,) = (line for line in logs.lines() if line["level"] == "ERROR")
    assert (failed["correlation_id"], failed["sequence_number"]) == ("r-2", "2")


def test_failed_push_is_found_by_its_request(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    record = event_of("notify")["Records"][0]
    record["dynamodb"]["NewImage"]["correlationId"] = {"S": "r-1"}

    class Busy:
        def deliver(self, batch: dict[str, Any]) -> Delivered:
            return Delivered({name: TemporarilyUnavailable() for name in batch}, [])

    monkeypatch.setattr(notify, "notifier", Busy)
    assert consume(notify.lambda_handler, [record]) == {"batchItemFailures": []}
    (failed,) = (line for line in logs.lines() if line["level"] == "ERROR")
    assert failed["correlation_id"] == "r-1"


def test_a_refusal_and_a_fault_leave_a_line_with_the_requests_id(
    handlers: dict[str, str], learner: Person, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = request(handlers, "r-1", "enroll", token=learner.token, path={"courseId": "crs_0"})
    assert (refused.status, refused.body["requestId"], refused.headers["x-amzn-requestid"]) == (404, "r-1", "r-1")
    (line,) = (line for line in logs.lines() if line["message"] == "refused")
    assert (line["level"], line["correlation_id"], line["code"]) == ("INFO", "r-1", "COURSE_NOT_FOUND")

    monkeypatch.setattr("peerlearn.persistence.table.Table.transact", lambda *_: 1 / 0)
    failed = request(handlers, "r-2", "enroll", token=learner.token, path={"courseId": "crs_0"})
    assert (failed.status, failed.body["requestId"], failed.headers["x-amzn-requestid"]) == (500, "r-2", "r-2")
    (line,) = (line for line in logs.lines() if line["level"] == "ERROR")
    assert (line["correlation_id"], line["exception_name"]) == ("r-2", "ZeroDivisionError")


@pytest.mark.parametrize("name", ["list_courses", "get_profile", "enroll"])
def test_a_success_has_the_id_of_its_lines_in_a_header_that_pages_may_read(
    aws: DynamoDBClient, handlers: dict[str, str], learner: Person, every_line: Logs, name: str
) -> None:
    path = {"courseId": Courses(Table(aws, TABLE)).add(1)} if name == "enroll" else {}
    answer = request(handlers, "r-1", name, token=learner.token, path=path, headers={"Origin": "https://app.example"})
    assert answer.status < 300
    assert "x-amzn-RequestId" in answer.headers["access-control-expose-headers"].split(", ")
    told = {line["message"]: line["correlation_id"] for line in every_line.lines()}
    assert told == dict.fromkeys(("began", "answered"), answer.headers["x-amzn-requestid"])


@pytest.mark.parametrize("chosen", ["", "x" * 129, 'r","level":"ERROR', "r\n", "\N{GREEK SMALL LETTER ALPHA}"])
def test_an_id_that_a_client_chose_fits_into_a_line_or_gives_way_to_the_gateways_own(
    handlers: dict[str, str], learner: Person, logs: Logs, chosen: str
) -> None:
    """`x-amzn-RequestId` of a request is what API Gateway calls it from then on."""
    event = http_event("enroll", token=learner.token, path={"courseId": "crs_0"})
    for request_id, wanted in (("of-another.system:1", "of-another.system:1"), (chosen, "own=")):
        event["requestContext"] |= {"requestId": request_id, "extendedRequestId": "own="}
        assert invoke(handlers["enroll"], event).body["requestId"] == wanted
        assert {line["correlation_id"] for line in logs.lines()} == {wanted}


def test_each_line_names_its_function(
    handlers: dict[str, str], learner: Person, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The functions of one context share a log group."""
    for name in ("peerlearn-EnrollFunction-0A1B2C", "peerlearn-EnrollFunction-3D4E5F", ""):
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", name)
        assert request(handlers, "r-1", "enroll", token=learner.token, path={"courseId": "crs_0"}).status == 404
        told = {line.get("function", "") for line in logs.lines()}
        assert told == {name}


def test_a_write_that_lambda_ends_has_left_both_ids(
    handlers: dict[str, str], learner: Person, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda's own line `Task timed out` carries the invocation's id and no other."""

    class Ended(BaseException):
        """The process is gone."""

    def end(*_: object) -> None:
        raise Ended

    monkeypatch.setattr("peerlearn.persistence.table.Table.transact", end)
    with pytest.raises(Ended):
        request(handlers, "r-1", "enroll", token=learner.token, path={"courseId": "crs_0"})
    (line,) = logs.lines()
    assert (line["level"], line["message"]) == ("INFO", "began")
    assert (line["method"], line["route"]) == ("POST", "/v1/courses/{courseId}/enroll")
    assert (line["correlation_id"], line["function_request_id"]) == ("r-1", Context.aws_request_id)


@pytest.mark.usefixtures("push")
def test_every_line_carries_the_id_of_its_invocation(
    aws: DynamoDBClient, handlers: dict[str, str], learner: Person, stream: Stream, logs: Logs
) -> None:
    path = {"courseId": Courses(Table(aws, TABLE)).add(5)}
    stream.records()
    for _ in range(2):
        request(handlers, "r-1", "enroll", token=learner.token, path=path)
    records = [one | {"eventSourceARN": "arn"} for one in stream.records()]
    assert consume(notify.lambda_handler, [*records, event_of("notify")["Records"][0]])["batchItemFailures"] == []
    for event in ({}, {"Records": [{**event_of("finish_erasure")["Records"][0], "body": "no task"}]}):
        finish_erasure.lambda_handler(event, cast("LambdaContext", Context()))
    lines = logs.lines()
    assert {line["message"] for line in lines} >= {"began", "answered", "refused", "told", "a task failed"}
    assert {line.get("function_request_id") for line in lines} == {Context.aws_request_id}
    logger.info("outside")
    assert "function_request_id" not in logs.lines()[0]


def test_reading_leaves_no_line(handlers: dict[str, str], learner: Person, logs: Logs) -> None:
    assert request(handlers, "r-1", "get_profile", token=learner.token).status == 200
    assert logs.lines() == []


def test_writes_of_a_request_carry_its_id_and_others_none() -> None:
    key = Key("A", "B")
    message = {**key.as_item(), "entity": Entity.MESSAGE.value}
    with correlated("r-1", cast("LambdaContext", Context())):
        writes = [
            put(message),
            update(key, "SET #a = :a", names={"#a": "a"}, values={":a": 1}),
            update(key, "REMOVE a"),
        ]
    put_, set_, remove = (write.request for write in writes)
    assert put_["Item"]["correlationId"] == {"S": "r-1"}
    assert set_["UpdateExpression"] == "SET #correlationId = :correlationId, #a = :a"
    assert remove["UpdateExpression"] == "SET #correlationId = :correlationId REMOVE a"
    for request_ in (set_, remove):
        assert request_["ExpressionAttributeNames"]["#correlationId"] == "correlationId"
        assert request_["ExpressionAttributeValues"][":correlationId"] == {"S": "r-1"}
    with correlated("r-1", cast("LambdaContext", Context())):
        # a tag more may make the item a KB longer, and nobody reads it there
        assert "correlationId" not in str(put({**key.as_item(), "entity": Entity.SUBMISSION.value}).request)
    assert correlation_id() == ""
    outside = [put(message), update(key, "REMOVE a")]
    assert "correlationId" not in str(list(chain(one.request.items() for one in outside)))


def test_items_that_the_filters_let_through_carry_the_request() -> None:
    for name, resource in load_template()["Resources"].items():
        for event in resource["Properties"].get("Events", {}).values() if name.endswith("Function") else ():
            for one in event["Properties"].get("FilterCriteria", {}).get("Filters", ()):
                image = json.loads(one["Pattern"])["dynamodb"].get("NewImage", {})
                for attribute in ("entity", "lastChange"):
                    for value in image.get(attribute, {}).get("S", ()):
                        assert is_streamed({attribute: value}), value
