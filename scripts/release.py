"""Releases that go live by and by, and functions that start from snapshots: options of a deployment, put into a build.

    python -m scripts.release .aws-sam/build --gradual Canary10Percent5Minutes --snap-start login enroll

Both need published versions behind an alias. They are put into what `sam build` made and not into the template, since
versions for everybody would have a price: three resources more per function, and, with snapshots, rent for each one
that is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from scripts.local_stack.problem import Problem
from scripts.local_stack.template import load_template

ALIAS = "live"
# What calls a release off: the API answers with errors, or functions crash. Latency is no reason: a canary starts cold.
TRIGGERS = ("ApiErrorsAlarm", "FunctionErrorsAlarm")


def main(arguments: list[str] | None = None) -> int:
    """Works on a build folder in place; its return value is the exit status."""
    parser = argparse.ArgumentParser(prog="release", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gradual", metavar="TYPE", default="", help="a deployment type of CodeDeploy's for Lambda")
    parser.add_argument("--snap-start", metavar="MODULE", nargs="*", default=[], help="endpoints, by their modules")
    options = parser.parse_args(arguments)
    file = options.folder / "template.yaml"
    template = load_template(file)
    try:
        prepare(template, fingerprint(options.folder), gradual=options.gradual, snap_start=options.snap_start)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    file.write_text(yaml.safe_dump(template, sort_keys=False), encoding="utf-8")
    return 0


def fingerprint(folder: Path) -> str:
    """Changes with the code of any function or layer."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*/**/*")):
        if file.is_file():
            digest.update(f"{file.relative_to(folder)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def prepare(
    template: dict[str, Any], code: str, *, gradual: str = "", snap_start: Collection[str] = ()
) -> dict[str, Any]:
    """Puts the options into a template, which is changed; without any it stays as it is.

    Parameters
    ----------
    code: str
        Tells one build from another. A function's own code does not: most of what it runs is in a layer, and SAM
        publishes no new version for a new layer.
    gradual: str
        CodeDeploy's name of how traffic moves to the new version, e.g. Canary10Percent5Minutes; empty for at once.
    snap_start: collection of str
        Modules of the functions to start from snapshots, e.g. `login`.

    Raises
    ------
    Problem
        There is no such function.
    """
    functions = {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }
    modules = {properties["Handler"].split(".")[-2]: name for name, properties in functions.items()}
    if unknown := sorted(set(snap_start) - set(modules)):
        raise Problem(f"There is no function named {', '.join(unknown)}: use the names of modules, e.g. login.")
    frozen = {modules[module] for module in snap_start}
    versioned = set(functions) if gradual else frozen
    for name in versioned:
        functions[name]["AutoPublishAlias"] = ALIAS
        functions[name]["AutoPublishAliasAllProperties"] = True
        functions[name]["AutoPublishCodeSha256"] = code
        if name in frozen:
            functions[name]["SnapStart"] = {"ApplyOn": "PublishedVersions"}
        if gradual:
            triggers = [{"Ref": alarm} for alarm in TRIGGERS]
            alarms = {"Fn::If": ["HasAlarms", triggers, [{"Ref": "AWS::NoValue"}]]}
            functions[name]["DeploymentPreference"] = {"Type": gradual, "Alarms": alarms}
    _call_by_alias(template, versioned)
    return template


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
