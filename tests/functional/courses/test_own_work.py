"""The assessments of a course as one of its members has them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from peerlearn.domain.clock import to_rfc3339, utc_now
from tests.support.api import Answer
from tests.support.people import People, Person

Call = Callable[..., Answer]
Make = Callable[..., dict[str, Any]]


@pytest.fixture
def course(call: Call, make: Make, tutor: Person) -> tuple[dict[str, str], list[str]]:
    """A course with four assessments, one of which is past due and takes late work: its path, and their ids."""
    path = {"courseId": make()["courseId"]}
    past = {"dueAt": to_rfc3339(utc_now() - timedelta(hours=1)), "allowLate": True}
    ids = []
    for more in ({}, {}, past, {}):
        body = {"title": "Mates", "instructions": "", "maxGrade": 10, **more}
        made = call("create_assessment", token=tutor.token, path=path, body=body).body["data"]["assessment"]
        ids.append(made["assessmentId"])
    return path, ids


def shown(call: Call, path: dict[str, str], person: Person | None) -> list[Any]:
    """`mine` of each assessment, absent as `-`."""
    token = person.token if person else None
    answer = call("get_course", token=token, path=path)
    assert answer.status == 200, answer
    return [one.get("mine", "-") for one in answer.body["data"]["course"]["assessments"]]


def test_member_sees_how_far_they_are_with_each_assessment(
    call: Call, tutor: Person, learner: Person, course: tuple[dict[str, str], list[str]]
) -> None:
    path, ids = course
    call("enroll", token=learner.token, path=path, body=None)
    nothing = {"state": "none", "grade": None}
    assert shown(call, path, learner) == [nothing] * 4
    for assessment_id in ids[1:]:
        at, work = {"assessmentId": assessment_id}, {"submissionUrl": "https://github.com/ada/work"}
        assert call("submit", token=learner.token, path=at, body=work).status == 201
    graded = {"assessmentId": ids[3], "learnerId": learner.user_id}
    assert call("grade", token=tutor.token, path=graded, body={"grade": 8.5}).status == 200
    submitted, late = ({"state": state, "grade": None} for state in ("submitted", "late"))
    assert shown(call, path, learner) == [nothing, submitted, late, {"state": "graded", "grade": 8.5}]


def test_nobody_else_has_a_state_at_an_assessment(
    call: Call, tutor: Person, people: People, course: tuple[dict[str, str], list[str]]
) -> None:
    path, _ = course
    former = people.add()
    call("enroll", token=former.token, path=path, body=None)
    call("withdraw", token=former.token, path=path, body=None)
    for person in (None, tutor, people.add(), former):
        assert shown(call, path, person) == ["-"] * 4


def test_answer_with_a_state_is_kept_by_no_shared_cache(
    call: Call, learner: Person, course: tuple[dict[str, str], list[str]]
) -> None:
    path, _ = course
    call("enroll", token=learner.token, path=path, body=None)
    answer = call("get_course", token=learner.token, path=path)
    assert answer.headers["cache-control"].startswith("private")
