"""A small school to send anything at: it stays as it is left for the whole module, as a real one would."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import bcrypt
import boto3
import pytest
from moto import mock_aws
from pydantic.alias_generators import to_snake

from peerlearn.bootstrap.accounts import account_repository
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.security import tokens
from peerlearn.bootstrap.standing import standing_service
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.errors import Unauthenticated
from peerlearn.domain.limits import DEFAULTS
from peerlearn.domain.users import Role
from peerlearn.snapshots import forget_providers
from scripts.project.template import create_table_request
from tests.conftest import MADE_UP
from tests.functional.conftest import NAMES, TABLE, create_keys
from tests.support.api import Answer, http_event, invoke
from tests.support.courses import Courses
from tests.support.documented import document, require_documented
from tests.support.learning import Learning
from tests.support.people import People

ENVIRONMENT = {
    **NAMES,
    "ALLOWED_ORIGINS": "*",
    "BCRYPT_COST": "10",
    "BUCKET_NAME": "uploads",
    "MANAGEMENT_ENDPOINT": "http://127.0.0.1:4566/live",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    # as many as are made up
    "LIMITS": ",".join(f"{limit.name}=100000000/{limit.seconds}" for limit in DEFAULTS.values()),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One of the OpenAPI document, by the name of its endpoint."""

    name: str
    method: str
    path: str
    described: dict[str, Any]

    @property
    def parameters(self) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = self.described.get("parameters", [])
        return parameters

    @property
    def takes_anything(self) -> bool:
        return bool(self.described["security"] or self.body or any(one["in"] != "header" for one in self.parameters))

    @property
    def body(self) -> dict[str, Any] | None:
        """The example of its body."""
        content: dict[str, Any] = self.described.get("requestBody", {}).get("content", {})
        example: dict[str, Any] | None = content.get("application/json", {}).get("example")
        return example

    @property
    def caller(self) -> str:
        """The callers who may call it, by their place in `School.tokens`."""
        forbids = json.dumps(self.described["responses"].get("403", {}))
        if "Only administrators" in forbids:
            return "administrator"
        return "tutor" if "tutors" in forbids else "learner"

    @property
    def body_schema(self) -> dict[str, Any]:
        content = self.described.get("requestBody", {}).get("content", {})
        schema: dict[str, Any] = content.get("application/json", {}).get("schema", {})
        return schema


OPERATIONS = [
    Operation(to_snake(described["operationId"]), method.upper(), path, described)
    for path, item in document()["paths"].items()
    for method, described in item.items()
]


class School:
    """People, courses and an assessment, and how to call on them.

    Attributes
    ----------
    tokens: dict
        Access tokens by who holds them; nobody has none.
    ids: dict
        An id that is there, by the name of a parameter or a field.
    draft_id: str
        A course that nobody sees: what is written to it is not followed by writes to the catalogue.
    answers: int
        How many were held against the document.
    """

    def __init__(self, handlers: dict[str, str]) -> None:
        self._handlers = handlers
        self.answers = 0
        self._open()

    def _open(self) -> None:
        people = People(account_repository(), tokens())
        learner, peer, tutor = people.add(), people.add(), people.add(Role.TUTOR)
        administrator = people.add(Role.ADMIN)
        courses, learning = Courses(table()), Learning(table())
        course_id = courses.add(tutor_id=tutor.user_id)
        self.draft_id = courses.add(tutor_id=tutor.user_id, status=CourseStatus.DRAFT)
        for member in (learner, peer):
            learning.enroll(member.user_id, course_id)
        self._callers = (learner, tutor, administrator)
        self.tokens = {
            "learner": learner.token,
            "tutor": tutor.token,
            "administrator": administrator.token,
            "nobody": None,
        }
        self.ids = {
            "courseId": course_id,
            "assessmentId": learning.add_assessment(course_id),
            "learnerId": learner.user_id,
            "userId": peer.user_id,
            "peerId": peer.user_id,
            "receiverId": peer.user_id,
            "with": peer.user_id,
            "moduleId": "mod_1",
            "tutor": tutor.user_id,
            "refreshToken": learner.refresh_token,
            "sessionId": learner.session.session_id,
        }

    def _has_lost_somebody(self) -> bool:
        """Whether a caller's session has ended, or their account: all that they sent from then on would be a 401."""
        try:
            for caller in self._callers:
                standing_service().require(caller.principal)
        except Unauthenticated:
            return True
        return False

    def known(self, operation: Operation) -> dict[str, str]:
        """Return a value for a parameter or a field so that a request is about something that is there."""
        if operation.name in ("create_course", "update_course"):
            return {**self.ids, "courseId": self.draft_id, "status": "draft"}
        return self.ids

    def path(self, operation: Operation) -> dict[str, str]:
        """The path parameters of something that is there."""
        known = self.known(operation)
        return {one["name"]: known[one["name"]] for one in operation.parameters if one["in"] == "path"}

    def usual_body(self, operation: Operation) -> dict[str, Any]:
        """The example of a body, about something that is there."""
        known = self.known(operation)
        usual = {name: known.get(name, value) for name, value in (operation.body or {}).items()}
        # a second message of the same id is the first
        usual.pop("clientMessageId", None)
        return usual

    def send(self, operation: Operation, **changes: Any) -> Answer:
        """An answer that the document names, and never a 5xx."""
        event = http_event(
            operation.name, **{name: value for name, value in changes.items() if value or name != "path"}
        )
        answer = invoke(self._handlers[operation.name], json.loads(json.dumps(event)))
        self.answers += 1
        assert answer.status < 500, f"{operation.name}: {answer.status} to {changes}"
        require_documented(event, answer)
        if operation.method != "GET" and answer.status < 300 and self._has_lost_somebody():
            self._open()
        return answer


@pytest.fixture(scope="module")
def school(handlers: dict[str, str]) -> Iterator[School]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        # thousands of passwords: what hashing them costs is not what is looked at here
        make_salt = bcrypt.gensalt
        patch.setattr("bcrypt.gensalt", lambda *_, **__: make_salt(4))
        forget_providers()
        boto3.client("dynamodb").create_table(**create_table_request(TABLE))
        boto3.client("s3").create_bucket(Bucket="uploads")
        create_keys()
        yield School(handlers)
        forget_providers()


@pytest.fixture(autouse=True)
def made_up(school: School, record_property: Callable[[str, object], None]) -> Iterator[None]:
    """Tells how many requests a test made."""
    before = school.answers
    yield
    record_property(MADE_UP, school.answers - before)
