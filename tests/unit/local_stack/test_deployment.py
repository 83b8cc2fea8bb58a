"""Whether a local stack can go on with what it keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scripts.local_stack import deployment
from scripts.local_stack.build import Build
from scripts.local_stack.deployment import Deployment, schema_of
from scripts.project.paths import ROOT
from scripts.project.problem import Problem
from scripts.project.template import load_template


class Stack(Deployment):
    """One with a notebook, and nothing to deploy to."""

    def __init__(self, marks: dict[str, str]) -> None:
        super().__init__("http://127.0.0.1:9", Path("nowhere"))
        self.marks = marks
        self.deployed = 0

    def mark(self, name: str) -> str | None:
        return self.marks.get(name)

    def set_mark(self, name: str, value: str) -> None:
        self.marks[name] = value

    def _sam_deploy(self, template: Path) -> None:
        del template
        self.deployed += 1

    def _carry_over_gateway_responses(self, template: Path) -> None:
        del template


BUILD = Build(ROOT / "template.yaml", "a")
OTHER_BUILD = Build(ROOT / "template.yaml", "b")


def test_kept_cursor_is_gone_on_from() -> None:
    stack = Stack({})
    assert [stack.deploy(BUILD), stack.deploy(BUILD), stack.deploy(OTHER_BUILD)] == [True, False, True]
    assert stack.deployed == 2


@pytest.mark.parametrize("kept", [{}, {"schema": "another"}])
def test_data_of_another_schema_says_so_and_how_to_forget_it(kept: dict[str, str]) -> None:
    stack = Stack({"deployed": "before", **kept})
    with pytest.raises(Problem, match="of another version: `make reset` forgets it"):
        stack.deploy(BUILD)
    assert stack.deployed == 0


def test_keys_indexes_and_items_make_a_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(**properties: Any) -> str:
        template = load_template()
        template["Resources"]["Table"]["Properties"] |= properties
        return schema_of(template)

    indexes = load_template()["Resources"]["Table"]["Properties"]["GlobalSecondaryIndexes"]
    found = [changed(), changed(KeySchema=[]), changed(GlobalSecondaryIndexes=indexes[1:])]
    assert changed(BillingMode="PROVISIONED") == found[0]
    monkeypatch.setattr(deployment, "SCHEMA", deployment.SCHEMA + 1)
    assert len({*found, changed()}) == 4
