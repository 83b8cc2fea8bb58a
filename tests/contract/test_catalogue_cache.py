"""CloudFront in front of the catalogue, as an option: what it keeps, for whom, and what does not go through it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.project.template import load_template
from tests.support.documented import document

STACK = {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}
HEADER = "x-catalogue-cache"


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load_template()


@pytest.fixture(scope="module")
def behaviour(template: dict[str, Any]) -> dict[str, Any]:
    config = template["Resources"]["CatalogueDistribution"]["Properties"]["DistributionConfig"]
    assert "CacheBehaviors" not in config
    found: dict[str, Any] = config["DefaultCacheBehavior"]
    return found


def test_cache_is_an_option_on_aws_alone(template: dict[str, Any]) -> None:
    assert template["Parameters"]["CatalogueCache"]["Default"] == "false"
    wanted = {"Fn::Equals": [{"Ref": "CatalogueCache"}, "true"]}
    assert template["Conditions"]["HasCatalogueCache"] == {"Fn::And": [{"Condition": "IsOnAws"}, wanted]}
    own = {name for name in template["Resources"] if name.startswith("Catalogue") and "Queue" not in name}
    conditional = {name for name, one in template["Resources"].items() if one.get("Condition") == "HasCatalogueCache"}
    assert conditional == {"CatalogueCachePolicy", "CatalogueViewer", "CatalogueDistribution"}
    assert conditional <= own
    assert template["Outputs"]["CatalogueUrl"]["Condition"] == "HasCatalogueCache"


def test_nothing_is_written_through_the_cache(behaviour: dict[str, Any]) -> None:
    assert behaviour["AllowedMethods"] == ["GET", "HEAD", "OPTIONS"]
    assert behaviour["ViewerProtocolPolicy"] == "https-only"


def test_cache_keeps_what_asks_for_it_and_each_caller_apart(
    template: dict[str, Any], behaviour: dict[str, Any]
) -> None:
    assert behaviour["CachePolicyId"] == {"Ref": "CatalogueCachePolicy"}
    policy = template["Resources"]["CatalogueCachePolicy"]["Properties"]["CachePolicyConfig"]
    assert (policy["MinTTL"], policy["DefaultTTL"], policy["MaxTTL"]) == (0, 0, 60)
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": ["Authorization", "Origin"]}
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert key["CookiesConfig"] == {"CookieBehavior": "none"}


def test_functions_do_not_know_the_cache(template: dict[str, Any]) -> None:
    """The cache needs the API and this the functions: they would need each other first."""
    others = {name: one for name, one in template["Resources"].items() if not name.startswith("Catalogue")}
    assert "CatalogueDistribution" not in json.dumps([others, template["Globals"]])


def test_reader_is_counted_by_their_own_address(template: dict[str, Any]) -> None:
    distribution = template["Resources"]["CatalogueDistribution"]["Properties"]["DistributionConfig"]
    (origin,) = distribution["Origins"]
    assert origin["OriginCustomHeaders"] == [{"HeaderName": HEADER, "HeaderValue": STACK}]
    plain, behind, _ = template["Resources"]["ManagedWebAcl"]["Properties"]["Rules"]
    ((condition, scope, _),) = plain["Statement"]["RateBasedStatement"]["ScopeDownStatement"].values()
    assert condition == "HasCatalogueCache"
    ((_, rule, _),) = behind.values()
    statement = rule["Statement"]["RateBasedStatement"]
    assert statement["ForwardedIPConfig"]["HeaderName"] == "x-viewer-address"
    assert scope == {"NotStatement": {"Statement": statement["ScopeDownStatement"]}}
    match = statement["ScopeDownStatement"]["ByteMatchStatement"]
    assert (match["FieldToMatch"], match["SearchString"]) == ({"SingleHeader": {"Name": HEADER}}, STACK)
    code = template["Resources"]["CatalogueViewer"]["Properties"]["FunctionCode"]
    assert "headers['x-viewer-address'] = { value: event.viewer.ip }" in code


@pytest.mark.parametrize("path", ["/v1/courses", "/v1/courses/facets", "/v1/courses/{courseId}"])
def test_document_says_what_a_cache_may_keep(path: str) -> None:
    described = document()["paths"][path]["get"]
    assert "shared cache may keep" in described["description"].replace("\n", " ")
    assert "Cache-Control" in described["responses"]["200"]["headers"]
