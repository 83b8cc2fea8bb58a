"""The console as the template serves it on AWS: an option, private, and known to the API's CORS."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.project.template import load_template
from scripts.serve_console import HEADERS
from scripts.web_console import FOLDER

MOST_LINES = 300


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load_template()


@pytest.fixture(scope="module")
def console(template: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in template["Resources"].items() if one.get("Condition") == "HasWebConsole"}


def test_it_is_there_only_where_it_is_wanted(template: dict[str, Any], console: dict[str, Any]) -> None:
    assert template["Parameters"]["WebConsole"]["Default"] == "false"
    assert template["Conditions"]["HasWebConsole"] == {"Fn::Equals": [{"Ref": "WebConsole"}, "true"]}
    web = {
        name
        for name in template["Resources"]
        if name.startswith("Web") and not name.startswith(("WebSocket", "WebAcl"))
    }
    assert web == set(console)
    for name in ("WebUrl", "WebBucketName"):
        assert template["Outputs"][name]["Condition"] == "HasWebConsole"


def test_its_files_are_read_through_its_own_distribution_alone(console: dict[str, Any]) -> None:
    blocked = console["WebBucket"]["Properties"]["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    allowed, denied = console["WebBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (allowed["Principal"], allowed["Action"]) == ({"Service": "cloudfront.amazonaws.com"}, "s3:GetObject")
    (source,) = allowed["Condition"]["StringEquals"].values()
    assert source["Fn::Sub"].endswith(":distribution/${WebDistribution}")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    (origin,) = console["WebDistribution"]["Properties"]["DistributionConfig"]["Origins"]
    assert origin["OriginAccessControlId"] == {"Fn::GetAtt": ["WebOriginAccess", "Id"]}


def test_the_same_headers_on_aws_as_on_a_laptop(console: dict[str, Any]) -> None:
    config = console["WebHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    assert security["ContentSecurityPolicy"]["ContentSecurityPolicy"] == HEADERS["Content-Security-Policy"]
    assert security["FrameOptions"]["FrameOption"] == HEADERS["X-Frame-Options"]
    assert security["ReferrerPolicy"]["ReferrerPolicy"] == HEADERS["Referrer-Policy"]
    assert security["ContentTypeOptions"] == {"Override": True}
    (opener,) = config["CustomHeadersConfig"]["Items"]
    assert (opener["Header"], opener["Value"]) == ("Cross-Origin-Opener-Policy", "same-origin")


def test_the_functions_know_its_address_and_nothing_of_it_refers_to_the_api(
    template: dict[str, Any], console: dict[str, Any]
) -> None:
    told = template["Globals"]["Function"]["Environment"]["Variables"]["ALLOWED_ORIGINS"]
    condition, both, without = told["Fn::If"]
    assert condition == "HasWebConsole"
    assert both == {"Fn::Sub": "${AllowedOrigins},https://${WebDistribution.DomainName}"}
    assert without == {"Ref": "AllowedOrigins"}
    # which would close a circle that CloudFormation refuses
    referred = json.dumps(console)
    assert "Api" not in referred.replace("ApiGateway", "")
    assert "UploadsBucket" not in referred


@pytest.mark.parametrize("ending", ["js", "css", "html"])
def test_no_file_of_the_console_is_long(ending: str) -> None:
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in FOLDER.rglob(f"*.{ending}")}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_page_links_every_style_sheet_that_there_is() -> None:
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{path.name}"' in page for path in FOLDER.glob("*.css"))
