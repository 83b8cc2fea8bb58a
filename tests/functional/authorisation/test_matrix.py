"""Who may call what: every route of the template against everybody who could call it. A new one fails until it is here.

Whoever is not named as refused is let in; whatever the refused send changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from peerlearn.adapters.tokens import TokenService
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.security import key_ring
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.users import Role
from scripts.local_stack.template import load_template
from tests.support.api import Answer
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[..., Answer]

NOBODY = {"nobody": "UNAUTHENTICATED", "expired": "TOKEN_EXPIRED"}
EVERYBODY: dict[str, str] = {}
# A public page that shows its author more looks at the token that is shown.
VIEWERS = {"expired": "TOKEN_EXPIRED"}
CALLERS = NOBODY
AUTHORS = CALLERS | dict.fromkeys(("learner", "enrolled", "other", "demoted tutor"), "FORBIDDEN")
OWN_AUTHORS = AUTHORS | {"foreign tutor": "FORBIDDEN"}
ADMINISTRATORS = OWN_AUTHORS | {"owning tutor": "FORBIDDEN"}
STRANGERS = ("learner", "foreign tutor", "demoted tutor")
MEMBERS = CALLERS | dict.fromkeys((*STRANGERS, "owning tutor", "administrator"), "NOT_ENROLLED")
MEMBERS_AND_AUTHORS = CALLERS | dict.fromkeys(STRANGERS, "NOT_ENROLLED")

REFUSED: dict[str, Mapping[str, str]] = {
    "register": EVERYBODY,
    "login": EVERYBODY,
    "refresh": EVERYBODY,
    "logout": EVERYBODY,
    "change_password": CALLERS,
    "list_courses": EVERYBODY,
    "get_course": VIEWERS,
    "enroll": CALLERS,
    "withdraw": MEMBERS,
    "join_waitlist": CALLERS,
    # nobody waits: who is let in is told so
    "leave_waitlist": MEMBERS | dict.fromkeys(("enrolled", "other"), "NOT_ENROLLED"),
    "list_enrollments": CALLERS,
    "list_progress": CALLERS,
    "get_progress": MEMBERS,
    "complete_module": MEMBERS,
    "get_assessment": MEMBERS_AND_AUTHORS,
    "create_upload": MEMBERS,
    "submit": MEMBERS,
    "list_my_submissions": CALLERS,
    "list_submissions": OWN_AUTHORS,
    "grade": OWN_AUTHORS,
    "download": CALLERS | dict.fromkeys((*STRANGERS, "other"), "FORBIDDEN"),
    "find_peers": CALLERS,
    # to somebody of the course: peers of it, and the tutor who was written to
    "send": CALLERS | dict.fromkeys(("learner", "foreign tutor", "administrator"), "FORBIDDEN"),
    "list_messages": CALLERS,
    "list_conversations": CALLERS,
    "mark_read": CALLERS,
    "create_ticket": CALLERS,
    "get_profile": CALLERS,
    "update_profile": CALLERS,
    "list_points": CALLERS,
    "export_data": CALLERS,
    "erase_account": CALLERS,
    "create_calendar_link": CALLERS,
    "revoke_calendar_link": CALLERS,
    # whoever has the link
    "get_calendar": EVERYBODY,
    "leaderboard": MEMBERS_AND_AUTHORS,
    "create_course": AUTHORS,
    "update_course": OWN_AUTHORS,
    "delete_course": OWN_AUTHORS,
    "create_assessment": OWN_AUTHORS,
    "list_roster": OWN_AUTHORS,
    "list_users": ADMINISTRATORS,
    "get_user": ADMINISTRATORS,
    "update_user": ADMINISTRATORS,
    "list_audit": ADMINISTRATORS,
    "get_openapi": EVERYBODY,
    "get_docs": EVERYBODY,
}
# What a stranger's password or a wrong state answers to somebody who may call.
NO_REFUSAL_OF_THE_CALLER = {"INVALID_CREDENTIALS", "CONFLICT", "LEARNER_ENROLLMENT_DENIED", "COURSE_NOT_FOUND"}
NO_REFUSAL_OF_THE_CALLER |= {
    "EMAIL_ALREADY_REGISTERED",
    "NOT_FOUND",
    "SUBMISSION_ALREADY_GRADED",
    "USER_NOT_FOUND",
    "SUBMISSION_NOT_FOUND",
}


def routes() -> set[str]:
    """The endpoints of the template, by the names of their modules."""
    functions = [r["Properties"] for r in load_template()["Resources"].values() if r["Type"].endswith("::Function")]
    return {
        function["Handler"].split(".")[-2]
        for function in functions
        if "CodeUri" in function and any(event["Type"] == "Api" for event in function.get("Events", {}).values())
    }


@dataclass(frozen=True, slots=True)
class World:
    """A course with members, its tutor, and everybody else."""

    callers: dict[str, str | None]
    enrolled: Person
    other: Person
    learner: Person
    course_id: str
    draft_id: str
    assessment_id: str

    def request(self, name: str, who: str) -> dict[str, Any]:
        """A request that is right in everything but, perhaps, its caller."""
        peer = self.other if who == "enrolled" else self.enrolled
        course_id = self.draft_id if name == "delete_course" else self.course_id
        paths = {
            "courseId": course_id,
            "assessmentId": self.assessment_id,
            "learnerId": self.enrolled.user_id,
            "peerId": peer.user_id,
            "userId": self.learner.user_id,
        }
        bodies: dict[str, Any] = {
            "refresh": {"refreshToken": self.learner.refresh_token},
            "logout": {"refreshToken": self.learner.refresh_token},
            "complete_module": {"moduleId": "mod_1", "studyMinutes": 5},
            "grade": {"grade": 7},
            "send": {"receiverId": peer.user_id, "message": "Hello"},
            "create_assessment": {"title": "Two", "instructions": "Do.", "maxGrade": 10},
        }
        request: dict[str, Any] = {"path": paths}
        if name in bodies:
            request["body"] = bodies[name]
        if name == "list_messages":
            request["query"] = {"with": peer.user_id}
        return request


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUCKET_NAME", "uploads")
    monkeypatch.setenv("MANAGEMENT_ENDPOINT", "http://127.0.0.1:4566/live")


@pytest.fixture
def world(people: People, call: Call) -> World:
    boto3.client("s3").create_bucket(Bucket="uploads")
    learner, other, enrolled = (people.add() for _ in range(3))
    owner, foreign, admin = people.add(Role.TUTOR), people.add(Role.TUTOR), people.add(Role.ADMIN)
    courses, learning = Courses(table()), Learning(table())
    course_id = courses.add(tutor_id=owner.user_id)
    draft_id = courses.add(tutor_id=owner.user_id, status=CourseStatus.DRAFT)
    for member in (enrolled, other):
        learning.enroll(member.user_id, course_id)
    assessment_id = learning.add_assessment(course_id)
    handed_in = call(
        "submit",
        token=enrolled.token,
        path={"assessmentId": assessment_id},
        body={"submissionUrl": "https://github.com/ada/mate-in-two"},
    )
    assert handed_in.status == 201
    written = call("send", token=enrolled.token, body={"receiverId": owner.user_id, "message": "A question"})
    assert written.status == 201
    now = TokenService(key_ring())
    past = TokenService(key_ring(), lambda: utc_now() - timedelta(hours=2))
    callers = {
        "nobody": None,
        "expired": past.issue_access(replace(admin.user), admin.session.session_id),
        "learner": learner.token,
        "enrolled": enrolled.token,
        "other": other.token,
        "owning tutor": owner.token,
        "foreign tutor": foreign.token,
        # the course still names them, and their role does not let them teach any more
        "demoted tutor": now.issue_access(replace(owner.user, role=Role.LEARNER), owner.session.session_id),
        "administrator": admin.token,
    }
    return World(callers, enrolled, other, learner, course_id, draft_id, assessment_id)


def test_every_route_is_here() -> None:
    assert set(REFUSED) == routes()


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_who_may_call(name: str, world: World, call: Call, aws: DynamoDBClient) -> None:
    def contents() -> str:
        return json.dumps(aws.scan(TableName="functional")["Items"], sort_keys=True, default=str)

    before = contents()
    refused = REFUSED[name]
    answers = {who: call(name, token=world.callers[who], **world.request(name, who)) for who in refused}
    assert {who: answer.code for who, answer in answers.items()} == refused
    assert {answer.status for answer in answers.values()} <= {401, 403}
    assert contents() == before

    for who, token in world.callers.items():
        # the two tutors of the course are one account, which is erased by then
        is_gone = (name, who) == ("erase_account", "demoted tutor")
        if who not in refused and not is_gone:
            answer = call(name, token=token, **world.request(name, who))
            assert answer.status < 400 or answer.code in NO_REFUSAL_OF_THE_CALLER, (who, answer)
