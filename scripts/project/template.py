"""Reading `template.yaml` without SAM: CloudFormation's short forms (`!Ref x`) become their long ones."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scripts.project.paths import ROOT


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags."""


def _long_form(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        raise TypeError(f"!{tag} stands before something unknown")
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _long_form)


def load_template(path: Path = ROOT / "template.yaml") -> dict[str, Any]:
    """The template as plain data, the caller's own."""
    return copy.deepcopy(_parsed(path.read_text(encoding="utf-8")))


@cache
def _parsed(text: str) -> dict[str, Any]:
    # It takes a second, and every test that makes a table asks for it.
    template: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    return template


def stream_specification(template: dict[str, Any] | None = None) -> Any:
    """Return the argument of `CreateTable` and `UpdateTable` for the template's stream."""
    properties = (template or load_template())["Resources"]["Table"]["Properties"]
    return {"StreamEnabled": True, **properties["StreamSpecification"]}


def create_table_request(name: str, template: dict[str, Any] | None = None, *, stream: bool = True) -> dict[str, Any]:
    """Return the arguments of `CreateTable` for a table with the template's keys and indexes, and its stream.

    Parameters
    ----------
    name: str
        The new table's name.
    stream: bool
        Without one DynamoDB Local writes in a third of the time.
    """
    template = template or load_template()
    properties = template["Resources"]["Table"]["Properties"]
    taken = ("AttributeDefinitions", "BillingMode", "KeySchema")
    return {
        "TableName": name,
        **{key: properties[key] for key in taken},
        "GlobalSecondaryIndexes": index_shapes(properties),
        **({"StreamSpecification": stream_specification(template)} if stream else {}),
    }


def index_shapes(properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return of a table's indexes what makes them: names, keys and projections, without what may change at any time."""
    indexes = properties.get("GlobalSecondaryIndexes", [])
    return [{key: one[key] for key in ("IndexName", "KeySchema", "Projection")} for one in indexes]


def create_keys_table_request(name: str) -> dict[str, Any]:
    """Return the arguments of `CreateTable` for a table like the template's of the public keys."""
    properties = load_template()["Resources"]["SigningKeysTable"]["Properties"]
    return {"TableName": name, **{key: properties[key] for key in ("AttributeDefinitions", "BillingMode", "KeySchema")}}
