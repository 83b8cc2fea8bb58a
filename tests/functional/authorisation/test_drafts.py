"""A draft of somebody else's does not exist: whatever is asked of it is answered as of a course that is unknown.

The routes are those of the template whose path names a course or an assessment: a new one is in it by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from peerlearn.bootstrap.core import table
from peerlearn.domain.assessments import new_assessment_id
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.ids import new_id
from peerlearn.domain.users import Role
from scripts.project.template import load_template
from tests.support.api import Answer
from tests.support.catalogue import ENDPOINTS, REFUSED
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import People, Person

Call = Callable[..., Answer]


def routes() -> list[str]:
    """Endpoints whose path names a course or an assessment, and the one that takes a course in its query."""
    found = ["find_peers"]
    for resource in load_template()["Resources"].values():
        for event in resource["Properties"].get("Events", {}).values() if "Properties" in resource else ():
            path = event.get("Properties", {}).get("Path", "")
            if event["Type"] == "Api" and ("{courseId}" in path or "{assessmentId}" in path):
                found.append(resource["Properties"]["Handler"].split(".")[-2])
    return sorted(set(found))


# As the catalogue has them; where a body is made of its scene, that of the event file does.
_USUAL = {name: (ENDPOINTS[name].uses[0].parts or {}).get("body") for name in routes()}
BODIES: dict[str, Any] = {name: body for name, body in _USUAL.items() if isinstance(body, dict)}
# Operations refused for the caller's role, before any course is looked for: a learner's enrolment makes no difference.
OF_AUTHORS = {name for name in routes() if REFUSED[name].get("learner") == REFUSED[name].get("enrolled") == "FORBIDDEN"}


@pytest.fixture(autouse=True)
def bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUCKET_NAME", "uploads")


def ask(call: Call, name: str, person: Person, course_id: str, assessment_id: str) -> tuple[int, str]:
    paths = {"courseId": course_id, "assessmentId": assessment_id, "learnerId": "usr_somebody"}
    changes: dict[str, Any] = {"path": paths}
    if name == "find_peers":
        changes = {"query": {"courseId": course_id}}
    elif name in BODIES:
        changes["body"] = BODIES[name]
    answer = call(name, token=person.token, **changes)
    return answer.status, answer.code


def test_routes_are_found() -> None:
    assert len(routes()) >= 19
    assert set(routes()) >= {"get_course", "enroll", "join_waitlist", "leaderboard", "complete_module", "create_upload"}
    of_authors = {"update_course", "delete_course", "create_assessment", "list_roster", "list_submissions", "grade"}
    with_body = {"complete_module", "create_assessment", "create_upload", "grade", "submit", "update_course"}
    assert of_authors <= OF_AUTHORS
    assert with_body <= BODIES.keys()


@pytest.mark.parametrize("capacity", [3, 0])
@pytest.mark.parametrize("name", routes())
def test_draft_of_another_is_unknown(call: Call, people: People, name: str, capacity: int) -> None:
    owner, strangers = people.add(Role.TUTOR), (people.add(), people.add(Role.TUTOR))
    draft_id = Courses(table()).add(capacity, tutor_id=owner.user_id, status=CourseStatus.DRAFT)
    assessment_id = Learning(table()).add_assessment(draft_id)
    unknown_id = new_id("crs")
    for person in strangers:
        answered = ask(call, name, person, draft_id, assessment_id)
        assert answered == ask(call, name, person, unknown_id, new_assessment_id(unknown_id))
        of_role = name in OF_AUTHORS and person.user.role is Role.LEARNER
        assert answered[0] == (403 if of_role else 404)


@pytest.mark.parametrize("name", sorted({*OF_AUTHORS, "get_course", "get_assessment", "leaderboard", "enroll"}))
def test_draft_is_there_for_its_tutor_and_administrators(call: Call, people: People, name: str) -> None:
    owner = people.add(Role.TUTOR)
    for person in (owner, people.add(Role.ADMIN)):
        draft_id = Courses(table()).add(0, tutor_id=owner.user_id, status=CourseStatus.DRAFT)
        assessment_id = Learning(table()).add_assessment(draft_id)
        assert ask(call, name, person, draft_id, assessment_id)[1] not in ("COURSE_NOT_FOUND", "ASSESSMENT_NOT_FOUND")


@pytest.mark.parametrize("name", ["update_course", "list_roster", "create_assessment"])
def test_published_course_of_another_is_forbidden(call: Call, people: People, name: str) -> None:
    course_id = Courses(table()).add(tutor_id=people.add(Role.TUTOR).user_id)
    assert ask(call, name, people.add(Role.TUTOR), course_id, "asm_none") == (403, "FORBIDDEN")
