"""Every endpoint once, in the state that it is usually called in, with the cost of each call.

What a step needs is prepared without being counted; a step that is refused is a mistake of the tour.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest import mock

from peerlearn.bootstrap import core, security
from peerlearn.bootstrap.accounts import account_repository
from peerlearn.bootstrap.core import aws_client, table
from peerlearn.domain.users import Role
from scripts.dynamodb_local import DynamoDBLocal
from scripts.project.template import create_table_request, load_template
from tests.fakes.keys import fake_keys
from tests.functional.conftest import forget_providers
from tests.support.api import Answer, http_event, invoke
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
    "MANAGEMENT_ENDPOINT": "https://sockets.example/api",
}
PASSWORD = "Correct-Horse-7"


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
    """Handlers over DynamoDB Local, called as API Gateway does."""

    recorder: Recorder
    people: People
    s3: CountedS3
    handlers: Mapping[str, str]
    costs: dict[str, Cost] = field(default_factory=dict)

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


def course_body(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Chess endgames for improvers",
        "description": "Pawns first, rooks next, and the positions that everybody should know by heart. " * 3,
        "subject": "Games",
        "level": "beginner",
        "kind": "course",
        "capacity": 30,
        "modules": [{"title": f"Chapter {number}", "minutes": 30} for number in range(12)],
        "status": "published",
    } | changes


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


def take(tour: Tour) -> dict[str, Cost]:
    """The whole tour; the cost of each step by its label."""
    _accounts(tour)
    # Not a numbered name: a course is found by its tutor's, so what publishing costs depends on its length.
    tutor = tour.people.add(Role.TUTOR, name="Tutor 1")
    learner, peer = tour.people.add(), tour.people.add()
    _courses(tour, tutor, learner, peer)
    course_id = tour.course(tutor)
    at = {"courseId": course_id}
    tour.call("enroll", peer, path=at, body=None)
    tour.step("enroll", learner, path=at, body=None)
    _enrolments(tour, tutor, learner, peer)
    _progress(tour, learner, at)
    _assessments(tour, tutor, learner, at)
    _messages(tour, learner, peer)
    tour.step("get_profile", learner)
    tour.step("update_profile", learner, body={"interests": ["chess", "go"]})
    tour.step("list_points", learner, query={})
    _privacy(tour, learner)
    return tour.costs


def _privacy(tour: Tour, learner: Person) -> None:
    link = tour.step("create_calendar_link", learner).body["data"]["calendar"]["url"]
    tour.step("get_calendar", query={"token": link.partition("token=")[2]})
    tour.step("revoke_calendar_link", learner)
    tour.step("export_data", learner)
    tour.step("erase_account", learner)


def _accounts(tour: Tour) -> None:
    new = {"name": "Ada", "email": "ada@people.example", "password": PASSWORD}
    tour.step("register", body=new)
    sign_in = {"email": new["email"], "password": PASSWORD}
    tokens = tour.step("login", body=sign_in).body
    tokens = tour.step("refresh", body={"refreshToken": tokens["refreshToken"]}).body
    tour.step("logout", body={"refreshToken": tokens["refreshToken"]})
    person = tour.people.add()
    tour.step("change_password", person, body={"currentPassword": PASSWORD, "newPassword": "Another-Horse-8"})
    _sessions(tour)
    admin, other = tour.people.add(Role.ADMIN), tour.people.add()
    tour.step("update_user", admin, path={"userId": other.user_id}, body={"role": "tutor"})
    tour.step("list_users", admin, query={})
    tour.step("list_users", admin, label="list_users (search)", query={"q": "person-"})
    tour.step("get_user", admin, path={"userId": other.user_id})
    tour.step("end_user_sessions", admin, path={"userId": other.user_id}, body=None)


def _sessions(tour: Tour) -> None:
    person = tour.people.add()
    sign_in = {"email": person.user.email, "password": PASSWORD}
    for _ in range(2):
        tour.call("login", body=sign_in)
    listed = tour.step("list_sessions", person).body["data"]["sessions"]
    other = next(one["sessionId"] for one in listed if one["sessionId"] != person.session.session_id)
    tour.step("end_session", person, path={"sessionId": other}, body=None)
    tour.step("end_other_sessions", person, body=None)


def _courses(tour: Tour, tutor: Person, learner: Person, peer: Person) -> None:
    created = tour.step("create_course", tutor, body=course_body(title="Openings")).body["data"]["course"]
    at = {"courseId": created["courseId"]}
    tour.step("update_course", tutor, path=at, body={"description": "Shorter."})
    draft = tour.call("create_course", tutor, body=course_body(status="draft")).body["data"]["course"]
    tour.step("delete_course", tutor, path={"courseId": draft["courseId"]}, body=None)
    for number in range(10):
        tour.course(tutor, title=f"Course {number}")
    tour.step("list_courses", query={})
    tour.step("get_course", path=at)
    for person in (learner, peer):
        tour.call("enroll", person, path=at, body=None)
    tour.step("list_roster", tutor, path=at, query={})
    tour.step("leaderboard", learner, path=at)


def _enrolments(tour: Tour, tutor: Person, learner: Person, peer: Person) -> None:
    times = {"startsAt": "2030-01-01T10:00:00Z", "endsAt": "2030-01-01T11:00:00Z"}
    session = {"courseId": tour.course(tutor, kind="session", modules=[], **times)}
    tour.step("enroll", learner, label="enroll (session)", path=session, body=None)
    tour.step("withdraw", learner, label="withdraw (session)", path=session, body=None)
    other = {"courseId": tour.course(tutor, title="Tactics")}
    tour.call("enroll", learner, path=other, body=None)
    tour.step("withdraw", learner, path=other, body=None)
    full = {"courseId": tour.course(tutor, capacity=1)}
    tour.call("enroll", peer, path=full, body=None)
    tour.step("join_waitlist", learner, path=full, body=None)
    tour.step("leave_waitlist", learner, path=full, body=None)
    tour.step("list_enrollments", learner, query={})


def _progress(tour: Tour, learner: Person, at: dict[str, str]) -> None:
    modules = tour.call("get_course", path=at).body["data"]["course"]["modules"]
    first, second = ({"moduleId": module["moduleId"], "studyMinutes": 30} for module in modules[:2])
    tour.call("complete_module", learner, path=at, body=first)
    tour.step("complete_module", learner, path=at, body=second)
    tour.step("complete_module", learner, label="complete_module (again)", path=at, body=second)
    tour.step("list_progress", learner)
    tour.step("get_progress", learner, path=at)


def _assessments(tour: Tour, tutor: Person, learner: Person, at: dict[str, str]) -> None:
    new = {"title": "Mate in two", "instructions": "Ten positions.", "maxGrade": 10}
    made = tour.step("create_assessment", tutor, path=at, body=new).body["data"]["assessment"]
    on = {"assessmentId": made["assessmentId"]}
    tour.step("get_assessment", learner, path=on)
    link = {"submissionUrl": "https://github.com/ada/endgames"}
    tour.step("submit", learner, path=on, body=link)
    file = {"fileName": "mate.pdf", "contentType": "application/pdf", "size": 4096}
    upload = tour.step("create_upload", learner, path=on, body=file).body["data"]["upload"]
    body = {"submissionUrl": upload["submissionUrl"]}
    tour.step("submit", learner, label="submit (upload)", path=on, body=body)
    tour.step("list_my_submissions", learner, query={})
    tour.step("list_submissions", tutor, path=on, query={})
    theirs = on | {"learnerId": learner.user_id}
    tour.step("download", tutor, path=theirs)
    tour.step("grade", tutor, path=theirs, body={"grade": 9, "feedback": "Well seen."})
    admin = tour.people.add(Role.ADMIN)
    # Five: of more it depends on chance whether those that are read of one shard are over 4 KB, which is a unit more.
    tour.step("list_audit", admin, query={"limit": "5"})
    target = f"{made['assessmentId']}/{learner.user_id}"
    tour.step("list_audit", admin, label="list_audit (target)", query={"target": target})


def _messages(tour: Tour, learner: Person, peer: Person) -> None:
    tour.step("find_peers", learner, query={})
    text = {"receiverId": peer.user_id, "message": "Shall we go through the rook endings together?"}
    tour.step("send", learner, label="send (first)", body=text)
    tour.call("send", peer, body=text | {"receiverId": learner.user_id})
    tour.step("send", learner, body=text)
    tour.step("list_messages", learner, query={"with": peer.user_id})
    tour.step("list_conversations", learner, query={})
    tour.step("mark_read", learner, path={"peerId": peer.user_id}, body={"readUpTo": 2})
    tour.step("create_ticket", learner, body=None)
