"""The bucket of what is handed in, as the template describes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from peerlearn.adapters.uploads import PENDING_TAGGING
from peerlearn.domain.exports import KEPT, export_prefix
from peerlearn.domain.submissions import UPLOAD_PREFIX
from peerlearn.settings import Settings
from scripts.project.template import load_template
from tests.support.policies import as_list, statements_of


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load_template()


@pytest.fixture(scope="module")
def bucket(template: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = template["Resources"]["UploadsBucket"]["Properties"]
    return properties


def test_files_that_nobody_handed_in_expire_and_no_others(bucket: dict[str, Any]) -> None:
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    expiring = [rule for rule in rules.values() if "ExpirationInDays" in rule or "NoncurrentVersionExpiration" in rule]
    assert [rule["Id"] for rule in expiring] == ["not-handed-in", "exports"]
    rule, exports = expiring
    assert (exports["Status"], exports["Prefix"]) == ("Enabled", "exports/")
    assert export_prefix("usr_1").startswith(exports["Prefix"])
    # A link to an export is given out for a day.
    assert timedelta(days=exports["ExpirationInDays"]) > KEPT
    (tag,) = ET.fromstring(PENDING_TAGGING).iter("Tag")  # noqa: S314 (our own text)
    assert rule["TagFilters"] == [{"Key": tag.findtext("Key"), "Value": tag.findtext("Value")}]
    assert (rule["Status"], rule["Prefix"], rule["ExpirationInDays"]) == ("Enabled", UPLOAD_PREFIX, 7)


def test_private_encrypted_versioned_and_over_tls_only(template: dict[str, Any], bucket: dict[str, Any]) -> None:
    blocked = bucket["PublicAccessBlockConfiguration"]
    assert blocked == dict.fromkeys(
        ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"], True
    )
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]
    policy = template["Resources"]["UploadsBucketPolicy"]
    assert policy["Condition"] == "IsOnAws"
    (rule,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (rule["Effect"], rule["Principal"], rule["Action"]) == ("Deny", "*", "s3:*")
    assert rule["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(rule["Resource"]) == 2


def test_browsers_of_the_configured_origins_only(bucket: dict[str, Any]) -> None:
    (rule,) = bucket["CorsConfiguration"]["CorsRules"]
    with_console = {"Fn::Sub": "${AllowedOrigins},https://${WebDistribution.DomainName}"}
    either = {"Fn::If": ["HasWebConsole", with_console, {"Ref": "AllowedOrigins"}]}
    assert rule["AllowedOrigins"] == {"Fn::Split": [",", either]}
    assert set(rule["AllowedMethods"]) == {"GET", "POST"}


def test_the_limit_is_the_same_with_and_without_the_template(template: dict[str, Any]) -> None:
    default = template["Parameters"]["MaxUploadBytes"]["Default"]
    assert Settings.of({"TABLE_NAME": "t"}).max_upload_bytes == default == 50 * 1024 * 1024


def test_readers_of_files_may_tell_missing_from_forbidden(template: dict[str, Any]) -> None:
    """Without permission to list, S3 says 403 of a missing file. A look at one file carries no prefix to ask for."""
    resources = template["Resources"]
    statements = statements_of(resources["SubmitFunction"]["Properties"], resources)
    (listing,) = (one for one in statements if "s3:ListBucket" in one["Action"])
    assert listing["Resource"] == {"Fn::GetAtt": ["UploadsBucket", "Arn"]}
    assert "Condition" not in listing


def test_the_tag_goes_on_a_version_and_nobody_reads_more_than_they_need(template: dict[str, Any]) -> None:
    """A tag without a version would go on whatever was uploaded last, not on what was looked at."""
    resources = template["Resources"]
    files = {"Fn::Sub": "${UploadsBucket.Arn}/uploads/*"}
    allowed = {
        name: {
            action
            for statement in statements_of(resources[name]["Properties"], resources)
            if statement.get("Resource") == files
            for action in as_list(statement["Action"])
        }
        for name in ("CreateUploadFunction", "SubmitFunction", "DownloadFunction")
    }
    assert allowed == {
        "CreateUploadFunction": {"s3:PutObject", "s3:PutObjectTagging"},
        "SubmitFunction": {"s3:GetObject", "s3:PutObjectVersionTagging"},
        "DownloadFunction": {"s3:GetObject", "s3:GetObjectVersion"},
    }
