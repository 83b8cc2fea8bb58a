"""A scene in which each call of an endpoint is counted; the rows of the catalogue say what is called.

What a step needs is prepared without being counted; a step that is refused is a mistake of the tour.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar
from unittest import mock

from peerlearn.bootstrap import core, security
from peerlearn.bootstrap.accounts import account_repository
from peerlearn.bootstrap.core import aws_client, table
from peerlearn.domain.users import Role
from peerlearn.snapshots import forget_providers
from scripts.dynamodb_local import DynamoDBLocal
from scripts.project.template import create_table_request, load_template
from tests.fakes.keys import fake_keys
from tests.support.api import Answer, http_event, invoke
from tests.support.bodies import course_body
from tests.support.costs import Cost, Recorder
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ENVIRONMENT = {
    "POWERTOOLS_METRICS_NAMESPACE": "Peerlearn",
    "POWERTOOLS_SERVICE_NAME": "peerlearn",
    "SECRET_ID": "unused",
    "BCRYPT_COST": "10",
    "BUCKET_NAME": "bucket",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "MAIL_FROM": "school@peerlearn.example",
    "MANAGEMENT_ENDPOINT": "https://sockets.example/api",
}
# A person who is not named here is a learner. The tutor has no numbered name: a course is found by its tutor's, so what
# publishing costs depends on its length.
_ROLES = {"tutor": Role.TUTOR, "admin": Role.ADMIN, "auditor": Role.ADMIN}
_NAMES = {"tutor": "Tutor 1"}


class CountedS3:
    """A bucket in which every file is there; signing is botocore's own."""

    def __init__(self, size: int = 4096) -> None:
        self._real = aws_client("s3")
        self.looked = 0
        self._size = size

    def get_object(self, **_: object) -> dict[str, Any]:
        # Side by side with what is read of the table: no round trip of its own.
        return {
            "Body": io.BytesIO(b"%PDF-1.7"),
            "ContentRange": f"bytes 0-7/{self._size}",
            "ContentType": "application/pdf",
            "Metadata": {},
            "VersionId": "1",
        }

    def list_objects_v2(self, **_: object) -> dict[str, Any]:
        self.looked += 1
        return {}

    def put_object_tagging(self, **_: object) -> dict[str, Any]:
        self.looked += 1
        return {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@dataclass(slots=True)
class Tour:
    """Handlers over DynamoDB Local, called as API Gateway does.

    Attributes
    ----------
    ids: dict
        What a step has made that later steps begin with, by name.
    """

    last_seq: ClassVar[int] = 2

    recorder: Recorder
    people: People
    s3: CountedS3
    handlers: Mapping[str, str]
    costs: dict[str, Cost] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    _persons: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        """Somebody, who signs up when they are first named."""
        if name not in self._persons:
            self._persons[name] = self.people.add(_ROLES.get(name, Role.LEARNER), _NAMES.get(name))
        return self._persons[name]

    def at(self, course: str) -> dict[str, str]:
        return {"courseId": self.ids[course]}

    def on(self, assessment: str, learner: str | None = None) -> dict[str, str]:
        path = {"assessmentId": self.ids[assessment]}
        return path | {"learnerId": self.person(learner).user_id} if learner else path

    def message(self, to: str, **changes: Any) -> dict[str, Any]:
        return {"receiverId": self.person(to).user_id, "message": "Shall we?"} | changes

    def call(self, name: str, person: Person | None = None, **changes: Any) -> Answer:
        """An answer that is a success."""
        token = None if person is None else person.token
        answer = invoke(self.handlers[name], http_event(name, token=token, **changes))
        assert answer.status < 300, (name, answer)
        return answer

    def step(self, name: str, person: Person | None = None, label: str | None = None, **changes: Any) -> Answer:
        """The same, counted under the function's name or another label."""
        looked = self.s3.looked
        with self.recorder.measured() as cost:
            answer = self.call(name, person, **changes)
        # Round trips, not calls: what is looked at beside a read of the table is none.
        cost.calls += ["S3"] * (self.s3.looked - looked)
        cost.depth += self.s3.looked - looked
        self.costs[label or name] = cost
        return answer

    def course(self, tutor: Person, **changes: Any) -> str:
        """A published course; its id."""
        body = course_body(**changes)
        return str(self.call("create_course", tutor, body=body).body["data"]["course"]["courseId"])


@contextmanager
def open_tour(engine: DynamoDBLocal, table_name: str, **variables: str) -> Iterator[Tour]:
    """Wires the handlers to a new table of that engine for as long as it is open; `variables` are the environment's."""
    aside = engine.client()
    aside.create_table(**create_table_request(table_name, stream=False))
    client: DynamoDBClient = engine.client(core.client_config())
    handlers = {
        handler.split(".")[-2]: handler
        for resource in load_template()["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
        for handler in [resource["Properties"]["Handler"]]
    }
    with (
        mock.patch.dict("os.environ", {**ENVIRONMENT, **variables, "TABLE_NAME": table_name}),
        mock.patch.object(core, "dynamodb_client", return_value=client),
        fake_keys(),
        mock.patch("peerlearn.bootstrap.bucket.s3_client") as s3_client,
    ):
        forget_providers()
        recorder = Recorder(client, aside, table_name)
        s3 = CountedS3()
        s3_client.return_value = s3
        table()
        yield Tour(recorder, People(account_repository(), security.tokens()), s3, handlers)
    forget_providers()
    aside.delete_table(TableName=table_name)
