"""Readers of an assessment's instructions, and the places where they read them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from peerlearn.bootstrap.core import table
from peerlearn.domain.users import Role
from tests.support.api import Answer
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import People

Call = Callable[..., Answer]
PUBLIC, PRIVATE = ("public, max-age=0, s-maxage=9, must-revalidate", "private, max-age=0, must-revalidate")
TEXT = "Ten positions."


@pytest.mark.parametrize(
    ("who", "instructions"),
    [
        ("nobody", None),
        ("learner", None),
        ("foreign tutor", None),
        ("demoted tutor", None),
        ("dropped", None),
        ("waitlisted", None),
        ("member", TEXT),
        ("tutor", TEXT),
        ("administrator", TEXT),
    ],
)
def test_instructions_are_for_members(call: Call, people: People, who: str, instructions: str | None) -> None:
    roles = {"foreign tutor": Role.TUTOR, "tutor": Role.TUTOR, "administrator": Role.ADMIN}
    person = people.add(roles.get(who, Role.LEARNER))
    learning = Learning(table())
    teaches = who in ("tutor", "demoted tutor")
    course_id = Courses(table()).add(1, tutor_id=person.user_id if teaches else "usr_tutor")
    assessment_id = learning.add_assessment(course_id)
    if who == "waitlisted":
        learning.enroll(people.add().user_id, course_id)
        learning.enrollments.join_waitlist(person.user_id, course_id)
    if who in ("member", "dropped"):
        learning.enroll(person.user_id, course_id)
    if who == "dropped":
        learning.drop(person.user_id, course_id)
    token = None if who == "nobody" else person.token

    page = call("get_course", path={"courseId": course_id}, token=token)
    (summary,) = page.body["data"]["course"]["assessments"]
    assert (summary["title"], summary["instructions"]) == ("Mate in two", None)
    assert page.headers["cache-control"] == (PUBLIC if who == "nobody" else PRIVATE)

    answer = call("get_assessment", path={"assessmentId": assessment_id}, token=token)
    assert answer.body.get("data", {}).get("assessment", {}).get("instructions") == instructions
    assert (answer.status == 200) == (instructions is not None)
    assert TEXT not in page.text
