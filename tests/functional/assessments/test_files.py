"""Files keep their names, are what they are said to be, and stay: over the API and a bucket."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from peerlearn.adapters.uploads import S3Uploads
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.file_names import attachment_of
from peerlearn.domain.uploads import UploadedObject
from peerlearn.persistence import keys
from tests.functional.assessments.conftest import BUCKET, PDF, Call, Classroom, post

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def upload(room: Classroom, name: str = "essay.pdf", content_type: str = "", **more: Any) -> dict[str, Any]:
    answer = room.upload(fileName=name, contentType=content_type, **more)
    assert answer.status == 201, answer.body
    form: dict[str, Any] = answer.body["data"]["upload"]
    return form


NAMES = [
    "作业.pdf",
    "łódź.pdf",
    "домашняя работа.pdf",
    "숙제.pdf",
    "👩\u200d🔬.pdf",
    "נייר\u200c.pdf",
    'say "hi"; 50%.pdf',
    "作" * 251 + ".pdf",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_keeps_its_name(call: Call, room: Classroom, bucket: S3Client, name: str) -> None:
    form = upload(room, name)
    post(bucket, form)
    submission = room.submit(form["submissionUrl"]).body["data"]["submission"]
    assert submission["fileName"] == name
    mine = call("list_my_submissions", token=room.learner.token).body["data"]["submissions"]
    path = {"assessmentId": room.assessment}
    shown = call("get_assessment", token=room.learner.token, path=path).body["data"]["submission"]
    assert [one["fileName"] for one in (*mine, shown)] == [name] * 2
    url = room.download(person=room.tutor).body["data"]["url"]
    (disposition,) = parse_qs(urlsplit(url).query)["response-content-disposition"]
    assert disposition == attachment_of(name)


def test_a_tutor_sees_what_a_file_is_called(call: Call, room: Classroom, bucket: S3Client) -> None:
    form = upload(room, "作业.pdf")
    post(bucket, form)
    room.submit(form["submissionUrl"])
    room.submit("https://github.com/ada/a-link")
    listed = call("list_submissions", token=room.tutor.token, path={"assessmentId": room.assessment})
    assert [one["fileName"] for one in listed.body["data"]["submissions"]] == [None, "作业.pdf"]


def test_a_name_is_composed_and_an_old_upload_has_that_of_its_key(room: Classroom, bucket: S3Client) -> None:
    form = upload(room, "re\u0301sume\u0301.pdf")
    post(bucket, form)
    assert room.submit(form["submissionUrl"]).body["data"]["submission"]["fileName"] == "r\u00e9sum\u00e9.pdf"
    before = upload(room, "essay.pdf")
    post(bucket, {"fields": {name: value for name, value in before["fields"].items() if "-meta-" not in name}})
    assert room.submit(before["submissionUrl"]).body["data"]["submission"]["fileName"] == "essay.pdf"
    # composed it is short enough
    assert room.upload(fileName="e\u0301" * 251 + ".pdf").status == 201


@pytest.mark.parametrize(
    ("name", "declared", "content_type"),
    [
        ("notes.txt", "text/plain;charset=utf-8", "text/plain"),
        ("photo.jpg", "Image/JPEG", "image/jpeg"),
        ("main.py", "text/x-python-script", "text/x-python"),
        ("photo.heic", "image/heif", "image/heic"),
        ("essay.pdf", "application/octet-stream", "application/pdf"),
        ("voice.m4a", "audio/x-m4a", "audio/mp4"),
        ("stats.R", "", "text/x-r"),
        ("a.tar.gz", "application/x-gzip", "application/gzip"),
    ],
)
def test_the_form_is_for_the_type_that_name_and_browser_tell_together(
    room: Classroom, name: str, declared: str, content_type: str
) -> None:
    assert upload(room, name, declared)["fields"]["Content-Type"] == content_type


@pytest.mark.parametrize(
    ("name", "declared", "field"),
    [
        ("invoice.pdf.exe", "application/pdf", "fileName"),
        ("photo.jpg.pdf", "application/pdf", "fileName"),
        ("page.html", "text/plain", "fileName"),
        ("logo.svg", "image/svg+xml", "fileName"),
        ("essay.docm", "", "fileName"),
        ("report.pdf", "image/png", "contentType"),
        ("essay.pdf", "not a type", "contentType"),
        ("\u202efdp.exe", "", "fileName"),
        ("\u200b", "application/pdf", "fileName"),
        ("..", "application/pdf", "fileName"),
    ],
)
def test_a_refused_file_is_told_once_and_why(room: Classroom, name: str, declared: str, field: str) -> None:
    answer = room.upload(fileName=name, contentType=declared)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert [one["field"] for one in answer.body["details"]["fields"]] == [field]


@pytest.mark.parametrize(("size", "status"), [(5.0, 201), (5, 201), (5.5, 422), (True, 422), (1e400, 400)])
def test_a_size_is_a_whole_number_however_it_is_written(room: Classroom, size: float, status: int) -> None:
    assert room.upload(size=size).status == status


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("essay.pdf", b"<html>not a pdf</html>", "does not begin as a file of type application/pdf does"),
        ("photo.png", PDF, "does not begin as a file of type image/png does"),
        ("notes.txt", b"<!DOCTYPE html><script>", "begins as HTML or SVG does"),
        ("main.py", b"MZ\x90\x00\x03", "is not the text that its form was for"),
    ],
)
def test_content_that_contradicts_its_type_is_refused_and_stores_nothing(
    room: Classroom, bucket: S3Client, name: str, content: bytes, reason: str
) -> None:
    form = upload(room, name)
    post(bucket, form, content)
    answer = room.submit(form["submissionUrl"])
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    (problem,) = answer.body["details"]["fields"]
    assert problem["field"] == "submissionUrl"
    assert reason in problem["message"]
    assert room.learning.items(room.learner.user_id, keys.SUBMISSION_PREFIX) == []
    # it goes on to expire
    tags = bucket.get_object_tagging(Bucket=BUCKET, Key=form["fields"]["key"])["TagSet"]
    assert tags == [{"Key": "state", "Value": "pending"}]


def tag(bucket: S3Client, key: str, version: str) -> str:
    (found,) = bucket.get_object_tagging(Bucket=BUCKET, Key=key, VersionId=version)["TagSet"]
    return found["Value"]


def test_a_parallel_upload_leaves_the_version_that_was_handed_in(
    room: Classroom, bucket: S3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the tag the form is posted once more: what was handed in would expire in a week."""
    form = upload(room)
    key = form["fields"]["key"]
    first = post(bucket, form)
    later: list[str] = []
    find = S3Uploads.find

    def look_then_post_again(uploads: S3Uploads, key: str) -> UploadedObject | None:
        found = find(uploads, key)
        later.append(post(bucket, form, b"%PDF-1.7 another"))
        return found

    monkeypatch.setattr(S3Uploads, "find", look_then_post_again)
    assert room.submit(form["submissionUrl"]).status == 201
    assert (tag(bucket, key, first), tag(bucket, key, later[0])) == ("submitted", "pending")
    assert f"versionId={first}" in room.download(person=room.tutor).body["data"]["url"]


@pytest.mark.parametrize(
    ("begun_minutes_ago", "due_minutes_ago", "outcome"),
    [
        (14, 13, "in time"),
        (14, 1, "in time"),
        (14, 14, "in time"),
        (1, 5, "closed"),
        (16, 5, "closed"),
        (None, 5, "closed"),
        (1, -5, "in time"),
        (16, -5, "in time"),
    ],
)
@pytest.mark.parametrize("allow_late", [False, True])
def test_an_upload_begun_in_time_is_in_time_for_as_long_as_its_form(
    room: Classroom,
    bucket: S3Client,
    begun_minutes_ago: int | None,
    due_minutes_ago: int,
    outcome: str,
    allow_late: bool,  # noqa: FBT001 (a parameter)
) -> None:
    form, now = upload(room), utc_now()
    if begun_minutes_ago is None:
        del form["fields"]["x-amz-meta-begun-at"]
    else:
        form["fields"]["x-amz-meta-begun-at"] = to_rfc3339(now - timedelta(minutes=begun_minutes_ago))
    post(bucket, form)
    due_at = now - timedelta(minutes=due_minutes_ago)
    room.learning.add_assessment(room.course, assessment_id=room.assessment, due_at=due_at, allow_late=allow_late)
    answer = room.submit(form["submissionUrl"])
    if outcome == "closed" and not allow_late:
        assert answer.code == "SUBMISSION_CLOSED"
    else:
        assert answer.body["data"]["submission"]["late"] is (outcome == "closed")
