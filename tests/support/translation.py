"""The template through SAM's own translator: what CloudFormation would be told."""

from __future__ import annotations

from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator


def expanded(template: dict[str, Any], **parameters: str) -> dict[str, Any]:
    """Return the whole template that one becomes, which is changed."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = "s3://bucket/layer"
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = "s3://bucket/code"
    values = {name: str(one.get("Default", "")) for name, one in template["Parameters"].items()} | parameters
    answer: dict[str, Any] = Translator({}, Parser()).translate(template, values | {"AWS::Region": "us-east-1"})
    return answer


def translated(template: dict[str, Any], **parameters: str) -> dict[str, dict[str, Any]]:
    """Return the resources that a template becomes; the template is changed."""
    resources: dict[str, dict[str, Any]] = expanded(template, **parameters)["Resources"]
    return resources


def of_type(resources: dict[str, dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """Return those of one of CloudFormation's types."""
    return {name: resource for name, resource in resources.items() if resource["Type"] == kind}
