"""Working through a course, handing in real files, and being graded, over real HTTP and the stack's own S3."""

from __future__ import annotations

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import boto3
import pytest
import requests
from botocore.config import Config

from scripts.local_stack.environment import ACCESS_KEY
from tests.support.client import Account, Client

PDF = "application/pdf"
LIMIT = 52_428_800
ESSAY = b"%PDF-1.7 essay"


@pytest.fixture
def client(stack: dict[str, Any]) -> Client:
    return Client(stack)


@pytest.fixture
def s3(stack: dict[str, Any]) -> Any:
    """The bucket's owner."""
    config = Config(signature_version="s3v4", proxies={})
    return boto3.Session(ACCESS_KEY, ACCESS_KEY).client("s3", endpoint_url=stack["endpoint"], config=config)


@dataclass(frozen=True, slots=True)
class Classroom:
    """A course with its tutor, one learner in it, and an assessment out of 100."""

    client: Client
    tutor: Account
    learner: Account
    course: dict[str, Any]
    assessment: str

    def join(self, name: str = "Bob") -> Account:
        account = self.client.register(name)
        self.client.ok("POST", f"/v1/courses/{self.course['courseId']}/enroll", as_=account)
        return account

    def complete(self, number: int, *, as_: Account | None = None, minutes: int = 0) -> Any:
        body = {"moduleId": self.course["modules"][number]["moduleId"], "studyMinutes": minutes}
        path = f"/v1/learner/me/progress/{self.course['courseId']}"
        return self.client.ok("PATCH", path, body, as_=as_ or self.learner)["progress"]

    def upload(
        self, size: int = len(ESSAY), *, as_: Account | None = None, name: str = "essay.pdf", content_type: str = PDF
    ) -> Any:
        body = {"fileName": name, "contentType": content_type, "size": size}
        path = f"/v1/assessments/{self.assessment}/upload"
        return self.client.ok("POST", path, body, as_=as_ or self.learner)["upload"]

    def submit(self, url: str, *, as_: Account | None = None) -> requests.Response:
        path = f"/v1/assessments/{self.assessment}/submit"
        return self.client.call("POST", path, {"submissionUrl": url}, as_=as_ or self.learner)

    def grade(self, grade: float, feedback: str) -> Any:
        path = f"/v1/assessments/{self.assessment}/submissions/{self.learner.user_id}"
        return self.client.ok("PATCH", path, {"grade": grade, "feedback": feedback}, as_=self.tutor)["submission"]


@pytest.fixture
def room(client: Client) -> Classroom:
    tutor = client.demo("tutor")
    course = client.course(tutor)
    body = {"title": "An essay", "instructions": "On anything.", "maxGrade": 100}
    path = f"/v1/courses/{course['courseId']}/assessments"
    assessment = client.ok("POST", path, body, as_=tutor)["assessment"]["assessmentId"]
    learner = client.register("Ada")
    client.ok("POST", f"/v1/courses/{course['courseId']}/enroll", as_=learner)
    return Classroom(client, tutor, learner, course, assessment)


def post(upload: Any, content: bytes, **changes: str | None) -> requests.Response:
    """Return the body that a browser sends: the form's fields, then the file. A change of None leaves the field out."""
    fields = {name: value for name, value in (upload["fields"] | changes).items() if value is not None}
    return requests.post(upload["url"], data=fields, files={"file": ("essay.pdf", content)}, timeout=120)


def test_from_the_first_module_to_the_leaderboard(room: Classroom) -> None:
    client, learner, course_id = room.client, room.learner, room.course["courseId"]
    peer = room.join()
    half = room.complete(0, minutes=90)
    assert (half["completionPercentage"], half["status"]) == (50, "active")
    assert room.complete(0, minutes=90) == half
    assert room.complete(1)["status"] == "completed"
    room.complete(0, as_=peer)

    upload = room.upload()
    assert post(upload, ESSAY).status_code == 204
    submitted = room.submit(upload["submissionUrl"])
    assert submitted.status_code == 201
    assert submitted.json()["data"]["submission"]["attempt"] == 1
    assert room.grade(95.25, "Clearly written.")["grade"] == 95.25

    shown = client.ok("GET", f"/v1/assessments/{room.assessment}", as_=learner)["submission"]
    assert (shown["grade"], shown["feedback"]) == (95.25, "Clearly written.")
    for person in (learner, room.tutor):
        path = f"/v1/assessments/{room.assessment}/submissions/{learner.user_id}/download"
        file = requests.get(client.ok("GET", path, as_=person)["url"], timeout=60)
        assert (file.status_code, file.content) == (200, ESSAY)

    summary = client.ok("GET", "/v1/learner/me/progress", as_=learner)["summary"]
    assert summary == {"courses": 1, "completed": 1, "averagePercentage": 100, "totalStudyHours": 1.5, "points": 170}
    entries = client.ok("GET", "/v1/learner/me/points", as_=learner)["entries"]
    assert sorted(entry["points"] for entry in entries) == [10, 10, 20, 30, 100]
    profile = client.ok("GET", "/v1/learner/me", as_=learner)["profile"]
    assert (profile["points"], profile["totalStudyHours"]) == (170, 1.5)
    assert profile["badges"] == ["first-module", "first-course"]
    leaders = client.ok("GET", f"/v1/courses/{course_id}/leaderboard", as_=peer)["leaders"]
    assert [(one["rank"], one["name"], one["points"]) for one in leaders] == [(1, "Ada", 170), (2, "Bob", 10)]
    listed = client.ok("GET", f"/v1/assessments/{room.assessment}/submissions", as_=room.tutor)["submissions"]
    assert [one["learnerId"] for one in listed] == [learner.user_id]
    assert client.ok("GET", f"/v1/courses/{course_id}")["course"]["assessments"]


def test_progress_follows_an_outline_that_the_tutor_changes(room: Classroom) -> None:
    client, course_id = room.client, room.course["courseId"]
    room.complete(0)
    kept = [{name: module[name] for name in ("moduleId", "title", "minutes")} for module in room.course["modules"]]
    path = f"/v1/courses/{course_id}"
    client.ok("PATCH", path, {"modules": [*kept, {"title": "Three", "minutes": 5}]}, as_=room.tutor)
    progress = client.ok("GET", f"/v1/learner/me/progress/{course_id}", as_=room.learner)["progress"]
    assert (progress["totalModules"], progress["completionPercentage"]) == (3, 33)
    client.ok("PATCH", path, {"modules": kept[:1]}, as_=room.tutor)
    progress = client.ok("GET", f"/v1/learner/me/progress/{course_id}", as_=room.learner)["progress"]
    assert (progress["totalModules"], progress["completionPercentage"]) == (1, 100)


def test_modules_completed_at_once_over_http(room: Classroom) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(room.complete, [0, 1, 0, 1]))
    progress = room.client.ok("GET", "/v1/learner/me/progress", as_=room.learner)
    assert progress["progress"][0]["status"] == "completed"
    assert progress["summary"]["points"] == 120


# -- uploads ----------------------------------------------------------------------------------------------------------


def test_one_byte_and_a_file_at_the_limit_pass(room: Classroom, stack: dict[str, Any], s3: Any) -> None:
    for size in (1, LIMIT):
        upload = room.upload(size, name="notes.txt", content_type="text/plain;charset=utf-8")
        content = b"x" * size
        assert post(upload, content).status_code == 204
        stored = s3.head_object(Bucket=stack["bucketName"], Key=upload["fields"]["key"])
        assert (stored["ContentLength"], stored["ContentType"]) == (size, "text/plain")
        assert hashlib.md5(content, usedforsecurity=False).hexdigest() in stored["ETag"]
        assert room.submit(upload["submissionUrl"]).status_code == 201


@pytest.mark.parametrize(
    ("content", "changes"),
    [
        pytest.param(b"", {}, id="empty"),
        pytest.param(ESSAY + b"x", {}, id="one byte too many"),
        pytest.param(ESSAY[:-1], {}, id="one byte too few"),
        pytest.param(ESSAY * 200_000, {}, id="3 MB for 14 bytes"),
        pytest.param(ESSAY, {"Content-Type": "text/html"}, id="another type"),
        pytest.param(ESSAY, {"Content-Type": None}, id="no type"),
        pytest.param(ESSAY, {"key": "uploads/usr_somebody/else.pdf"}, id="another key"),
        pytest.param(ESSAY, {"tagging": None}, id="no tag"),
        pytest.param(ESSAY, {"x-amz-meta-file-name": "aW52b2ljZS5leGU="}, id="another name"),
        pytest.param(ESSAY, {"x-amz-meta-file-name": None}, id="no name"),
        pytest.param(ESSAY, {"x-amz-meta-begun-at": "2020-01-01T00:00:00.000Z"}, id="another time"),
        pytest.param(ESSAY, {"acl": "public-read"}, id="a field that was not signed"),
        pytest.param(ESSAY, {"x-amz-signature": None}, id="no signature"),
        pytest.param(ESSAY, {"policy": "e30="}, id="another policy"),
    ],
)
def test_upload_that_the_form_does_not_allow_is_refused_by_s3(
    room: Classroom, stack: dict[str, Any], s3: Any, content: bytes, changes: dict[str, str | None]
) -> None:
    upload = room.upload()
    assert post(upload, content, **changes).status_code in (400, 403)
    found = s3.list_objects_v2(Bucket=stack["bucketName"], Prefix=upload["fields"]["key"].rsplit("/", 1)[0])
    assert found["KeyCount"] == 0
    refused = room.submit(upload["submissionUrl"])
    assert (refused.status_code, refused.json()["code"]) == (422, "VALIDATION_FAILED")


def test_an_expired_form_is_refused_by_s3(stack: dict[str, Any], s3: Any) -> None:
    """The product's forms live for 15 minutes; this one is signed in the same way for a second."""
    key = f"uploads/{uuid4().hex}/essay.pdf"
    form = s3.generate_presigned_post(stack["bucketName"], key, ExpiresIn=1)
    time.sleep(2)
    assert post(form, b"x").status_code == 403


def test_only_ones_own_file_for_that_assessment_is_accepted(room: Classroom) -> None:
    peer = room.join()
    theirs = room.upload(as_=peer)
    assert post(theirs, ESSAY).status_code == 204
    for url in (theirs["submissionUrl"], room.upload()["submissionUrl"]):
        assert room.submit(url).status_code == 422
    assert room.submit(theirs["submissionUrl"], as_=peer).status_code == 201
    path = f"/v1/assessments/{room.assessment}/submissions/{peer.user_id}/download"
    assert room.client.call("GET", path, as_=room.learner).status_code == 403


def test_submitted_file_stays_as_it_was(room: Classroom, stack: dict[str, Any], s3: Any) -> None:
    upload = room.upload()
    key = upload["fields"]["key"]
    assert post(upload, ESSAY).status_code == 204
    # S3 tags an upload as its form says. The local S3 knows no `tagging` field, so the tag is set here as S3 would.
    s3.put_object_tagging(
        Bucket=stack["bucketName"], Key=key, Tagging={"TagSet": [{"Key": "state", "Value": "pending"}]}
    )
    assert room.submit(upload["submissionUrl"]).status_code == 201
    version = s3.head_object(Bucket=stack["bucketName"], Key=key)["VersionId"]
    assert post(upload, ESSAY[::-1]).status_code == 204
    tags = s3.get_object_tagging(Bucket=stack["bucketName"], Key=key, VersionId=version)["TagSet"]
    assert tags == [{"Key": "state", "Value": "submitted"}]
    path = f"/v1/assessments/{room.assessment}/submissions/{room.learner.user_id}/download"
    assert requests.get(room.client.ok("GET", path, as_=room.tutor)["url"], timeout=60).content == ESSAY


@pytest.mark.parametrize(
    "name", ["作业.pdf", "łódź.pdf", "👩\u200d🔬 résumé.pdf", 'say "hi"; 50%.pdf', "作" * 251 + ".pdf"]
)
def test_a_file_is_saved_under_the_name_that_its_author_gave_it(room: Classroom, name: str) -> None:
    upload = room.upload(name=name)
    assert post(upload, ESSAY).status_code == 204
    assert room.submit(upload["submissionUrl"]).json()["data"]["submission"]["fileName"] == name
    path = f"/v1/assessments/{room.assessment}/submissions/{room.learner.user_id}/download"
    file = requests.get(room.client.ok("GET", path, as_=room.tutor)["url"], timeout=60)
    disposition = file.headers["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert unquote(disposition.rpartition("filename*=UTF-8''")[2]) == name


def test_file_of_another_type_than_its_name_is_refused(room: Classroom) -> None:
    page = b"<!DOCTYPE html><script>alert(1)</script>"
    for name, content_type in (("notes.txt", "text/plain"), ("essay.pdf", PDF)):
        upload = room.upload(len(page), name=name, content_type=content_type)
        assert post(upload, page).status_code == 204
        refused = room.submit(upload["submissionUrl"])
        assert (refused.status_code, refused.json()["details"]["fields"][0]["field"]) == (422, "submissionUrl")
    assert room.client.ok("GET", "/v1/learner/me/submissions", as_=room.learner)["submissions"] == []


def test_a_browser_of_another_origin_may_post_the_form(room: Classroom) -> None:
    upload = room.upload()
    preflight = requests.options(
        upload["url"],
        headers={"Origin": "https://app.example", "Access-Control-Request-Method": "POST"},
        timeout=60,
    )
    assert preflight.ok
    assert preflight.headers["Access-Control-Allow-Origin"] in ("*", "https://app.example")


def test_the_bucket_is_as_the_template_says(stack: dict[str, Any], s3: Any) -> None:
    """tests/contract reads the rest: its policy, and its lifecycle rules, which the local CloudFormation leaves out."""
    bucket = {"Bucket": stack["bucketName"]}
    assert s3.get_bucket_versioning(**bucket)["Status"] == "Enabled"
    blocked = s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"]
    assert len(blocked) == 4
    assert all(blocked.values())
    (encryption,) = s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


# -- attempts ---------------------------------------------------------------------------------------------------------


def test_a_repeat_is_the_attempt_that_it_repeats(room: Classroom) -> None:
    upload = room.upload()
    assert post(upload, ESSAY).status_code == 204
    first = room.submit(upload["submissionUrl"])
    assert room.submit(upload["submissionUrl"]).json()["data"] == first.json()["data"]
    graded = room.grade(77.5, "Good.")
    again = room.submit(upload["submissionUrl"])
    assert (again.status_code, again.json()["data"]["submission"]) == (201, graded)


def test_attempts_at_once_and_the_end_of_attempts(room: Classroom) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(room.submit, ["https://github.com/ada/one", "https://github.com/ada/two"]))
    assert sorted(answer.json()["data"]["submission"]["attempt"] for answer in answers) == [1, 2]
    mine = room.client.ok("GET", "/v1/learner/me/submissions", as_=room.learner)["submissions"]
    assert [one["attempt"] for one in mine] == [2, 1]
    room.grade(100, "Perfect.")
    assert room.client.ok("GET", "/v1/learner/me", as_=room.learner)["profile"]["points"] == 50
    room.grade(40, "A mistake of mine.")
    profile = room.client.ok("GET", "/v1/learner/me", as_=room.learner)["profile"]
    assert (profile["points"], profile["badges"]) == (20, [])
    refused = room.submit("https://github.com/ada/three")
    assert (refused.status_code, refused.json()["code"]) == (409, "SUBMISSION_ALREADY_GRADED")
