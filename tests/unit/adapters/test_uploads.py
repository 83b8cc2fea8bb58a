"""Forms, links and claims, without a network: only what crosses to S3 is stubbed."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from peerlearn.adapters.uploads import PENDING_TAGGING, S3Uploads
from peerlearn.domain.assessments import StoredFile, UploadedObject
from peerlearn.domain.errors import TemporarilyUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
KEY = "uploads/usr_1/asm_1/upl_1/essay.pdf"


def client(region: str = "eu-west-1") -> S3Client:
    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return boto3.client("s3", region_name=region, config=config)


def uploads(s3: S3Client | None = None, region: str = "eu-west-1") -> S3Uploads:
    return S3Uploads(s3 or client(region), "my-bucket", region, 1000, lambda: NOW)


def test_a_form_signs_exactly_what_it_sends() -> None:
    form = uploads().form(KEY, "application/pdf")
    # the bucket's own region: the global address would redirect
    assert form.url == "https://my-bucket.s3.eu-west-1.amazonaws.com/"
    assert form.expires_at == NOW + timedelta(minutes=15)
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    signed: dict[str, Any] = {}
    for condition in policy["conditions"]:
        if isinstance(condition, dict):
            signed |= condition
    assert ["content-length-range", 1, 1000] in policy["conditions"]
    sent = {name: value for name, value in form.fields.items() if name not in ("policy", "x-amz-signature")}
    assert signed == sent | {"bucket": "my-bucket"}
    assert (sent["key"], sent["Content-Type"], sent["tagging"]) == (KEY, "application/pdf", PENDING_TAGGING)


def test_no_field_is_one_that_curl_would_take_for_a_file() -> None:
    """`curl -F name=<...` and `curl -F name=@...` read files; `;` begins a part's own headers."""
    fields = uploads().form(KEY, "application/pdf").fields
    assert not [value for value in fields.values() if value[0] in "<@" or ";" in value]


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("eu-west-1", f"https://my-bucket.s3.eu-west-1.amazonaws.com/{KEY}"),
        ("cn-north-1", f"https://my-bucket.s3.cn-north-1.amazonaws.com.cn/{KEY}"),
    ],
)
def test_the_address_that_is_handed_in(region: str, url: str) -> None:
    assert uploads(region=region).url_of(KEY) == url


def test_a_link_downloads_the_pinned_version() -> None:
    url = uploads().link(StoredFile(KEY, "version-1"))
    assert url.startswith(f"https://my-bucket.s3.eu-west-1.amazonaws.com/{KEY}?")
    assert "versionId=version-1" in url
    assert "response-content-disposition=attachment%3B%20filename%3D%22essay.pdf%22" in url
    assert "X-Amz-Expires=300" in url
    assert "versionId" not in uploads().link(StoredFile(KEY, None))


class Answers:
    """Both calls of a claim, in whatever order the threads make them."""

    def __init__(self, head: Any, tag: Any) -> None:
        self.answers = {"HeadObject": head, "PutObjectTagging": tag}
        self.asked: dict[str, Any] = {}

    def client(self) -> S3Client:
        s3 = client()
        operation_of = {"HeadObject": "head_object", "PutObjectTagging": "put_object_tagging"}

        def answer(operation: str, request: Any) -> Any:
            self.asked[operation] = request
            with Stubber(one := client()) as stub:
                wanted = self.answers[operation]
                if isinstance(wanted, tuple):
                    stub.add_client_error(operation_of[operation], wanted[0], http_status_code=wanted[1])
                else:
                    stub.add_response(operation_of[operation], wanted)
                return one._make_api_call(operation, request)  # type: ignore[attr-defined]

        s3._make_api_call = answer  # type: ignore[attr-defined]
        return s3


FOUND = {"ContentLength": 5, "ContentType": "application/pdf", "VersionId": "v1"}


def test_a_claim_looks_and_tags() -> None:
    answers = Answers(FOUND, {})
    assert uploads(answers.client()).claim(KEY) == UploadedObject(5, "application/pdf", "v1")
    assert answers.asked["HeadObject"] == {"Bucket": "my-bucket", "Key": KEY}
    assert answers.asked["PutObjectTagging"]["Tagging"] == {"TagSet": [{"Key": "state", "Value": "submitted"}]}


@pytest.mark.parametrize("missing", [("404", 404), ("NoSuchKey", 404), ("MethodNotAllowed", 405)])
def test_what_is_not_there_is_not_claimed(missing: tuple[str, int]) -> None:
    assert uploads(Answers(("404", 404), missing).client()).claim(KEY) is None
    assert uploads(Answers(FOUND, missing).client()).claim(KEY) is None


@pytest.mark.parametrize(
    "refused",
    [
        ("403", 403),
        ("AccessDenied", 403),
        ("InvalidAccessKeyId", 403),
        ("SignatureDoesNotMatch", 403),
        ("RequestTimeTooSkewed", 403),
        ("AllAccessDisabled", 403),
        ("NoSuchBucket", 404),
        ("400", 400),
    ],
)
def test_refusal_of_s3_is_no_missing_file(refused: tuple[str, int]) -> None:
    """A lost permission, a key, a clock: learners would be told of every file that it is not theirs."""
    for head, tag in ((refused, {}), (FOUND, refused), (refused, refused)):
        with pytest.raises(ClientError):
            uploads(Answers(head, tag).client()).claim(KEY)


@pytest.mark.parametrize("busy", [("SlowDown", 503), ("InternalError", 500)])
def test_a_busy_bucket_is_not_an_absent_file(busy: tuple[str, int]) -> None:
    for head, tag in ((busy, {}), (FOUND, busy)):
        with pytest.raises(TemporarilyUnavailable):
            uploads(Answers(head, tag).client()).claim(KEY)
