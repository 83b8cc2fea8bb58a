"""Who reads an assessment's instructions on its course's page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from peerlearn.bootstrap.core import table
from peerlearn.domain.users import Role
from peerlearn.persistence.table import Table
from tests.support.api import Answer
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import People, Person

Call = Callable[..., Answer]
PUBLIC, PRIVATE = ("public, max-age=0, must-revalidate", "private, max-age=0, must-revalidate")


@pytest.mark.parametrize(
    ("who", "instructions"),
    [
        ("nobody", None),
        ("learner", None),
        ("foreign tutor", None),
        ("demoted tutor", None),
        ("dropped", None),
        ("waitlisted", None),
        ("member", "Ten positions."),
        ("tutor", "Ten positions."),
        ("administrator", "Ten positions."),
    ],
)
def test_instructions_are_for_members(call: Call, people: People, who: str, instructions: str | None) -> None:
    roles = {"foreign tutor": Role.TUTOR, "tutor": Role.TUTOR, "administrator": Role.ADMIN}
    person = people.add(roles.get(who, Role.LEARNER))
    learning = Learning(table())
    teaches = who in ("tutor", "demoted tutor")
    course_id = Courses(table()).add(1, tutor_id=person.user_id if teaches else "usr_tutor")
    learning.add_assessment(course_id)
    if who == "waitlisted":
        learning.enroll(people.add().user_id, course_id)
        learning.enrollments.join_waitlist(person.user_id, course_id)
    if who in ("member", "dropped"):
        learning.enroll(person.user_id, course_id)
    if who == "dropped":
        learning.drop(person.user_id, course_id)

    answer = call("get_course", path={"courseId": course_id}, token=None if who == "nobody" else person.token)
    (assessment,) = answer.body["data"]["course"]["assessments"]
    assert (assessment["title"], assessment["instructions"]) == ("Mate in two", instructions)
    assert answer.headers["cache-control"] == (PUBLIC if who == "nobody" else PRIVATE)


@pytest.mark.parametrize(("signed_in", "assessments", "looks"), [(False, 1, 0), (True, 0, 0), (True, 1, 1)])
def test_seat_is_looked_for_only_where_it_decides(
    call: Call, learner: Person, monkeypatch: pytest.MonkeyPatch, *, signed_in: bool, assessments: int, looks: int
) -> None:
    course_id = Courses(table()).add()
    for _ in range(assessments):
        Learning(table()).add_assessment(course_id)
    asked: list[str] = []
    get = Table.get

    def noting(self: Table, key: object, **options: bool) -> object:
        if str(key).find("ENROLLMENT") >= 0:
            asked.append(str(key))
        return get(self, key, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Table, "get", noting)
    assert call("get_course", path={"courseId": course_id}, token=learner.token if signed_in else None).status == 200
    assert len(asked) == looks
