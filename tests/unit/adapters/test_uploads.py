"""Forms, looks, tags and links, without a network: only what crosses to S3 is stubbed."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from peerlearn.adapters.uploads import PENDING_TAGGING, S3Uploads
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.file_names import attachment_of
from peerlearn.domain.submissions import StoredFile
from peerlearn.domain.uploads import PlannedUpload, UploadedObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
KEY = "uploads/usr_1/asm_1/upl_1/essay.pdf"


def client(region: str = "eu-west-1") -> S3Client:
    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return boto3.client("s3", region_name=region, config=config)


def uploads(s3: S3Client | None = None, region: str = "eu-west-1") -> S3Uploads:
    return S3Uploads(s3 or client(region), "my-bucket", region, 1000)


def planned(name: str = "essay.pdf", size: int = 700) -> PlannedUpload:
    return PlannedUpload(KEY, name, "application/pdf", size, NOW)


def test_a_form_signs_exactly_what_it_sends() -> None:
    form = uploads().form(planned())
    # the bucket's own region: the global address would redirect
    assert form.url == "https://my-bucket.s3.eu-west-1.amazonaws.com/"
    assert form.expires_at == NOW + timedelta(minutes=15)
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    signed: dict[str, Any] = {}
    for condition in policy["conditions"]:
        if isinstance(condition, dict):
            signed |= condition
    assert ["content-length-range", 700, 700] in policy["conditions"]
    sent = {name: value for name, value in form.fields.items() if name not in ("policy", "x-amz-signature")}
    assert signed == sent | {"bucket": "my-bucket"}
    assert (sent["key"], sent["Content-Type"], sent["tagging"]) == (KEY, "application/pdf", PENDING_TAGGING)
    assert sent["x-amz-meta-begun-at"] == "2026-01-01T12:00:00.000Z"


LONGEST = "\U0001f9d1" * 251 + ".pdf"


@pytest.mark.parametrize("name", ["essay.pdf", "作业.pdf", "łódź.pdf", 'a"b;c=<@.pdf', "नमस्ते\u200d.pdf", LONGEST])
def test_a_name_comes_back_from_what_the_form_signs(name: str) -> None:
    fields = uploads().form(planned(name)).fields
    metadata = {field.removeprefix("x-amz-meta-"): value for field, value in fields.items() if "-meta-" in field}
    # S3 keeps 2 KB, names and values in ASCII
    assert sum(len(field) + len(value) for field, value in metadata.items()) <= 2048
    assert all(value.isascii() for value in metadata.values())
    found = uploads(Answers({**FOUND, "Metadata": metadata}, {}).client()).find(KEY)
    assert found is not None
    assert (found.name, found.begun_at, found.file.name) == (name, NOW, name)


@pytest.mark.parametrize("name", ["essay.pdf", "作业.pdf", "<@;.pdf", LONGEST])
def test_no_field_is_one_that_curl_would_take_for_a_file(name: str) -> None:
    """`curl -F name=<...` and `curl -F name=@...` read files; `;` begins a part's own headers."""
    fields = uploads().form(planned(name)).fields
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
    url = uploads().link(StoredFile(KEY, "version-1", "essay.pdf"))
    assert url.startswith(f"https://my-bucket.s3.eu-west-1.amazonaws.com/{KEY}?")
    assert "versionId=version-1" in url
    assert "response-content-disposition=attachment%3B%20filename%3D%22essay.pdf%22" in url
    assert "X-Amz-Expires=300" in url
    assert "versionId" not in uploads().link(StoredFile(KEY, None, "essay.pdf"))


@pytest.mark.parametrize("name", ["作业.pdf", "łódź.pdf", 'say "hi".pdf', "a%22;b.pdf", "x" * 251 + ".pdf", LONGEST])
def test_a_link_gives_the_name_back(name: str) -> None:
    url = uploads().link(StoredFile(KEY, "v1", name))
    (disposition,) = parse_qs(urlsplit(url).query)["response-content-disposition"]
    assert disposition == attachment_of(name)
    # With a role's session token on top, S3 takes no more than 8 KB of address and headers.
    assert len(url) < 5_000


class Answers:
    """The calls of a submission: a look at the beginning, and a tag."""

    def __init__(self, look: Any, tag: Any) -> None:
        self.answers = {"GetObject": look, "PutObjectTagging": tag}
        self.asked: dict[str, Any] = {}

    def client(self) -> S3Client:
        s3 = client()
        operation_of = {"GetObject": "get_object", "PutObjectTagging": "put_object_tagging"}

        def answer(operation: str, request: Any) -> Any:
            self.asked[operation] = request
            with Stubber(one := client()) as stub:
                wanted = self.answers[operation]
                if isinstance(wanted, tuple):
                    stub.add_client_error(operation_of[operation], wanted[0], http_status_code=wanted[1])
                else:
                    stub.add_response(operation_of[operation], with_body(wanted))
                return one._make_api_call(operation, request)  # type: ignore[attr-defined]

        s3._make_api_call = answer  # type: ignore[attr-defined]
        return s3


def with_body(answer: Any) -> Any:
    """A body can be read but once."""
    if "Body" not in answer:
        return answer
    return answer | {"Body": StreamingBody(io.BytesIO(answer["Body"]), answer["ContentLength"])}


FOUND = {
    "Body": b"%PDF-",
    "ContentLength": 5,
    "ContentRange": "bytes 0-4/900",
    "ContentType": "application/pdf",
    "Metadata": {},
    "VersionId": "v1",
}


def test_a_look_reads_the_beginning_alone() -> None:
    answers = Answers(FOUND, {})
    found = uploads(answers.client()).find(KEY)
    assert found == UploadedObject(KEY, 900, "application/pdf", "v1", b"%PDF-")
    assert found.file == StoredFile(KEY, "v1", "essay.pdf")
    assert {"Bucket": "my-bucket", "Key": KEY, "Range": "bytes=0-1023"}.items() <= answers.asked["GetObject"].items()


def test_an_answer_without_a_range_is_the_whole_file() -> None:
    whole = {name: value for name, value in FOUND.items() if name != "ContentRange"}
    found = uploads(Answers(whole, {}).client()).find(KEY)
    assert found is not None
    assert found.size == 5


def test_the_tag_goes_on_the_version_that_was_looked_at() -> None:
    answers = Answers(FOUND, {})
    assert uploads(answers.client()).keep(StoredFile(KEY, "v1", "essay.pdf"))
    assert answers.asked["PutObjectTagging"] == {
        "Bucket": "my-bucket",
        "Key": KEY,
        "VersionId": "v1",
        "Tagging": {"TagSet": [{"Key": "state", "Value": "submitted"}]},
    }


FILE = StoredFile(KEY, "v1", "essay.pdf")


@pytest.mark.parametrize(
    "missing",
    [("404", 404), ("NoSuchKey", 404), ("NoSuchVersion", 404), ("MethodNotAllowed", 405), ("InvalidRange", 416)],
)
def test_missing_item_is_neither_found_nor_kept(missing: tuple[str, int]) -> None:
    s3 = uploads(Answers(missing, missing).client())
    assert s3.find(KEY) is None
    assert s3.keep(FILE) is False


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
    s3 = uploads(Answers(refused, refused).client())
    with pytest.raises(ClientError):
        s3.find(KEY)
    with pytest.raises(ClientError):
        s3.keep(FILE)


@pytest.mark.parametrize("busy", [("SlowDown", 503), ("InternalError", 500)])
def test_a_busy_bucket_is_not_an_absent_file(busy: tuple[str, int]) -> None:
    s3 = uploads(Answers(busy, busy).client())
    with pytest.raises(TemporarilyUnavailable):
        s3.find(KEY)
    with pytest.raises(TemporarilyUnavailable):
        s3.keep(FILE)


def test_a_beginning_that_breaks_off_may_come_whole_the_next_time() -> None:
    cut = {**FOUND, "ContentLength": 9}
    with pytest.raises(TemporarilyUnavailable):
        uploads(Answers(cut, {}).client()).find(KEY)
