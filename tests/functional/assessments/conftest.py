"""A classroom to hand things in at, and a bucket to put them in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from peerlearn.persistence.table import Table
from peerlearn.snapshots import forget_providers
from tests.functional.conftest import TABLE
from tests.support.api import Answer
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

Call = Callable[..., Answer]
BUCKET = "peerlearn-uploads"
LINK = "https://github.com/ada/mate-in-two"
LIMIT = 2000
PDF = b"%PDF-1.7 an essay"


def put(bucket: S3Client, key: str, body: bytes = PDF, content_type: str = "application/pdf") -> str:
    """Store a file as S3 does for a form without a name; return the version's id."""
    stored = bucket.put_object(Bucket=BUCKET, Key=key, Body=body, ContentType=content_type, Tagging="state=pending")
    return stored["VersionId"]


def post(bucket: S3Client, upload: dict[str, Any], body: bytes = PDF) -> str:
    """Store a file as S3 does for a form that a client has filled in; return the version's id."""
    fields = upload["fields"]
    metadata = {name.removeprefix("x-amz-meta-"): value for name, value in fields.items() if "-meta-" in name}
    stored = bucket.put_object(
        Bucket=BUCKET,
        Key=fields["key"],
        Body=body,
        ContentType=fields["Content-Type"],
        Metadata=metadata,
        Tagging="state=pending",
    )
    return stored["VersionId"]


@pytest.fixture(autouse=True)
def bucket(aws: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> S3Client:  # noqa: ARG001 (AWS stands before it)
    monkeypatch.setenv("BUCKET_NAME", BUCKET)
    monkeypatch.setenv("MAX_UPLOAD_BYTES", str(LIMIT))
    forget_providers()
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return client


@pytest.fixture
def learning(aws: DynamoDBClient) -> Learning:
    return Learning(Table(aws, TABLE))


@dataclass(frozen=True, slots=True)
class Classroom:
    """A course with a tutor, an enrolled learner, and an assessment out of 10."""

    call: Call
    learning: Learning
    course: str
    assessment: str
    learner: Person
    tutor: Person

    def submit(self, url: str = LINK, *, person: Person | None = None, assessment: str | None = None) -> Answer:
        path = {"assessmentId": assessment or self.assessment}
        return self.call("submit", token=(person or self.learner).token, path=path, body={"submissionUrl": url})

    def grade(
        self, grade: float | None, *, person: Person | None = None, learner: Person | None = None, **more: Any
    ) -> Answer:
        path = {"assessmentId": self.assessment, "learnerId": (learner or self.learner).user_id}
        return self.call("grade", token=(person or self.tutor).token, path=path, body={"grade": grade, **more})

    def upload(self, *, person: Person | None = None, assessment: str | None = None, **changes: Any) -> Answer:
        body = {"fileName": "essay.pdf", "contentType": "application/pdf", "size": 10, **changes}
        path = {"assessmentId": assessment or self.assessment}
        return self.call("create_upload", token=(person or self.learner).token, path=path, body=body)

    def download(self, *, person: Person, learner: Person | None = None) -> Answer:
        path = {"assessmentId": self.assessment, "learnerId": (learner or self.learner).user_id}
        return self.call("download", token=person.token, path=path)

    def points(self) -> int:
        return self.learning.totals(self.learner.user_id).points


@pytest.fixture
def room(call: Call, courses: Courses, learning: Learning, learner: Person, tutor: Person) -> Classroom:
    course = courses.add(tutor_id=tutor.user_id)
    learning.enroll(learner.user_id, course)
    return Classroom(call, learning, course, learning.add_assessment(course), learner, tutor)
