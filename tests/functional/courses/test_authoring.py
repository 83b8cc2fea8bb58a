"""Tutors make, change and delete courses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.users import Role
from peerlearn.persistence import keys
from tests.functional.conftest import TABLE
from tests.functional.courses.conftest import COURSE, SESSION, TIMES
from tests.support.api import Answer
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[..., Answer]
Make = Callable[..., dict[str, Any]]


def fields(answer: Answer) -> list[str]:
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED"), answer.body
    return [entry["field"] for entry in answer.body["details"]["fields"]]


def set_seats(aws: DynamoDBClient, course_id: str, **counters: int) -> None:
    for name, count in counters.items():
        aws.update_item(
            TableName=TABLE,
            Key={key: {"S": value} for key, value in keys.seats(course_id).as_item().items()},
            UpdateExpression="SET #c = :n",
            ExpressionAttributeNames={"#c": name},
            ExpressionAttributeValues={":n": {"N": str(count)}},
        )


def seats(aws: DynamoDBClient, course_id: str) -> dict[str, Any]:
    key: Any = {name: {"S": value} for name, value in keys.seats(course_id).as_item().items()}
    return {name: next(iter(v.values())) for name, v in aws.get_item(TableName=TABLE, Key=key)["Item"].items()}


def test_course_is_a_draft_unless_told_otherwise(call: Call, tutor: Person) -> None:
    answer = call("create_course", token=tutor.token, body=COURSE)
    assert answer.status == 201
    course = answer.body["data"]["course"]
    assert course["courseId"].startswith("crs_")
    assert {key: course[key] for key in COURSE if key != "modules"} == {
        k: v for k, v in COURSE.items() if k != "modules"
    }
    assert (course["status"], course["seatsTaken"], course["waitlistLength"]) == ("draft", 0, 0)
    assert len({module["moduleId"] for module in course["modules"]}) == 2


def test_session_keeps_its_time_with_its_seats(call: Call, tutor: Person, aws: DynamoDBClient) -> None:
    course = call("create_course", token=tutor.token, body=SESSION).body["data"]["course"]
    assert course["courseId"].startswith("ssn_")
    assert {key: course[key] for key in TIMES} == TIMES
    assert {key: seats(aws, course["courseId"])[key] for key in TIMES} == TIMES
    moved = {"startsAt": "2027-01-02T12:00:00+02:00", "endsAt": "2027-01-02T11:00:00.1239Z"}
    stored = {"startsAt": "2027-01-02T10:00:00.000Z", "endsAt": "2027-01-02T11:00:00.123Z"}
    answer = call("update_course", token=tutor.token, path={"courseId": course["courseId"]}, body=moved)
    assert {key: answer.body["data"]["course"][key] for key in TIMES} == stored
    assert {key: seats(aws, course["courseId"])[key] for key in TIMES} == stored


@pytest.mark.parametrize("hours", [-2, 2])
def test_published_session_moves_within_its_day(hours: int, call: Call, tutor: Person) -> None:
    course = call("create_course", token=tutor.token, body=SESSION | {"status": "published"}).body["data"]["course"]
    begins = from_rfc3339(course["startsAt"]) + timedelta(hours=hours)
    moved = {"startsAt": to_rfc3339(begins), "endsAt": to_rfc3339(begins + timedelta(hours=1))}
    answer = call("update_course", token=tutor.token, path={"courseId": course["courseId"]}, body=moved)
    assert answer.status == 200, answer
    found = call("list_courses", query={"startsFrom": moved["startsAt"], "startsTo": moved["startsAt"]})
    assert [one["courseId"] for one in found.body["data"]["courses"]] == [course["courseId"]]
    former = {"startsFrom": course["startsAt"], "startsTo": course["startsAt"]}
    assert call("list_courses", query=former).body["data"]["courses"] == []


def test_no_limit_and_no_seat(make: Make) -> None:
    assert (make(capacity=None)["capacity"], make(capacity=None)["seatsAvailable"]) == (None, None)
    assert make(capacity=0)["seatsAvailable"] == 0


def test_every_wrong_field_is_named_at_once(call: Call, tutor: Person) -> None:
    body = {
        "title": " ",
        "subject": "x" * 61,
        "level": "expert",
        "kind": "session",
        "capacity": "5",
        "modules": [{"title": "A", "minutes": 0}, {"title": "B", "minutes": True, "moduleId": "mod_1"}],
        "startsAt": "2027-01-01",
        "status": "open",
        "tutorId": "usr_other",
    }
    assert set(fields(call("create_course", token=tutor.token, body=body))) == {
        "title",
        "description",
        "subject",
        "level",
        "capacity",
        "modules.0.minutes",
        "modules.1.minutes",
        "modules.1.moduleId",
        "startsAt",
        "endsAt",
        "status",
        "tutorId",
    }


@pytest.mark.parametrize(
    ("times", "wrong"),
    [
        ({}, ["startsAt", "endsAt"]),
        ({"startsAt": TIMES["startsAt"]}, ["endsAt"]),
        ({"endsAt": TIMES["endsAt"]}, ["startsAt"]),
        ({"startsAt": TIMES["endsAt"], "endsAt": TIMES["startsAt"]}, ["endsAt"]),
        ({"startsAt": TIMES["startsAt"], "endsAt": TIMES["startsAt"]}, ["endsAt"]),
        ({**TIMES, "startsAt": "2027-01-01T10:00:00"}, ["startsAt"]),
        ({**TIMES, "startsAt": 1798797600}, ["startsAt"]),
        ({**TIMES, "startsAt": "1798797600"}, ["startsAt"]),
        ({**TIMES, "startsAt": "2027-01-01T10:00Z"}, ["startsAt"]),
        ({**TIMES, "endsAt": "9999-12-31T23:59:59-12:00"}, ["endsAt"]),
        ({**TIMES, "startsAt": "0001-01-01T00:00:00+12:00"}, ["startsAt"]),
    ],
)
def test_times_of_a_session(call: Call, tutor: Person, times: dict[str, object], wrong: list[str]) -> None:
    body = {key: value for key, value in SESSION.items() if key not in TIMES} | times
    assert fields(call("create_course", token=tutor.token, body=body)) == wrong


def test_times_of_a_session_are_named_beside_other_fields(call: Call, tutor: Person) -> None:
    body = {key: value for key, value in SESSION.items() if key not in TIMES} | {"title": ""}
    assert fields(call("create_course", token=tutor.token, body=body)) == ["title", "startsAt", "endsAt"]


@pytest.mark.parametrize("times", [{}, {"startsAt": TIMES["startsAt"]}, {"endsAt": TIMES["endsAt"]}, TIMES])
def test_times_of_a_course_are_optional(call: Call, tutor: Person, times: dict[str, str]) -> None:
    answer = call("create_course", token=tutor.token, body=COURSE | times)
    assert answer.status == 201
    assert {key: answer.body["data"]["course"][key] for key in TIMES} == {key: times.get(key) for key in TIMES}


def test_change_merges(call: Call, make: Make, tutor: Person) -> None:
    course = make()
    path = {"courseId": course["courseId"]}
    change = {"title": "New title", "capacity": None}
    answer = call("update_course", token=tutor.token, path=path, body=change)
    assert answer.body["data"]["course"] == course | change | {"seatsAvailable": None}
    assert call("get_course", path=path).body["data"]["course"] == answer.body["data"]["course"]
    assert call("update_course", token=tutor.token, path=path, body={}).body == answer.body


@pytest.mark.parametrize("name", ["title", "description", "subject", "level", "kind", "modules", "status"])
def test_only_limit_and_times_may_be_taken_away(call: Call, make: Make, tutor: Person, name: str) -> None:
    path = {"courseId": make()["courseId"]}
    assert fields(call("update_course", token=tutor.token, path=path, body={name: None})) == [name]


def test_times_are_judged_after_the_merge(call: Call, make: Make, tutor: Person) -> None:
    path = {"courseId": make(**SESSION)["courseId"]}
    for body, wrong in (
        ({"startsAt": TIMES["endsAt"]}, ["endsAt"]),
        ({"endsAt": None}, ["endsAt"]),
        ({"startsAt": None, "endsAt": None}, ["startsAt", "endsAt"]),
    ):
        assert fields(call("update_course", token=tutor.token, path=path, body=body)) == wrong
    # As a course it needs none, and the lock forgets them too.
    answer = call(
        "update_course", token=tutor.token, path=path, body={"kind": "course", "startsAt": None, "endsAt": None}
    )
    assert (answer.status, answer.body["data"]["course"]["startsAt"]) == (200, None)
    assert fields(call("update_course", token=tutor.token, path=path, body={"kind": "session"})) == [
        "startsAt",
        "endsAt",
    ]


def test_modules_are_replaced_and_known_ones_keep_their_ids(call: Call, make: Make, tutor: Person) -> None:
    course = make()
    first, second = (module["moduleId"] for module in course["modules"])
    path = {"courseId": course["courseId"]}
    body = {
        "modules": [
            {"moduleId": second, "title": "Matrices again", "minutes": 70},
            {"title": "New", "minutes": 5},
            {"moduleId": first, "title": "Vectors", "minutes": 45},
        ]
    }
    modules = call("update_course", token=tutor.token, path=path, body=body).body["data"]["course"]["modules"]
    assert [module["title"] for module in modules] == ["Matrices again", "New", "Vectors"]
    assert (modules[0]["moduleId"], modules[2]["moduleId"]) == (second, first)
    assert modules[1]["moduleId"] not in (first, second)
    assert call("get_course", path=path).body["data"]["course"]["modules"] == modules


def test_unknown_and_repeated_modules(call: Call, make: Make, tutor: Person) -> None:
    course, other = make(), make()
    known, foreign = course["modules"][0]["moduleId"], other["modules"][0]["moduleId"]
    listed = [{"moduleId": module, "title": "M", "minutes": 1} for module in (known, "mod_unknown", known, foreign)]
    path = {"courseId": course["courseId"]}
    answer = call("update_course", token=tutor.token, path=path, body={"modules": listed})
    assert fields(answer) == ["modules.1.moduleId", "modules.2.moduleId", "modules.3.moduleId"]
    assert call("get_course", path=path).body["data"]["course"] == course


def test_at_most_200_modules(call: Call, make: Make, tutor: Person) -> None:
    modules = [{"title": "M", "minutes": 1}] * 201
    assert fields(call("create_course", token=tutor.token, body=COURSE | {"modules": modules})) == ["modules"]
    path = {"courseId": make(modules=modules[:200])["courseId"]}
    assert fields(call("update_course", token=tutor.token, path=path, body={"modules": modules})) == ["modules"]


def test_capacity_is_not_below_the_seats_taken(call: Call, make: Make, tutor: Person, aws: DynamoDBClient) -> None:
    course_id = make(capacity=10)["courseId"]
    set_seats(aws, course_id, seatsTaken=4)
    path = {"courseId": course_id}
    answer = call("update_course", token=tutor.token, path=path, body={"capacity": 3, "title": "Not this either"})
    assert (answer.status, answer.code, answer.body["details"]) == (409, "CONFLICT", {"seatsTaken": 4})
    assert call("get_course", path=path).body["data"]["course"]["title"] == COURSE["title"]
    answer = call("update_course", token=tutor.token, path=path, body={"capacity": 4})
    assert answer.body["data"]["course"]["seatsAvailable"] == 0
    assert (seats(aws, course_id)["capacity"], seats(aws, course_id)["seatsTaken"]) == ("4", "4")


@pytest.mark.parametrize("counter", ["seatsTaken", "waitlistLength"])
def test_kind_stays_once_there_are_learners(
    call: Call, make: Make, tutor: Person, aws: DynamoDBClient, counter: str
) -> None:
    path = {"courseId": make()["courseId"]}
    body = {"kind": "session", **TIMES}
    set_seats(aws, path["courseId"], **{counter: 1})
    answer = call("update_course", token=tutor.token, path=path, body=body)
    assert (answer.status, answer.code) == (409, "CONFLICT")
    set_seats(aws, path["courseId"], **{counter: 0})
    assert call("update_course", token=tutor.token, path=path, body=body).status == 200
    assert seats(aws, path["courseId"])["kind"] == "session"


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("draft", "published", 200),
        ("draft", "closed", 200),
        ("published", "closed", 200),
        ("closed", "published", 200),
        ("published", "draft", 409),
        ("closed", "draft", 409),
        ("draft", "draft", 200),
    ],
)
def test_statuses(
    call: Call, make: Make, tutor: Person, aws: DynamoDBClient, before: str, after: str, status: int
) -> None:
    path = {"courseId": make(status=before)["courseId"]}
    assert call("update_course", token=tutor.token, path=path, body={"status": after}).status == status
    found = after if status == 200 else before
    assert call("get_course", token=tutor.token, path=path).body["data"]["course"]["status"] == found
    assert seats(aws, path["courseId"])["status"] == found


def test_only_drafts_are_deleted(call: Call, make: Make, tutor: Person, aws: DynamoDBClient) -> None:
    path = {"courseId": make(status="draft")["courseId"]}
    answer = call("delete_course", token=tutor.token, path=path)
    assert (answer.status, answer.body) == (204, {})
    assert call("delete_course", token=tutor.token, path=path).code == "COURSE_NOT_FOUND"
    for key in (keys.course, keys.outline, keys.seats):
        stored: Any = {name: {"S": value} for name, value in key(path["courseId"]).as_item().items()}
        assert "Item" not in aws.get_item(TableName=TABLE, Key=stored)
    for status in ("published", "closed"):
        path = {"courseId": make(status=status)["courseId"]}
        answer = call("delete_course", token=tutor.token, path=path)
        assert (answer.status, answer.code) == (409, "CONFLICT")


@pytest.mark.parametrize("name", ["update_course", "delete_course", "list_roster"])
def test_only_the_courses_tutor_and_administrators(
    call: Call, make: Make, people: People, learner: Person, administrator: Person, name: str
) -> None:
    path, published = ({"courseId": make(status=status)["courseId"]} for status in ("draft", "published"))
    foreign = people.add(Role.TUTOR)
    for person, where in ((learner, path), (learner, published), (foreign, published)):
        answer = call(name, token=person.token, path=where)
        assert (answer.status, answer.code) == (403, "FORBIDDEN")
    # A draft of somebody else is not there.
    answer = call(name, token=foreign.token, path=path)
    assert (answer.status, answer.code) == (404, "COURSE_NOT_FOUND")
    assert call(name, path=path).code == "UNAUTHENTICATED"
    assert call(name, token=administrator.token, path=path).status in (200, 204)
    assert call(name, token=administrator.token, path={"courseId": "crs_none"}).code == "COURSE_NOT_FOUND"


@pytest.mark.parametrize("name", ["enroll", "join_waitlist"])
def test_tutor_takes_no_seat_in_a_course_of_their_own(
    call: Call, make: Make, people: People, tutor: Person, administrator: Person, name: str
) -> None:
    path = {"courseId": make(status="published")["courseId"]}
    answer = call(name, token=tutor.token, path=path)
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
    for person in (people.add(Role.TUTOR), administrator, people.add()):
        assert call("enroll", token=person.token, path=path).status == 201


def test_learners_make_no_courses(call: Call, learner: Person, administrator: Person) -> None:
    assert call("create_course", token=learner.token, body={}).code == "FORBIDDEN"
    assert call("create_course", body={}).code == "UNAUTHENTICATED"
    assert call("create_course", token=administrator.token, body=COURSE).status == 201


def test_publishing_and_closing_are_audited(call: Call, make: Make, tutor: Person, administrator: Person) -> None:
    course_id = make(status="draft")["courseId"]
    for body in ({"status": "published"}, {"title": "Another"}, {"status": "closed", "capacity": 5}):
        assert call("update_course", token=tutor.token, path={"courseId": course_id}, body=body).status == 200
    answer = call("list_audit", token=administrator.token, query={"target": course_id})
    assert [(entry["action"], entry["details"]) for entry in answer.body["data"]["entries"]] == [
        ("course.closed", {"was": "published"}),
        ("course.published", {"was": "draft"}),
    ]
    assert len(call("list_audit", token=administrator.token, query={}).body["data"]["entries"]) == 2
    made = make()["courseId"]
    (entry,) = call("list_audit", token=administrator.token, query={"target": made}).body["data"]["entries"]
    assert (entry["action"], entry["actor"]["userId"], entry["details"]) == (
        "course.published",
        tutor.user_id,
        {"was": None},
    )
