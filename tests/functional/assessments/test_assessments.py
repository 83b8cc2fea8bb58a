"""Assessments: set by their tutor, read by members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.domain.courses import ASSESSMENTS_MAX
from peerlearn.persistence import keys
from tests.functional.assessments.conftest import Call, Classroom
from tests.functional.conftest import TABLE
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


NEW = {"title": "Mate in two", "instructions": "Ten positions.", "maxGrade": 20}


def test_a_tutor_sets_an_assessment_and_members_read_it(call: Call, room: Classroom, learner: Person) -> None:
    due = "2031-02-01T20:00:00+02:00"
    body = NEW | {"dueAt": due, "allowLate": True}
    created = call("create_assessment", token=room.tutor.token, path={"courseId": room.course}, body=body)
    assert created.status == 201
    assessment = created.body["data"]["assessment"]
    assert assessment == {
        "assessmentId": assessment["assessmentId"],
        "courseId": room.course,
        "title": "Mate in two",
        "instructions": "Ten positions.",
        "maxGrade": 20,
        "dueAt": "2031-02-01T18:00:00.000Z",
        "allowLate": True,
    }
    for person in (learner, room.tutor):
        read = call("get_assessment", token=person.token, path={"assessmentId": assessment["assessmentId"]})
        assert read.body["data"] == {"assessment": assessment}


def test_only_the_courses_own_tutor_and_administrators_set_assessments(
    call: Call, room: Classroom, people: People, administrator: Person, learner: Person
) -> None:
    other = people.add(room.tutor.user.role)
    path = {"courseId": room.course}
    assert call("create_assessment", token=learner.token, path=path, body=NEW).code == "FORBIDDEN"
    assert call("create_assessment", token=other.token, path=path, body=NEW).code == "FORBIDDEN"
    assert call("create_assessment", token=administrator.token, path=path, body=NEW).status == 201
    missing = call("create_assessment", token=room.tutor.token, path={"courseId": "crs_none"}, body=NEW)
    assert (missing.status, missing.code) == (404, "COURSE_NOT_FOUND")


def test_more_assessments_than_an_answer_holds_are_refused(call: Call, room: Classroom, aws: DynamoDBClient) -> None:
    aws.update_item(
        TableName=TABLE,
        Key={"PK": {"S": keys.course(room.course).pk}, "SK": {"S": keys.course(room.course).sk}},
        UpdateExpression="SET assessmentCount = :count",
        ExpressionAttributeValues={":count": {"N": str(ASSESSMENTS_MAX - 1)}},
    )
    statuses = [
        call("create_assessment", token=room.tutor.token, path={"courseId": room.course}, body=NEW).status
        for _ in range(2)
    ]
    assert statuses == [201, 422]


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "   "},
        {"title": "t" * 121},
        {"instructions": "i" * 10_001},
        {"maxGrade": 0},
        {"maxGrade": "10"},
        {"maxGrade": 10_001},
        {"maxGrade": 9.5},
        {"dueAt": "2031-02-01T20:00:00"},
        {"dueAt": "soon"},
        {"dueAt": 1},
        {"allowLate": "yes"},
        {"courseId": "crs_other"},
    ],
)
def test_wrong_assessments_are_named(call: Call, room: Classroom, change: dict[str, Any]) -> None:
    path = {"courseId": room.course}
    answer = call("create_assessment", token=room.tutor.token, path=path, body=NEW | change)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert [field["field"] for field in answer.body["details"]["fields"]] == list(change)


def test_stranger_reads_no_assessment(call: Call, room: Classroom, people: People) -> None:
    outsider, other_tutor = people.add(), people.add(room.tutor.user.role)
    for person in (outsider, other_tutor):
        answer = call("get_assessment", token=person.token, path={"assessmentId": room.assessment})
        assert (answer.status, answer.code) == (403, "NOT_ENROLLED")
    for unknown in ("asm_1", room.assessment[:-1] + "x", f"asm_{room.course}_{'0' * 24}"):
        answer = call("get_assessment", token=outsider.token, path={"assessmentId": unknown})
        assert (answer.status, answer.code) == (404, "ASSESSMENT_NOT_FOUND")
