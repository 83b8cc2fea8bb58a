"""Assessments that live: changed, deleted, extended for one learner."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from peerlearn.domain.clock import to_rfc3339, utc_now
from scripts.invariants import table_items, violations
from tests.functional.assessments.conftest import Classroom
from tests.support.api import Answer
from tests.support.people import People, Person

SOON, LATER = utc_now() + timedelta(hours=1), utc_now() + timedelta(days=2)


def made(room: Classroom, due: datetime | None = SOON, **changes: Any) -> str:
    body = {"title": "Essay", "instructions": "Write.", "maxGrade": 10, **changes}
    if due is not None:
        body["dueAt"] = to_rfc3339(due)
    answer = room.call("create_assessment", token=room.tutor.token, path={"courseId": room.course}, body=body)
    return str(answer.body["data"]["assessment"]["assessmentId"])


def change(room: Classroom, assessment: str, person: Person | None = None, **changes: Any) -> Answer:
    token = (person or room.tutor).token
    return room.call("update_assessment", token=token, path={"assessmentId": assessment}, body=changes)


def delete(room: Classroom, assessment: str) -> Answer:
    return room.call("delete_assessment", token=room.tutor.token, path={"assessmentId": assessment}, body=None)


def extend(room: Classroom, assessment: str, due: datetime, learner: str | None = None) -> Answer:
    path = {"assessmentId": assessment, "learnerId": learner or room.learner.user_id}
    return room.call("extend_deadline", token=room.tutor.token, path=path, body={"dueAt": to_rfc3339(due)})


def shown(room: Classroom, assessment: str, person: Person | None = None) -> dict[str, Any]:
    token = (person or room.learner).token
    answer = room.call("get_assessment", token=token, path={"assessmentId": assessment})
    return dict(answer.body["data"]["assessment"])


def listed(room: Classroom) -> list[dict[str, Any]]:
    course = room.call("get_course", token=room.learner.token, path={"courseId": room.course}).body["data"]["course"]
    return [dict(one) for one in course["assessments"]]


def next_due(room: Classroom) -> object:
    answer = room.call("list_enrollments", token=room.learner.token, query={})
    return answer.body["data"]["enrollments"][0]["nextDueAt"]


# -- changing -------------------------------------------------------------------------------------------------------


def test_changed_fields_are_shown_and_others_stay(room: Classroom) -> None:
    assessment = made(room)
    answer = change(room, assessment, title="Short essay", instructions="Write less.", allowLate=True, maxGrade=20)
    expected = {"title": "Short essay", "instructions": "Write less.", "allowLate": True, "maxGrade": 20}
    assert answer.status == 200
    assert answer.body["data"]["assessment"].items() >= expected.items()
    assert shown(room, assessment) == answer.body["data"]["assessment"]
    assert shown(room, assessment)["dueAt"] == to_rfc3339(SOON)


def test_due_date_is_moved_and_taken_away_in_every_list(room: Classroom) -> None:
    assessment = made(room)
    assert next_due(room) == to_rfc3339(SOON)
    assert change(room, assessment, dueAt=to_rfc3339(LATER)).status == 200
    assert next_due(room) == to_rfc3339(LATER)
    assert change(room, assessment, dueAt=None).body["data"]["assessment"]["dueAt"] is None
    assert next_due(room) is None


def test_same_values_again_change_nothing(room: Classroom) -> None:
    assessment = made(room)
    before = change(room, assessment, title="Two").body
    assert change(room, assessment, title="Two").body["data"] == before["data"]


def test_highest_grade_stays_after_the_first_grade(room: Classroom) -> None:
    room.submit()
    assert change(room, room.assessment, maxGrade=12).status == 200
    assert room.grade(12).status == 200
    refused = change(room, room.assessment, maxGrade=10)
    assert (refused.status, refused.code) == (409, "CONFLICT")
    # the grade is gone, but somebody has seen it
    room.grade(None)
    assert change(room, room.assessment, maxGrade=10).status == 409
    assert change(room, room.assessment, title="Still").status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"title": ""},
        {"title": None},
        {"maxGrade": 0},
        {"maxGrade": 10_001},
        {"dueAt": "2030-01-01T10:00:00"},
        {"allowLate": "yes"},
        {"instructions": None},
        {"courseId": "crs_1"},
    ],
)
def test_wrong_change_is_refused_by_field(room: Classroom, body: dict[str, Any]) -> None:
    before = shown(room, room.assessment)
    refused = change(room, room.assessment, **body)
    assert (refused.status, refused.code) == (422, "VALIDATION_FAILED")
    assert shown(room, room.assessment) == before


# -- deleting -------------------------------------------------------------------------------------------------------


def test_deleted_assessment_is_gone_everywhere(room: Classroom) -> None:
    assessment = made(room)
    assert delete(room, assessment).status == 204
    assert assessment not in [one["assessmentId"] for one in listed(room)]
    assert next_due(room) is None
    path = {"assessmentId": assessment}
    assert room.call("get_assessment", token=room.learner.token, path=path).code == "ASSESSMENT_NOT_FOUND"
    assert room.submit(assessment=assessment).code == "ASSESSMENT_NOT_FOUND"
    assert delete(room, assessment).code == "ASSESSMENT_NOT_FOUND"


def test_assessment_with_work_stays(room: Classroom) -> None:
    room.submit()
    refused = delete(room, room.assessment)
    assert (refused.status, refused.code) == (409, "CONFLICT")
    assert room.assessment in [one["assessmentId"] for one in listed(room)]


def test_course_may_have_another_one_in_its_place(room: Classroom, aws: Any) -> None:
    first = made(room)
    kept = made(room, LATER)
    delete(room, first)
    assert next_due(room) == to_rfc3339(LATER)
    wrong = [one for one in violations(table_items(aws, "functional")) if "due" in one.message]
    assert not wrong, wrong
    assert kept in [one["assessmentId"] for one in listed(room)]


# -- more time for one learner --------------------------------------------------------------------------------------


def test_extended_learner_hands_in_in_time_and_others_do_not(room: Classroom, people: People) -> None:
    assessment = made(room)
    other = people.add()
    room.learning.enroll(other.user_id, room.course)
    answer = extend(room, assessment, LATER)
    assert answer.status == 200
    assert answer.body["data"]["extension"] == {
        "assessmentId": assessment,
        "learnerId": room.learner.user_id,
        "dueAt": to_rfc3339(LATER),
    }
    assert shown(room, assessment)["dueAt"] == to_rfc3339(LATER)
    assert shown(room, assessment, other)["dueAt"] == to_rfc3339(SOON)
    past = to_rfc3339(utc_now() - timedelta(hours=1))
    assert change(room, assessment, dueAt=past).status == 200
    handed_in = room.submit(assessment=assessment)
    assert (handed_in.status, handed_in.body["data"]["submission"]["late"]) == (201, False)
    assert room.submit(person=other, assessment=assessment).code == "SUBMISSION_CLOSED"


def test_later_due_date_of_all_counts_for_the_extended_learner_too(room: Classroom) -> None:
    assessment = made(room)
    extend(room, assessment, SOON + timedelta(hours=1))
    change(room, assessment, dueAt=to_rfc3339(LATER))
    assert shown(room, assessment)["dueAt"] == to_rfc3339(LATER)


def test_extension_that_is_none_is_refused(room: Classroom, people: People) -> None:
    assessment = made(room)
    assert extend(room, assessment, SOON).code == "VALIDATION_FAILED"
    assert extend(room, assessment, LATER, learner=people.add().user_id).status == 404
    assert extend(room, room.assessment, LATER).code == "CONFLICT"
    assert shown(room, assessment)["dueAt"] == to_rfc3339(SOON)


def test_extension_is_audited_and_exported(room: Classroom, administrator: Person) -> None:
    assessment = made(room)
    extend(room, assessment, LATER)
    target = f"{assessment}/{room.learner.user_id}"
    entries = room.call("list_audit", token=administrator.token, query={"target": target}).body["data"]["entries"]
    assert [(one["action"], one["details"]) for one in entries] == [("deadline.extended", {"due": to_rfc3339(LATER)})]
    records = room.learning.items(room.learner.user_id, "O#Extension#")
    assert [item["assessmentId"] for item in records] == [assessment]
