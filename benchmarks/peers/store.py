"""Common parts of all peers: tokens, models, and the calls to the product's own table, as boto3's guides show."""

from __future__ import annotations

import os
import time
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any

import boto3
import jwt
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

TABLE = os.environ.get("TABLE_NAME", "table")
KEY = f"{1:064d}".encode()

_client = boto3.client("dynamodb", config=Config(parameter_validation=False, retries={"total_max_attempts": 3}))
_read = TypeDeserializer().deserialize
_write = TypeSerializer().serialize


class Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class NewMessage(Model):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")

    receiver_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    message: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    client_message_id: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None


class Tutor(Model):
    user_id: str
    name: str


class Course(Model):
    course_id: str
    title: str
    description: str
    subject: str
    level: str
    kind: str
    tutor: Tutor
    capacity: int | None
    seats_taken: int
    seats_available: int | None
    waitlist_length: int
    starts_at: str | None
    ends_at: str | None
    status: str
    created_at: str


class Courses(Model):
    courses: list[Course]


class Metadata(Model):
    page: int
    limit: int
    total: int


class CoursePage(Model):
    status: str = "success"
    data: Courses
    metadata: Metadata


class Enrollment(Model):
    enrollment_id: str
    learner_id: str
    course_id: str
    status: str
    enrolled_at: str
    updated_at: str


class EnrollmentData(Model):
    enrollment: Enrollment


class EnrollmentAnswer(Model):
    status: str = "success"
    data: EnrollmentData


class Message(Model):
    message_id: str
    conversation_id: str
    seq: int
    sender_id: str
    receiver_id: str
    message: str
    is_read: bool
    created_at: str


class MessageData(Model):
    message: Message


class MessageAnswer(Model):
    status: str = "success"
    data: MessageData


def user_of(header: str | None) -> str:
    """The caller's id."""
    if not header or not header.startswith("Bearer "):
        raise Refused(401, "UNAUTHENTICATED")
    try:
        claims = jwt.decode(
            header[7:],
            KEY,
            algorithms=["HS256"],
            audience="peerlearn-api",
            issuer="peerlearn",
            options={"require": ["sub", "role", "sid", "jti", "iat", "exp", "iss", "aud", "type"]},
        )
    except jwt.PyJWTError as error:
        raise Refused(401, "UNAUTHENTICATED") from error
    if claims["type"] != "access":
        raise Refused(401, "UNAUTHENTICATED")
    return str(claims["sub"])


def catalogue(page: int, limit: int) -> CoursePage:
    """Two round trips: the newest entries and behind them the counters, then the seats of each."""
    found = _client.query(
        TableName=TABLE,
        KeyConditionExpression="PK = :shelf AND SK BETWEEN :first AND :last",
        ExpressionAttributeValues={":shelf": {"S": "CATALOGUE#all"}, ":first": {"S": "E#"}, ":last": {"S": "F$"}},
        ScanIndexForward=False,
        Limit=limit + 8,
    )["Items"]
    items = [{name: _read(value) for name, value in item.items()} for item in found]
    entries = [item for item in items if "courseId" in item][:limit]
    total = sum(int(item["count"]) for item in items if "count" in item)
    keys = [{"PK": {"S": f"COURSE#{entry['courseId']}"}, "SK": {"S": "A#SEATS"}} for entry in entries]
    answer = _client.batch_get_item(RequestItems={TABLE: {"Keys": keys}})["Responses"]
    read = [{name: _read(value) for name, value in item.items()} for item in next(iter(answer.values()))]
    seats = {item["courseId"]: item for item in read}
    listed = [_course(entry, seats[entry["courseId"]]) for entry in entries if entry["courseId"] in seats]
    return CoursePage(data=Courses(courses=listed), metadata=Metadata(page=page, limit=limit, total=total))


def _course(course: dict[str, Any], seats: dict[str, Any]) -> Course:
    capacity = None if seats.get("capacity") is None else int(seats["capacity"])
    taken = int(seats["seatsTaken"])
    return Course(
        **{name: course[name] for name in ("courseId", "title", "description", "subject", "level", "kind")},
        tutor=Tutor(user_id=course["tutorId"], name=course["tutorName"]),
        capacity=capacity,
        seats_taken=taken,
        seats_available=None if capacity is None else capacity - taken,
        waitlist_length=int(seats["waitlistLength"]),
        starts_at=course.get("startsAt"),
        ends_at=course.get("endsAt"),
        status=seats["status"],
        created_at=course["createdAt"],
    )


def enroll(user_id: str, course_id: str) -> EnrollmentAnswer:
    """One round trip: the enrolment, and the seat."""
    now = _now()
    item = {"PK": f"USER#{user_id}", "SK": f"B#ENROLLMENT#{course_id}", "status": "active", "enrolledAt": now}
    _client.transact_write_items(
        ClientRequestToken=str(uuid.uuid4()),
        TransactItems=[
            {
                "Put": {
                    "TableName": TABLE,
                    "Item": {name: _write(value) for name, value in item.items()},
                    "ConditionExpression": "attribute_not_exists(PK)",
                }
            },
            {
                "Update": {
                    "TableName": TABLE,
                    "Key": {"PK": {"S": f"COURSE#{course_id}"}, "SK": {"S": "A#SEATS"}},
                    "UpdateExpression": "SET #taken = #taken + :one",
                    "ConditionExpression": "#taken < #capacity AND #status = :open",
                    "ExpressionAttributeNames": {"#taken": "seatsTaken", "#capacity": "capacity", "#status": "status"},
                    "ExpressionAttributeValues": {":one": {"N": "1"}, ":open": {"S": "published"}},
                }
            },
        ],
    )
    enrollment = Enrollment(
        enrollment_id=f"enr_{uuid.uuid4().hex[:24]}",
        learner_id=user_id,
        course_id=course_id,
        status="active",
        enrolled_at=now,
        updated_at=now,
    )
    return EnrollmentAnswer(data=EnrollmentData(enrollment=enrollment))


def send(user_id: str, new: NewMessage) -> MessageAnswer:
    """Two round trips: the conversation's head, then message and head together."""
    one, other = sorted((user_id, new.receiver_id))
    partition = f"CONVERSATION#{one}#{other}"
    head = _client.batch_get_item(
        RequestItems={TABLE: {"Keys": [{"PK": {"S": partition}, "SK": {"S": "MESSAGE~HEAD"}}], "ConsistentRead": True}}
    )["Responses"]
    found = next(iter(next(iter(head.values()), [])), {})
    seq = int(_read(found["seq"])) + 1 if "seq" in found else 1
    message = Message(
        message_id=f"msg_{uuid.uuid4().hex[:24]}",
        conversation_id=partition,
        seq=seq,
        sender_id=user_id,
        receiver_id=new.receiver_id,
        message=new.message,
        is_read=False,
        created_at=_now(),
    )
    item = {"PK": partition, "SK": f"MESSAGE#{seq:012d}", **message.model_dump(by_alias=True)}
    _append(partition, item, seq, message.created_at)
    return MessageAnswer(data=MessageData(message=message))


def _append(partition: str, item: dict[str, Any], seq: int, at: str) -> None:
    _client.transact_write_items(
        ClientRequestToken=str(uuid.uuid4()),
        TransactItems=[
            {
                "Put": {
                    "TableName": TABLE,
                    "Item": {name: _write(value) for name, value in item.items()},
                    "ConditionExpression": "attribute_not_exists(PK)",
                }
            },
            {
                "Update": {
                    "TableName": TABLE,
                    "Key": {"PK": {"S": partition}, "SK": {"S": "MESSAGE~HEAD"}},
                    "UpdateExpression": "SET #seq = :seq, #last = :last",
                    "ConditionExpression": "attribute_not_exists(#seq) OR #seq = :before",
                    "ExpressionAttributeNames": {"#seq": "seq", "#last": "lastMessageAt"},
                    "ExpressionAttributeValues": {
                        ":seq": _write(seq),
                        ":before": _write(seq - 1),
                        ":last": _write(at),
                    },
                }
            },
        ],
    )


def error(code: str, details: Any = None) -> dict[str, Any]:
    """The error envelope."""
    now = _now()
    return {"status": "error", "code": code, "message": code, "timestamp": now, "details": details or {}}


def _now() -> str:
    return datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
