"""Publishing the console: the right files, as what they are, for the stack's own addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from scripts.web_console import FOLDER, page, publish

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "web"
STACK = {
    "ApiUrl": "https://abc.execute-api.eu-west-1.amazonaws.com/api",
    "WebSocketUrl": "wss://def.execute-api.eu-west-1.amazonaws.com/live",
    "BucketName": "uploads",
    "WebBucketName": BUCKET,
    "DomainName": "",
}


@pytest.fixture
def s3() -> Iterator[S3Client]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def published(s3: S3Client) -> dict[str, str]:
    """Names and media types."""
    names = [entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    return {name: s3.head_object(Bucket=BUCKET, Key=name)["ContentType"] for name in names}


def text_of(s3: S3Client, name: str) -> str:
    return s3.get_object(Bucket=BUCKET, Key=name)["Body"].read().decode()


def test_every_file_as_what_it_is_and_nothing_else(s3: S3Client) -> None:
    s3.put_object(Bucket=BUCKET, Key="views/of-yesterday.js", Body=b"")
    publish(s3, STACK, "eu-west-1")
    found = published(s3)
    scripts = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.js")}
    styles = {path.name for path in FOLDER.glob("*.css")}
    assert set(found) == scripts | styles | {"index.html", "config.json", "icon.svg"}
    assert {found[name] for name in scripts} == {"text/javascript; charset=utf-8"}
    assert found["index.html"] == "text/html; charset=utf-8"
    assert s3.head_object(Bucket=BUCKET, Key="app.js")["CacheControl"] == "no-cache"


def test_the_page_may_connect_to_its_own_api_socket_and_bucket_alone(s3: S3Client) -> None:
    publish(s3, STACK, "eu-west-1")
    assert json.loads(text_of(s3, "config.json")) == {"apiUrl": STACK["ApiUrl"], "sendsMail": False}
    aws = "execute-api.eu-west-1.amazonaws.com"
    uploads = "https://uploads.s3.amazonaws.com https://uploads.s3.eu-west-1.amazonaws.com"
    allowed = f"connect-src 'self' https://abc.{aws} wss://def.{aws} {uploads};"
    assert allowed in text_of(s3, "index.html")


def test_domains_of_ones_own_take_the_place_of_aws(s3: S3Client) -> None:
    own = {"DomainName": "api.learn.example", "RealtimeDomainName": "live.learn.example"}
    own["MailFrom"] = "school@learn.example"
    publish(s3, STACK | own, "eu-west-1")
    assert json.loads(text_of(s3, "config.json")) == {"apiUrl": "https://api.learn.example/api", "sendsMail": True}
    assert "connect-src 'self' https://api.learn.example wss://live.learn.example " in text_of(s3, "index.html")


def test_a_page_that_cannot_be_narrowed_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.web_console._ANYWHERE", "connect-src 'self' *")
    with pytest.raises(ValueError, match="must say"):
        page([])
