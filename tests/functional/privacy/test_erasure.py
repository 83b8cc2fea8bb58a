"""DELETE /v1/learner/me, what a token of the account is worth afterwards, and what is left in the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from functions.streams import follow_up
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.enrollments import promotion_service
from peerlearn.bootstrap.mails import mail_delivery
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.events import SignInSessionsEnded
from peerlearn.domain.users import FORMER_LEARNER, FORMER_TUTOR, Role
from peerlearn.events.changes import RecordChange
from peerlearn.events.routing import assignments
from peerlearn.events.sign_in_sessions import decode
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity
from scripts.invariants import table_items, violations
from tests.functional.conftest import TABLE
from tests.functional.privacy.conftest import BUCKET, Background
from tests.support.api import Answer, event_of
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import PASSWORD as PEOPLES_PASSWORD
from tests.support.people import People, Person
from tests.support.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

Call = Callable[..., Answer]
EMAIL = "lena.fischer@people.example"
PASSWORD = "Correct-Horse-7"


@dataclass(frozen=True, slots=True)
class Life:
    """Somebody with a bit of everything, the one they wrote with, and where they have been."""

    user_id: str
    token: str
    refresh_token: str
    peer: Person
    tutor: Person
    full: str
    completed: str
    awaited: str
    session: str
    assessment: str


@pytest.fixture
def life(people: People, call: Call, courses: Courses, learning: Learning, s3: S3Client) -> Life:
    answer = call("register", body={"name": "Lena Fischer", "email": EMAIL, "password": PASSWORD}).body
    user_id, token = answer["user"]["userId"], answer["token"]
    peer, tutor = people.add(name="Pär"), people.add(Role.TUTOR)
    begins = utc_now() + timedelta(days=1)
    full, completed, awaited = courses.add(1), courses.add(tutor_id=tutor.user_id), courses.add(1)
    session = courses.add(slot=(begins, begins + timedelta(hours=1)))
    learning.enroll(user_id, full, completed, session)
    learning.enroll(peer.user_id, completed, awaited)
    for who, where in ((peer.token, full), (token, awaited)):
        assert call("join_waitlist", token=who, path={"courseId": where}, body=None).status == 201
    for module in ("mod_1", "mod_2"):
        done = call("complete_module", token=token, path={"courseId": completed}, body={"moduleId": module})
        assert done.status == 200
    assessment = learning.add_assessment(completed)
    for number in range(2):
        body = {"submissionUrl": f"https://github.com/lena/{number}"}
        assert call("submit", token=token, path={"assessmentId": assessment}, body=body).status == 201
    path = {"assessmentId": assessment, "learnerId": user_id}
    for grade in (9, 10):
        assert call("grade", token=tutor.token, path=path, body={"grade": grade, "feedback": "Lena!"}).status == 200
    for _ in range(2):
        s3.put_object(Bucket=BUCKET, Key=f"uploads/{user_id}/{assessment}/upl_1/notes.pdf", Body=b"1")
    s3.put_object(Bucket=BUCKET, Key=f"exports/{user_id}/exp_1.json", Body=b"{}")
    for who, whom, text in ((token, peer.user_id, "Ready?"), (peer.token, user_id, "Almost")):
        assert (
            call("send", token=who, body={"receiverId": whom, "message": text, "clientMessageId": text}).status == 201
        )
    assert call("create_calendar_link", token=token).status == 201
    return Life(user_id, token, answer["refreshToken"], peer, tutor, full, completed, awaited, session, assessment)


@pytest.fixture
def erased(life: Life, call: Call) -> Life:
    answer = call("erase_account", token=life.token)
    assert (answer.status, answer.text) == (204, "")
    return life


@pytest.fixture
def gone(erased: Life, background: Background) -> Life:
    """All of it done."""
    background.tell(erased.user_id)
    assert background.carry_out(*background.waiting("ERASURE_QUEUE_URL")) == {"batchItemFailures": []}
    return erased


def items_of(user_id: str) -> list[dict[str, Any]]:
    return table().query("PK = :pk", {":pk": keys.user_partition(user_id)})


def test_nobody_signs_in_any_more_and_the_address_is_free(erased: Life, call: Call) -> None:
    credentials = {"email": EMAIL, "password": PASSWORD}
    assert call("login", body=credentials).code == "INVALID_CREDENTIALS"
    assert call("refresh", body={"refreshToken": erased.refresh_token}).status == 401
    assert call("register", body={"name": "Somebody else", **credentials}).status == 201


def test_an_access_token_writes_nothing(
    erased: Life, call: Call, background: Background, courses: Courses, aws: DynamoDBClient
) -> None:
    # In the moment between the account's end and the queue's work, and after it.
    assert len(items_of(erased.user_id)) > 5
    writes_nothing(erased, call, courses, aws)
    background.carry_out({"userId": erased.user_id})
    writes_nothing(erased, call, courses, aws)


def writes_nothing(erased: Life, call: Call, courses: Courses, aws: DynamoDBClient) -> None:
    another, full = courses.add(), courses.add(0)
    before = sorted(map(str, table_items(aws, TABLE)))
    at, task = {"courseId": erased.completed}, {"assessmentId": erased.assessment}
    upload = {"fileName": "a.pdf", "contentType": "application/pdf", "size": 1}
    link = {"submissionUrl": "https://github.com/lena/3"}
    token = erased.token
    answers = {
        "enroll": call("enroll", token=token, path={"courseId": another}, body=None),
        "join_waitlist": call("join_waitlist", token=token, path={"courseId": full}, body=None),
        "complete_module": call("complete_module", token=token, path=at, body={"moduleId": "mod_1"}),
        "create_upload": call("create_upload", token=token, path=task, body=upload),
        "submit": call("submit", token=token, path=task, body=link),
        "send": call("send", token=token, body={"receiverId": erased.tutor.user_id, "message": "Hello"}),
        "update_profile": call("update_profile", token=token, body={"name": "Back"}),
        "get_profile": call("get_profile", token=token),
        "change_password": call(
            "change_password", token=token, body={"currentPassword": PASSWORD, "newPassword": "Difference-1822"}
        ),
        "find_peers": call("find_peers", token=token, query={}),
        "create_ticket": call("create_ticket", token=token),
        "create_calendar_link": call("create_calendar_link", token=token),
        "export_data": call("export_data", token=token),
        "erase_account": call("erase_account", token=token),
    }
    assert {name: answer.code for name, answer in answers.items()} == dict.fromkeys(answers, "UNAUTHENTICATED")
    assert sorted(map(str, table_items(aws, TABLE))) == before


def test_erased_account_leaves_what_the_page_says(
    gone: Life, call: Call, courses: Courses, aws: DynamoDBClient, s3: S3Client, background: Background
) -> None:
    says_nothing_of_who_it_was(gone, aws, s3)
    counts_what_is_there(gone, courses, aws)
    shows_no_name(gone, call)
    keeps_the_other_sides_messages(gone, call)
    goes_with_the_second_of_its_people(gone, call, background, aws)


def says_nothing_of_who_it_was(gone: Life, aws: DynamoDBClient, s3: S3Client) -> None:
    # what was still to leave when the account ended goes nowhere
    for item in table_items(aws, TABLE):
        if item["entity"] == Entity.MAIL:
            assert not mail_delivery().deliver(item["mailId"]).has_left
    kinds = {Entity(item["entity"]) for item in items_of(gone.user_id)}
    assert kinds == {Entity.ERASURE, Entity.STANDING, Entity.INBOX, Entity.ENROLLMENT}
    everything = json.dumps(list(table_items(aws, TABLE)), default=str)
    for trace in (EMAIL, "Lena", "github.com/lena", "notes.pdf"):
        assert trace not in everything
    assert s3.list_object_versions(Bucket=BUCKET).keys().isdisjoint({"Versions", "DeleteMarkers"})


def counts_what_is_there(gone: Life, courses: Courses, aws: DynamoDBClient) -> None:
    for course_id in (gone.full, gone.completed, gone.awaited, gone.session):
        courses.check(course_id)
        promotion_service().promote(course_id)
    statuses = {item["courseId"]: item["status"] for item in items_of(gone.user_id) if "courseId" in item}
    assert statuses == {
        gone.full: "dropped", gone.completed: "completed", gone.awaited: "dropped", gone.session: "dropped",
    }  # fmt: skip
    assert [item["learnerId"] for item in courses.roster(gone.full) if item["status"] == "active"] == [
        gone.peer.user_id
    ]
    found = list(violations(table_items(aws, TABLE), settled=True))
    # Courses of these tests stand on no shelf, and count no assessment.
    assert not [one for one in found if one.kind not in ("catalogue", "assessments")], found


def shows_no_name(gone: Life, call: Call) -> None:
    peer, tutor, at = gone.peer.token, gone.tutor.token, {"courseId": gone.completed}
    roster = call("list_roster", token=tutor, path=at, query={}).body["data"]["enrollments"]
    assert {one["learner"]["name"] for one in roster if one["learner"]["userId"] == gone.user_id} == {FORMER_LEARNER}
    leaders = call("leaderboard", token=peer, path=at).body["data"]["leaders"]
    assert [one["userId"] for one in leaders] == [gone.peer.user_id]
    assert call("find_peers", token=peer, query={}).body["data"]["peers"] == []
    submissions = call("list_submissions", token=tutor, path={"assessmentId": gone.assessment}, query={}).body
    assert (submissions["data"]["submissions"], submissions["metadata"]["total"]) == ([], 0)


def keeps_the_other_sides_messages(gone: Life, call: Call) -> None:
    token = gone.peer.token
    (conversation,) = call("list_conversations", token=token, query={}).body["data"]["conversations"]
    assert conversation["peer"] == {"userId": gone.user_id, "name": FORMER_LEARNER}
    messages = call("list_messages", token=token, query={"with": gone.user_id}).body["data"]["messages"]
    assert [one["message"] for one in messages] == ["Ready?", "Almost"]
    answer = call("send", token=token, body={"receiverId": gone.user_id, "message": "Still there?"})
    assert (answer.status, answer.code) == (404, "USER_NOT_FOUND")


def goes_with_the_second_of_its_people(gone: Life, call: Call, background: Background, aws: DynamoDBClient) -> None:
    assert call("erase_account", token=gone.peer.token).status == 204
    for _ in range(2):
        assert background.carry_out({"userId": gone.peer.user_id}) == {"batchItemFailures": []}
    kinds = {item["entity"] for item in table_items(aws, TABLE)}
    assert kinds.isdisjoint({Entity.CONVERSATION, Entity.MESSAGE, Entity.CLIENT_MESSAGE})
    assert not [one for one in violations(table_items(aws, TABLE)) if one.kind in ("inbox", "messages")]


def test_a_second_look_follows_when_the_last_form_for_an_upload_has_expired(
    learner: Person, call: Call, background: Background, s3: S3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[dict[str, str], int]] = []
    monkeypatch.setattr("peerlearn.adapters.queues.Queue.send", lambda _, task, delay=0: sent.append((task, delay)))
    assert call("erase_account", token=learner.token).status == 204
    background.carry_out({"userId": learner.user_id})
    assert sent == [({"userId": learner.user_id, "look": "second"}, 900)]
    s3.put_object(Bucket=BUCKET, Key=f"uploads/{learner.user_id}/asm_1/upl_2/late.pdf", Body=b"1")
    background.carry_out(sent[0][0])
    assert len(sent) == 1
    assert "Versions" not in s3.list_object_versions(Bucket=BUCKET)


def test_account_that_was_not_erased_is_left_alone(
    learner: Person, background: Background, aws: DynamoDBClient
) -> None:
    before = sorted(map(str, table_items(aws, TABLE)))
    assert background.carry_out({"userId": learner.user_id}) == {"batchItemFailures": []}
    assert sorted(map(str, table_items(aws, TABLE))) == before


@pytest.mark.usefixtures("s3")
def test_a_session_that_has_ended_erases_nothing(learner: Person, call: Call) -> None:
    assert call("logout", body={"refreshToken": learner.refresh_token}).status == 204
    assert call("erase_account", token=learner.token).code == "UNAUTHENTICATED"
    assert call("login", body={"email": learner.user.email, "password": PEOPLES_PASSWORD}).status == 201


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"password": "Wrong-Horse-7"}, 401, "INVALID_CREDENTIALS"),
        ({}, 422, "VALIDATION_FAILED"),
        ({"password": ""}, 422, "VALIDATION_FAILED"),
        ({"password": 7}, 422, "VALIDATION_FAILED"),
        ({"password": "x" * 4097}, 422, "VALIDATION_FAILED"),
        (None, 400, "MALFORMED_REQUEST"),
    ],
)
def test_nothing_is_erased_without_the_password(
    learner: Person, call: Call, body: object, status: int, code: str
) -> None:
    answer = call("erase_account", token=learner.token, body=body)
    assert (answer.status, answer.code) == (status, code)
    assert call("get_profile", token=learner.token).status == 200


@pytest.mark.usefixtures("s3")
def test_open_connections_end(learner: Person, call: Call) -> None:
    assert call("erase_account", token=learner.token).status == 204
    tombstone = table().get(keys.totals(learner.user_id))
    told = list(decode(RecordChange(old=None, new=tombstone, at=utc_now())))
    assert told == [SignInSessionsEnded(learner.user_id)]
    assert told[0].concerns("sid_any")


# -- tutors and administrators


def test_a_tutor_closes_their_courses_first(tutor: Person, call: Call, background: Background) -> None:
    body = json.loads(event_of("create_course")["body"])
    made = [call("create_course", token=tutor.token, body=body | {"status": one}) for one in ("published", "draft")]
    course_id, draft_id = (answer.body["data"]["course"]["courseId"] for answer in made)
    at = {"courseId": course_id}
    refused = call("erase_account", token=tutor.token)
    assert (refused.status, refused.code, refused.body["details"]) == (409, "CONFLICT", {"courses": [course_id]})

    assert call("update_course", token=tutor.token, path=at, body={"status": "closed"}).status == 200
    assert call("erase_account", token=tutor.token).status == 204
    background.carry_out({"userId": tutor.user_id})
    course = call("get_course", path=at).body["data"]["course"]
    assert course["tutor"]["name"] == FORMER_TUTOR
    assert course["tutor"]["userId"] != tutor.user_id
    assert course["status"] == CourseStatus.CLOSED
    assert table().get(keys.course(draft_id)) is None
    reopened = call("update_course", token=tutor.token, path=at, body={"status": "published"})
    assert reopened.code == "UNAUTHENTICATED"
    assert call("create_course", token=tutor.token).code == "UNAUTHENTICATED"


@pytest.mark.usefixtures("s3")
def test_the_last_administrator_stays(people: People, administrator: Person, call: Call) -> None:
    refused = call("erase_account", token=administrator.token)
    assert (refused.status, refused.code) == (409, "CONFLICT")
    assert call("get_profile", token=administrator.token).status == 200
    people.add(Role.ADMIN)
    assert call("erase_account", token=administrator.token).status == 204


def test_a_tutors_new_name_reaches_their_courses(tutor: Person, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Workers(monkeypatch)
    course_id = call("create_course", token=tutor.token).body["data"]["course"]["courseId"]
    old = table().get(keys.profile(tutor.user_id))
    assert call("update_profile", token=tutor.token, body={"name": "Grace"}).status == 200
    new = table().get(keys.profile(tutor.user_id))
    for _ in range(2):
        assert follow_up.route({"record": assignments(RecordChange(old, new, utc_now()))}) == {}
        workers.drain()
        course = call("get_course", token=tutor.token, path={"courseId": course_id}).body["data"]["course"]
        assert course["tutor"] == {"userId": tutor.user_id, "name": "Grace"}
