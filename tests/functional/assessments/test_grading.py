"""Grades: points, corrections, feedback."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from peerlearn.domain.clock import utc_now
from peerlearn.domain.submissions import FEEDBACK_MAX_LENGTH, Submission
from peerlearn.persistence import keys, writes
from peerlearn.persistence.items.assessments import submission_item
from peerlearn.persistence.items.ledger import totals_item
from peerlearn.persistence.table import Table
from tests.functional.assessments.conftest import LINK, Call, Classroom
from tests.functional.conftest import TABLE
from tests.support.learning import Learning
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_a_grade_is_seen_at_once_and_closes_the_assessment(call: Call, room: Classroom) -> None:
    room.submit()
    answer = room.grade(7, feedback="Look at the rook endings.")
    assert answer.status == 200
    graded = answer.body["data"]["submission"]
    assert (graded["grade"], graded["feedback"], graded["attempt"]) == (7, "Look at the rook endings.", 1)
    assert graded["gradedAt"].endswith("Z")
    path = {"assessmentId": room.assessment}
    assert call("get_assessment", token=room.learner.token, path=path).body["data"]["submission"] == graded
    assert call("list_my_submissions", token=room.learner.token).body["data"]["submissions"] == [graded]
    for refused in (room.submit("https://github.com/ada/late"), room.upload()):
        assert (refused.status, refused.code) == (409, "SUBMISSION_ALREADY_GRADED")
    assert room.points() == 20


def test_corrections_reverse_what_was_earned_and_keep_the_old_grade(call: Call, room: Classroom) -> None:
    room.submit()
    grades = [9, 10, 4, 4, 9]
    points = []
    for grade in grades:
        assert room.grade(grade, feedback="f").status == 200
        points.append(room.points())
        room.learning.check(room.learner.user_id)
    assert points == [50, 50, 20, 20, 50]
    entries = call("list_points", token=room.learner.token).body["data"]["entries"]
    key = f"grade:{room.assessment}"
    assert [(entry["reason"], entry["points"], entry["reference"]) for entry in reversed(entries)] == [
        ("first_submission", 20, f"submission:{room.assessment}"),
        ("excellent_grade", 30, f"{key}:1"),
        ("grade_corrected", -30, f"{key}:2:reversal"),
        ("perfect_grade", 30, f"{key}:2"),
        ("grade_corrected", -30, f"{key}:3:reversal"),
        ("excellent_grade", 30, f"{key}:4"),
    ]
    past = room.learning.items(room.learner.user_id, f"{keys.SUBMISSION_PREFIX}{room.assessment}#GRADE#")
    assert [int(item["grade"]) for item in past] == [9, 10, 4]
    assert {item["gradedBy"] for item in past} == {room.tutor.user_id}


def test_gradings_are_audited_and_a_repeat_is_not(room: Classroom, administrator: Person) -> None:
    room.submit()
    for grade in (9, 9, 4):
        assert room.grade(grade, feedback="f").status == 200
    assert room.grade(11).status == 422
    target = f"{room.assessment}/{room.learner.user_id}"
    answer = room.call("list_audit", token=administrator.token, query={"target": target})
    entries = answer.body["data"]["entries"]
    assert [(entry["action"], entry["details"]) for entry in reversed(entries)] == [
        ("grade.set", {"grade": 9, "attempt": 1, "was": None}),
        ("grade.corrected", {"grade": 4, "attempt": 1, "was": 9}),
    ]
    assert {entry["actor"]["userId"] for entry in entries} == {room.tutor.user_id}


@pytest.mark.parametrize(("grade", "earned"), [(0, 0), (8, 0), (9, 30), (10, 30)])
def test_ninety_percent_earns_points(room: Classroom, grade: int, earned: int) -> None:
    room.submit()
    room.grade(grade)
    assert room.points() == 20 + earned


def test_feedback_left_out_stays_and_null_takes_it_away(room: Classroom) -> None:
    room.submit()
    room.grade(5, feedback="kept")
    assert room.grade(6).body["data"]["submission"]["feedback"] == "kept"
    assert room.grade(6, feedback=None).body["data"]["submission"]["feedback"] is None


def test_stranger_grades_nothing_and_nobody_grades_what_is_not_there(
    room: Classroom, people: People, administrator: Person
) -> None:
    assert room.grade(5).code == "SUBMISSION_NOT_FOUND"
    room.submit()
    for person in (room.learner, people.add(), people.add(room.tutor.user.role)):
        assert room.grade(5, person=person).code == "FORBIDDEN"
    for body in ({"grade": 11}, {"grade": -1}, {"grade": "5"}, {"grade": 5.555}, {}, {"grade": 5, "points": 9}):
        path = {"assessmentId": room.assessment, "learnerId": room.learner.user_id}
        answer = room.call("grade", token=room.tutor.token, path=path, body=body)
        assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert room.grade(5, feedback="f" * 10_001).status == 422
    assert room.grade(5, feedback="ü" * 10_000, person=administrator).status == 200


def test_a_learner_who_left_is_graded_and_credited_still(room: Classroom) -> None:
    room.submit()
    room.learning.drop(room.learner.user_id, room.course)
    assert room.grade(10).status == 200
    assert room.points() == 50
    room.learning.check(room.learner.user_id)


def test_a_list_of_the_longest_feedback_is_walked_to_its_end(
    call: Call, learner: Person, learning: Learning, aws: DynamoDBClient
) -> None:
    """A hundred of them are 12 MB as the runtime writes them, and Lambda passes on 6."""
    feedback = "\N{GRINNING FACE}" * FEEDBACK_MAX_LENGTH
    table, now, count = Table(aws, TABLE), utc_now(), 70
    for attempt in range(1, count + 1):
        at = now - timedelta(minutes=count - attempt)
        one = Submission(f"asm_{attempt}", "crs_1", learner.user_id, attempt, LINK, at, late=False, file=None)
        graded = replace(one, grade=9, feedback=feedback, graded_at=at, graded_by="usr_tutor")
        table.write(writes.put(submission_item(graded, past=True)))
    table.write(writes.put(totals_item(replace(learning.totals(learner.user_id), submissions=count))))
    seen: list[int] = []
    query = {"limit": "100"}
    while True:
        answer = call("list_my_submissions", token=learner.token, query=query)
        assert (answer.status, answer.body["metadata"]["limit"], answer.body["metadata"]["total"]) == (200, 100, count)
        seen += [one["attempt"] for one in answer.body["data"]["submissions"]]
        if "next" not in answer.body["metadata"]:
            break
        query["cursor"] = answer.body["metadata"]["next"]
    assert seen == list(range(count, 0, -1))
