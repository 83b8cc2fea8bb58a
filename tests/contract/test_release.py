"""The options of a deployment, through SAM's own translator: what CloudFormation would be told."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.rules.resources.CircularDependency import CircularDependency
from cfnlint.template import Template

from scripts import release
from scripts.local_stack.problem import Problem
from scripts.local_stack.template import load_template
from tests.support.expansion import CANARY, VARIANTS, in_a_circle, variant, variant_of
from tests.support.translation import of_type, translated

RESOURCES_MAX = 480  # of CloudFormation's 500


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def test_without_options_nothing_is_published() -> None:
    template = load_template()
    assert release.prepare(template, "code") == load_template()
    resources = translated(template)
    assert not of_type(resources, "AWS::Lambda::Version")
    assert len(resources) <= RESOURCES_MAX


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


@pytest.mark.parametrize("name", VARIANTS)
def test_there_is_room_for_120_functions(name: str) -> None:
    """Those that are no endpoint of the REST API among them."""
    assert len(variant(name)["Resources"]) <= RESOURCES_MAX
    assert len(variant_of(name, grown(120))["Resources"]) <= RESOURCES_MAX


def grown(functions: int) -> dict[str, Any]:
    """The template with as many functions, each more one like those that are there."""
    template = load_template()
    resources = template["Resources"]
    there = sum(resource["Type"] == "AWS::Serverless::Function" for resource in resources.values())
    for number in range(there, functions):
        another = copy.deepcopy(resources["GetCourseFunction"])
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


def test_what_codedeploy_does_not_know_is_refused() -> None:
    with pytest.raises(Problem, match="no Canary10Percent5Minute for Lambda: use one of Canary10Percent5Minutes, "):
        release.prepare(load_template(), "code", gradual="Canary10Percent5Minute")


def test_nothing_calls_a_function_past_its_alias() -> None:
    everything = release.modules_of(load_template())
    resources = translated(release.prepare(load_template(), "code", gradual="AllAtOnce", only=everything))
    for name in ("AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Authorizer", "AWS::ApiGateway::RestApi"):
        for resource in of_type(resources, name).values():
            text = str(resource)
            assert "Function.Arn" not in text
            assert "'Fn::GetAtt'" not in text
            assert "FunctionAliaslive" in text
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
    """What the versions are named by of a build whose LoginFunction is changed so, deployed with these parameters."""
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
