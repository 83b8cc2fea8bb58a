"""The resources of an account after a deployment, held on those that SAM expands it to."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from peerlearn.http.headers import EXPOSED
from peerlearn.persistence.items.projections import PROJECTED
from scripts.project.template import load_template
from tests.support.expansion import VARIANTS, Resources, variant

TEMPLATE = load_template()
RESOURCES: Resources = TEMPLATE["Resources"]
DEFAULTS = {name: str(one.get("Default", "")) for name, one in TEMPLATE["Parameters"].items()}
LOCAL = {"ManagementEndpoint": "http://127.0.0.1:4566/_aws/execute-api"}
# Another stack of the account may need it by the time that this one goes.
THE_ACCOUNTS = {"ApiGatewayRole", "ApiGatewayAccount"}
# CloudFront and IAM take no longer name of what we name ourselves.
NAME_MAX_LENGTH = 64


def holds(condition: Any, parameters: Mapping[str, str]) -> bool:
    """Whether a condition of the template does, with these parameters in place of the defaults."""
    if isinstance(condition, str):
        return holds(TEMPLATE["Conditions"][condition], parameters)
    ((function, operands),) = condition.items()
    if function == "Condition":
        return holds(operands, parameters)
    if function == "Fn::Equals":
        values = {**DEFAULTS, **parameters}
        first, second = (values[one["Ref"]] if isinstance(one, dict) else str(one) for one in operands)
        return first == second
    results = [holds(one, parameters) for one in operands]
    return {"Fn::And": all(results), "Fn::Or": any(results), "Fn::Not": not results[0]}[str(function)]


def made(kind: str, **parameters: str) -> set[str]:
    """Resources of a kind that a deployment with these parameters makes."""
    return {
        name
        for name, one in RESOURCES.items()
        if one["Type"] == kind and ("Condition" not in one or holds(one["Condition"], parameters))
    }


@pytest.fixture(scope="module")
def expanded() -> Resources:
    found: Resources = variant("all in prod")["Resources"]
    return found


# -- a first deployment that fails can be deployed again


def test_a_first_deployment_that_is_taken_back_leaves_nothing_of_its_own(expanded: Resources) -> None:
    # a version is deleted along with its function
    own = {name: one for name, one in expanded.items() if one["Type"] != "AWS::Lambda::Version"}
    kept = {name: one.get("DeletionPolicy", "Delete") for name, one in own.items()}
    assert {name for name, policy in kept.items() if policy == "Retain"} == THE_ACCOUNTS
    assert {name for name, policy in kept.items() if policy == "RetainExceptOnCreate"} == {"UploadsBucket", "WebBucket"}


def test_protection_is_off_in_a_first_deployment(expanded: Resources) -> None:
    """Which `make deploy` deploys with DeletionProtection=false: rolling back would fail at what it cannot delete."""
    protected = {
        (name, json.dumps(value))
        for name, one in expanded.items()
        for key, value in one.get("Properties", {}).items()
        if key.endswith("Protection") or key.startswith("DeletionProtection")
    }
    assert protected == {("Table", '{"Fn::If": ["IsProtected", true, false]}')}
    assert holds("IsProtected", {"Environment": "prod"})
    assert not holds("IsProtected", {"Environment": "prod", "DeletionProtection": "false"})
    assert not holds("IsProtected", {"Environment": "dev"})


def test_resources_with_data_are_kept_when_an_update_replaces_them(expanded: Resources) -> None:
    holding = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"}
    kept = {name: one["UpdateReplacePolicy"] for name, one in expanded.items() if one["Type"] in holding}
    # Public keys follow from the secret that is kept, and the next sign-in publishes them again.
    assert kept.pop("SigningKeysTable") == "Delete"
    assert kept
    assert set(kept.values()) == {"Retain"}


@pytest.mark.parametrize("name", VARIANTS)
def test_names_are_short_enough_whatever_the_stack_is_called(name: str) -> None:
    stack_id = "arn:aws:cloudformation:eu-central-1:123456789012:stack/any/51af3dc0-da77-11e4-872e-1234567db123"
    for kind, key in (
        ("AWS::CloudFront::OriginAccessControl", "OriginAccessControlConfig"),
        ("AWS::CloudFront::ResponseHeadersPolicy", "ResponseHeadersPolicyConfig"),
    ):
        for one in variant(name)["Resources"].values():
            if one["Type"] == kind:
                text, values = one["Properties"][key]["Name"]["Fn::Sub"]
                assert values == {"Id": {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}}
                assert len(text.replace("${Id}", stack_id.split("/")[2])) <= NAME_MAX_LENGTH


def test_everything_is_encrypted_under_keys_that_cost_nothing(expanded: Resources) -> None:
    """An SSESpecification of a table would name a key of AWS KMS, with a price for each request to it."""
    tables = [name for name, one in expanded.items() if one["Type"] == "AWS::DynamoDB::Table"]
    assert tables
    assert [name for name in tables if "SSESpecification" in expanded[name]["Properties"]] == []
    # nor does anything else name one; buckets and queues have the services' own
    assert not re.search(r"aws:kms|Kms|KMS", json.dumps(expanded))


# -- nobody takes everything


def test_queues_leave_concurrency_to_who_waits_for_an_answer(expanded: Resources) -> None:
    sources = [one["Properties"] for one in expanded.values() if one["Type"] == "AWS::Lambda::EventSourceMapping"]
    queues = [one for one in sources if "Queue" in json.dumps(one["EventSourceArn"])]
    assert queues
    assert all(2 <= one["ScalingConfig"]["MaximumConcurrency"] <= 5 for one in queues)


def test_each_method_has_a_limit_and_a_rush_for_seats_its_own(expanded: Resources) -> None:
    (stage,) = (one["Properties"] for one in expanded.values() if one["Type"] == "AWS::ApiGateway::Stage")
    limits = {
        f"{one['HttpMethod']} {one['ResourcePath'].replace('~1', '/').replace('//', '/')}": {
            one["ThrottlingRateLimit"]["Ref"],
            one["ThrottlingBurstLimit"]["Ref"],
        }
        for one in stage["MethodSettings"]
    }
    assert limits == {
        "* /*": {"RequestRate"},
        "POST /v1/courses/{courseId}/enroll": {"EnrollRate"},
        "POST /v1/courses/{courseId}/waitlist": {"EnrollRate"},
        "POST /v1/learner/auth/login": {"SignInRate"},
        "POST /v1/learner/auth/register": {"SignInRate"},
    }
    paths = expanded["Api"]["Properties"]["Body"]["paths"]
    for method, path in (limit.split() for limit in limits if not limit.startswith("*")):
        assert method.lower() in paths[path]
    # an encoded path begins with one slash that is not
    assert all(re.fullmatch(r"/\*|/(~1[\w{}.-]+)+", one["ResourcePath"]) for one in stage["MethodSettings"])
    assert int(DEFAULTS["EnrollRate"]) < int(DEFAULTS["RequestRate"])


def test_concurrency_is_reserved_only_where_it_is_asked_for(expanded: Resources) -> None:
    """Lambda refuses where the account has too little left."""
    reserved = {
        name: one["Properties"]["ReservedConcurrentExecutions"]["Fn::If"]
        for name, one in expanded.items()
        if "ReservedConcurrentExecutions" in one.get("Properties", {})
    }
    off = {"Ref": "AWS::NoValue"}
    assert reserved == {
        "LoginFunction": ["HasSignInConcurrency", {"Ref": "SignInConcurrency"}, off],
        "EnrollFunction": ["HasEnrollConcurrency", {"Ref": "EnrollConcurrency"}, off],
    }
    assert not holds("HasSignInConcurrency", {})
    assert not holds("HasEnrollConcurrency", {})
    assert holds("HasSignInConcurrency", {"SignInConcurrency": "20"})
    assert holds("HasEnrollConcurrency", {"EnrollConcurrency": "20"})


def test_table_and_indexes_are_warmed_only_where_it_is_asked_for(expanded: Resources) -> None:
    """AWS refuses less than a table already serves, so a template that always said so would fail on a busy one."""
    table = expanded["Table"]["Properties"]
    asked = {"ReadUnitsPerSecond": {"Ref": "WarmReads"}, "WriteUnitsPerSecond": {"Ref": "WarmWrites"}}
    for one in (table, *table["GlobalSecondaryIndexes"]):
        assert one["WarmThroughput"] == {"Fn::If": ["IsWarm", asked, {"Ref": "AWS::NoValue"}]}
    assert not holds("IsWarm", {})
    assert holds("IsWarm", {"WarmReads": "40000"})
    assert holds("IsWarm", {"WarmWrites": "10000"})


def test_indexes_hold_what_lists_show() -> None:
    indexes = RESOURCES["Table"]["Properties"]["GlobalSecondaryIndexes"]
    projections = {one["IndexName"]: one["Projection"] for one in indexes}
    assert projections == {
        name: {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(names)} for name, names in PROJECTED.items()
    }
    assert sum(map(len, PROJECTED.values())) <= 100, "as many as DynamoDB takes over all indexes"
    assert not {"completedModules", "interests", "learningGoals"} & set().union(*PROJECTED.values())


# -- what API Gateway answers and logs by itself


@pytest.mark.parametrize("kind", RESOURCES["Api"]["Properties"]["GatewayResponses"])
def test_a_page_may_read_the_headers_of_the_gateways_own_answers(kind: str) -> None:
    response = RESOURCES["Api"]["Properties"]["GatewayResponses"][kind]
    headers = response["ResponseParameters"]["Headers"]
    assert headers["Access-Control-Expose-Headers"] == f"'{EXPOSED}'"
    status = str(response.get("StatusCode", {"DEFAULT_5XX": "500"}.get(kind, "400")))
    assert ("Retry-After" in headers) == (status == "429" or status.startswith("5"))


def formats() -> dict[str, str]:
    rest = RESOURCES["Api"]["Properties"]["AccessLogSetting"]["Fn::If"]
    web_socket = RESOURCES["WebSocketApi"]["Properties"]["AccessLogSettings"]["Fn::If"]
    assert rest[0] == web_socket[0] == "HasAccessLogs"
    assert rest[1]["DestinationArn"] == web_socket[1]["DestinationArn"] == {"Fn::GetAtt": ["AccessLogGroup", "Arn"]}
    return {"rest": rest[1]["Format"], "web_socket": web_socket[1]["Format"]}


@pytest.mark.parametrize("which", ["rest", "web_socket"])
def test_a_line_of_the_access_log_says_who_asked_for_what_and_what_came_of_it(which: str) -> None:
    line = json.loads(formats()[which])
    wanted = {"requestId", "time", "ip", "route", "status", "integrationLatency", "integrationError", "gatewayResponse"}
    # a client may choose the first; the second it cannot
    wanted |= {"extendedRequestId"}
    assert wanted <= set(line)
    assert which == "web_socket" or "latency" in line
    # a path may hold a calendar's token, a query a ticket: neither is among these
    variables = set(re.findall(r"\$context\.[\w.]+", formats()[which]))
    allowed = r"\$context\.(requestId|extendedRequestId|requestTime|identity\.sourceIp|httpMethod|resourcePath|routeKey"
    allowed += r"|connectionId|status|responseLatency|integrationLatency|integration\.status|integrationErrorMessage"
    allowed += r"|error\.responseType)"
    assert all(re.fullmatch(allowed, one) for one in variables)


def test_access_logs_are_there_on_aws_with_their_role_and_kept_as_long_as_the_others() -> None:
    assert made("AWS::ApiGateway::Account") == {"ApiGatewayAccount"}
    assert RESOURCES["AccessLogGroup"]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert made("AWS::ApiGateway::Account", ApiGatewayLogRole="false") == set()
    assert "AccessLogGroup" in made("AWS::Logs::LogGroup", ApiGatewayLogRole="false")
    for off in ({"AccessLogs": "false"}, LOCAL):
        assert made("AWS::ApiGateway::Account", **off) == set()
        assert "AccessLogGroup" not in made("AWS::Logs::LogGroup", **off)


def test_the_role_is_there_before_the_stages_that_log_by_it(expanded: Resources) -> None:
    for name in ("Api", "WebSocketApi"):
        needed = expanded[name]["DependsOn"]
        assert "ApiGatewayAccount" in ([needed] if isinstance(needed, str) else needed)


def test_every_message_of_a_socket_is_answered_through_a_route_response(expanded: Resources) -> None:
    """Without one the function's answer goes nowhere, which no local engine shows."""
    routes = {name: one["Properties"] for name, one in expanded.items() if one["Type"] == "AWS::ApiGatewayV2::Route"}
    answering = {name for name, one in routes.items() if one["RouteKey"] not in ("$connect", "$disconnect")}
    responses = [one["Properties"] for one in expanded.values() if one["Type"] == "AWS::ApiGatewayV2::RouteResponse"]
    assert sorted(one["RouteId"]["Ref"] for one in responses) == sorted(answering)
    assert {one["RouteResponseKey"] for one in responses} == {"$default"}
    assert {routes[name]["RouteResponseSelectionExpression"] for name in answering} == {"$default"}
    assert {one["RouteKey"] for one in routes.values()} == set(RESOURCES["WebSocketApi"]["Properties"]["Routes"])


# -- limits of IAM


def test_roles_and_policies_are_no_larger_than_iam_takes(expanded: Resources) -> None:
    """10,240 characters of a role's own policies, 6,144 of a managed one, ten of those for a role; blanks do not count.

    A reference counts for as much as the longest name that it can become.
    """
    for name, one in expanded.items():
        properties = one.get("Properties", {})
        if one["Type"] == "AWS::IAM::Role":
            own = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
            assert sum(map(length, own)) <= 10_240, name
            assert len(properties.get("ManagedPolicyArns", [])) <= 10, name
        elif one["Type"] == "AWS::IAM::ManagedPolicy":
            assert length(properties["PolicyDocument"]) <= 6_144, name


def length(document: Any) -> int:
    text = re.sub(r"\s", "", json.dumps(document))
    return len(text) + 200 * len(re.findall(r'"Ref"|"Fn::GetAtt"|\$\{', text))


# -- a firewall


def test_a_web_acl_is_made_where_it_is_asked_for_and_there_is_none_of_ones_own() -> None:
    own = {"WebAclArn": "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/a/b"}
    kinds = ("AWS::WAFv2::WebACL", "AWS::WAFv2::WebACLAssociation")
    assert [made(kind) for kind in kinds] == [set(), set()]
    assert [made(kind, WebAcl="managed") for kind in kinds] == [{"ManagedWebAcl"}, {"WebAclAssociation"}]
    assert [made(kind, WebAcl="managed", **own) for kind in kinds] == [set(), {"WebAclAssociation"}]
    assert [made(kind, **own) for kind in kinds] == [set(), {"WebAclAssociation"}]
    assert [made(kind, WebAcl="managed", **LOCAL) for kind in kinds] == [set(), set()]


def test_it_blocks_an_address_that_asks_too_often_and_counts_the_rest() -> None:
    properties = RESOURCES["ManagedWebAcl"]["Properties"]
    assert (properties["Scope"], properties["DefaultAction"]) == ("REGIONAL", {"Allow": {}})
    # the one between them is of the cache of the catalogue
    rate, _, common = properties["Rules"]
    limit = rate["Statement"]["RateBasedStatement"]
    assert (rate["Action"], limit["AggregateKeyType"], limit["Limit"]) == ({"Block": {}}, "IP", {"Ref": "WebAclRate"})
    # 300 learners behind one address, each with a request every ten seconds
    assert int(DEFAULTS["WebAclRate"]) >= 300 * limit["EvaluationWindowSec"] / 10
    assert common["OverrideAction"] == {"Count": {}}
    assert common["Statement"]["ManagedRuleGroupStatement"]["Name"] == "AWSManagedRulesCommonRuleSet"


# -- the dashboard of a stack shows that stack


def test_searches_leave_out_the_other_environments_of_an_account() -> None:
    body = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    searches = re.findall(r"SEARCH\('(\{AWS/Lambda.*?)',", body)
    assert searches
    for search in searches:
        assert r"\"${AWS::StackName}\" NOT \"${AWS::StackName}-dev\" NOT \"${AWS::StackName}-prod\"" in search
