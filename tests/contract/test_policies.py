"""Policies against AWS's own list of actions: cfn-lint brings it, but does not look into a SAM function's policies."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.project.template import load_template
from tests.support.policies import actions_of

RESOURCES: dict[str, dict[str, Any]] = load_template()["Resources"]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """Each service's actions, in lower case, with the kinds of resources that they are about."""
    package = importlib.util.find_spec("cfnlint")
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).parent / "data" / "AdditionalSpecs" / "Policies.json"
    known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return known


def granted() -> Iterator[tuple[str, str]]:
    for name, resource in RESOURCES.items():
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            yield from ((name, action) for action in actions_of(resource["Properties"]["PolicyDocument"]["Statement"]))
        for policy in resource.get("Properties", {}).get("Policies", []):
            for statement in policy.get("Statement", ()):
                actions = statement["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    yield name, action


@pytest.mark.parametrize(("function", "action"), sorted(set(granted())))
def test_action_exists_and_is_about_a_resource(function: str, action: str, services: dict[str, Any]) -> None:
    """One that is about none cannot be limited to a resource: its statement would allow nothing."""
    service, _, name = action.partition(":")
    assert name.lower() in services[service]["Actions"], f"{function}: {action}"
    assert services[service]["Actions"][name.lower()].get("Resources"), f"{function}: {action}"
