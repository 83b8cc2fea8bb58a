"""A course with members, its tutor and everybody else, and a request to every route: for the tables of who may call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import boto3
import pytest

from peerlearn.adapters.tokens import TokenService
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.security import public_keys, signing_keys
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.users import Role
from tests.functional.conftest import TABLE
from tests.support.api import Answer, event_of
from tests.support.catalogue import ENDPOINTS
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.mail_tokens import Minted
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class World:
    """A course with members, its tutor, and everybody else."""

    callers: dict[str, str | None]
    people: dict[str, Person]
    of_demoted_tutor: tuple[str, str]
    enrolled: Person
    other: Person
    learner: Person
    course_id: str
    draft_id: str
    assessment_id: str

    def request(self, name: str, who: str) -> dict[str, Any]:
        """A request that is right in everything but, perhaps, its caller: the usual one of the catalogue."""
        return ENDPOINTS[name].uses[0].parts_in(Seen(self, who))


class Seen:
    """The world as a scene of the catalogue, which has one course and one draft for all that it knows by name."""

    last_seq: ClassVar[int] = 1

    def __init__(self, world: World, who: str) -> None:
        self._world = world
        self._peer = world.other if who == "enrolled" else world.enrolled
        self._course_id, self._assessment_id = world.course_id, world.assessment_id
        if who == "demoted tutor":
            self._course_id, self._assessment_id = world.of_demoted_tutor

    @property
    def ids(self) -> dict[str, str]:
        ids = {
            "ada's phone": self._world.learner.session.session_id,
            # well formed, and nobody's
            "calendar": event_of("get_calendar")["queryStringParameters"]["token"],
        }
        return Minted(ids, self._world.learner.user_id)

    def person(self, name: str) -> Person:
        return self._peer if name == "bob" else self._world.learner

    def at(self, course: str) -> dict[str, str]:
        return {"courseId": self._world.draft_id if course == "draft" else self._course_id}

    def on(self, assessment: str, learner: str | None = None) -> dict[str, str]:
        path = {"assessmentId": self._assessment_id}
        return path | {"learnerId": self._world.enrolled.user_id} if learner else path

    def message(self, to: str, **changes: Any) -> dict[str, Any]:
        return {"receiverId": self.person(to).user_id, "message": "Hello"} | changes


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
    # Their courses go on naming them, and their role does not let them teach any more.
    demoted = people.add()
    old_course_id = courses.add(tutor_id=demoted.user_id)
    old_assessment_id = learning.add_assessment(old_course_id)
    past = TokenService(public_keys(), signing_keys(), lambda: utc_now() - timedelta(hours=2))
    callers = {
        "nobody": None,
        "expired": past.issue_access(replace(admin.user), admin.session.session_id),
        "learner": learner.token,
        "enrolled": enrolled.token,
        "other": other.token,
        "owning tutor": owner.token,
        "foreign tutor": foreign.token,
        "demoted tutor": demoted.token,
        "administrator": admin.token,
    }
    persons = {"learner": learner, "enrolled": enrolled, "other": other, "owning tutor": owner, "administrator": admin}
    old = (old_course_id, old_assessment_id)
    return World(callers, persons, old, enrolled, other, learner, course_id, draft_id, assessment_id)


def contents(aws: DynamoDBClient) -> list[dict[str, Any]]:
    """Everything in the table but the counters of limits: a request counts, whatever came of it."""
    items = aws.scan(TableName=TABLE)["Items"]
    kept = ({name: value for name, value in item.items() if name[:2] not in ("n:", "t:")} for item in items)
    return sorted((dict(item) for item in kept), key=lambda item: (item["PK"]["S"], item["SK"]["S"]))
