"""GET /v1/learner/me/export, and the file behind it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.privacy import export_service
from peerlearn.bootstrap.standing import standing_service
from peerlearn.domain import exports
from peerlearn.domain.clock import utc_now
from peerlearn.domain.exports import ExportRecord
from peerlearn.domain.standing import READ_FRESH_SECONDS
from peerlearn.domain.users import Role
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.privacy import export_item
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put
from tests.functional.privacy.conftest import BUCKET, Background
from tests.support.api import Answer
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Call = Callable[..., Answer]


@pytest.fixture
def busy(people: People, call: Call, courses: Courses, learning: Learning, s3: S3Client) -> tuple[Person, Person]:
    """Somebody who has done a little of everything, and who they wrote with."""
    learner, peer = people.add(name="Lena"), people.add(name="Pär")
    course_id = courses.add()
    for one in (learner, peer):
        learning.enroll(one.user_id, course_id)
    begins = utc_now() + timedelta(days=1)
    learning.enroll(learner.user_id, courses.add(slot=(begins, begins + timedelta(hours=1)), title="Live"))
    full = courses.add(1)
    learning.enroll(peer.user_id, full)
    assert call("join_waitlist", token=learner.token, path={"courseId": full}, body=None).status == 201
    done = {"moduleId": "mod_1", "studyMinutes": 20}
    assert call("complete_module", token=learner.token, path={"courseId": course_id}, body=done).status == 200
    assessment_id = learning.add_assessment(course_id)
    handed_in = {"submissionUrl": "https://github.com/lena/endgames"}
    assert call("submit", token=learner.token, path={"assessmentId": assessment_id}, body=handed_in).status == 201
    s3.put_object(Bucket=BUCKET, Key=f"uploads/{learner.user_id}/{assessment_id}/upl_1/notes.pdf", Body=b"12345")
    s3.put_object(Bucket=BUCKET, Key=f"uploads/{peer.user_id}/{assessment_id}/upl_2/theirs.pdf", Body=b"1")
    for sender, receiver, text in ((learner, peer, "Ready? 🙂"), (peer, learner, 'Almost, "really"')):
        body = {"receiverId": receiver.user_id, "message": text}
        assert call("send", token=sender.token, body=body).status == 201
    assert call("create_calendar_link", token=learner.token).status == 201
    return learner, peer


def check_document(document: dict[str, Any], learner: Person, peer: Person) -> None:
    assert document["profile"]["email"] == learner.user.email
    assert document["profile"]["points"] == 30
    assert sorted(one["status"] for one in document["enrollments"]) == ["active", "active", "waitlisted"]
    assert [one["title"] for one in document["enrollments"]].count("Live") == 1
    assert [one["waitingSince"] is not None for one in document["enrollments"]].count(True) == 1
    assert [one["reason"] for one in document["points"]] == ["module_completed", "first_submission"]
    assert [one["submissionUrl"] for one in document["submissions"]] == ["https://github.com/lena/endgames"]
    assert [(one["file"], one["size"]) for one in document["uploads"]] == [("notes.pdf", 5)]
    assert len(document["schedule"]) == len(document["sessions"]) == 1
    assert document["calendarLink"]
    (conversation,) = document["conversations"]
    assert conversation["peer"] == {"userId": peer.user_id, "name": "Pär"}
    assert [one["message"] for one in conversation["messages"]] == ["Ready? 🙂", 'Almost, "really"']
    text = json.dumps(document)
    for secret in (peer.user.email, "theirs.pdf", "tokenHash", learner.session.token_hash, "USER#", "GSI", "writtenBy"):
        assert secret not in text


def test_everything_about_oneself_and_nothing_of_others(busy: tuple[Person, Person], call: Call) -> None:
    learner, peer = busy
    answer = call("export_data", token=learner.token)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.body["data"]["export"]["status"] == "complete"
    check_document(answer.body["data"]["export"], learner, peer)
    assert table().get(keys.export(learner.user_id)) is None


def test_audit_entries_of_what_they_did_themselves_are_in_it(
    busy: tuple[Person, Person], people: People, call: Call
) -> None:
    learner, _ = busy
    tutor = people.add(Role.TUTOR)
    created = call("create_course", token=tutor.token).body["data"]["course"]
    change = {"status": "closed"}
    assert call("update_course", token=tutor.token, path={"courseId": created["courseId"]}, body=change).status == 200
    actions = call("export_data", token=tutor.token).body["data"]["export"]["auditedActions"]
    assert [one["action"] for one in actions] == ["course.published", "course.closed"]
    assert {one["target"] for one in actions} == {created["courseId"]}
    assert call("export_data", token=learner.token).body["data"]["export"]["auditedActions"] == []


@pytest.mark.parametrize("statuses", [["closed", "published"], ["closed", "published", "closed"]], ids=len)
def test_more_audit_entries_than_an_answer_holds_become_a_file(
    statuses: list[str], people: People, call: Call, s3: S3Client, background: Background,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tutor = people.add(Role.TUTOR)
    at = {"courseId": call("create_course", token=tutor.token).body["data"]["course"]["courseId"]}
    for status in statuses:
        assert call("update_course", token=tutor.token, path=at, body={"status": status}).status == 200
    monkeypatch.setattr("peerlearn.services.exports.ENTRIES_MAX", 3)
    # three items of their own are not too many, three audit entries beside them are; four are by themselves
    assert call("export_data", token=tutor.token).status == 202
    background.tell(tutor.user_id)
    (task,) = background.waiting("EXPORT_QUEUE_URL")
    background.carry_out(task)
    key = f"exports/{tutor.user_id}/{task['exportId']}.json"
    written = json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    assert [one["action"].partition(".")[2] for one in written["auditedActions"]] == ["published", *statuses]


@pytest.mark.parametrize("shows", ["nothing", "one that is gone"])
def test_indexes_that_lag_are_no_complete_export(
    busy: tuple[Person, Person], call: Call, background: Background, monkeypatch: pytest.MonkeyPatch, shows: str
) -> None:
    """The document says that nothing is missing, and a file is kept for a day."""
    learner, _ = busy
    query = Table.query
    gone = {"low": learner.user_id, "high": "usr_gone", "GSI1SK": "2026"}

    def lagging(table: Table, *arguments: Any, index: str | None = None, **options: Any) -> Any:
        if index is None:
            return query(table, *arguments, **options)
        return [gone] if shows == "one that is gone" and index == "GSI1" else []

    monkeypatch.setattr(Table, "query", lagging)
    answer = call("export_data", token=learner.token)
    assert (answer.status, answer.code) == (503, "TEMPORARILY_UNAVAILABLE")
    record = ExportRecord(learner.user_id, "exp_1", utc_now(), utc_now() + timedelta(hours=1))
    table().write(put(export_item(record)))
    task = {"userId": learner.user_id, "exportId": "exp_1"}
    assert len(background.carry_out(task)["batchItemFailures"]) == 1


@pytest.mark.parametrize("limit", ["ENTRIES_MAX", "CHARACTERS_MAX", "CONVERSATIONS_MAX"])
def test_a_large_one_becomes_a_file(
    limit: str, busy: tuple[Person, Person], call: Call, background: Background, s3: S3Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    learner, peer = busy
    monkeypatch.setattr(f"peerlearn.services.exports.{limit}", 0)
    answers = [call("export_data", token=learner.token) for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202]
    assert answers[0].headers["retry-after"] == str(exports.RETRY_AFTER_SECONDS)
    assert answers[0].body == answers[1].body
    assert answers[0].body["data"]["export"].keys() == {"status", "requestedAt"}

    background.tell(learner.user_id)
    (task,) = background.waiting("EXPORT_QUEUE_URL")
    for _ in range(2):
        assert background.carry_out(task, task) == {"batchItemFailures": []}
    export = call("export_data", token=learner.token).body["data"]["export"]
    assert export["status"] == "ready"
    link = urlsplit(export["url"])
    assert int(parse_qs(link.query)["X-Amz-Expires"][0]) <= 900
    key = f"exports/{learner.user_id}/{task['exportId']}.json"
    assert link.path.endswith(key)
    stored = s3.get_object(Bucket=BUCKET, Key=key)
    text = stored["Body"].read()
    assert len(text) == export["size"]
    check_document(json.loads(text), learner, peer)
    # written once, however often it was asked for
    assert len(s3.list_object_versions(Bucket=BUCKET, Prefix="exports/")["Versions"]) == 1


def test_the_file_says_what_the_answer_says(
    busy: tuple[Person, Person], call: Call, background: Background, s3: S3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner, _ = busy
    inline = call("export_data", token=learner.token).body["data"]["export"]
    monkeypatch.setattr("peerlearn.services.exports.ENTRIES_MAX", 0)
    call("export_data", token=learner.token)
    background.tell(learner.user_id)
    (task,) = background.waiting("EXPORT_QUEUE_URL")
    background.carry_out(task)
    key = f"exports/{learner.user_id}/{task['exportId']}.json"
    written = json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    for document in (inline, written):
        document.pop("generatedAt")
    inline.pop("status")
    assert written == inline


def test_person_without_conversations_gets_a_whole_file(
    learner: Person, call: Call, background: Background, s3: S3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("peerlearn.services.exports.ENTRIES_MAX", 0)
    assert call("export_data", token=learner.token).status == 202
    background.tell(learner.user_id)
    (task,) = background.waiting("EXPORT_QUEUE_URL")
    background.carry_out(task)
    key = f"exports/{learner.user_id}/{task['exportId']}.json"
    assert json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())["conversations"] == []


@pytest.mark.usefixtures("s3")
def test_one_that_was_never_written_is_begun_anew_after_an_hour(
    learner: Person, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("peerlearn.services.exports.ENTRIES_MAX", 0)
    assert call("export_data", token=learner.token).status == 202
    first = table().get(keys.export(learner.user_id)) or {}
    monkeypatch.setattr(export_service(), "_clock", lambda: utc_now() + timedelta(minutes=61))
    assert call("export_data", token=learner.token).status == 202
    second = table().get(keys.export(learner.user_id)) or {}
    assert first["exportId"] != second["exportId"]


@pytest.mark.usefixtures("s3")
def test_ended_session_is_told_nothing_of_a_file_under_way(
    learner: Person, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("peerlearn.services.exports.ENTRIES_MAX", 0)
    assert call("export_data", token=learner.token).status == 202
    assert call("logout", body={"refreshToken": learner.refresh_token}).status == 204
    # what this process has read of them is too old by now
    forgotten = standing_service()._known
    monkeypatch.setattr(forgotten, "_monotonic", lambda: time.monotonic() + READ_FRESH_SECONDS)
    assert call("export_data", token=learner.token).code == "UNAUTHENTICATED"


def test_an_export_that_nobody_wants_any_more_leaves_no_file(
    learner: Person, background: Background, s3: S3Client
) -> None:
    task = {"userId": learner.user_id, "exportId": "exp_gone"}
    s3.put_object(Bucket=BUCKET, Key=f"exports/{learner.user_id}/exp_gone.json", Body=b"{}")
    assert background.carry_out(task) == {"batchItemFailures": []}
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix="exports/")


def test_every_kind_of_item_of_ones_own_is_thought_of(busy: tuple[Person, Person], people: People, call: Call) -> None:
    """A new kind of item in somebody's partition is exported, or named here as nothing to tell."""
    tutor = people.add(Role.TUTOR)
    assert call("create_course", token=tutor.token).status == 201
    told = {Entity.PROFILE, Entity.TOTALS, Entity.SCHEDULE, Entity.ENROLLMENT, Entity.POINTS, Entity.SUBMISSION}
    told |= {Entity.PAST_ATTEMPT, Entity.PAST_GRADE, Entity.SESSION, Entity.CONNECTION, Entity.TEACHING}
    told |= {Entity.CALENDAR}
    # Of the standing, the role is told with the account, and which sessions stand with the sessions.
    nothing_to_tell = {Entity.INBOX, Entity.EXPORT, Entity.ERASURE, Entity.STANDING}
    for person in (busy[0], tutor):
        items = table().query("PK = :pk", {":pk": keys.user_partition(person.user_id)})
        assert {Entity(item["entity"]) for item in items} <= told | nothing_to_tell
