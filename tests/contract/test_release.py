"""The options of a deployment, through SAM's own translator: what CloudFormation would be told."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.rules.resources.CircularDependency import CircularDependency
from cfnlint.template import Template

from scripts import release
from scripts.project.problem import Problem
from scripts.project.template import load_template
from tests.support.expansion import CANARY, VARIANTS, in_a_circle, variant, variant_of
from tests.support.translation import of_type, translated

RESOURCES_MAX = 480  # of CloudFormation's 500
INLINE_POLICIES_MAX = 10_240  # characters, of one role
CONTEXT = 8  # functions of a context, about


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def test_without_options_nothing_is_published() -> None:
    resources = variant("none")["Resources"]
    for kind in ("AWS::Lambda::Version", "AWS::Lambda::Alias", "AWS::CodeDeploy::DeploymentGroup"):
        assert not of_type(resources, kind)


def operations(api: dict[str, Any]) -> dict[str, str]:
    """Return the logical id of the function, or of its alias, that answers each route of an expanded REST API."""
    return {
        f"{method} {path}": _function_of(one["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"])
        for path, methods in api["Properties"]["Body"]["paths"].items()
        for method, one in methods.items()
    }


def _function_of(uri: Any) -> str:
    if isinstance(uri, str):
        return uri.split("${")[-1].split("}")[0].removesuffix(".Arn")
    arn = uri[1]["Function"]
    return str(arn["Ref"] if "Ref" in arn else arn["Fn::GetAtt"][0])


def test_every_route_stays_where_it_was() -> None:
    """The definition that calls by roles has the routes, and the functions, that SAM reads from the events."""
    events = operations(translated(load_template())["Api"])
    assert events
    assert operations(variant("none")["Resources"]["Api"]) == events


@pytest.mark.parametrize("name", VARIANTS)
def test_api_may_invoke_what_its_routes_name_and_nothing_else(name: str) -> None:
    resources = variant(name)["Resources"]
    paths = resources["Api"]["Properties"]["Body"]["paths"]
    needed: dict[str, set[str]] = {}
    for route, function in operations(resources["Api"]).items():
        method, path = route.split(" ")
        role, attribute = paths[path][method]["x-amazon-apigateway-integration"]["credentials"]["Fn::GetAtt"]
        assert attribute == "Arn"
        needed.setdefault(role, set()).add(function)
    for role, functions in needed.items():
        properties = resources[role]["Properties"]
        (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "apigateway.amazonaws.com"}
        (policy,) = properties["Policies"]
        (leave,) = policy["PolicyDocument"]["Statement"]
        assert leave["Action"] == "lambda:InvokeFunction"
        assert {one.get("Ref") or one["Fn::GetAtt"][0] for one in leave["Resource"]} == functions
        assert _length(policy["PolicyDocument"]) < INLINE_POLICIES_MAX
    # and so needs no permission on any function
    permissions = of_type(resources, "AWS::Lambda::Permission").values()
    assert not [one for one in permissions if "'Ref': 'Api'" in str(one)]


def _length(document: dict[str, Any]) -> int:
    """Of the document as IAM counts it, were every ARN as long as it can be."""
    arn = f"arn:aws-us-gov:lambda:ap-southeast-99:123456789012:function:{'x' * 64}:{release.ALIAS}"
    statements = [{**one, "Resource": [arn for _ in one["Resource"]]} for one in document["Statement"]]
    return len(json.dumps({**document, "Statement": statements}, separators=(",", ":")))


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_can_be_made_in_some_order(name: str) -> None:
    """Of a circle CloudFormation makes nothing."""
    whole = variant(name)
    assert not in_a_circle(whole["Resources"])
    # the same by cfn-lint's E3004, which sees no circle in the template before SAM has expanded it
    assert CircularDependency().match(Template(None, whole)) == []


def test_a_circle_is_seen() -> None:
    template = release.prepare(load_template(), "code", gradual=CANARY)
    for dimension in template["Resources"]["ApiErrorsAlarm"]["Properties"]["Dimensions"]:
        if dimension["Name"] == "Stage":
            dimension["Value"] = {"Ref": "Api.Stage"}
    assert {"Api", "ApiErrorsAlarm"} <= in_a_circle(translated(template))


def test_an_endpoint_costs_a_function_and_a_role() -> None:
    resources = variant("none")["Resources"]
    for function in set(operations(resources["Api"]).values()):
        of_its_own = [one for one in resources if one.startswith(function)]
        assert sorted(resources[one]["Type"] for one in of_its_own) == ["AWS::IAM::Role", "AWS::Lambda::Function"]


@pytest.mark.parametrize("name", VARIANTS)
def test_there_is_room_for_120_functions(name: str) -> None:
    """Those that are no endpoint of the REST API among them."""
    today, then = (len(one["Resources"]) for one in (variant(name), variant_of(name, grown(120))))
    assert today < then <= RESOURCES_MAX, f"{500 - today} of 500 are left today"


def grown(functions: int) -> dict[str, Any]:
    """The template with as many functions, each more one like those that are there, in contexts of the same size."""
    template = load_template()
    resources = template["Resources"]
    there = sum(resource["Type"] == "AWS::Serverless::Function" for resource in resources.values())
    for number in range(there, functions):
        log_group = f"Another{number // CONTEXT}LogGroup"
        resources.setdefault(log_group, copy.deepcopy(resources["CoursesLogGroup"]))
        another = copy.deepcopy(resources["GetCourseFunction"])
        another["Properties"]["LoggingConfig"]["LogGroup"] = {"Ref": log_group}
        another["Properties"]["Handler"] = f"functions.courses.another_{number}.lambda_handler"
        another["Properties"]["Events"]["Api"]["Properties"]["Path"] = f"/v1/another/{number}"
        resources[f"Another{number}Function"] = another
    return template


def test_traffic_of_the_busiest_moves_step_by_step_and_back_when_an_alarm_sounds() -> None:
    resources = variant("gradual")["Resources"]
    modules = release.modules_of(load_template())
    aliases = of_type(resources, "AWS::Lambda::Alias")
    named = {alias["Properties"]["FunctionName"]["Ref"] for alias in aliases.values()}
    assert named == {modules[module] for module in release.BUSIEST}
    groups = of_type(resources, "AWS::CodeDeploy::DeploymentGroup")
    assert len(groups) == len(aliases)
    for group in groups.values():
        condition, watching, _ = group["Properties"]["AlarmConfiguration"]["Fn::If"]
        assert watching["Enabled"] is True
        assert [alarm["Name"]["Ref"] for alarm in watching["Alarms"]] == list(release.TRIGGERS)
        assert group["Properties"]["AutoRollbackConfiguration"]["Enabled"] is True
        # where that holds, there are the alarms
        assert condition == "HasAlarmsOfSeveralMetrics"
        assert {resources[name]["Condition"] for name in release.TRIGGERS} <= {condition, "HasAlarms"}
        assert all(resources[name]["Type"] == "AWS::CloudWatch::Alarm" for name in release.TRIGGERS)


def test_those_named_and_no_others_move_step_by_step() -> None:
    resources = translated(release.prepare(load_template(), "code", gradual=CANARY, only=["register"]))
    assert set(of_type(resources, "AWS::Lambda::Alias")) == {"RegisterFunctionAliaslive"}


def test_a_fix_goes_out_at_once_while_an_alarm_sounds() -> None:
    """By the same aliases, which the APIs call, and past the alarms, for which CodeDeploy would refuse to begin."""
    resources, gradual = variant("at once")["Resources"], variant("gradual")["Resources"]
    for group in of_type(resources, "AWS::CodeDeploy::DeploymentGroup").values():
        assert "AlarmConfiguration" not in group["Properties"]
    for kind in ("AWS::Lambda::Alias", "AWS::CodeDeploy::DeploymentGroup"):
        assert set(of_type(resources, kind)) == set(of_type(gradual, kind))


def test_unknown_way_of_codedeploy_is_refused() -> None:
    with pytest.raises(Problem, match="no Canary10Percent5Minute for Lambda: use one of Canary10Percent5Minutes, "):
        release.prepare(load_template(), "code", gradual="Canary10Percent5Minute")


def test_nothing_calls_a_function_past_its_alias() -> None:
    everything = release.modules_of(load_template())
    resources = translated(release.prepare(load_template(), "code", gradual="AllAtOnce", only=everything))
    kinds = ("AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Authorizer", "AWS::ApiGateway::RestApi")
    callers = [resource for kind in kinds for resource in of_type(resources, kind).values()]
    callers += [resource for name, resource in resources.items() if name.endswith("InvokeRole")]
    for caller in callers:
        text = str(caller)
        assert "Function.Arn" not in text
        assert not re.search(r"'Fn::GetAtt': \['\w+Function'", text)
        assert "FunctionAliaslive" in text or caller["Type"] == "AWS::IAM::Role"
    for source in of_type(resources, "AWS::Lambda::EventSourceMapping").values():
        assert source["Properties"]["FunctionName"]["Ref"].endswith("FunctionAliaslive")
    for permission in of_type(resources, "AWS::Lambda::Permission").values():
        assert permission["Properties"]["FunctionName"]["Ref"].endswith("FunctionAliaslive")


def test_snapshots_are_for_those_named_and_their_callers_use_them() -> None:
    resources = translated(release.prepare(load_template(), "code", snap_start=["login", "send_message"]))
    frozen = {
        name
        for name, function in of_type(resources, "AWS::Lambda::Function").items()
        if function["Properties"].get("SnapStart") == {"ApplyOn": "PublishedVersions"}
    }
    assert frozen == {"LoginFunction", "SendMessageFunction"}
    assert set(of_type(resources, "AWS::Lambda::Alias")) == {f"{name}Aliaslive" for name in frozen}
    assert "LoginFunctionAliaslive" in str(resources["Api"])
    assert "SendMessageFunctionAliaslive" in str(of_type(resources, "AWS::ApiGatewayV2::Integration"))


def test_a_new_layer_is_a_new_version() -> None:
    """Else the alias would stay with the old code."""
    versions = [
        set(of_type(translated(release.prepare(load_template(), code, snap_start=["login"])), "AWS::Lambda::Version"))
        for code in ("one" * 20, "two" * 20)
    ]
    assert versions[0].isdisjoint(versions[1])


def configured(folder: Path, *parameters: str, **changed: Any) -> str:
    """Return the name of the versions of a build whose LoginFunction is changed so, deployed with these parameters."""
    template = load_template()
    template["Resources"]["LoginFunction"]["Properties"] |= changed
    (folder / "template.yaml").write_text(json.dumps(template))
    assert release.main([str(folder), "--snap-start", "login", "--parameters", *parameters]) == 0
    login = load_template(folder / "template.yaml")["Resources"]["LoginFunction"]["Properties"]
    return str(login["AutoPublishCodeSha256"])


def test_a_change_of_configuration_alone_is_a_new_version(tmp_path: Path) -> None:
    """Else traffic would stay with the version that has the old configuration."""
    before = configured(tmp_path, "LogLevel=INFO")
    assert configured(tmp_path, "LogLevel=INFO") == before
    changes: list[dict[str, Any]] = [{"MemorySize": 3008}, {"Timeout": 29}, {"InlineCode": "pass"}]
    others = [
        configured(tmp_path, "LogLevel=DEBUG"),
        *(configured(tmp_path, "LogLevel=INFO", **one) for one in changes),
    ]
    assert len({before, *others}) == 5


def test_unknown_functions_are_named() -> None:
    with pytest.raises(Problem, match="no function named lgin"):
        release.prepare(load_template(), "code", snap_start=["lgin"])


def test_a_build_is_changed_in_place(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(yaml.safe_dump(load_template()))
    (tmp_path / "LoginFunction").mkdir()
    code = tmp_path / "LoginFunction" / "login.py"
    code.write_text("one")
    before = release.fingerprint(tmp_path)
    assert release.fingerprint(tmp_path) == before
    code.write_text("two")
    after = release.fingerprint(tmp_path)
    assert after != before
    assert release.main([str(tmp_path), "--snap-start", "login"]) == 0
    login = load_template(file)["Resources"]["LoginFunction"]["Properties"]
    assert login["AutoPublishCodeSha256"] == after
    assert release.main([str(tmp_path), "--snap-start", "nobody"]) == 1
