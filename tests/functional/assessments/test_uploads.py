"""Forms of uploads, and the files that are handed in with them."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from peerlearn.domain.clock import from_rfc3339, utc_now
from tests.functional.assessments.conftest import BUCKET, LIMIT, PDF, Classroom, put
from tests.support.people import People

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def test_a_form_is_bound_to_key_type_size_and_time(room: Classroom) -> None:
    answer = room.upload(fileName="Über Schach / Läufer.pdf".replace("/", "-"))
    assert answer.status == 201
    upload = answer.body["data"]["upload"]
    key = upload["fields"]["key"]
    assert key.startswith(f"uploads/{room.learner.user_id}/{room.assessment}/upl_")
    assert key.endswith("/Uber-Schach-Laufer.pdf")
    assert upload["submissionUrl"] == f"https://{BUCKET}.s3.us-east-1.amazonaws.com/{key}"
    policy = json.loads(base64.b64decode(upload["fields"]["policy"]))
    conditions = policy["conditions"]
    assert {"key": key} in conditions
    assert {"bucket": BUCKET} in conditions
    assert {"Content-Type": "application/pdf"} in conditions
    assert ["content-length-range", 10, 10] in conditions
    assert {"tagging": upload["fields"]["tagging"]} in conditions
    assert "<Key>state</Key><Value>pending</Value>" in upload["fields"]["tagging"]
    # every field that is sent is one that is signed
    signed = {name.lower() for condition in conditions if isinstance(condition, dict) for name in condition}
    assert {name.lower() for name in upload["fields"]} - {"policy", "x-amz-signature"} <= signed
    lifetime = from_rfc3339(policy["expiration"]) - utc_now()
    assert lifetime <= timedelta(minutes=15)


def test_no_two_forms_have_the_same_key(room: Classroom) -> None:
    uploads = [room.upload().body["data"]["upload"]["fields"]["key"] for _ in range(2)]
    assert uploads[0] != uploads[1]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"size": 0}, ["size"]),
        ({"size": LIMIT + 1}, ["size"]),
        ({"size": -1}, ["size"]),
        ({"size": "10"}, ["size"]),
        ({"contentType": "text/html"}, ["contentType"]),
        ({"contentType": "image/svg+xml"}, ["contentType"]),
        ({"fileName": "../../etc/passwd"}, ["fileName"]),
        ({"fileName": "a\\b.pdf"}, ["fileName"]),
        ({"fileName": "a\u0000.pdf"}, ["fileName"]),
        ({"fileName": "\u202egpj.exe"}, ["fileName"]),
        ({"fileName": ""}, ["fileName"]),
        ({"fileName": "f" * 256}, ["fileName"]),
        ({"key": "uploads/other"}, ["key"]),
        ({"fileName": "a/b", "contentType": "text/html", "size": 0}, ["fileName", "contentType", "size"]),
    ],
)
def test_wrong_uploads_are_named_all_at_once(room: Classroom, change: dict[str, Any], fields: list[str]) -> None:
    answer = room.upload(**change)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert [field["field"] for field in answer.body["details"]["fields"]] == fields


def test_an_uploaded_file_is_handed_in_kept_and_downloaded(room: Classroom, bucket: S3Client, people: People) -> None:
    upload = room.upload().body["data"]["upload"]
    key = upload["fields"]["key"]
    put(bucket, key)
    assert room.submit(upload["submissionUrl"]).status == 201
    assert bucket.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"] == [{"Key": "state", "Value": "submitted"}]
    # what is uploaded with the same form later is not what was handed in
    handed_in = bucket.head_object(Bucket=BUCKET, Key=key)["VersionId"]
    put(bucket, key, b"%PDF-another")
    for person in (room.learner, room.tutor):
        url = room.download(person=person).body["data"]["url"]
        assert f"versionId={handed_in}" in url
        assert "response-content-disposition=attachment" in url
        assert "X-Amz-Expires=300" in url
    for person in (people.add(), people.add(room.tutor.user.role)):
        assert room.download(person=person).code == "FORBIDDEN"


def test_foreign_file_is_refused(room: Classroom, bucket: S3Client, people: People) -> None:
    other = people.add()
    room.learning.enroll(other.user_id, room.course)
    foreign = room.upload(person=other).body["data"]["upload"]
    put(bucket, foreign["fields"]["key"])
    elsewhere = room.upload(assessment=room.learning.add_assessment(room.course)).body["data"]["upload"]
    put(bucket, elsewhere["fields"]["key"])
    absent = room.upload().body["data"]["upload"]
    own = room.upload().body["data"]["upload"]
    put(bucket, own["fields"]["key"])
    key = own["fields"]["key"]
    refused = [
        foreign["submissionUrl"],
        elsewhere["submissionUrl"],
        absent["submissionUrl"],
        own["submissionUrl"] + "?versionId=1",
        own["submissionUrl"].replace("essay", "%65ssay"),
        f"https://s3.us-east-1.amazonaws.com/{BUCKET}/{foreign['fields']['key']}",
        f"https://s3.dualstack.us-east-1.amazonaws.com/{BUCKET}/{foreign['fields']['key']}",
        f"https://{BUCKET}.s3.amazonaws.com/template.yaml",
        f"https://{BUCKET}.s3.amazonaws.com/uploads/{room.learner.user_id}/",
    ]
    answers = [room.submit(url) for url in refused]
    assert [(answer.status, answer.code) for answer in answers] == [(422, "VALIDATION_FAILED")] * len(refused)
    assert len({json.dumps(answer.body["details"]) for answer in answers}) == 1
    # the same own file by another of S3's names
    assert room.submit(f"https://s3.us-east-1.amazonaws.com/{BUCKET}/{key}").status == 201


@pytest.mark.parametrize("operation", ["GetObject", "PutObjectTagging"])
def test_bucket_that_refuses_us_is_our_fault_and_no_learners(
    room: Classroom,
    bucket: S3Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    operation: str,
) -> None:
    """A role that lost a permission: every learner would be told that their file is not theirs, and no alarm sounds."""
    upload = room.upload().body["data"]["upload"]
    put(bucket, upload["fields"]["key"])
    clients: Any = BaseClient
    make = clients._make_api_call

    def refusing(client: BaseClient, name: str, request: Any) -> Any:
        if name == operation:
            refusal: Any = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
            raise ClientError(refusal, name)
        return make(client, name, request)

    monkeypatch.setattr(clients, "_make_api_call", refusing)
    answer = room.submit(upload["submissionUrl"])
    # counted among the API's own 5xx, which have an alarm
    assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
    (line,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert line.exc_info is not None
    assert line.exc_info[0] is ClientError


def test_an_object_that_its_form_would_not_have_let_in(room: Classroom, bucket: S3Client) -> None:
    for body, content_type in (
        (b"", "application/pdf"),
        (PDF + b"x" * LIMIT, "application/pdf"),
        (b"x", "text/html"),
        (b"x", "application/pdf"),
    ):
        upload = room.upload().body["data"]["upload"]
        put(bucket, upload["fields"]["key"], body, content_type)
        assert room.submit(upload["submissionUrl"]).status == 422


def test_there_is_nothing_to_download_of_a_link_or_of_nothing(room: Classroom) -> None:
    assert room.download(person=room.tutor).code == "SUBMISSION_NOT_FOUND"
    room.submit()
    answer = room.download(person=room.tutor)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")
