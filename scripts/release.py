"""Puts into a build what a stack of many endpoints needs, and the options of a release.

    python -m scripts.release .aws-sam/build --gradual Canary10Percent5Minutes --snap-start login enroll

A stack may have 500 resources, so each endpoint's count matters. SAM makes a permission for each route of a function.
Here API Gateway calls the functions of a context by one role instead (`call_by_role`).

Releases that go live step by step, and functions that start from snapshots, need published versions behind an alias:
up to three resources for each function and, with snapshots, rent for each version that is kept. So both are for the
functions that are named. Where a gradual release is called off, CloudFormation takes all the others back as well.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import yaml

from scripts.project.problem import Problem
from scripts.project.template import load_template

# The logical id of the REST API.
API = "Api"
ALIAS = "live"
# These alarms call a release off: APIs answer with errors, or functions crash. Latency is none: a canary starts cold.
TRIGGERS = ("ApiErrorsAlarm", "WebSocketErrorsAlarm", "FunctionErrorsAlarm")
# The narrowest of the triggers' conditions.
_HAS_TRIGGERS = "HasAlarmsOfSeveralMetrics"
# The functions that a gradual release is for where none are named: most of what people wait for.
BUSIEST = ("login", "list_courses", "get_course", "enroll", "complete_module", "send_message")
# Of CodeDeploy, for Lambda.
TYPES = (
    *("Canary10Percent5Minutes", "Canary10Percent10Minutes", "Canary10Percent15Minutes", "Canary10Percent30Minutes"),
    *("Linear10PercentEvery1Minute", "Linear10PercentEvery2Minutes", "Linear10PercentEvery3Minutes"),
    *("Linear10PercentEvery10Minutes", "AllAtOnce"),
)
AT_ONCE = "AllAtOnce"


def main(arguments: Sequence[str] | None = None) -> int:
    """Works on a build folder in place; its return value is the exit status."""
    parser = argparse.ArgumentParser(prog="release", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gradual", metavar="TYPE", default="", help="a deployment type of CodeDeploy's for Lambda")
    parser.add_argument("--only", metavar="MODULE", nargs="*", default=list(BUSIEST), help="which, by module")
    parser.add_argument("--snap-start", metavar="MODULE", nargs="*", default=[], help="endpoints, by their modules")
    parser.add_argument("--parameters", metavar="NAME=VALUE", nargs="*", default=[], help="of the deployment to come")
    options = parser.parse_args(arguments)
    file = options.folder / "template.yaml"
    template = load_template(file)
    code = fingerprint(options.folder, options.parameters)
    for name, value in (one.split("=", 1) for one in options.parameters):
        if name == "Runtime":
            # so that `sam local` runs the build with the interpreter that it was made for
            template["Parameters"][name]["Default"] = value
    try:
        prepare(template, code, gradual=options.gradual, only=options.only, snap_start=options.snap_start)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    file.write_text(yaml.safe_dump(template, sort_keys=False), encoding="utf-8")
    return 0


def fingerprint(folder: Path, parameters: Collection[str] = ()) -> str:
    """Return a hash that changes with the code of any function or layer, the template, and the deployment's parameters.

    A version keeps its function's configuration as well as its code.
    """
    template = load_template(folder / "template.yaml")
    told = json.dumps([template, sorted(parameters)], sort_keys=True, default=str)
    digest = hashlib.sha256(told.encode())
    for file in sorted(folder.glob("*/**/*")):
        if file.is_file():
            digest.update(f"{file.relative_to(folder)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def modules_of(template: dict[str, Any]) -> dict[str, str]:
    """Return the logical id of each function by the module of its handler, e.g. `login`."""
    return {
        resource["Properties"]["Handler"].split(".")[-2]: name
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def prepare(
    template: dict[str, Any],
    code: str,
    *,
    gradual: str = "",
    only: Collection[str] = BUSIEST,
    snap_start: Collection[str] = (),
) -> dict[str, Any]:
    """Put the roles of the REST API and the options into a template, which is changed.

    Parameters
    ----------
    code: str
        Tells one build and its configuration from another. A function's own code does not: most of what it runs is in
        a layer, and SAM publishes no new version for a new layer.
    gradual: str
        CodeDeploy's name of how traffic moves to the new version, e.g. Canary10Percent5Minutes; empty for no versions.
        AllAtOnce asks no alarm, so that a fix goes out while one sounds.
    only: collection of str
        Modules of the functions whose traffic moves so.
    snap_start: collection of str
        Modules of the functions to start from snapshots, e.g. `login`.

    Raises
    ------
    Problem
        There is no such function, or CodeDeploy knows no such way.
    """
    modules = modules_of(template)
    gradually = set(only) if gradual else set()
    named = gradually | set(snap_start)
    _require_known(gradual, named - set(modules))
    for module in named:
        properties = template["Resources"][modules[module]]["Properties"]
        properties |= _version(code, gradual if module in gradually else "", snap_start=module in snap_start)
    versioned = {modules[module] for module in named}
    _call_by_alias(template, versioned)
    call_by_role(template, versioned)
    return template


def _require_known(gradual: str, unknown: Collection[str]) -> None:
    if gradual and gradual not in TYPES:
        raise Problem(f"CodeDeploy knows no {gradual} for Lambda: use one of {', '.join(TYPES)}.")
    if unknown:
        raise Problem(f"There is no function named {', '.join(sorted(unknown))}: use the names of modules, e.g. login.")


def _version(code: str, gradual: str, *, snap_start: bool) -> dict[str, Any]:
    version: dict[str, Any] = {
        "AutoPublishAlias": ALIAS,
        "AutoPublishAliasAllProperties": True,
        "AutoPublishCodeSha256": code,
    }
    if snap_start:
        version["SnapStart"] = {"ApplyOn": "PublishedVersions"}
    if gradual:
        version["DeploymentPreference"] = _preference(gradual)
    return version


def call_by_role(template: dict[str, Any], versioned: Collection[str] = ()) -> None:
    """Turn the REST API's routes from events of functions into its own definition, and let it call them by roles.

    There is a role for each context, that is for each log group, and it may invoke the functions of that context alone:
    one role for all of them would need a longer policy than IAM takes.

    Parameters
    ----------
    versioned: collection of str
        Logical ids of the functions that are called by their alias.
    """
    paths: dict[str, dict[str, Any]] = {}
    called: dict[str, list[dict[str, Any]]] = {}
    for name, resource in template["Resources"].items():
        routes = _routes_of(resource)
        if not routes:
            continue
        role = resource["Properties"]["LoggingConfig"]["LogGroup"]["Ref"].replace("LogGroup", "InvokeRole")
        arn = {"Ref": f"{name}.Alias"} if name in versioned else {"Fn::GetAtt": [name, "Arn"]}
        called.setdefault(role, []).append(arn)
        for route in routes:
            paths.setdefault(route["Path"], {})[route["Method"].lower()] = _operation(role, arn)
    template["Resources"][API]["Properties"]["DefinitionBody"] = {
        "openapi": "3.0.1",
        "info": {"title": {"Ref": "AWS::StackName"}, "version": "1.0"},
        "paths": paths,
    }
    template["Resources"].update({role: _invoke_role(arns) for role, arns in called.items()})


def _routes_of(resource: dict[str, Any]) -> list[dict[str, Any]]:
    """Take the routes of the REST API out of a function's events."""
    events = resource["Properties"].get("Events", {}) if resource["Type"] == "AWS::Serverless::Function" else {}
    routes = [name for name, event in events.items() if event["Type"] == "Api"]
    return [events.pop(name)["Properties"] for name in routes]


def _operation(role: str, arn: dict[str, Any]) -> dict[str, Any]:
    uri = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function}/invocations"
    return {
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": {"Fn::Sub": [uri, {"Function": arn}]},
            "credentials": {"Fn::GetAtt": [role, "Arn"]},
        },
        "responses": {},
    }


def _invoke_role(arns: list[dict[str, Any]]) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    leave = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arns}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [
                {"PolicyName": "invoke", "PolicyDocument": {"Version": "2012-10-17", "Statement": [leave]}},
            ],
        },
    }


def _preference(gradual: str) -> dict[str, Any]:
    if gradual == AT_ONCE:
        # CodeDeploy starts nothing while one of its alarms sounds
        return {"Type": gradual}
    triggers = [{"Ref": alarm} for alarm in TRIGGERS]
    return {"Type": gradual, "Alarms": {"Fn::If": [_HAS_TRIGGERS, triggers, [{"Ref": "AWS::NoValue"}]]}}


def _call_by_alias(template: dict[str, Any], versioned: Collection[str]) -> None:
    """SAM lets events call a function by its alias, but a WebSocket API calls what it is told."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::WebSocketApi":
            properties = resource["Properties"]
            for holder, key in [(route, "FunctionArn") for route in properties["Routes"].values()] + [
                (properties["Auth"], "AuthArn")
            ]:
                name = holder[key]["Fn::GetAtt"][0]
                if name in versioned:
                    holder[key] = {"Ref": f"{name}.Alias"}


if __name__ == "__main__":
    sys.exit(main())
