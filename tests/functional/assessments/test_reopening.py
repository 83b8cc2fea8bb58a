"""A grade of null reopens a submission."""

from __future__ import annotations

from typing import Any

from peerlearn.persistence import keys
from tests.functional.assessments.conftest import Classroom
from tests.support.people import Person

ANOTHER = "https://github.com/ada/another"


def submission_of(room: Classroom) -> dict[str, Any]:
    answer = room.call("get_assessment", token=room.learner.token, path={"assessmentId": room.assessment})
    return dict(answer.body["data"]["submission"])


def past_gradings(room: Classroom) -> list[tuple[int, int | None]]:
    kept = room.learning.items(room.learner.user_id, f"{keys.SUBMISSION_PREFIX}{room.assessment}#GRADE#")
    return [(int(item["revision"]), int(item["grade"]) if "grade" in item else None) for item in kept]


def test_reopened_submission_has_no_grade_and_gives_its_points_back(room: Classroom) -> None:
    room.submit()
    room.grade(10, feedback="Well done")
    assert room.points() == 50
    answer = room.grade(None)
    reopened = answer.body["data"]["submission"]
    assert (answer.status, reopened["grade"], reopened["gradedAt"]) == (200, None, None)
    # feedback that is left out stays
    assert reopened["feedback"] == "Well done"
    assert submission_of(room) == reopened
    assert room.points() == 20
    room.learning.check(room.learner.user_id)


def test_reopened_submission_takes_another_attempt_which_is_graded_anew(room: Classroom) -> None:
    room.submit()
    room.grade(9)
    assert room.submit(ANOTHER).code == "SUBMISSION_ALREADY_GRADED"
    room.grade(None)
    second = room.submit(ANOTHER).body["data"]["submission"]
    assert (second["attempt"], second["grade"], second["feedback"]) == (2, None, None)
    assert room.grade(10, attempt=2).body["data"]["submission"]["grade"] == 10
    # no grading takes the place of an earlier one
    assert past_gradings(room) == [(1, 9), (2, None)]
    assert room.points() == 50
    room.learning.check(room.learner.user_id)


def test_reopening_what_is_not_graded_changes_nothing(room: Classroom) -> None:
    room.submit()
    before = submission_of(room)
    assert room.grade(None).body["data"]["submission"] == before
    assert past_gradings(room) == []


def test_reopening_twice_gives_the_points_back_once(room: Classroom) -> None:
    room.submit()
    room.grade(10)
    for _ in range(2):
        assert room.grade(None).status == 200
    assert room.points() == 20
    assert past_gradings(room) == [(1, 10)]


def test_reopening_is_audited(room: Classroom, administrator: Person) -> None:
    room.submit()
    room.grade(9)
    room.grade(None)
    target = f"{room.assessment}/{room.learner.user_id}"
    latest = room.call("list_audit", token=administrator.token, query={"target": target}).body["data"]["entries"][0]
    assert latest["action"] == "grade.corrected"
    assert latest["details"] == {"grade": None, "attempt": 1, "was": 9}


def test_grade_that_is_left_out_is_refused_and_reopens_nothing(room: Classroom) -> None:
    room.submit()
    room.grade(7)
    path = {"assessmentId": room.assessment, "learnerId": room.learner.user_id}
    refused = room.call("grade", token=room.tutor.token, path=path, body={"feedback": "No grade"})
    assert (refused.status, refused.code) == (422, "VALIDATION_FAILED")
    assert submission_of(room)["grade"] == 7
