"""The template as CloudFormation gets it, for each option of a deployment, and whether it can be made in some order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from scripts import release
from scripts.project.template import load_template
from tests.support.translation import expanded

Resources = dict[str, dict[str, Any]]

CANARY = "Canary10Percent5Minutes"
FROZEN = ["login", "enroll", "send_message"]
NO_ALARMS = {"Alarms": "false"}
EVERYTHING = {
    "Environment": "prod",
    "AlarmEmail": "ops@learn.example",
    "DomainName": "api.learn.example",
    "RealtimeDomainName": "realtime.learn.example",
    "CertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/1",
    "WebConsole": "true",
    "CatalogueCache": "true",
}
# The options of `scripts.release`, and the deployment's parameters.
VARIANTS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "none": ({}, {}),
    "gradual": ({"gradual": CANARY}, {}),
    "gradual, no alarms": ({"gradual": CANARY}, NO_ALARMS),
    "at once": ({"gradual": release.AT_ONCE}, {}),
    "snapshots": ({"snap_start": FROZEN}, {}),
    "both": ({"gradual": CANARY, "snap_start": FROZEN}, {}),
    "all in prod": ({"gradual": CANARY, "snap_start": FROZEN}, EVERYTHING),
}


@cache
def variant(name: str) -> dict[str, Any]:
    """Return the whole expanded template of one of `VARIANTS`, the same one for everybody."""
    return variant_of(name, load_template())


def variant_of(name: str, template: dict[str, Any]) -> dict[str, Any]:
    """Return what another template becomes with the options of one of `VARIANTS`."""
    options, parameters = VARIANTS[name]
    return expanded(release.prepare(template, "code", **options), **parameters)


def in_a_circle(resources: Resources) -> set[str]:
    """Return the resources that can be made in no order: what is in a circle, or needs something that is."""
    needs = {name: set(_named(resource)) & set(resources) - {name} for name, resource in resources.items()}
    while ready := {name for name, needed in needs.items() if not needed}:
        needs = {name: needed - ready for name, needed in needs.items() if name not in ready}
    return set(needs)


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _named(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "Ref":
                yield one
            elif key == "Fn::GetAtt":
                yield one[0] if isinstance(one, list) else one.split(".")[0]
            elif key == "DependsOn":
                yield from [one] if isinstance(one, str) else one
            elif key == "Fn::Sub":
                yield from re.findall(r"\$\{(\w+)", one if isinstance(one, str) else one[0])
                yield from _named([] if isinstance(one, str) else one[1])
            else:
                yield from _named(one)
