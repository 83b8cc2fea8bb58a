"""The costs of each endpoint: no more calls and no more capacity units than `docs/costs.md` says."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest

from scripts.dynamodb_local import DynamoDBLocal
from scripts.project.template import load_template
from tests.support.api import ROOT
from tests.support.catalogue import take
from tests.support.costs import Cost
from tests.support.tour import open_tour

_ROW = re.compile(
    r"^\| `(?P<label>[a-z_]+(?: \([a-z]+\))?)` \| (?P<calls>\d+) \| (?P<trips>\d+) "
    r"\| (?P<read>[\d.]+) \| (?P<write>[\d.]+) \|",
    re.MULTILINE,
)
DOCUMENTED = {row["label"]: row for row in _ROW.finditer((ROOT / "docs" / "costs.md").read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def costs(dynamodb_local: DynamoDBLocal) -> Iterator[dict[str, Cost]]:
    with open_tour(dynamodb_local, f"costs-{uuid.uuid4().hex}") as tour:
        yield take(tour)


@pytest.mark.parametrize("label", DOCUMENTED)
def test_no_endpoint_costs_more_than_documented(costs: dict[str, Cost], label: str) -> None:
    cost, row = costs[label], DOCUMENTED[label]
    assert len(cost.calls) <= int(row["calls"]), cost.calls
    assert cost.depth <= int(row["trips"]), cost.calls
    assert cost.read_units <= float(row["read"])
    assert cost.write_units <= float(row["write"])


def test_every_endpoint_is_documented_and_measured(costs: dict[str, Cost]) -> None:
    assert set(costs) == set(DOCUMENTED)
    endpoints = {
        resource["Properties"]["Handler"].split(".")[-2]
        for resource in load_template()["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
        and any(event["Type"] == "Api" for event in resource["Properties"].get("Events", {}).values())
    }
    # these answer without asking anybody: the fallback, and the documents
    assert endpoints - {"index", "get_openapi", "get_docs"} - {label.partition(" ")[0] for label in DOCUMENTED} == set()
