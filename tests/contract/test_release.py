"""The options of a deployment, through SAM's own translator: what CloudFormation would be told."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from scripts import release
from scripts.local_stack.problem import Problem
from scripts.local_stack.template import load_template
from tests.support.translation import of_type, translated

RESOURCES_MAX = 500  # CloudFormation's own limit


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def test_without_options_nothing_is_published() -> None:
    template = load_template()
    assert release.prepare(template, "code") == load_template()
    resources = translated(template)
    assert not of_type(resources, "AWS::Lambda::Version")
    assert len(resources) <= RESOURCES_MAX


def test_traffic_moves_by_and_by_and_back_when_an_alarm_sounds() -> None:
    resources = translated(release.prepare(load_template(), "code", gradual="Canary10Percent5Minutes"))
    functions = of_type(resources, "AWS::Lambda::Function")
    aliases = of_type(resources, "AWS::Lambda::Alias")
    assert {alias["Properties"]["FunctionName"]["Ref"] for alias in aliases.values()} == set(functions)
    groups = of_type(resources, "AWS::CodeDeploy::DeploymentGroup")
    assert len(groups) == len(aliases)
    for group in groups.values():
        condition, watching, _ = group["Properties"]["AlarmConfiguration"]["Fn::If"]
        assert (condition, watching["Enabled"]) == ("HasAlarms", True)
        assert [alarm["Name"]["Ref"] for alarm in watching["Alarms"]] == list(release.TRIGGERS)
        assert all(resources[name]["Type"] == "AWS::CloudWatch::Alarm" for name in release.TRIGGERS)
        assert group["Properties"]["AutoRollbackConfiguration"]["Enabled"] is True
    assert len(resources) <= RESOURCES_MAX


def test_nothing_calls_a_function_past_its_alias() -> None:
    resources = translated(release.prepare(load_template(), "code", gradual="AllAtOnce"))
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


def test_unknown_functions_are_named() -> None:
    with pytest.raises(Problem, match="no function named lgin"):
        release.prepare(load_template(), "code", snap_start=["lgin"])


def test_a_build_is_changed_in_place(tmp_path: Path) -> None:
    (tmp_path / "LoginFunction").mkdir()
    code = tmp_path / "LoginFunction" / "login.py"
    code.write_text("one")
    before = release.fingerprint(tmp_path)
    code.write_text("two")
    assert release.fingerprint(tmp_path) != before
    file = tmp_path / "template.yaml"
    file.write_text(yaml.safe_dump(load_template()))
    assert release.fingerprint(tmp_path) == release.fingerprint(tmp_path)
    assert release.main([str(tmp_path), "--snap-start", "login"]) == 0
    login = load_template(file)["Resources"]["LoginFunction"]["Properties"]
    assert login["AutoPublishCodeSha256"] == release.fingerprint(tmp_path)
    assert release.main([str(tmp_path), "--snap-start", "nobody"]) == 1
